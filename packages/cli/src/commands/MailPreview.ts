/** `ddd mail preview`: the mails with made-up contents, as files to be looked at. Nothing is sent, and no database is asked. */
import { previewFiles } from "@ddd/adapters-mail/PreviewFiles"
import { previews } from "@ddd/adapters-mail/Previews"
import { Data, Effect } from "effect"
import { mkdir, writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { settingsFor } from "../config/Environment.ts"
import { dataDirOf } from "../DataDir.ts"
import { done } from "../ExitCode.ts"
import { print } from "../terminal/Output.ts"

export interface MailPreviewOptions {
  /** All of them, where none is named. */
  readonly template?: string | undefined
  /** The folder that the files go to; else `preview` beside the mails that development writes. */
  readonly out?: string
}

/** No mail is made from a template of this name. */
class NoSuchTemplate extends Data.TaggedError("NoSuchTemplate")<{ readonly message: string }> {}

/** The folder takes no files. */
class CannotWrite extends Data.TaggedError("CannotWrite")<{ readonly message: string }> {}

const lettersOf = (template: string | undefined) => {
  if (template === undefined) return Effect.succeed(Object.entries(previews))
  const letter = Object.hasOwn(previews, template) ? previews[template] : undefined
  return letter === undefined
    ? Effect.fail(
      new NoSuchTemplate({
        message: `There is no template ${template}. There are: ${Object.keys(previews).join(", ")}.`
      })
    )
    : Effect.succeed([[template, letter] as const])
}

export const mailPreview = Effect.fn("ddd mail preview")(function*({ out, template }: MailPreviewOptions) {
  const letters = yield* lettersOf(template)
  const settings = yield* settingsFor()
  const folder = out === undefined ? join(dataDirOf(settings), "mail", "preview") : resolve(out)
  const from = settings.MAIL_FROM ?? "Daily Dollar Draw <no-reply@localhost>"
  for (const [name, letter] of letters) {
    for (const file of yield* previewFiles(from, name, letter)) {
      yield* Effect.tryPromise({
        try: async () => {
          await mkdir(folder, { recursive: true })
          await writeFile(join(folder, file.name), file.content)
        },
        catch: (error) =>
          new CannotWrite({
            message: `${join(folder, file.name)} cannot be written: ${
              error instanceof Error ? error.message : String(error)
            }.`
          })
      })
    }
  }
  const names = template === undefined ? `${letters.length} mails` : `the mail ${template}`
  yield* print(`Wrote ${names} to ${folder}: .html to look at, .txt to read, .eml to open with a mail program.`)
  return done
})
