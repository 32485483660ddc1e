/**
 * A withdrawal that the database lost with a backup that was put back: it is recorded again under its own id (docs/decisions/0098).
 *
 * Its money may have left. So it is only looked for at the provider, and never sent again unless a person says so.
 */
import { Result } from "effect"
import type { Instant } from "../values/Instant.ts"
import type { NewJob } from "../values/Job.ts"
import type { Cents } from "./Money.ts"
import { type MovedTogether, takeBackPayout, type Wallet, type WalletRefusal } from "./Wallet.ts"
import { newWithdrawal, setStep, type Withdrawal } from "./Withdrawal.ts"
import { firstTurnJob, type ScheduledWithdrawal } from "./WithdrawalActions.ts"

/** What is remembered of a withdrawal outside the database, from before its transfer is first asked for. */
export interface SentWithdrawal
  extends Pick<Withdrawal, "id" | "userId" | "amount" | "account" | "provider" | "askedAt">
{
  /** The newest request of its transfer, from 1. */
  readonly attempt: number
  /** Whether all of its money came back to the wallet. */
  readonly isOver: boolean
}

/** Whether the money is in the wallet again. */
const cameBack = ({ status }: Pick<Withdrawal, "status">): boolean => status === "failed" || status === "returned"

/** What is to be remembered of a withdrawal; null where no provider was ever asked for it. */
export const sentWithdrawal = (withdrawal: Withdrawal): SentWithdrawal | null => {
  const { account, amount, askedAt, id, provider, transfer, userId } = withdrawal
  return transfer.status === "unsent" && transfer.attempt === 1
    ? null
    : { id, userId, amount, account, provider, askedAt, attempt: transfer.attempt, isOver: cameBack(withdrawal) }
}

/** As after a turn in which it may have been sent, nobody knows when: it is only looked up. */
const maybeSent = (withdrawal: Withdrawal, attempt: number): Withdrawal => ({
  ...setStep(withdrawal, "transfer", {
    status: "unknown",
    attempt: Math.max(withdrawal.transfer.attempt, attempt),
    sentAt: null
  }),
  turn: Math.max(withdrawal.turn, 1)
})

/** A withdrawal that is stored as not sent, and was; null of any other: what is known of it holds. */
export const recordSending = (
  { withdrawal }: ScheduledWithdrawal,
  sent: SentWithdrawal,
  now: Instant
): ScheduledWithdrawal | null =>
  withdrawal.status === "pending" && withdrawal.transfer.status === "unsent" && !sent.isOver
    ? { withdrawal: maybeSent(withdrawal, sent.attempt), schedule: { dueAt: now, claimedUntil: null } }
    : null

/** What is written where a lost withdrawal is recorded again. */
export interface RecordedAgain {
  /** Of the movements, the one of type `withdrawal` has the withdrawal's id. */
  readonly moved: MovedTogether
  readonly recorded: ScheduledWithdrawal
  /** What of the amount the wallet could not bear, and its player owes from now on. */
  readonly owed: Cents
  readonly jobs: ReadonlyArray<NewJob>
}

/** Records a lost withdrawal again at `now`; refused where the wallet's numbers would be too large. */
export const recordAgain = (
  wallet: Wallet,
  sent: SentWithdrawal,
  now: Instant
): Result.Result<RecordedAgain, WalletRefusal> =>
  Result.map(takeBackPayout(wallet, sent.userId, sent, now), ({ owed, ...moved }) => {
    const withdrawal = newWithdrawal(sent)
    return {
      moved,
      owed,
      recorded: {
        withdrawal: maybeSent(withdrawal, sent.attempt),
        schedule: { dueAt: now, claimedUntil: null }
      },
      jobs: [firstTurnJob(withdrawal)]
    }
  })
