/**
 * What is asked of the provider next about a withdrawal, and when.
 *
 * A request that was sent is repeated under its key for less than the provider remembers keys; after that it is only looked up.
 */
import { type Instant, instant } from "../values/Instant.ts"
import type { NewJob, WithdrawalEvent } from "../values/Job.ts"
import { hasFailed, type ProviderStep, type StepState, type Withdrawal } from "./Withdrawal.ts"

/** How long the same request is repeated under the same key: an hour less than providers remember keys at least. */
export const keyLifeMillis = 23 * 3_600_000

/** How long a payout that arrived is looked at once a day: banks send money back within days. */
export const watchedMillis = 7 * 86_400_000

/** What is to be done next. */
export type ProviderAction =
  /** Send the request of a step, again where it was sent before. `isFirst`: this attempt was never sent. */
  | { readonly _tag: "Send"; readonly step: ProviderStep; readonly attempt: number; readonly isFirst: boolean }
  /** Look for what became of a step whose request may no longer be repeated. */
  | { readonly _tag: "LookUp"; readonly step: ProviderStep; readonly attempt: number }
  /** Look how far the payout is. */
  | { readonly _tag: "Watch"; readonly payoutId: string }

/** The key under which a provider does a request once: of the withdrawal, the step and the attempt. */
export const requestKey = (withdrawalId: string, step: ProviderStep, attempt: number): string =>
  `ddd-${withdrawalId}-${step}-${attempt}`

const send = (step: ProviderStep, { attempt, sentAt, status }: StepState, now: Instant): ProviderAction =>
  // when it was sent is unknown of what a backup lost: its key may have come to its end
  status === "unknown" && (sentAt === null || now - sentAt >= keyLifeMillis)
    ? { _tag: "LookUp", step, attempt }
    : { _tag: "Send", step, attempt, isFirst: status === "unsent" }

/**
 * Whether a held withdrawal goes on by itself: it waits for an account to have the money that is to be taken back from it. A transfer is
 * reversed once, however often that is asked for.
 */
const goesOnHeld = ({ held, reversal }: Pick<Withdrawal, "held" | "reversal">): boolean =>
  held?.step === "reversal" && reversal.status !== "refused"

/** What is to be done about a withdrawal at `now`; null where nothing is, ever or before a person has looked at it. */
export const nextAction = (withdrawal: Withdrawal, now: Instant): ProviderAction | null => {
  const { askedAt, held, payout, providerPayoutStatus, reversal, status, transfer } = withdrawal
  if ((held !== null && !goesOnHeld(withdrawal)) || status === "failed" || status === "returned") return null
  if (transfer.status !== "done") return send("transfer", transfer, now)
  if (payout.status === "refused" || hasFailed(providerPayoutStatus)) {
    return reversal.status === "refused"
      ? { _tag: "LookUp", step: "reversal", attempt: reversal.attempt }
      : send("reversal", reversal, now)
  }
  if (payout.status !== "done" || payout.objectId === null) return send("payout", payout, now)
  return providerPayoutStatus !== "paid" || now - askedAt < watchedMillis
    ? { _tag: "Watch", payoutId: payout.objectId }
    : null
}

const secondMillis = 1_000

/** How long it rests before its next turn, in milliseconds: the longer, the longer nothing has changed. */
export const pauseMillis = ({ held, idleTurns, payout, providerPayoutStatus, status }: Withdrawal): number => {
  if (status === "paid" && !hasFailed(providerPayoutStatus)) return 86_400 * secondMillis
  // banks take days: asking every second would not make them quicker
  const [first, most] = held !== null
    ? [60, 3_600]
    : payout.status === "done" && !hasFailed(providerPayoutStatus)
    ? [5, 3_600]
    : [1, 600]
  return Math.min(first * 2 ** Math.max(0, Math.min(idleTurns, 20) - 1), most) * secondMillis
}

/**
 * When a withdrawal's next turn is due, as it stands after a turn or a notice at `now`: at once where it made progress and there is
 * more to ask, after a rest otherwise; null where nothing is left to do, ever or before a person has looked at it.
 */
export const dueAfter = (withdrawal: Withdrawal, now: Instant): Instant | null => {
  const action = nextAction(withdrawal, now)
  if (action === null) return null
  return withdrawal.idleTurns === 0 && action._tag !== "Watch" ? now : instant(now + pauseMillis(withdrawal))
}

/** When a withdrawal's next turn is due, and whose it is. */
export interface WithdrawalSchedule {
  /** Null where nothing is left to do, ever or before a person has looked at it. */
  readonly dueAt: Instant | null
  /** Until when the turn that is under way belongs to whoever claimed it; null where none is. */
  readonly claimedUntil: Instant | null
}

/** A withdrawal as it is stored. */
export interface ScheduledWithdrawal {
  readonly withdrawal: Withdrawal
  readonly schedule: WithdrawalSchedule
}

/** Whether somebody's turn is under way at `now`. */
export const isClaimed = ({ claimedUntil }: WithdrawalSchedule, now: Instant): boolean =>
  claimedUntil !== null && claimedUntil > now

/** The job that has a withdrawal's first turn taken. */
export const firstTurnJob = ({ id }: Pick<Withdrawal, "id">): NewJob => ({
  id: `payout ${id}`,
  job: { _tag: "PayOut", withdrawalId: id }
})

const hourMillis = 3_600_000

/**
 * The job that has a turn taken which was due at `dueAt`. Its id is another one for each hour that the turn stays due: where a job came
 * to nothing, there is a further one.
 */
export const laterTurnJob = (id: string, dueAt: Instant, now: Instant): NewJob => ({
  id: `payout ${id} ${dueAt} ${Math.floor((now - dueAt) / hourMillis)}`,
  job: { _tag: "PayOut", withdrawalId: id }
})

/** The job that tells a withdrawal's player what became of it; each event once. */
export const withdrawalMailJob = (
  { id, userId }: Pick<Withdrawal, "id" | "userId">,
  event: WithdrawalEvent
): NewJob => ({
  id: `withdrawal ${id} ${event}`,
  job: { _tag: "MailWithdrawal", userId, withdrawalId: id, event }
})
