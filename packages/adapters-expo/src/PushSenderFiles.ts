/** Notices written to files, one `.json` each, for development. They hold push tokens, so they are readable by their owner alone. */
import { Now } from "@ddd/core/ports/Now"
import { PushSender } from "@ddd/core/ports/PushSender"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { formatInstant } from "@ddd/core/values/Instant"
import { Effect, Layer } from "effect"
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"

export interface PushSenderFilesConfig {
  /** Where the files go: `push` in the data folder. Made with the first one. */
  readonly folder: string
}

/** The files sort by the time they were written. A receipt says at once that all is well. */
export const layer = ({ folder }: PushSenderFilesConfig): Layer.Layer<PushSender, never, Now> =>
  Layer.effect(
    PushSender,
    Effect.map(Now, (clock) =>
      PushSender.of({
        send: Effect.fn("PushSenderFiles.send")(function*(messages) {
          const stamp = formatInstant(yield* clock.now).replaceAll(":", "-")
          return yield* Effect.forEach(messages, ({ message, text }) => {
            const name = `${message.kind}-${message.deviceId}-${message.drawId}`
            const file = join(folder, `${stamp}-${name}.json`)
            const { pushToken, ...device } = message.device
            const told = { to: pushToken, ...text, ...device, data: { kind: message.kind, drawId: message.drawId } }
            return Effect.tryPromise({
              try: async () => {
                await mkdir(folder, { recursive: true, mode: 0o700 })
                await writeFile(file, `${JSON.stringify(told, undefined, 2)}\n`, { mode: 0o600 })
              },
              catch: (cause) =>
                new Unavailable({ message: `the notice cannot be written to ${file}`, retryAfter: 5, cause })
            }).pipe(
              Effect.andThen(Effect.logInfo(`Push notification "${text.title}" is in ${file}`)),
              Effect.as({ _tag: "Taken", receiptId: name } as const)
            )
          })
        }),
        receipts: (ids) => Effect.succeed(ids.map(() => ({ _tag: "Delivered" }) as const))
      }))
  )
