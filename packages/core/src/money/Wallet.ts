/**
 * What may happen to a wallet.
 *
 * A wallet changes by movements alone. Each movement is numbered (`seq`, without gaps), carries the balance after it, and
 * names the account on the other side, so that the books are double entry by construction (docs/design.md, "Money").
 *
 * Of the balance, `withdrawable` is what came from prizes; purchased credit is spent before it. How much of it can be withdrawn is for
 * `Withdrawable` to say: prizes of rooms rest.
 *
 * Over 300 lines: every movement is made by the two functions here that nothing else may call.
 */
import { Result } from "effect"
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import { type Birth, unsaidBirth } from "./Age.ts"
import { type Barring, notBarred } from "./Barring.ts"
import { countedOnto, type LimitBook } from "./Limits.ts"
import { type Cents, cents, centsMax, depositedToMax, isCents, smaller, ticketPrice, zero } from "./Money.ts"
import {
  addAwaitingPrize,
  addMaturingPrize,
  awaitingIdentity,
  freeWinningsAt,
  restingAt,
  restingOnceReleased,
  type Winnings,
  withdrawableAt,
  type WithdrawalTerms
} from "./Withdrawable.ts"

/** A wallet as the rules see it. `0 ≤ withdrawable ≤ balance`; who owes has nothing: `debt = 0` or `balance = 0`. */
export interface Wallet extends Winnings, Barring, Birth {
  /** What its player limited, and what is counted against that; null where nothing is limited. */
  readonly limits: LimitBook | null
  /** What was asked to be paid out and is neither paid nor back: no part of the balance. */
  readonly pendingWithdrawal: Cents
  /** What its player owes: of deposits that were taken back after they had been spent. Every credit pays it first. */
  readonly debt: Cents
  /** What was ever asked to be paid out, in cents, without what came back. It may be more than one amount can be. */
  readonly withdrawn: bigint
  /** The number of the movement up to which no prize waits for the identity check any more. */
  readonly releasedTo: number
  /** How many movements it has had: the number of its newest one. */
  readonly seq: number
}

/** The wallet of a player who has just signed up. */
export const emptyWallet: Wallet = {
  balance: zero,
  withdrawable: zero,
  maturing: [],
  awaiting: [],
  pendingWithdrawal: zero,
  debt: zero,
  withdrawn: 0n,
  releasedTo: 0,
  seq: 0,
  limits: null,
  ...notBarred,
  ...unsaidBirth
}

/** Every kind of movement (docs/api.md, "Transaction"). */
export const transactionTypes = [
  "deposit",
  "withdrawal",
  "ticket_purchase",
  "prize_win",
  "refund",
  "chargeback",
  "debt",
  "debt_repaid",
  "house_fee",
  "adjustment"
] as const
export type TransactionType = typeof transactionTypes[number]

/** What an operator moves money by hand for: a credit from the house's own pocket, or the correction of a movement. */
export type AdjustmentKind = "credit" | "correction"

/** A named account on the other side of a movement (docs/design.md, "Money"). */
export type CounterAccount =
  | `draw:${string}`
  | `deposits:${string}`
  | "payouts"
  | `receivable:${string}`
  | `adjustments:${AdjustmentKind}`

/** One movement of one wallet. The counter account moves by `-amount`. */
export interface Movement {
  readonly seq: number
  readonly type: TransactionType
  /** Signed: negative where money leaves the wallet. */
  readonly amount: Cents
  readonly balanceAfter: Cents
  readonly withdrawableDelta: Cents
  readonly counterAccount: CounterAccount
  readonly referenceId: string | null
  /** Of a room's prize: until when it rests; null of all others. */
  readonly maturesAt: Instant | null
  /** Of a prize: whether it waits for the identity check. */
  readonly awaitsIdentity: boolean
}

/** A movement and the wallet after it. */
export interface Moved {
  readonly wallet: Wallet
  readonly movement: Movement
}

/** Movements that happen together, oldest first, and the wallet after them. */
export interface MovedTogether {
  readonly wallet: Wallet
  readonly movements: ReadonlyArray<Movement>
}

/** Why a wallet refuses a movement; the wallet is as it was. */
export type WalletRefusal =
  | { readonly _tag: "InsufficientFunds"; readonly balance: Cents; readonly needed: Cents }
  /** With what is on its way out, which may come back, it would be more than the wallet can hold. */
  | { readonly _tag: "BalanceTooLarge"; readonly balance: Cents; readonly added: Cents }
  | { readonly _tag: "DebtTooLarge"; readonly debt: Cents; readonly added: Cents }

/** Why money cannot be withdrawn; the wallet is as it was. */
export type WithdrawalRefusal =
  | { readonly _tag: "InDebt"; readonly debt: Cents }
  | {
    readonly _tag: "NotWithdrawable"
    readonly balance: Cents
    /** What may be withdrawn at this time. */
    readonly withdrawable: Cents
    /** What rests, and when the next part of it becomes withdrawable. */
    readonly maturing: Cents
    readonly maturesAt: Instant | null
    /** What waits for the identity check. */
    readonly awaitingIdentity: Cents
    readonly asked: Cents
  }
  | { readonly _tag: "InsufficientFunds"; readonly balance: Cents; readonly needed: Cents }

const moved = (
  wallet: Wallet,
  type: TransactionType,
  amount: Cents,
  withdrawableAfter: bigint,
  counterAccount: CounterAccount,
  referenceId: string | null
): Moved => {
  const after: Wallet = {
    ...wallet,
    balance: cents(wallet.balance + amount),
    withdrawable: cents(withdrawableAfter),
    // what comes back is against the same account
    withdrawn: counterAccount === "payouts" ? wallet.withdrawn - amount : wallet.withdrawn,
    seq: wallet.seq + 1,
    limits: wallet.limits === null ? null : countedOnto(wallet.limits, wallet.seq)
  }
  return {
    wallet: after,
    movement: {
      seq: after.seq,
      type,
      amount,
      balanceAfter: after.balance,
      withdrawableDelta: cents(after.withdrawable - wallet.withdrawable),
      counterAccount,
      referenceId,
      maturesAt: null,
      awaitsIdentity: false
    }
  }
}

/** Pays what is owed, as far as the balance goes. */
const repay = (wallet: Wallet, userId: UserId, referenceId: string | null): Moved => {
  const paid = smaller(wallet.balance, wallet.debt)
  const left = wallet.balance - paid
  const repaid = moved(
    wallet,
    "debt_repaid",
    cents(-paid),
    smaller(wallet.withdrawable, left),
    `receivable:${userId}`,
    referenceId
  )
  return { ...repaid, wallet: { ...repaid.wallet, debt: cents(wallet.debt - paid) } }
}

/** A credit; what is owed is paid from it at once. Refused where the wallet, with what may come back to it, would hold over `most`. */
const credit = (
  wallet: Wallet,
  userId: UserId,
  type: TransactionType,
  amount: Cents,
  withdrawableAdded: Cents,
  counterAccount: CounterAccount,
  referenceId: string | null,
  most: bigint = centsMax
): Result.Result<MovedTogether, WalletRefusal> => {
  if (amount <= 0n) throw new RangeError(`a credit is positive, not ${amount} cents`)
  if (wallet.balance + wallet.pendingWithdrawal + amount > most) {
    return Result.fail({ _tag: "BalanceTooLarge", balance: wallet.balance, added: amount })
  }
  const withdrawable = wallet.withdrawable + withdrawableAdded
  const credited = moved(wallet, type, amount, withdrawable, counterAccount, referenceId)
  if (wallet.debt === 0n) return Result.succeed({ wallet: credited.wallet, movements: [credited.movement] })
  const repaid = repay(credited.wallet, userId, referenceId)
  return Result.succeed({ wallet: repaid.wallet, movements: [credited.movement, repaid.movement] })
}

/** Purchased credit comes in from `source`, once per `referenceId`. `amount > 0`. It is not withdrawable. */
export const deposit = (
  wallet: Wallet,
  userId: UserId,
  amount: Cents,
  source: string,
  referenceId: string
): Result.Result<MovedTogether, WalletRefusal> =>
  credit(wallet, userId, "deposit", amount, zero, `deposits:${source}`, referenceId, depositedToMax)

/**
 * A deposit of `amount > 0` is taken back by `source`: from the balance as far as that goes; the rest is owed.
 *
 * Purchased credit goes first, winnings after. Source: docs/design.md, "Money".
 */
export const chargeBack = (
  wallet: Wallet,
  userId: UserId,
  amount: Cents,
  source: string,
  referenceId: string
): Result.Result<MovedTogether, WalletRefusal> => {
  if (amount <= 0n) throw new RangeError(`what is taken back is positive, not ${amount} cents`)
  const missing = amount - wallet.balance
  const movements: Array<Movement> = []
  let before = wallet
  if (missing > 0n) {
    const debt = wallet.debt + missing
    if (!isCents(debt)) return Result.fail({ _tag: "DebtTooLarge", debt: wallet.debt, added: cents(missing) })
    const lent = moved(wallet, "debt", cents(missing), wallet.withdrawable, `receivable:${userId}`, referenceId)
    movements.push(lent.movement)
    before = { ...lent.wallet, debt }
  }
  const left = before.balance - amount
  const taken = moved(
    before,
    "chargeback",
    cents(-amount),
    smaller(before.withdrawable, left),
    `deposits:${source}`,
    referenceId
  )
  movements.push(taken.movement)
  return Result.succeed({ wallet: taken.wallet, movements })
}

/** What took a deposit back. */
export interface Chargeback {
  readonly id: string
  /** What it took from the withdrawable part: zero or negative. */
  readonly withdrawableDelta: Cents
}

/** A deposit that was taken back is given back, with the split between credit and winnings that its taking had. `amount > 0`. */
export const reverseChargeback = (
  wallet: Wallet,
  userId: UserId,
  amount: Cents,
  source: string,
  { withdrawableDelta }: Pick<Chargeback, "withdrawableDelta">,
  referenceId: string
): Result.Result<MovedTogether, WalletRefusal> =>
  credit(wallet, userId, "deposit", amount, cents(-withdrawableDelta), `deposits:${source}`, referenceId)

/**
 * An operator moves `amount`, not zero, by hand, once per `referenceId`. What is given is no winnings unless `isWinnings`, within the limit of
 * deposits; what is taken is there: purchased credit goes first, winnings after.
 */
export const adjust = (
  wallet: Wallet,
  userId: UserId,
  amount: Cents,
  isWinnings: boolean,
  kind: AdjustmentKind,
  referenceId: string
): Result.Result<MovedTogether, WalletRefusal> => {
  const account: CounterAccount = `adjustments:${kind}`
  if (amount > 0n) {
    const winnings = isWinnings ? amount : zero
    return credit(wallet, userId, "adjustment", amount, winnings, account, referenceId, depositedToMax)
  }
  if (amount === 0n) throw new RangeError("an adjustment moves something")
  const left = wallet.balance + amount
  if (left < 0n) {
    return Result.fail({ _tag: "InsufficientFunds", balance: wallet.balance, needed: cents(-amount) })
  }
  const taken = moved(wallet, "adjustment", amount, smaller(wallet.withdrawable, left), account, referenceId)
  return Result.succeed({ wallet: taken.wallet, movements: [taken.movement] })
}

/** Pays for one ticket: purchased credit first, winnings after. Source: plan, part 3.2; docs/design.md, "Money". */
export const payTicket = (wallet: Wallet, drawId: string, ticketId: string): Result.Result<Moved, WalletRefusal> => {
  const left = wallet.balance - ticketPrice
  if (left < 0n) return Result.fail({ _tag: "InsufficientFunds", balance: wallet.balance, needed: ticketPrice })
  const withdrawable = smaller(wallet.withdrawable, left)
  return Result.succeed(
    moved(wallet, "ticket_purchase", cents(-ticketPrice), withdrawable, `draw:${drawId}`, ticketId)
  )
}

/** A draw's pot is won. `amount > 0`; all of it is winnings. */
export const winPrize = (
  wallet: Wallet,
  userId: UserId,
  amount: Cents,
  drawId: string
): Result.Result<MovedTogether, WalletRefusal> =>
  credit(wallet, userId, "prize_win", amount, amount, `draw:${drawId}`, drawId)

/** A room's pot is won at `now`: as any other, but it rests until `maturesAt`, as far as no debt was paid from it. */
export const winRoomPrize = (
  wallet: Wallet,
  userId: UserId,
  amount: Cents,
  drawId: string,
  maturesAt: Instant,
  now: Instant
): Result.Result<MovedTogether, WalletRefusal> =>
  Result.map(winPrize(wallet, userId, amount, drawId), ({ movements, wallet: after }) => {
    const kept = cents(after.withdrawable - wallet.withdrawable)
    return {
      movements: movements.map((movement) => movement.type === "prize_win" ? { ...movement, maturesAt } : movement),
      wallet: kept > 0n && maturesAt > now
        ? { ...after, maturing: addMaturingPrize(after.maturing, { amount: kept, maturesAt }, now) }
        : after
    }
  })

/**
 * A pot is won at `now`: as any other, but it waits for its player's identity check, as far as no debt was paid from it. `maturesAt`: of a
 * room's, until when it rests besides; null of others.
 */
export const winAwaitingPrize = (
  wallet: Wallet,
  userId: UserId,
  amount: Cents,
  drawId: string,
  maturesAt: Instant | null,
  now: Instant
): Result.Result<MovedTogether, WalletRefusal> =>
  Result.map(winPrize(wallet, userId, amount, drawId), ({ movements, wallet: after }) => {
    const kept = cents(after.withdrawable - wallet.withdrawable)
    return {
      movements: movements.map((movement) =>
        movement.type === "prize_win" ? { ...movement, maturesAt, awaitsIdentity: true } : movement
      ),
      wallet: kept > 0n
        ? { ...after, awaiting: addAwaitingPrize(after.awaiting, { amount: kept, maturesAt }, now) }
        : after
    }
  })

/** The prizes that wait for the identity check do so no more; those of rooms rest on until their time. No movement. */
export const releaseAwaiting = (wallet: Wallet): Wallet => ({
  ...wallet,
  maturing: restingOnceReleased(wallet),
  awaiting: [],
  releasedTo: wallet.seq
})

/** The house's part of a draw. `amount > 0`. */
export const collectFee = (
  wallet: Wallet,
  userId: UserId,
  amount: Cents,
  drawId: string
): Result.Result<MovedTogether, WalletRefusal> =>
  credit(wallet, userId, "house_fee", amount, amount, `draw:${drawId}`, drawId)

/**
 * A ticket's price comes back, because its draw was void or its room closed.
 *
 * `withdrawableDelta` is what the purchase's row stored (zero or negative): the split between credit and winnings is
 * restored by it.
 */
export const refundTicket = (
  wallet: Wallet,
  userId: UserId,
  withdrawableDelta: Cents,
  drawId: string,
  ticketId: string
): Result.Result<MovedTogether, WalletRefusal> =>
  credit(wallet, userId, "refund", ticketPrice, cents(-withdrawableDelta), `draw:${drawId}`, ticketId)

/**
 * Money is asked to be paid out at `now`: it leaves the balance and is on its way.
 *
 * Winnings that do not rest can be withdrawn, and first; with `withdrawDeposits` purchased credit too. Nobody withdraws who owes.
 * `amount > 0`. Source: docs/design.md, "Money"; docs/api.md, POST `/wallet/withdraw`, whose order of checks this is.
 */
export const askWithdrawal = (
  wallet: Wallet,
  amount: Cents,
  withdrawalId: string,
  terms: WithdrawalTerms,
  now: Instant
): Result.Result<Moved, WithdrawalRefusal> => {
  if (amount <= 0n) throw new RangeError(`a withdrawal is positive, not ${amount} cents`)
  const { balance, debt, withdrawable } = wallet
  if (debt > 0n) return Result.fail({ _tag: "InDebt", debt })
  if (terms.withdrawDeposits && amount > balance) {
    return Result.fail({ _tag: "InsufficientFunds", balance, needed: amount })
  }
  const limit = withdrawableAt(wallet, terms, now)
  if (amount > limit) {
    return Result.fail({
      _tag: "NotWithdrawable",
      balance,
      withdrawable: limit,
      ...restingAt(wallet, now),
      awaitingIdentity: awaitingIdentity(wallet),
      asked: amount
    })
  }
  const asked = moved(
    wallet,
    "withdrawal",
    cents(-amount),
    // what rests stays, also where purchased credit makes up for it
    withdrawable - smaller(freeWinningsAt(wallet, now), amount),
    "payouts",
    withdrawalId
  )
  return Result.succeed({
    ...asked,
    wallet: { ...asked.wallet, pendingWithdrawal: cents(wallet.pendingWithdrawal + amount) }
  })
}

/** A withdrawal, as far as a wallet has to do with it. */
export interface WithdrawnMoney {
  readonly id: string
  /** Positive. */
  readonly amount: Cents
  /** What asking for it took from the withdrawable part: zero or negative. */
  readonly withdrawableDelta: Cents
}

/**
 * A withdrawal that left before a backup was put back is taken again, from a wallet that has its money once more: from winnings first, as it
 * was, then from purchased credit, then from what rests. What is not there is owed (docs/money.md).
 */
export const takeBackPayout = (
  wallet: Wallet,
  userId: UserId,
  { amount, id }: Pick<WithdrawnMoney, "amount" | "id">,
  now: Instant
): Result.Result<MovedTogether & { readonly owed: Cents }, WalletRefusal> => {
  const missing = amount > wallet.balance ? amount - wallet.balance : 0n
  const debt = wallet.debt + missing
  if (!isCents(debt)) return Result.fail({ _tag: "DebtTooLarge", debt: wallet.debt, added: cents(missing) })
  const pending = wallet.pendingWithdrawal + amount
  if (!isCents(pending)) return Result.fail({ _tag: "BalanceTooLarge", balance: wallet.balance, added: amount })
  const lent = missing === 0n
    ? null
    : moved(wallet, "debt", cents(missing), wallet.withdrawable, `receivable:${userId}`, id)
  const before = lent === null ? wallet : { ...lent.wallet, debt: cents(debt) }
  const left = before.balance - amount
  const winnings = before.withdrawable - smaller(freeWinningsAt(wallet, now), amount)
  const taken = moved(before, "withdrawal", cents(-amount), smaller(winnings, left), "payouts", id)
  return Result.succeed({
    wallet: { ...taken.wallet, pendingWithdrawal: cents(pending) },
    movements: lent === null ? [taken.movement] : [lent.movement, taken.movement],
    owed: cents(missing)
  })
}

const noLongerPending = (wallet: Wallet, amount: Cents): Wallet => ({
  ...wallet,
  pendingWithdrawal: cents(wallet.pendingWithdrawal - amount)
})

/** A withdrawal is paid: it is on its way no longer. No movement: the money left the wallet when it was asked for. */
export const payWithdrawal = (wallet: Wallet, { amount }: WithdrawnMoney): Wallet => noLongerPending(wallet, amount)

/** A withdrawal that was not paid comes back, with the split between credit and winnings that it had. */
export const failWithdrawal = (
  wallet: Wallet,
  userId: UserId,
  withdrawal: WithdrawnMoney
): Result.Result<MovedTogether, WalletRefusal> =>
  returnWithdrawal(noLongerPending(wallet, withdrawal.amount), userId, withdrawal)

/** A withdrawal comes back that had been paid already. */
export const returnWithdrawal = (
  wallet: Wallet,
  userId: UserId,
  { amount, id, withdrawableDelta }: WithdrawnMoney
): Result.Result<MovedTogether, WalletRefusal> =>
  credit(wallet, userId, "refund", amount, cents(-withdrawableDelta), "payouts", id)
