/** `ddd user export`: all that is kept about a player, as JSON, for them. */
import { Accounts } from "@ddd/core/ports/Accounts"
import { Effect, Stream } from "effect"
import { done } from "../../ExitCode.ts"
import { printPieces } from "../../terminal/Output.ts"
import { command, type Declare, whoArgument } from "../Declaration.ts"
import { onAccounts } from "../OnDatabase.ts"
import { findUser } from "./UserText.ts"

const run = Effect.fn("ddd user export")(function*(who: string) {
  yield* onAccounts(Effect.gen(function*() {
    const { id } = yield* findUser(who)
    const all = yield* (yield* Accounts).export(id, { _tag: "Operator" })
    // of who is erased nothing is kept that is theirs
    yield* printPieces(all ?? Stream.succeed("null\n"), "json")
  }))
  return done
})

export const exportUser: Declare = (perform) =>
  command("export", "all that is kept about a player, as JSON", "ddd user export ann@example.com > ann.json")
    .addArgument(whoArgument())
    .action((who) => perform(run(who)))
