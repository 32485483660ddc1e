/**
 * Keeps the players' payout accounts as the provider says they are: by its notices, by asking for pending ones, and for any when it matters.
 *
 * An account that the provider has closed is a player's no more: the player opens another one. What is with another provider than this
 * program's is left alone.
 */
import { Data, Effect, Result } from "effect"
import type { SessionId } from "../accounts/Session.ts"
import { accountOpening, mayOpenPayoutAccount, type PayoutAccount } from "../money/PayoutAccount.ts"
import { isServedBy, otherProviderText, type OwnProvider } from "../money/ProviderId.ts"
import { Now } from "../ports/Now.ts"
import { PayoutAccountRefused, PayoutAccounts } from "../ports/PayoutAccounts.ts"
import { type PayoutAccountGone, PayoutProvider, ProviderUnavailable } from "../ports/PayoutProvider.ts"
import type { UserId } from "../values/Ids.ts"
import { repeated } from "./Repeated.ts"

/** A player, as an account is opened for them. */
export interface Payee {
  readonly userId: UserId
  /** The session in which they ask. */
  readonly sessionId: SessionId
  readonly email: string
  readonly emailVerified: boolean
  readonly username: string
}

/** The account is with another provider than this program's. Nothing was changed. */
export class AccountElsewhere extends Data.TaggedError("AccountElsewhere")<{ readonly message: string }> {}

/** The provider of this program. Fails where it cannot be asked, or there is none. */
const ownProvider = Effect.gen(function*() {
  const own = yield* (yield* PayoutProvider).identity
  return own === "off" ? yield* new ProviderUnavailable({ message: "nothing is paid out here" }) : own
})

const requireServed = ({ account, provider }: PayoutAccount, own: OwnProvider) =>
  isServedBy(provider, own)
    ? Effect.void
    : Effect.fail(new AccountElsewhere({ message: `payout account ${account}: ${otherProviderText(provider, own)}` }))

/** The provider has closed an account: it is its player's no more. */
const forget = Effect.fnUntraced(function*({ account, userId }: PayoutAccount) {
  const accounts = yield* PayoutAccounts
  // withdrawals under way keep it in mind: the provider has the last word
  const removed = yield* accounts.unlink(userId, account, "provider").pipe(
    Effect.catchTag("WithdrawalUnderWay", (refused) => Effect.die(refused))
  )
  if (removed) yield* Effect.logWarning(`payout account ${account} is closed: player ${userId} has none any more`)
})

/** Asks the provider whether money can be sent to an account, and keeps the answer. */
const check = Effect.fnUntraced(function*(known: PayoutAccount) {
  const own = yield* ownProvider
  yield* requireServed(known, own)
  const { account } = known
  return yield* (yield* PayoutProvider).accountStatus(account).pipe(
    Effect.tap((status) => PayoutAccounts.use((accounts) => accounts.setStatus(account, status, own))),
    Effect.catchTag("PayoutAccountGone", () => Effect.as(forget(known), "none" as const))
  )
})

/** Asks for an account that a notice, or a refusal, says has changed, and keeps its status. Null for one that is no player's. */
export const refreshAccount = Effect.fn("PayoutAccounts.refreshAccount")(function*(account: string) {
  const known = yield* (yield* PayoutAccounts).named(account)
  return known === null ? null : yield* Effect.catchTag(check(known), "AccountElsewhere", () => Effect.succeed(null))
})

/** How many accounts are opened in place of closed ones before it is given up: the provider may still remember the first. */
const openingsMax = 3

/**
 * A player's account, with a page on which its owner goes on. It is opened where there is none, or where the provider has closed the one
 * that there was.
 */
export const onboard = Effect.fn("PayoutAccounts.onboard")(function*(player: Payee) {
  const allowed = mayOpenPayoutAccount(player)
  if (Result.isFailure(allowed)) return yield* new PayoutAccountRefused({ refusal: allowed.failure })
  const provider = yield* PayoutProvider
  const accounts = yield* PayoutAccounts
  const own = yield* ownProvider
  const now = yield* (yield* Now).now
  let closed: string | null = null
  let gone: PayoutAccountGone | null = null
  for (let opened = 0; opened < openingsMax; opened++) {
    const known: PayoutAccount = (yield* accounts.of(player.userId)) ??
      (yield* accounts.add(
        player.userId,
        yield* provider.openAccount(player, accountOpening(player.sessionId, closed, now)),
        own,
        player.sessionId
      ))
    yield* requireServed(known, own)
    const page = yield* Effect.result(provider.onboarding(known.account))
    if (page._tag === "Success") return page.success
    if (page.failure._tag === "ProviderUnavailable") return yield* page.failure
    gone = page.failure
    closed = known.account
    yield* forget(known)
  }
  return yield* new ProviderUnavailable({ message: "each account that was opened is closed", cause: gone })
})

/**
 * Whether a player can be paid out. A pending account is asked for, as its owner may come straight from the provider's page; one that is
 * ready every ten minutes at most. What was known is said where the provider cannot be asked.
 */
export const readiness = Effect.fn("PayoutAccounts.readiness")(function*(userId: UserId) {
  const accounts = yield* PayoutAccounts
  const known = yield* accounts.of(userId)
  if (known === null) return "none" as const
  if (known.status === "ready" && !(yield* accounts.claimCheck(known.account))) return known.status
  return yield* check(known).pipe(
    Effect.catchTags({
      // it must be removed before another one can be opened: no money can be sent to it from here
      AccountElsewhere: ({ message }) => Effect.as(Effect.logWarning(message), "pending" as const),
      ProviderUnavailable: ({ message }) =>
        Effect.as(Effect.logWarning(`a payout account could not be asked for: ${message}`), known.status)
    })
  )
})

const accountsMillis = 10_000
const accountsMax = 50

/** Asks for pending accounts from time to time: a notice may be lost. One that cannot be asked for keeps no other from being. Never fails. */
export const pollAccounts = Effect.fn("PayoutAccounts.pollAccounts")(function*() {
  return yield* pollOnce.pipe(repeated(accountsMillis, "payout accounts could not be asked for"))
})

/** Asks for the pending accounts that are due. */
export const pollOnce = Effect.gen(function*() {
  for (const known of yield* (yield* PayoutAccounts).claimDue(accountsMax)) {
    yield* check(known).pipe(
      Effect.catchTags({
        AccountElsewhere: () => Effect.void,
        ProviderUnavailable: ({ message }) =>
          Effect.logWarning(`payout account ${known.account} could not be asked for: ${message}`)
      })
    )
  }
})
