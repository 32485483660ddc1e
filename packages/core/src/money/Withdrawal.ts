/**
 * The way of a withdrawal out of the house, as a state machine: plain data in, plain data out.
 *
 * A provider is asked for two things, one after the other: to transfer the money to the player's account with it, and to pay it out
 * from there to their bank. Each has a state of its own, stored before the provider hears of it: unsent, unknown, done, refused.
 * What is unknown is asked again under the same key while the provider remembers keys, and only looked up after that. Money goes
 * back to the wallet only where it is certain that none has left: nothing was done or unknown, or what was done is reversed
 * (DESIGN.md, "What leaves the building").
 */
import type { UserId } from "../values/Ids.ts"
import { type Instant, instant } from "../values/Instant.ts"
import type { Cents } from "./Money.ts"

/** What a provider is asked to do. A reversal undoes the transfer. */
export const providerSteps = ["transfer", "payout", "reversal"] as const
export type ProviderStep = typeof providerSteps[number]

export type StepStatus = "unsent" | "unknown" | "done" | "refused"

/** Where a step of a withdrawal stands. */
export interface StepState {
  readonly status: StepStatus
  /** Which request it is, from 1. A further one is made only where the one before certainly did nothing. */
  readonly attempt: number
  /** When the request of this attempt was first sent; null until then. */
  readonly sentAt: Instant | null
  /** The provider's name for what it did; null until that is known. */
  readonly objectId: string | null
}

/** The provider's own states of a payout, in the order in which they may follow: a bank can send back what was paid. */
export const providerPayoutStatuses = ["pending", "in_transit", "paid", "failed", "canceled"] as const
export type ProviderPayoutStatus = typeof providerPayoutStatuses[number]

/** `returned`: paid, and come back. */
export type WithdrawalStatus = "pending" | "paid" | "failed" | "returned"

/** Nothing more is sent until a person has looked. */
export interface Hold {
  /** A clause: what was found. */
  readonly reason: string
  /** The step that the provider has nothing of, or refuses; null where it has something that it should not. */
  readonly step: ProviderStep | null
}

export interface Withdrawal {
  /** The id of its movement: what all that the provider is told derives from. UUID, lower case. */
  readonly id: string
  readonly userId: UserId
  /** Positive. */
  readonly amount: Cents
  /** The provider's name for the player's account. */
  readonly account: string
  readonly askedAt: Instant
  readonly status: WithdrawalStatus
  readonly transfer: StepState
  readonly payout: StepState
  /** Of the payout that was done; null before. */
  readonly providerPayoutStatus: ProviderPayoutStatus | null
  readonly reversal: StepState
  /** Why a person has to look at it; null where none has to. */
  readonly held: Hold | null
  /** The latest thing that went wrong, for people. */
  readonly problem: string | null
  /** How often it was taken up: names a turn, so that an answer that comes after the next turn began is recognised. */
  readonly turn: number
  /** Turns since it last got on: what its pauses grow by. */
  readonly idleTurns: number
}

const unsent: StepState = { status: "unsent", attempt: 1, sentAt: null, objectId: null }

/** A withdrawal that was just asked for. */
export const newWithdrawal = (
  asked: Pick<Withdrawal, "id" | "userId" | "amount" | "account" | "askedAt">
): Withdrawal => ({
  ...asked,
  status: "pending",
  transfer: unsent,
  payout: unsent,
  providerPayoutStatus: null,
  reversal: unsent,
  held: null,
  problem: null,
  turn: 0,
  idleTurns: 0
})

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

const hasFailed = (status: ProviderPayoutStatus | null): boolean => status === "failed" || status === "canceled"

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

/** What became known of a withdrawal. */
export type ProviderReport =
  /** The provider has the transfer; `reversed` of it went back. */
  | { readonly _tag: "TransferSeen"; readonly objectId: string; readonly amount: Cents; readonly reversed: Cents }
  | {
    readonly _tag: "PayoutSeen"
    readonly objectId: string
    readonly amount: Cents
    readonly status: ProviderPayoutStatus
  }
  /** The request of that attempt did nothing and never will. */
  | { readonly _tag: "Refused"; readonly step: ProviderStep; readonly attempt: number; readonly reason: string }
  /**
   * The request did nothing this time, for a reason that is no refusal. `isKeySpent`: under its key the provider will give the same
   * answer for ever. `turn`: when it was sent; `isFirst`: as the action said.
   */
  | {
    readonly _tag: "NotNow"
    readonly step: ProviderStep
    readonly attempt: number
    readonly turn: number
    readonly isFirst: boolean
    readonly isKeySpent: boolean
    readonly reason: string
  }
  /** Nobody knows whether the request did anything, or the provider could not be asked. */
  | { readonly _tag: "Unknown"; readonly reason: string }
  /** The provider was asked for what became of a step, and has nothing. */
  | { readonly _tag: "Absent"; readonly step: ProviderStep; readonly attempt: number }
  /** The provider has more than one of what there must be one of. */
  | { readonly _tag: "Ambiguous"; readonly reason: string }
  /** It is called off before the provider heard of it. */
  | { readonly _tag: "Canceled"; readonly reason: string }

const rank = (status: ProviderPayoutStatus | null): number =>
  status === null ? -1 : providerPayoutStatuses.indexOf(status)

const hold = (withdrawal: Withdrawal, reason: string, step: ProviderStep | null = null): Withdrawal => ({
  ...withdrawal,
  held: { reason, step },
  problem: reason
})

/** What became of a step is certain: what was held for its sake no longer is. */
const releaseHold = (withdrawal: Withdrawal, step: ProviderStep): Withdrawal => ({
  ...withdrawal,
  held: withdrawal.held?.step === step ? null : withdrawal.held
})

/** Got on with a step. */
const progressed = (withdrawal: Withdrawal, step: ProviderStep): Withdrawal => ({
  ...releaseHold(withdrawal, step),
  idleTurns: 0,
  problem: null
})

const setStep = (withdrawal: Withdrawal, step: ProviderStep, change: Partial<StepState>): Withdrawal => ({
  ...withdrawal,
  [step]: { ...withdrawal[step], ...change }
})

/** The step may be asked for anew, as another request: of the one before it is certain that it did nothing. */
const newAttempt = (withdrawal: Withdrawal, step: ProviderStep): Withdrawal =>
  setStep(withdrawal, step, { status: "unsent", attempt: withdrawal[step].attempt + 1, sentAt: null })

const applyTransfer = (
  withdrawal: Withdrawal,
  { amount, objectId, reversed }: Extract<ProviderReport, { readonly _tag: "TransferSeen" }>
): Withdrawal => {
  const { transfer: { objectId: known, status } } = withdrawal
  if (known !== null && known !== objectId) {
    return hold(withdrawal, `the provider has two transfers for it, ${known} and ${objectId}`)
  }
  if (amount !== withdrawal.amount) {
    return hold(withdrawal, `transfer ${objectId} is of ${amount} cents instead of ${withdrawal.amount}`)
  }
  if (withdrawal.status === "failed" && status === "refused") {
    return hold(withdrawal, `transfer ${objectId} was made although the money is back in the wallet`)
  }
  const seen = setStep(withdrawal, "transfer", { status: "done", objectId })
  const updated = status === "done" ? seen : progressed(seen, "transfer")
  if (reversed === 0n || updated.reversal.status === "done") return updated
  if (reversed !== amount) {
    return hold(updated, `only ${reversed} of the ${amount} cents of transfer ${objectId} were reversed`)
  }
  const { payout, providerPayoutStatus } = updated
  return payout.status === "unsent" || payout.status === "refused" || hasFailed(providerPayoutStatus)
    ? {
      ...progressed(setStep(updated, "reversal", { status: "done", objectId }), "reversal"),
      problem: updated.problem
    }
    : hold(updated, `transfer ${objectId} was reversed although its payout has not failed`)
}

const applyPayout = (
  withdrawal: Withdrawal,
  { amount, objectId, status }: Extract<ProviderReport, { readonly _tag: "PayoutSeen" }>
): Withdrawal => {
  const { payout: { objectId: known }, providerPayoutStatus: before } = withdrawal
  if (known !== null && known !== objectId) {
    return hold(withdrawal, `the provider has two payouts for it, ${known} and ${objectId}`)
  }
  if (amount !== withdrawal.amount) {
    return hold(withdrawal, `payout ${objectId} is of ${amount} cents instead of ${withdrawal.amount}`)
  }
  // a payout is asked for only once its transfer is known: this one was not asked for by us
  if (withdrawal.transfer.status !== "done") {
    return hold(withdrawal, `payout ${objectId} was made although nothing is known to have been transferred`)
  }
  if (withdrawal.reversal.status === "done" && known === null) {
    return hold(withdrawal, `payout ${objectId} was made although its transfer was reversed`)
  }
  // notices come in any order: a status never goes back
  if (rank(status) <= rank(before)) return withdrawal
  const seen = progressed(
    setStep({ ...withdrawal, providerPayoutStatus: status }, "payout", { status: "done", objectId }),
    "payout"
  )
  return hasFailed(status)
    ? { ...seen, problem: `payout ${objectId} ${status === "failed" ? "failed" : "was canceled"}` }
    : seen
}

const absence = { transfer: "no transfer", payout: "no payout", reversal: "no reversal" } as const

const applyToSteps = (withdrawal: Withdrawal, report: ProviderReport): Withdrawal => {
  switch (report._tag) {
    case "TransferSeen":
      return applyTransfer(withdrawal, report)
    case "PayoutSeen":
      return applyPayout(withdrawal, report)
    case "Unknown":
      return { ...withdrawal, problem: report.reason }
    case "Ambiguous":
      return hold(withdrawal, report.reason)
    case "Canceled":
      return withdrawal.transfer.status === "unsent" && withdrawal.status === "pending"
        ? { ...setStep(withdrawal, "transfer", { status: "refused" }), problem: report.reason }
        : withdrawal
    case "Refused":
    case "NotNow":
    case "Absent": {
      const { attempt, status } = withdrawal[report.step]
      // about a request that is no longer the one in question, or of which it is certain what it did
      const isOpen = status === "unknown" ||
        (status === "refused" && report._tag === "Absent" && report.step === "reversal")
      if (attempt !== report.attempt || !isOpen) return withdrawal
      if (report._tag === "Absent") {
        // a transfer cannot be reversed twice, so what is not reversed may be asked for again
        return report.step === "reversal" && status === "unknown"
          ? newAttempt(withdrawal, "reversal")
          : hold(
            withdrawal,
            report.step === "reversal"
              ? withdrawal.problem ?? "the provider refuses to reverse the transfer"
              : `the provider knows ${absence[report.step]} of it, and may no longer be asked the same again`,
            report.step
          )
      }
      const told = { ...withdrawal, problem: report.reason }
      if (report._tag === "Refused") {
        return setStep({ ...releaseHold(told, report.step), idleTurns: 0 }, report.step, { status: "refused" })
      }
      if (report.isKeySpent) return newAttempt(releaseHold(told, report.step), report.step)
      return report.isFirst && report.turn === withdrawal.turn
        ? setStep(told, report.step, { status: "unsent", sentAt: null })
        : told
    }
  }
}

/** What a withdrawal has come to by its steps. */
const statusOf = ({ providerPayoutStatus, reversal, status, transfer }: Withdrawal): WithdrawalStatus => {
  if (status === "failed" || status === "returned") return status
  if (transfer.status === "refused") return "failed"
  if (reversal.status === "done") return status === "paid" ? "returned" : "failed"
  return providerPayoutStatus === "paid" ? "paid" : status
}

/** The withdrawal with what became known of it, in whatever order and however often that is said. */
export const applyReport = (withdrawal: Withdrawal, report: ProviderReport): Withdrawal => {
  const updated = applyToSteps(withdrawal, report)
  return { ...updated, status: statusOf(updated) }
}

/** What a person decides about a withdrawal that is held. */
export type Resolution =
  /** The step did not happen and never will: the money comes back. */
  | "absent"
  /** The step did not happen: it is asked for once more. */
  | "again"
  /** What was found was put right with the provider: go on. */
  | "go on"

const decide = (withdrawal: Withdrawal, step: ProviderStep | null, resolution: Resolution): Withdrawal | null => {
  if (resolution === "go on") return step === null ? withdrawal : null
  if (step === null) return null
  if (resolution === "again") return newAttempt(withdrawal, step)
  return step === "reversal" ? null : setStep(withdrawal, step, { status: "refused" })
}

/**
 * A held withdrawal as a person resolved it; null where that makes no sense of it. For `absent` and `again` the provider must have
 * been looked at once more, and still have nothing.
 */
export const resolve = (withdrawal: Withdrawal, resolution: Resolution): Withdrawal | null => {
  const { held } = withdrawal
  if (held === null) return null
  const resolved = decide({ ...withdrawal, held: null, idleTurns: 0 }, held.step, resolution)
  return resolved === null ? null : { ...resolved, status: statusOf(resolved) }
}
