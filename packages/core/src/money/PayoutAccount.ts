/** The players' accounts with the payout provider. */
import { Result } from "effect"
import type { UserId } from "../values/Ids.ts"
import { dayMillis, type Instant, instant } from "../values/Instant.ts"
import type { OperatorAct } from "../values/OperatorAct.ts"
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

/** Read under the lock of the player's row, without which no session of theirs is ended by a reset, nor are they erased. */
export interface PayoutAccountFacts {
  /** Whether the session in which the account was opened has not ended. */
  readonly isSessionLiving: boolean
  /** What stands once the account is added where neither the player had one nor the account a player. */
  readonly kept: PayoutAccount | null
}

/** Why an account that was opened is not kept. Nothing is changed. */
export type PayoutAccountFault =
  /** Whoever ended the session may have removed what was linked in it: nothing is linked in it afterwards. */
  | { readonly _tag: "SessionEnded" }
  /** `account`: the name that stands in its way. */
  | { readonly _tag: "Taken"; readonly account: string }

/** Whether a player has the account that was opened for them in a session. */
export const decidePayoutAccount = (
  { isSessionLiving, kept }: PayoutAccountFacts,
  account: string
): Result.Result<PayoutAccount, PayoutAccountFault> => {
  if (!isSessionLiving) return Result.fail({ _tag: "SessionEnded" })
  return kept?.account === account
    ? Result.succeed(kept)
    : Result.fail({ _tag: "Taken", account: kept?.account ?? account })
}

/**
 * Whether a player may have an account opened. Not before the address is verified: who signed up with another's address would have the
 * money of its holder paid out to themselves later.
 */
export const mayOpenPayoutAccount = (
  { emailVerified }: { readonly emailVerified: boolean }
): Result.Result<void, { readonly _tag: "EmailUnverified" }> =>
  emailVerified ? Result.void : Result.fail({ _tag: "EmailUnverified" })

/** Who ends the link between a player and an account: the player, an operator, or the provider, which has closed it. */
export type UnlinkedBy = "player" | "provider" | OperatorAct

/** Read under the lock of the player's wallet, without which no withdrawal is asked for. */
export interface UnlinkFacts {
  /** Null where there is none. */
  readonly kept: PayoutAccount | null
  /** Whether a withdrawal of the player is pending, or comes back from a bank (`isUnderWay`). */
  readonly hasWithdrawalUnderWay: boolean
}

/**
 * Whether the link is removed; false where it is not there. A player waits until their withdrawals are over. An operator and the provider
 * do not: a withdrawal keeps the account that it began with. `account`: only where it is that one; null: whichever.
 */
export const decideUnlink = (
  { hasWithdrawalUnderWay, kept }: UnlinkFacts,
  account: string | null,
  by: UnlinkedBy
): Result.Result<boolean, { readonly _tag: "WithdrawalUnderWay" }> =>
  kept === null || (account !== null && kept.account !== account)
    ? Result.succeed(false)
    : by === "player" && hasWithdrawalUnderWay
    ? Result.fail({ _tag: "WithdrawalUnderWay" })
    : Result.succeed(true)

const minuteMillis = 60_000
const hourMillis = 60 * minuteMillis

/** Which opening of an account a request is for. Under the same one the provider gives the same account, however often it is asked. */
export interface AccountOpening {
  /** The session of whoever asks. */
  readonly session: string
  /** The hour in which they ask, counted from 1970. */
  readonly hour: number
  /** The player's account that is gone, in whose place another one is opened; null: none that we know of. */
  readonly closed: string | null
}

/**
 * The opening of an account that is asked for at `now`. What is asked twice within the hour is one account. What is asked later, or by
 * another session, is another one: an account that was removed may have been a stranger's, or one with which something was wrong, and the
 * provider remembers its opening for weeks.
 */
export const accountOpening = (session: string, closed: string | null, now: Instant): AccountOpening => ({
  session,
  hour: Math.floor(now / hourMillis),
  closed
})

/** How long what the provider said of an account that is ready is believed without asking again. */
const readyMillis = 10 * minuteMillis

/** When an account is due to be asked for. */
export interface AccountCheck {
  readonly createdAt: Instant
  readonly checkAt: Instant
  readonly status: PayoutAccountStatus
}

/** When the provider is asked for an account next, where it is asked now; null where it was asked a short while ago. */
export const claimCheck = ({ checkAt, createdAt, status }: AccountCheck, now: Instant): Instant | null =>
  checkAt > now ? null : status === "ready" ? instant(now + readyMillis) : nextCheckAt(createdAt, now)

/**
 * When the provider is asked for a pending account next, where it is asked now: later the longer the account has been pending, between
 * a minute and a day from now.
 */
export const nextCheckAt = (createdAt: Instant, now: Instant): Instant =>
  instant(now + Math.max(minuteMillis, Math.min(dayMillis, now - createdAt)))
