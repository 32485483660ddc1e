/** `ddd user search`: the players whose name or address begins so. */
import { Lookup } from "@ddd/core/ports/Lookup"
import { visible } from "@ddd/core/values/Visible"
import { InvalidArgumentError } from "commander"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { command, type Declare, type JsonFlag, jsonOption, limitOption } from "../Declaration.ts"
import { onAccounts } from "../OnDatabase.ts"
import { printListed } from "../Pages.ts"
import { userJson, userTable } from "./UserText.ts"

interface Flags extends JsonFlag {
  readonly limit: number
}

const run = Effect.fn("ddd user search")(function*(beginning: string, flags: Flags) {
  const found = yield* onAccounts(Lookup.use((lookup) => lookup.beginningWith(beginning, flags.limit + 1)))
  yield* printListed({ items: found.slice(0, flags.limit), hasMore: found.length > flags.limit }, flags, {
    json: userJson,
    table: userTable,
    nothing: `No player's name or address begins with ${visible(beginning)}.`
  })
  return done
})

const readBeginning = (text: string): string => {
  if (text !== "" && text.length <= 255) return text
  throw new InvalidArgumentError("It must have 1 to 255 characters.")
}

export const searchUsers: Declare = (perform) =>
  command("search", "players whose name or address begins so, by name", "ddd user search ann")
    .argument("<beginning>", "how the name or the address begins, in any case", readBeginning)
    .addOption(limitOption())
    .addOption(jsonOption())
    .action((beginning, flags) => perform(run(beginning, flags)))
