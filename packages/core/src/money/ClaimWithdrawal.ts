/**
 * Claiming a withdrawal's turn: whoever claims it asks the provider one thing, and reports what came of it.
 *
 * What the turn is about is stored before the provider is asked. A claim ends by itself, so that a process which dies in its turn
 * leaves a request that may or may not have been sent, and another process a turn that is due.
 */
import { type Instant, instant } from "../values/Instant.ts"
import { isServedBy, otherProviderText, type OwnProvider, recorded } from "./ProviderId.ts"
import type { Withdrawal } from "./Withdrawal.ts"
import {
  isClaimed,
  nextAction,
  pauseMillis,
  type ProviderAction,
  type ScheduledWithdrawal
} from "./WithdrawalActions.ts"

/** The withdrawal as it is stored before the provider is asked: whatever happens from here on, the request may have been sent. */
export const startTurn = (withdrawal: Withdrawal, action: ProviderAction, now: Instant): Withdrawal => {
  const begun = { ...withdrawal, turn: withdrawal.turn + 1, idleTurns: withdrawal.idleTurns + 1 }
  if (action._tag !== "Send") return begun
  const state = begun[action.step]
  return { ...begun, [action.step]: { ...state, status: "unknown", sentAt: state.sentAt ?? now } }
}

/** What is said of a frozen player's withdrawal, whose transfer is not sent. */
export const frozenProblem = "the account is frozen"

/** How long a claim lasts. Longer than any request may take: whoever claimed the turn is thought dead after that. */
export const turnMillis = 120_000

/** Read under the lock of the withdrawal's row, the clock too. */
export interface ClaimFacts extends ScheduledWithdrawal {
  /** Whether its player's account is frozen. */
  readonly isFrozen: boolean
  /** When the newest epoch began, after a backup was put back; null where none did. */
  readonly restoredAt: Instant | null
  readonly now: Instant
}

export type ClaimDecision =
  /** It is not due, or its turn is somebody's. Nothing is written. */
  | { readonly _tag: "Leave" }
  /** There is nothing to ask now. It is written. */
  | ({ readonly _tag: "Rest" } & ScheduledWithdrawal)
  /** It is written; then the provider is asked. */
  | ({ readonly _tag: "Claim"; readonly action: ProviderAction } & ScheduledWithdrawal)

/** What was asked for before a backup was put back may have been sent, whatever the row says: it is looked for first. */
const lookedForFirst = (action: ProviderAction, { askedAt }: Withdrawal, restoredAt: Instant | null): ProviderAction =>
  action._tag === "Send" && restoredAt !== null && askedAt <= restoredAt ? { ...action, isFirst: false } : action

/**
 * Decides whether a turn is claimed. `isUrgent`: before it is due, too. Of a frozen account nothing is sent that was not sent before; what
 * was sent goes on. `own`: the provider that whoever claims it would ask; what is with another one rests.
 */
export const claimWithdrawal = (
  { isFrozen, now, restoredAt, schedule, withdrawal }: ClaimFacts,
  isUrgent: boolean,
  own: OwnProvider | null
): ClaimDecision => {
  const { dueAt } = schedule
  if (dueAt === null || isClaimed(schedule, now) || !(isUrgent || dueAt <= now)) return { _tag: "Leave" }
  const action = nextAction(withdrawal, now)
  if (action === null) return { _tag: "Rest", withdrawal, schedule: { dueAt: null, claimedUntil: null } }
  const rest = (problem: string): ClaimDecision => {
    const resting = { ...withdrawal, idleTurns: withdrawal.idleTurns + 1, problem }
    return {
      _tag: "Rest",
      withdrawal: resting,
      schedule: { dueAt: instant(now + pauseMillis(resting)), claimedUntil: null }
    }
  }
  const { provider, transfer } = withdrawal
  if (own === null || !isServedBy(provider, own)) return rest(otherProviderText(provider, own))
  if (isFrozen && transfer.status === "unsent") return rest(frozenProblem)
  // due again when the claim ends: should whoever has it die, others find it by that
  const claimedUntil = instant(now + turnMillis)
  return {
    _tag: "Claim",
    action: lookedForFirst(action, withdrawal, restoredAt),
    withdrawal: { ...startTurn(withdrawal, action, now), provider: recorded(provider, own) },
    schedule: { dueAt: claimedUntil, claimedUntil }
  }
}
