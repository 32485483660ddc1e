/** A player's account with the payout provider: opened here, completed on the provider's own pages. */
import { Accounts } from "@ddd/core/ports/Accounts"
import * as Payouts from "@ddd/core/work/Payouts"
import { Effect } from "effect"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { CurrentUser, refuseUnknownPlayer } from "../requests/Authentication.ts"
import { refuseProvider, refuseUnverified } from "./Withdraw.ts"

/** Opens the account where there is none, and makes a link to the provider's page, a new one each time. */
export const onboard = Effect.gen(function*() {
  const { userId } = yield* CurrentUser
  const profile = yield* (yield* Accounts).profile(userId)
  if (profile === null) return yield* refuseUnknownPlayer
  const { email, emailVerified, username } = profile
  const { expiresAt, url } = yield* Payouts.onboard({ userId, email, emailVerified, username }).pipe(
    // the same player asked twice at once, and the other request was first: its account is the one
    Effect.retry({ times: 1, while: (error) => error._tag === "PayoutAccountTaken" })
  )
  return { url: url.href, expiresAt }
}).pipe(Effect.catchTags({
  PayoutAccountRefused: () => refuseUnverified("No account was opened."),
  PayoutAccountTaken: (taken) => Effect.die(taken),
  ProviderUnavailable: (error) => refuseProvider(error),
  Unavailable: refuseUnavailable
}))

/** How far the account is. */
export const readiness = Effect.gen(function*() {
  const { userId } = yield* CurrentUser
  return { status: yield* Payouts.readiness(userId) }
}).pipe(Effect.catchTag("Unavailable", refuseUnavailable))
