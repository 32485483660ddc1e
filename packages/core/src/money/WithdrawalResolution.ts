/** What a person may decide about a withdrawal that is held. */
import { newAttempt, type ProviderStep, setStep, statusBySteps, type Withdrawal } from "./Withdrawal.ts"

/** What a person decides about a withdrawal that is held. */
export type Resolution =
  /** The step did not happen and never will: the money comes back. */
  | "absent"
  /** The step did not happen: it is asked for once more. */
  | "again"
  /** The payout arrived, which only its bank or the provider's own pages can tell any more. */
  | "paid"
  /** What was found was put right with the provider: go on. */
  | "go on"

const resolveStep = (withdrawal: Withdrawal, step: ProviderStep | null, resolution: Resolution): Withdrawal | null => {
  if (resolution === "go on") return step === null ? withdrawal : null
  if (step === null) return null
  // the provider has it, and says no more of it
  if (step === "payout" && withdrawal.payout.status === "done") {
    if (resolution === "again") return null
    return { ...withdrawal, providerPayoutStatus: resolution === "paid" ? "paid" : "failed" }
  }
  if (resolution === "paid") return null
  if (resolution === "again") return newAttempt(withdrawal, step)
  return step === "reversal" ? null : setStep(withdrawal, step, { status: "refused" })
}

/**
 * A held withdrawal as a person resolved it; null where that does not apply to it. For `absent` and `again` the provider must have
 * been looked at once more, and still have nothing.
 */
export const resolve = (withdrawal: Withdrawal, resolution: Resolution): Withdrawal | null => {
  const { held } = withdrawal
  if (held === null) return null
  const resolved = resolveStep({ ...withdrawal, held: null, idleTurns: 0 }, held.step, resolution)
  return resolved === null ? null : { ...resolved, status: statusBySteps(resolved) }
}
