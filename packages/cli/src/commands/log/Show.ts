/** `ddd log show`: one thing that an operator did, at length. */
import { OperatorLog } from "@ddd/core/ports/OperatorLog"
import { isUuid } from "@ddd/core/values/Ids"
import { visible } from "@ddd/core/values/Visible"
import { Data, Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption } from "../Declaration.ts"
import { onAccounts } from "../OnDatabase.ts"
import { entryJson, entryText } from "./LogText.ts"

class NoSuchEntry extends Data.TaggedError("NoSuchEntry")<{ readonly message: string }> {}

const run = Effect.fn("ddd log show")(function*(text: string, { json }: JsonFlag) {
  const id = text.toLowerCase()
  const entry = isUuid(id) ? yield* onAccounts(Effect.flatMap(OperatorLog, (log) => log.find(id))) : null
  if (entry === null) {
    return yield* new NoSuchEntry({
      message: `There is no entry ${visible(text)}: give an id as \`ddd log list\` shows it.`
    })
  }
  yield* json === true ? printJson(entryJson(entry)) : print(entryText(entry))
  return done
})

export const showLog: Declare = (perform) =>
  command("show", "one entry at length", "ddd log show 019a2b3c-0000-7000-8000-000000000001")
    .argument("<id>", "an entry's id")
    .addOption(jsonOption())
    .action((id, flags) => perform(run(id, flags)))
