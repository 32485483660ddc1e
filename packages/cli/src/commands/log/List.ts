/** `ddd log list`: what operators did by hand, and why, newest first. */
import { Now } from "@ddd/core/ports/Now"
import { OperatorLog } from "@ddd/core/ports/OperatorLog"
import { instant } from "@ddd/core/values/Instant"
import { Option } from "commander"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { command, type Declare, duration, type JsonFlag, jsonOption, limitOption } from "../Declaration.ts"
import { onAccounts } from "../OnDatabase.ts"
import { first, printListed } from "../Pages.ts"
import { entryJson, entryTable } from "./LogText.ts"

interface Flags extends JsonFlag {
  readonly operator?: string
  readonly command?: string
  readonly subject?: string
  readonly since?: number
  readonly limit: number
}

const run = Effect.fn("ddd log list")(function*({ json, limit, since, ...filter }: Flags) {
  const entries = yield* onAccounts(Effect.gen(function*() {
    const log = yield* OperatorLog
    const now = yield* (yield* Now).now
    const all = since === undefined ? filter : { ...filter, since: instant(Math.max(0, now - since)) }
    return yield* first((page) => log.list(all, page), limit)
  }))
  yield* printListed(entries, { json, limit }, {
    json: entryJson,
    table: entryTable,
    nothing: "Nothing of the kind was done by hand."
  })
  return done
})

export const listLog: Declare = (perform) =>
  command(
    "list",
    "what operators did by hand, and why, newest first",
    "ddd log list --operator ann --since 7d",
    "ddd log list --command 'purchases credit'"
  )
    .option("--operator <name>", "only what that one did")
    .option("--command <words>", "only by that command, such as \"user freeze\"")
    .option("--subject <id>", "only what was done to that player, withdrawal, purchase, draw …")
    .addOption(new Option("--since <time>", "only of the last so long, such as 7d").argParser(duration))
    .addOption(limitOption())
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
