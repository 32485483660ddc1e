/**
 * What follows where something became known of a withdrawal, or a person decided about it: its new state, and the movement, the wallet
 * and the mail that go with that state.
 *
 * Money moves only with the status, and a status never comes back: so each move happens once, however often the same is reported.
 */
import { Result } from "effect"
import type { Instant } from "../values/Instant.ts"
import type { NewJob } from "../values/Job.ts"
import { logged, type NewOperatorEntry, type OperatorAct } from "../values/OperatorAct.ts"
import type { Cents } from "./Money.ts"
import { applyReport, type ProviderReport } from "./ProviderReport.ts"
import {
  failWithdrawal,
  type MovedTogether,
  payWithdrawal,
  returnWithdrawal,
  type Wallet,
  type WalletRefusal
} from "./Wallet.ts"
import type { Withdrawal } from "./Withdrawal.ts"
import { dueAfter, isClaimed, type ScheduledWithdrawal, withdrawalMailJob } from "./WithdrawalActions.ts"
import { type Resolution, resolve } from "./WithdrawalResolution.ts"

/** A withdrawal and its movement, read under the lock of the withdrawal's row. */
export interface StoredWithdrawal extends ScheduledWithdrawal {
  /** What asking for it took from the withdrawable part: its movement's, zero or negative. */
  readonly withdrawableDelta: Cents
}

/** Read under the locks of the player's wallet and then of the withdrawal's row, the clock last. */
export interface ConcludeFacts extends StoredWithdrawal {
  readonly wallet: Wallet
  readonly now: Instant
}

/** What a new status does. It is written before the withdrawal. */
export interface StatusEffects extends MovedTogether {
  /** What the withdrawal's own movement becomes; null where it stays as it is. */
  readonly movementStatus: "completed" | "failed" | null
  readonly jobs: ReadonlyArray<NewJob>
}

/** A withdrawal as it is to be written. */
export interface Conclusion extends ScheduledWithdrawal {
  /** Null where the status is as it was: no money moves. */
  readonly effects: StatusEffects | null
}

/** The money that comes back; refused where the wallet cannot hold it, which happens to what had been paid alone. */
const comeBack = (
  wallet: Wallet,
  withdrawableDelta: Cents,
  { amount, id, status, userId }: Withdrawal
): Result.Result<MovedTogether, WalletRefusal> => {
  const back = status === "failed" ? failWithdrawal : returnWithdrawal
  return back(wallet, userId, { id, amount, withdrawableDelta })
}

const effectsOf = (
  { wallet, withdrawableDelta, withdrawal: before }: Pick<ConcludeFacts, "wallet" | "withdrawableDelta" | "withdrawal">,
  after: Withdrawal
): Result.Result<StatusEffects | null, WalletRefusal> => {
  const { amount, id, status } = after
  if (status === before.status || status === "pending") return Result.succeed(null)
  const jobs = [withdrawalMailJob(after, status)]
  return status === "paid"
    ? Result.succeed({
      movementStatus: "completed",
      wallet: payWithdrawal(wallet, { id, amount, withdrawableDelta }),
      movements: [],
      jobs
    })
    : Result.map(comeBack(wallet, withdrawableDelta, after), (moved) => ({
      movementStatus: status === "failed" ? "failed" : null,
      ...moved,
      jobs
    }))
}

/**
 * `turn`: the turn that ends by this; null: none does. Another one that is under way stays its claimer's. What the wallet cannot take back
 * is held as it stood.
 */
const conclude = (facts: ConcludeFacts, wanted: Withdrawal, turn: number | null): Conclusion => {
  const { now, schedule, withdrawal: before } = facts
  const effects = effectsOf(facts, wanted)
  const after: Withdrawal = Result.isSuccess(effects) ? wanted : {
    ...before,
    held: { reason: "it came back, and the wallet cannot hold that much more", step: null }
  }
  const claimedUntil = isClaimed(schedule, now) && turn !== before.turn ? schedule.claimedUntil : null
  const dueAt = dueAfter(after, now)
  return {
    withdrawal: after,
    schedule: { dueAt: dueAt === null ? null : claimedUntil ?? dueAt, claimedUntil },
    effects: Result.isSuccess(effects) ? effects.success : null
  }
}

/** What follows from a report. `turn`: the turn in which it was got, which ends; null: it came otherwise, as a notice does. */
export const concludeReport = (facts: ConcludeFacts, report: ProviderReport, turn: number | null): Conclusion =>
  conclude(facts, applyReport(facts.withdrawal, report), turn)

/** What follows from a person's decision; null where it does not apply: nothing is written. */
export const concludeResolution = (facts: ConcludeFacts, resolution: Resolution): Conclusion | null => {
  const after = resolve(facts.withdrawal, resolution)
  return after === null ? null : conclude(facts, after, null)
}

/** Whether withdrawals would have to be canceled for a wallet to hold `needed`, as far as there are any. */
export const lacksFunds = ({ balance, pendingWithdrawal }: Wallet, needed: Cents): boolean =>
  balance < needed && pendingWithdrawal > 0n

/** What is canceled, and the wallet after it. */
export interface Cancellation {
  readonly wallet: Wallet
  /** In the order in which they are to be written. */
  readonly canceled: ReadonlyArray<Conclusion>
}

/**
 * Cancels withdrawals that the provider has not been asked for, newest first, until the wallet holds `needed`. `unsent`: all such
 * withdrawals of the player, newest first, read under the locks of the wallet and then of their rows.
 */
export const cancelUnsent = (
  wallet: Wallet,
  unsent: ReadonlyArray<StoredWithdrawal>,
  needed: Cents,
  now: Instant
): Cancellation => {
  const canceled: Array<Conclusion> = []
  let left = wallet
  for (const stored of unsent) {
    if (left.balance >= needed) break
    const report = { _tag: "Canceled", reason: "called off: a deposit was refunded" } as const
    const conclusion = concludeReport({ ...stored, wallet: left, now }, report, null)
    left = conclusion.effects?.wallet ?? left
    canceled.push(conclusion)
  }
  return { wallet: left, canceled }
}

/** What is written of what an operator had looked for, and of what one decided, where it changes a withdrawal. */
export const withdrawalEntry = (
  act: OperatorAct,
  { id, userId }: Pick<Withdrawal, "id" | "userId">,
  what: { readonly learnt: ProviderReport["_tag"] } | { readonly decided: Resolution }
): NewOperatorEntry => logged(act, "withdrawal", id, { ...what, user: userId })
