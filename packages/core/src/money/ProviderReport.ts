/**
 * What a provider's answers and notices say of a withdrawal, and what the withdrawal is after them.
 *
 * Reports come late, twice and in any order: one about a request that is no longer in question changes nothing, and a contradiction
 * holds the withdrawal for a person.
 */
import type { Cents } from "./Money.ts"
import {
  hasFailed,
  newAttempt,
  type ProviderPayoutStatus,
  providerPayoutStatuses,
  type ProviderStep,
  setStep,
  statusBySteps,
  type Withdrawal
} from "./Withdrawal.ts"

/** What is reported of a withdrawal. */
export type ProviderReport =
  /** The provider has the transfer, to that account; `reversed` of it went back. */
  | {
    readonly _tag: "TransferSeen"
    readonly objectId: string
    /** Null where it is none of the accounts that are connected to ours. */
    readonly account: string | null
    readonly amount: Cents
    readonly reversed: Cents
  }
  /** The provider has the payout, from that account. */
  | {
    readonly _tag: "PayoutSeen"
    readonly objectId: string
    /** Null where it is none of the accounts that are connected to ours. */
    readonly account: string | null
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
  /**
   * The provider lets us see nothing of the account any more, nor pay out from it. `isFirst`: as of `NotNow`; false
   * where the payout was only looked for.
   */
  | {
    readonly _tag: "AccountGone"
    readonly attempt: number
    readonly turn: number
    readonly isFirst: boolean
    readonly reason: string
  }
  /** The provider has more than one of what there must be one of. */
  | { readonly _tag: "Ambiguous"; readonly reason: string }
  /** It is canceled before the provider was asked. */
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

/** A step made progress: no pause is due, and no problem is left. */
const progressed = (withdrawal: Withdrawal, step: ProviderStep): Withdrawal => ({
  ...releaseHold(withdrawal, step),
  idleTurns: 0,
  problem: null
})

const applyTransfer = (
  withdrawal: Withdrawal,
  { account, amount, objectId, reversed }: Extract<ProviderReport, { readonly _tag: "TransferSeen" }>
): Withdrawal => {
  if (account !== withdrawal.account) {
    return hold(withdrawal, `transfer ${objectId} went to ${account ?? "no account"} instead of ${withdrawal.account}`)
  }
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
  { account, amount, objectId, status }: Extract<ProviderReport, { readonly _tag: "PayoutSeen" }>
): Withdrawal => {
  if (account !== withdrawal.account) {
    return hold(withdrawal, `payout ${objectId} is of ${account ?? "no account"} instead of ${withdrawal.account}`)
  }
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
  if (rank(status) <= rank(before)) return releaseHold(withdrawal, "payout")
  const seen = progressed(
    setStep({ ...withdrawal, providerPayoutStatus: status }, "payout", { status: "done", objectId }),
    "payout"
  )
  return hasFailed(status)
    ? { ...seen, problem: `payout ${objectId} ${status === "failed" ? "failed" : "was canceled"}` }
    : seen
}

/** How often a payout is asked for in vain before a person looks: a day at least, by the pauses in between. */
export const payoutAttemptsMax = 160

/**
 * A step that could not be done for lack of money or by a limit, ready for a further request. The platform's lack, which keeps transfers
 * waiting, is its operator's to end. That an account lacks what is to be taken back from it, or was transferred to it, is told to a person.
 */
const askedInVain = (withdrawal: Withdrawal, step: ProviderStep, reason: string): Withdrawal => {
  const next = newAttempt(withdrawal, step)
  const isPersons = step === "reversal" || (step === "payout" && withdrawal.payout.attempt >= payoutAttemptsMax)
  return isPersons && next.held === null ? hold(next, reason, step) : next
}

/** What a payout comes to whose account is gone: refused where nothing can have been asked for, else for a person. */
const accountGone = (
  withdrawal: Withdrawal,
  { attempt, isFirst, reason, turn }: Extract<ProviderReport, { readonly _tag: "AccountGone" }>
): Withdrawal => {
  const { held, payout, providerPayoutStatus } = withdrawal
  // held already, or nothing more is to be learnt from that account
  if (held !== null || providerPayoutStatus === "paid" || hasFailed(providerPayoutStatus)) return withdrawal
  if (payout.status === "done") return hold(withdrawal, reason, "payout")
  if (payout.status !== "unknown" || payout.attempt !== attempt) return withdrawal
  return isFirst && turn === withdrawal.turn
    ? { ...setStep(withdrawal, "payout", { status: "refused" }), problem: reason, idleTurns: 0 }
    : hold(withdrawal, reason, "payout")
}

/** Whether it can be given back: the provider was not asked for it. */
export const canBeCanceled = ({ status, transfer }: Pick<Withdrawal, "status" | "transfer">): boolean =>
  transfer.status === "unsent" && status === "pending"

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
    case "AccountGone":
      return accountGone(withdrawal, report)
    case "Canceled":
      return canBeCanceled(withdrawal)
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
      if (report.isKeySpent) return askedInVain(releaseHold(told, report.step), report.step, report.reason)
      return report.isFirst && report.turn === withdrawal.turn
        ? setStep(told, report.step, { status: "unsent", sentAt: null })
        : told
    }
  }
}

/** The withdrawal with what became known of it, in whatever order and however often that is said. */
export const applyReport = (withdrawal: Withdrawal, report: ProviderReport): Withdrawal => {
  const updated = applyToSteps(withdrawal, report)
  return { ...updated, status: statusBySteps(updated) }
}
