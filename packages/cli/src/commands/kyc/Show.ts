/** `ddd kyc show`: how a player's identity check stands, and what waits for it. */
import { IdentityChecks } from "@ddd/core/ports/IdentityChecks"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption, whoArgument } from "../Declaration.ts"
import { onAccounts } from "../OnDatabase.ts"
import { findPlayer } from "../user/UserText.ts"
import { stateJson, stateText } from "./KycText.ts"

const run = Effect.fn("ddd kyc show")(function*(who: string, { json }: JsonFlag) {
  const { state, user } = yield* onAccounts(Effect.gen(function*() {
    const user = yield* findPlayer(who)
    return { user, state: yield* (yield* IdentityChecks).of(user.id) }
  }))
  yield* json === true
    ? printJson({ id: user.id, username: user.username, ...stateJson(state) })
    : print(stateText(user, state))
  return done
})

export const showKyc: Declare = (perform) =>
  command("show", "how a player's check stands, and what waits for it", "ddd kyc show ann@example.com")
    .addArgument(whoArgument())
    .addOption(jsonOption())
    .action((who, flags) => perform(run(who, flags)))
