/** `ddd user list`: the players, newest first, or those of whom something holds. */
import { Lookup } from "@ddd/core/ports/Lookup"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { command, type Declare, type JsonFlag, jsonOption, limitOption } from "../Declaration.ts"
import { onAccounts } from "../OnDatabase.ts"
import { first, printListed } from "../Pages.ts"
import { userJson, userTable } from "./UserText.ts"

interface Flags extends JsonFlag {
  readonly limit: number
  readonly frozen?: true
  readonly excluded?: true
  readonly debt?: true
}

const run = Effect.fn("ddd user list")(function*({ debt, excluded, frozen, ...flags }: Flags) {
  const filter = { frozen: frozen === true, excluded: excluded === true, inDebt: debt === true }
  const players = yield* onAccounts(
    Lookup.use((lookup) => first((page) => lookup.players(filter, page), flags.limit))
  )
  yield* printListed(players, flags, { json: userJson, table: userTable, nothing: "There are no such players." })
  return done
})

export const listUsers: Declare = (perform) =>
  command("list", "players, newest first", "ddd user list --limit 100", "ddd user list --frozen --json")
    .option("--frozen", "only those who are frozen")
    .option("--excluded", "only those who are excluded now")
    .option("--debt", "only those who owe something")
    .addOption(limitOption())
    .addOption(jsonOption())
    .action((flags) => perform(run(flags)))
