/** The players' accounts with the payout provider. */
import { Result } from "effect"
import type { UserId } from "../values/Ids.ts"
import { dayMillis, type Instant, instant } from "../values/Instant.ts"
import type { StoredProvider } from "./ProviderId.ts"

/** `ready`: money can be sent to it. */
export type PayoutAccountStatus = "pending" | "ready"

export interface PayoutAccount {
  readonly userId: UserId
  /** The provider's name for it. */
  readonly account: string
  /** Whom it is with. */
  readonly provider: StoredProvider
  readonly status: PayoutAccountStatus
}

/**
 * Whether a player has the account that was opened for them: `kept` is what stands after it was added where neither the player had an
 * account nor the account a player. Refused, with the name that stands in its way, where it is another.
 */
export const decidePayoutAccount = (
  kept: PayoutAccount | null,
  account: string
): Result.Result<PayoutAccount, { readonly account: string }> =>
  kept?.account === account ? Result.succeed(kept) : Result.fail({ account: kept?.account ?? account })

/**
 * Whether a player may have an account opened. Not before the address is verified: who signed up with another's address would have the
 * money of its holder paid out to themselves later.
 */
export const mayOpenPayoutAccount = (
  { emailVerified }: { readonly emailVerified: boolean }
): Result.Result<void, { readonly _tag: "EmailUnverified" }> =>
  emailVerified ? Result.void : Result.fail({ _tag: "EmailUnverified" })

const minuteMillis = 60_000

/**
 * When the provider is asked for a pending account next, where it is asked now: later the longer the account has been pending, between
 * a minute and a day from now.
 */
export const nextCheckAt = (createdAt: Instant, now: Instant): Instant =>
  instant(now + Math.max(minuteMillis, Math.min(dayMillis, now - createdAt)))
