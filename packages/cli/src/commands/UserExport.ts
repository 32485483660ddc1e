/** `ddd user export`: all that is held about a player, as JSON, for them. */
import { Accounts } from "@ddd/core/ports/Accounts"
import { Effect } from "effect"
import { done } from "../ExitCode.ts"
import { printJson } from "../terminal/Output.ts"
import { onAccounts } from "./OnDatabase.ts"
import { findUser } from "./UserText.ts"

export const exportUser = Effect.fn("ddd user export")(function*(who: string) {
  const held = yield* onAccounts(Effect.gen(function*() {
    const { id } = yield* findUser(who)
    return yield* (yield* Accounts).export(id)
  }))
  yield* printJson(held)
  return done
})
