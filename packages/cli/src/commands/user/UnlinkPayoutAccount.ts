/** `ddd user unlink-payout-account`: a player's account with the payout provider is theirs no more here, so that they can open another. */
import { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import { Effect } from "effect"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption, whoArgument } from "../Declaration.ts"
import { guard, guarded, type GuardFlags } from "../Guarded.ts"
import { onMoney } from "../OnDatabase.ts"
import { findUser, nameOf, userJson } from "./UserText.ts"

const run = Effect.fn("ddd user unlink-payout-account")(
  function*(who: string, { json, ...flags }: JsonFlag & GuardFlags) {
    const { unlinked, user } = yield* onMoney(Effect.gen(function*() {
      const user = yield* findUser(who)
      const what = `${nameOf(user)} has no payout account any more, and is paid out once another one is opened.`
      const act = yield* guard("user unlink-payout-account", what, flags)
      return { user, unlinked: yield* (yield* PayoutAccounts).unlink(user.id, null, act) }
    }))
    const text = unlinked
      ? "has no payout account any more, and can open another one. Withdrawals under way stay with the one that they began with."
      : "has no payout account."
    yield* json === true ? printJson({ ...userJson(user), unlinked }) : print(`${nameOf(user)} ${text}`)
    return done
  }
)

export const unlinkPayoutAccount: Declare = (perform) =>
  guarded(command(
    "unlink-payout-account",
    "remove a player's link to their account with the payout provider; they can open another one",
    "ddd user unlink-payout-account ann@example.com"
  ))
    .addArgument(whoArgument())
    .addOption(jsonOption())
    .action((who, flags) => perform(run(who, flags)))
