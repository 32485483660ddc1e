/** `ddd user export`: all that is held about a player, as JSON, for them. */
import { Accounts } from "@ddd/core/ports/Accounts"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { printJson } from "../../terminal/Output.ts"
import { command, type Declare, whoArgument } from "../Declaration.ts"
import { onAccounts } from "../OnDatabase.ts"
import { findUser } from "./UserText.ts"

const run = Effect.fn("ddd user export")(function*(who: string) {
  const held = yield* onAccounts(Effect.gen(function*() {
    const { id } = yield* findUser(who)
    return yield* (yield* Accounts).export(id)
  }))
  yield* printJson(held)
  return done
})

export const exportUser: Declare = (perform) =>
  command("export", "all that is held about a player, as JSON", "ddd user export ann@example.com > ann.json")
    .addArgument(whoArgument())
    .action((who) => perform(run(who)))
