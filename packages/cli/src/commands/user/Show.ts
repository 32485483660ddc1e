/** `ddd user show`: one player, the wallet, the newest of what they did, and what happened to the account lately. */
import { viewWallet } from "@ddd/core/money/Withdrawable"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Now } from "@ddd/core/ports/Now"
import { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import { SecurityLog } from "@ddd/core/ports/SecurityLog"
import { Withdrawals } from "@ddd/core/ports/Withdrawals"
import { Effect } from "effect"
import { settingsFor } from "../../config/Environment.ts"
import { done } from "../../ExitCode.ts"
import { print, printJson } from "../../terminal/Output.ts"
import { command, type Declare, type JsonFlag, jsonOption, whoArgument } from "../Declaration.ts"
import { onMoney } from "../OnDatabase.ts"
import { withdrawalJson } from "../withdrawals/WithdrawalText.ts"
import { newestJson, newestText, readNewest } from "./Newest.ts"
import { eventJson, eventTable, findUser, profileJson, userJson, userText } from "./UserText.ts"

/** How many of the newest events are shown. */
const eventsMax = 20
/** How many of the withdrawals that are under way. */
const withdrawalsMax = 20

const run = Effect.fn("ddd user show")(function*(who: string, { json }: JsonFlag) {
  const { WITHDRAW_DEPOSITS: withdrawDeposits } = yield* settingsFor("database", "accounts")
  const { account, events, newest, profile, user, withdrawals } = yield* onMoney(Effect.gen(function*() {
    const user = yield* findUser(who)
    const pending = (yield* Withdrawals).list({ userId: user.id, status: "pending" }, {
      limit: withdrawalsMax,
      cursor: null
    })
    const profile = yield* (yield* Accounts).profile(user.id)
    const now = yield* (yield* Now).now
    return {
      user,
      profile: profile === null
        ? null
        : { ...profile, wallet: viewWallet(profile.wallet, { withdrawDeposits }, now) },
      account: yield* (yield* PayoutAccounts).of(user.id),
      withdrawals: (yield* pending).items,
      newest: yield* readNewest(user.id),
      events: yield* (yield* SecurityLog).of(user.id, eventsMax)
    }
  }))
  yield* json === true
    ? printJson({
      ...userJson(user),
      ...profile === null ? {} : profileJson(profile),
      payoutAccount: account === null ? null : { account: account.account, status: account.status },
      pendingWithdrawals: withdrawals.map(withdrawalJson),
      events: events.map(eventJson),
      ...newestJson(newest)
    })
    : print([
      userText(user, profile, account),
      ...newestText(user.id, newest, withdrawals),
      eventTable(events)
    ].join("\n\n"))
  return done
})

export const showUser: Declare = (perform) =>
  command(
    "show",
    "one player, the wallet, the newest movements, tickets and withdrawals, and what happened to the account",
    "ddd user show ann@example.com"
  )
    .addArgument(whoArgument())
    .addOption(jsonOption())
    .action((who, flags) => perform(run(who, flags)))
