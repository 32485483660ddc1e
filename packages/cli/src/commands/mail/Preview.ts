/** `ddd mail preview`: the mails with made-up contents, as files to be looked at. Nothing is sent, and no database is asked. */
import type { Letter } from "@ddd/adapters-mail/Letter"
import { visible } from "@ddd/core/values/Visible"
import { Data, Effect } from "effect"
import { mkdir, writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { settingsFor } from "../../config/Environment.ts"
import { dataDirOf } from "../../DataDir.ts"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"

/** No mail is made from a template of this name. */
class NoSuchTemplate extends Data.TaggedError("NoSuchTemplate")<{ readonly message: string }> {}

/** The folder takes no files. */
class CannotWrite extends Data.TaggedError("CannotWrite")<{ readonly message: string }> {}

const lettersOf = (previews: Readonly<Record<string, Letter>>, template: string | undefined) => {
  if (template === undefined) return Effect.succeed(Object.entries(previews))
  const letter = Object.hasOwn(previews, template) ? previews[template] : undefined
  return letter === undefined
    ? Effect.fail(
      new NoSuchTemplate({
        message: `There is no template ${visible(template)}. There are: ${Object.keys(previews).join(", ")}.`
      })
    )
    : Effect.succeed([[template, letter] as const])
}

interface Flags extends JsonFlag {
  readonly out?: string
}

const run = Effect.fn("ddd mail preview")(function*(template: string | undefined, { json, out }: Flags) {
  const [{ previewFiles }, { previews }] = yield* Effect.promise(() =>
    Promise.all([import("@ddd/adapters-mail/PreviewFiles"), import("@ddd/adapters-mail/Previews")])
  )
  const letters = yield* lettersOf(previews, template)
  const settings = yield* settingsFor()
  const folder = out === undefined ? join(dataDirOf(settings), "mail", "preview") : resolve(out)
  const from = settings.MAIL_FROM ?? "Daily Dollar Draw <no-reply@localhost>"
  const files: Array<string> = []
  for (const [name, letter] of letters) {
    for (const file of yield* previewFiles(from, name, letter)) {
      yield* Effect.tryPromise({
        try: async () => {
          await mkdir(folder, { recursive: true })
          await writeFile(join(folder, file.name), file.content)
          files.push(file.name)
        },
        catch: (error) =>
          new CannotWrite({
            message: visible(
              `${join(folder, file.name)} cannot be written: ${error instanceof Error ? error.message : String(error)}.`
            )
          })
      })
    }
  }
  const names = template === undefined ? `${letters.length} mails` : `the mail ${template}`
  yield* json === true
    ? printJson({ folder, files })
    : print(`Wrote ${names} to ${visible(folder)}: .html to look at, .txt to read, .eml to open with a mail program.`)
  return done
})

export const previewMails: Declare = (perform) =>
  command(
    "preview",
    "write mails with made-up contents to files; nothing is sent, and no database is asked",
    "ddd mail preview --out /tmp/mails"
  )
    .argument("[template]", "one of them; all unless given")
    .option("--out <folder>", "where the files go; beside the mails that development writes unless given")
    .addOption(jsonOption())
    .action((template, flags) => perform(run(template, flags)))
