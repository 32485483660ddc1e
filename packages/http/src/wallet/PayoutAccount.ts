/** A player's account with the payout provider: opened here, completed on the provider's own pages. */
import { Accounts } from "@ddd/core/ports/Accounts"
import type { Now } from "@ddd/core/ports/Now"
import { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import type { PayoutProvider } from "@ddd/core/ports/PayoutProvider"
import { onboard as openOrGoOn, readiness as readinessOf } from "@ddd/core/work/PayoutAccounts"
import { Effect } from "effect"
import { refuse } from "../problems/Problem.ts"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { CurrentUser, refuseEnded, refuseUnknownPlayer } from "../requests/Authentication.ts"
import { elsewhere, refuseProvider, refuseUnverified } from "./Withdraw.ts"

/** What these ask for. */
export type Ports = Accounts | Now | PayoutAccounts | PayoutProvider

/** Opens the account where there is none, and makes a link to the provider's page, a new one each time. */
export const onboard = Effect.gen(function*() {
  const { sessionId, userId } = yield* CurrentUser
  const profile = yield* (yield* Accounts).profile(userId)
  if (profile === null) return yield* refuseUnknownPlayer
  const { email, emailVerified, username } = profile
  const { expiresAt, url } = yield* openOrGoOn({ userId, sessionId, email, emailVerified, username }).pipe(
    // the same player asked twice at once, and the other request was first: its account is the one
    Effect.retry({ times: 1, while: (error) => error._tag === "PayoutAccountTaken" })
  )
  return { url: url.href, expiresAt }
}).pipe(Effect.catchTags({
  AccountElsewhere: ({ message }) =>
    Effect.andThen(
      Effect.logError(message),
      refuse("unavailable", `${elsewhere} Nothing was changed.`, { retryAfter: elsewhereRetrySeconds })
    ),
  PayoutAccountRefused: () => refuseUnverified("No account was opened."),
  PayoutAccountTaken: (taken) => Effect.die(taken),
  PayoutSessionEnded: () => refuseEnded,
  ProviderUnavailable: (error) => refuseProvider(error),
  Unavailable: refuseUnavailable
}))

/** Only the player or an operator changes it. */
const elsewhereRetrySeconds = 3_600

/** Removes the player's account here; another one can be opened then. */
export const unlink = Effect.gen(function*() {
  const { userId } = yield* CurrentUser
  yield* (yield* PayoutAccounts).unlink(userId, null, "player")
}).pipe(Effect.catchTags({
  WithdrawalUnderWay: () =>
    refuse(
      "withdrawal_under_way",
      "A withdrawal is on its way to this account, or back from it. Nothing was changed; try again once it is paid or failed."
    ),
  Unavailable: refuseUnavailable
}))

/** How far the account is. */
export const readiness = Effect.gen(function*() {
  const { userId } = yield* CurrentUser
  return { status: yield* readinessOf(userId) }
}).pipe(Effect.catchTag("Unavailable", refuseUnavailable))
