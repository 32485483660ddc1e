/**
 * Paying in on a provider's own page: what a player may ask for, and what becomes of it.
 *
 * A checkout is written down before the provider is asked to open its page, under the id that both are then known by. What the provider
 * says of it later decides what becomes of it (`CheckoutReport`).
 */
import { Result } from "effect"
import { answerToRepeat, type Idempotency, type KeptAnswer, type KeyReused } from "../values/Idempotency.ts"
import type { UserId } from "../values/Ids.ts"
import { type Instant, instant } from "../values/Instant.ts"
import { isPlayer } from "../values/Player.ts"
import { type AgeRefusal, refusalOfAge } from "./Age.ts"
import { type PlayerBarred, refusalOfBarred } from "./Barring.ts"
import { depositWithin, type LimitExceeded } from "./Limits.ts"
import { type Cents, cents, depositedToMax, formatCents } from "./Money.ts"
import type { OwnProvider } from "./ProviderId.ts"
import type { Wallet } from "./Wallet.ts"

/** The least and the most of one checkout: $5.00 and $1,000.00. */
export const checkoutMin: Cents = cents(500n)
export const checkoutMax: Cents = cents(100_000n)

/** How many checkouts of one player may be under way at a time. */
export const checkoutsUnderWayMax = 5

/** How long a page may be paid on: milliseconds. Stripe takes half an hour to a day. */
const pageMillis = 3_600_000

/**
 * `asked`: the provider has not said yet that its page is open. `open`: it can be paid. `processing`: its player has paid, by a way whose money
 * takes days. `paid`: the money came. `expired`: nobody paid. `failed`: the page was not opened, or the money did not come.
 */
export const checkoutStatuses = ["asked", "open", "processing", "paid", "expired", "failed"] as const
export type CheckoutStatus = typeof checkoutStatuses[number]

/** Those in which money may come yet: of each player a few. */
const underWayStatuses: ReadonlyArray<CheckoutStatus> = ["asked", "open", "processing"]

export const isCheckoutUnderWay = ({ status }: Pick<Checkout, "status">): boolean => underWayStatuses.includes(status)

/** With whom a checkout is, for ever. */
export type CheckoutProviderId = Exclude<OwnProvider, "off">

export interface Checkout {
  readonly id: string
  readonly userId: UserId
  /** `checkoutMin` … `checkoutMax`. */
  readonly amount: Cents
  readonly provider: CheckoutProviderId
  readonly askedAt: Instant
  /** Until when the page can be paid on, in whole seconds. */
  readonly expiresAt: Instant
  readonly status: CheckoutStatus
  /** The provider's name for the page; null until it is known. */
  readonly sessionId: string | null
  /** Where the page is; null until it is known. */
  readonly url: string | null
  /** The provider's name for the payment; null until it is known. */
  readonly paymentId: string | null
  /** Why it failed, a clause; null where it has not. */
  readonly problem: string | null
}

/** A checkout, and when it is to be looked up next: null once it is over. */
export interface ScheduledCheckout {
  readonly checkout: Checkout
  readonly dueAt: Instant | null
}

export interface CheckoutRequest {
  readonly userId: UserId
  readonly amount: Cents
  readonly provider: CheckoutProviderId
  /** As of a purchase. */
  readonly idempotency: Idempotency | null
}

/** Why no checkout begins. Nothing is changed. */
export type CheckoutRefusal =
  | { readonly _tag: "UnknownUser" }
  | KeyReused
  | { readonly _tag: "AccountFrozen" }
  | PlayerBarred
  | AgeRefusal
  /** It would be more than a limit of deposits allows, what is under way counted. */
  | LimitExceeded
  /** The wallet could not hold it. */
  | { readonly _tag: "WalletFull" }
  /** So many are under way already. `until`: when the first of them is over at the latest; null where that is not known. */
  | { readonly _tag: "TooManyUnderWay"; readonly max: number; readonly until: Instant | null }

/** What is kept of the answer. */
export interface KeptCheckout {
  readonly _tag: "Checkout"
  readonly checkoutId: string
}

/** Read under the lock of the player's wallet, the clock too. */
export interface CheckoutFacts {
  /** Null where there is none of that id. */
  readonly player: { readonly isErased: boolean; readonly isFrozen: boolean } | null
  /** Null where there is none. */
  readonly wallet: Wallet | null
  /** Under the request's key. */
  readonly kept: KeptAnswer<Pick<KeptCheckout, "checkoutId">> | null
  /** All of the player's that are under way. */
  readonly underWay: ReadonlyArray<Pick<Checkout, "amount" | "expiresAt" | "status">>
  readonly now: Instant
  /** From which age on one may play (MIN_AGE); null: from any. */
  readonly minAge: number | null
  /** Of the checkout, if it comes to that. */
  readonly newId: string
}

export type CheckoutDecision =
  /** Nothing is written: the answer is that checkout. */
  | { readonly _tag: "Repeat"; readonly checkoutId: string }
  | { readonly _tag: "Ask"; readonly asked: ScheduledCheckout; readonly answer: KeptCheckout }

/** When the first of those under way is over at the latest; null where one's money takes days. */
const firstOver = (underWay: CheckoutFacts["underWay"]): Instant | null => {
  const ends = underWay.flatMap(({ expiresAt, status }) => status === "processing" ? [] : [expiresAt])
  return ends.length === 0 ? null : instant(Math.min(...ends))
}

/**
 * Decides a request: nobody pays what would be refused afterwards. A repeat is answered before anything that may have changed since.
 *
 * Throws `RangeError` for an amount out of bounds: those are refused where it is read.
 */
export const decideCheckout = (
  { kept, minAge, newId, now, player, underWay, wallet }: CheckoutFacts,
  { amount, idempotency, provider, userId }: CheckoutRequest
): Result.Result<CheckoutDecision, CheckoutRefusal> => {
  if (amount < checkoutMin || amount > checkoutMax) throw new RangeError(`a checkout is not of ${formatCents(amount)}`)
  if (player === null || wallet === null || !isPlayer({ userId, isErased: player.isErased })) {
    return Result.fail({ _tag: "UnknownUser" })
  }
  const earlier = answerToRepeat(idempotency, kept)
  if (Result.isFailure(earlier)) return Result.fail(earlier.failure)
  if (earlier.success !== null) return Result.succeed({ _tag: "Repeat", checkoutId: earlier.success.checkoutId })
  if (player.isFrozen) return Result.fail({ _tag: "AccountFrozen" })
  const refused = refusalOfBarred(wallet, now) ?? refusalOfAge(minAge, wallet, now)
  if (refused !== null) return Result.fail(refused)
  if (underWay.length >= checkoutsUnderWayMax) {
    return Result.fail({ _tag: "TooManyUnderWay", max: checkoutsUnderWayMax, until: firstOver(underWay) })
  }
  const pending = underWay.reduce((sum, { amount }) => sum + amount, 0n)
  const exceeded = wallet.limits === null ? null : depositWithin(wallet.limits, pending + amount, now)
  if (exceeded !== null) return Result.fail(exceeded)
  if (wallet.balance + pending + amount > depositedToMax) return Result.fail({ _tag: "WalletFull" })
  const checkout: Checkout = {
    id: newId,
    userId,
    amount,
    provider,
    askedAt: now,
    expiresAt: instant(Math.floor((now + pageMillis) / 1_000) * 1_000),
    status: "asked",
    sessionId: null,
    url: null,
    paymentId: null,
    problem: null
  }
  return Result.succeed({
    _tag: "Ask",
    asked: { checkout, dueAt: nextLookAt(checkout, now) },
    answer: { _tag: "Checkout", checkoutId: newId }
  })
}

const lookMillisMin = 60_000
const lookMillisMax = 6 * 3_600_000

/**
 * When a checkout is looked up next, in case no notice of it comes: after a minute at first, then ever more seldom, four times a day in the
 * end; once more right after it can no longer be paid. Null once it is over.
 */
export const nextLookAt = (checkout: Checkout, now: Instant): Instant | null => {
  if (!isCheckoutUnderWay(checkout)) return null
  const next = now + Math.min(lookMillisMax, Math.max(lookMillisMin, Math.floor((now - checkout.askedAt) / 2)))
  const over = checkout.expiresAt + lookMillisMin
  return instant(now < over && next > over ? over : next)
}
