/**
 * Mail written to files, one `.eml` each, for development: any mail program opens them.
 *
 * They hold links that open accounts, so they are readable by their owner alone.
 */
import { Mailer } from "@ddd/core/ports/Mailer"
import { Now } from "@ddd/core/ports/Now"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { formatInstant } from "@ddd/core/values/Instant"
import { Effect, Layer } from "effect"
import { mkdir, rename, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { MailUnusable } from "./MailUnusable.ts"
import { composed, letterId, messageOf, readSender } from "./Message.ts"

export interface MailerFilesConfig {
  /** Where the files go: `mail` in the data folder. Made with the first one. */
  readonly folder: string
  /** MAIL_FROM. */
  readonly from: string
}

/** Writes a file that its owner alone may read, and makes its folder where that is not there. Under its name it is there whole. */
const writeNew = async (file: string, bytes: Uint8Array): Promise<void> => {
  const partial = `${file}.partial`
  const write = async () => {
    await writeFile(partial, bytes, { mode: 0o600 })
    await rename(partial, file)
  }
  await write().catch(async (error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await write()
  })
}

/** The files sort by the time they were written; a mail that is written again is a file of its own with the same ending. */
export const layer = ({ folder, from }: MailerFilesConfig): Layer.Layer<Mailer, MailUnusable, Now> =>
  Layer.effect(
    Mailer,
    Effect.gen(function*() {
      const clock = yield* Now
      const sender = yield* Effect.fromResult(readSender(from))
      return Mailer.of({
        send: Effect.fn("MailerFiles.send")(function*(mail) {
          const message = yield* messageOf(sender, mail)
          const stamp = formatInstant(yield* clock.now).replaceAll(":", "-")
          const file = join(folder, `${stamp}-${letterId(mail).slice(0, 8)}.eml`)
          yield* Effect.tryPromise({
            try: async () => {
              const eml = await composed(message)
              await writeNew(file, eml)
            },
            catch: (cause) =>
              new Unavailable({ message: `the mail cannot be written to ${file}`, retryAfter: 5, cause })
          })
          yield* Effect.logInfo(`Mail "${mail.subject}" is in ${file}`)
        })
      })
    })
  )
