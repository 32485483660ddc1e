/**
 * What is asked of the provider next about a withdrawal, and when.
 *
 * A request that was sent is repeated under its key for less than the provider remembers keys; after that it is only looked up.
 */
import { type Instant, instant } from "../values/Instant.ts"
import { hasFailed, type ProviderStep, type StepState, type Withdrawal } from "./Withdrawal.ts"

/** How long the same request is repeated under the same key: an hour less than providers remember keys at least. */
export const keyLifeMillis = 23 * 3_600_000

/** How long a payout that arrived is looked at once a day: banks send money back within days. */
const watchedMillis = 7 * 86_400_000

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
  status === "unknown" && sentAt !== null && now - sentAt >= keyLifeMillis
    ? { _tag: "LookUp", step, attempt }
    : { _tag: "Send", step, attempt, isFirst: status === "unsent" }

/** What is to be done about a withdrawal at `now`; null where nothing is, ever or before a person has looked at it. */
export const nextAction = (withdrawal: Withdrawal, now: Instant): ProviderAction | null => {
  const { askedAt, held, payout, providerPayoutStatus, reversal, status, transfer } = withdrawal
  if (held !== null || status === "failed" || status === "returned") return null
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

/** The withdrawal as it is stored before its action is run: whatever happens from here on, the request may have been sent. */
export const startTurn = (withdrawal: Withdrawal, action: ProviderAction, now: Instant): Withdrawal => {
  const begun = { ...withdrawal, turn: withdrawal.turn + 1, idleTurns: withdrawal.idleTurns + 1 }
  if (action._tag !== "Send") return begun
  const state = begun[action.step]
  return { ...begun, [action.step]: { ...state, status: "unknown", sentAt: state.sentAt ?? now } }
}

const secondMillis = 1_000

/** How long it rests before it is taken up again, in milliseconds: the longer, the longer nothing has changed. */
export const pauseMillis = ({ idleTurns, payout, providerPayoutStatus, status }: Withdrawal): number => {
  if (status === "paid" && !hasFailed(providerPayoutStatus)) return 86_400 * secondMillis
  // banks take days: asking every second would not make them quicker
  const [first, most] = payout.status === "done" && !hasFailed(providerPayoutStatus) ? [5, 3_600] : [1, 600]
  return Math.min(first * 2 ** Math.max(0, Math.min(idleTurns, 20) - 1), most) * secondMillis
}

/**
 * When a withdrawal is to be taken up next, as it stands after a turn or a notice at `now`: at once where it got on and can be taken
 * further, after a rest otherwise; null where nothing is left to do, ever or before a person has looked at it.
 */
export const dueAfter = (withdrawal: Withdrawal, now: Instant): Instant | null => {
  const action = nextAction(withdrawal, now)
  if (action === null) return null
  return withdrawal.idleTurns === 0 && action._tag !== "Watch" ? now : instant(now + pauseMillis(withdrawal))
}

/** How long a turn is its own: whoever took it up is thought dead after that. Longer than any request may take. */
export const turnMillis = 120_000
