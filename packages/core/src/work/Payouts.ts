/**
 * Pays withdrawals out through the provider, turn by turn, and keeps the status of payout accounts.
 *
 * Any node may take any turn: what a turn asks is stored before the provider is asked, and its report after. A process that dies
 * in between leaves a request that may or may not have been sent, which the next turn asks again under the same key.
 */
import { Effect } from "effect"
import { frozenProblem } from "../money/ClaimWithdrawal.ts"
import { isServedBy, otherProviderText } from "../money/ProviderId.ts"
import type { ProviderReport } from "../money/ProviderReport.ts"
import type { Withdrawal } from "../money/Withdrawal.ts"
import type { ProviderAction } from "../money/WithdrawalActions.ts"
import type { Resolution } from "../money/WithdrawalResolution.ts"
import { PayoutProvider } from "../ports/PayoutProvider.ts"
import type { Unavailable } from "../ports/Unavailable.ts"
import { Withdrawals } from "../ports/Withdrawals.ts"
import type { Instant } from "../values/Instant.ts"
import type { OperatorAct } from "../values/OperatorAct.ts"
import { refreshAccount } from "./PayoutAccounts.ts"
import { repeated } from "./Repeated.ts"

/** Asks the provider what an action asks. */
const run = Effect.fnUntraced(function*(withdrawal: Withdrawal, action: ProviderAction) {
  const provider = yield* PayoutProvider
  const withdrawals = yield* Withdrawals
  switch (action._tag) {
    case "Send": {
      // a provider may keep an error of its own under the key and say it again and again: what was done all the same is found
      const found = action.isFirst ? null : yield* lookUp(withdrawal, action.step)
      if (found !== null && isSeen(found)) return found
      const { attempt, isFirst, step } = action
      const request = { attempt, isFirst, step, turn: withdrawal.turn }
      // the last look before the money leaves: the player may have been frozen since the turn was claimed
      return action.step === "transfer" && (yield* withdrawals.isFrozen(withdrawal.id))
        ? { _tag: "NotNow", ...request, isKeySpent: false, reason: frozenProblem } satisfies ProviderReport
        : yield* provider.send(withdrawal, request)
    }
    case "LookUp":
      return yield* lookUp(withdrawal, action.step)
    case "Watch":
      return yield* provider.inspect(withdrawal, "payout", action.payoutId)
  }
})

/** Whether the provider has what was looked for. */
const isSeen = ({ _tag }: ProviderReport): boolean => _tag === "TransferSeen" || _tag === "PayoutSeen"

/** Looks for a step. A transfer that is there and was not reversed says that there is no reversal. */
const lookUp = Effect.fnUntraced(function*(
  withdrawal: Withdrawal,
  step: Extract<ProviderAction, { readonly _tag: "LookUp" }>["step"]
) {
  const provider = yield* PayoutProvider
  const found = yield* provider.lookUp(withdrawal, step)
  return step === "reversal" && found._tag === "TransferSeen" && found.reversed === 0n
    ? { _tag: "Absent", step, attempt: withdrawal.reversal.attempt } satisfies ProviderReport
    : found
})

/**
 * Writes down what became known of a withdrawal, whoever learnt it: null for an unknown one. What is held by it, for a reason that it was
 * not held for before, is logged as one error. `act`: an operator had the provider asked.
 */
export const learn = Effect.fn("Payouts.learn")(function*(
  id: string,
  report: ProviderReport,
  turn: number | null,
  act?: OperatorAct
) {
  const reported = yield* (yield* Withdrawals).applyReport(id, report, turn, act)
  if (reported === null) return null
  const { after, before } = reported
  if (after.held !== null && after.held.reason !== before.held?.reason) {
    yield* Effect.logError(`withdrawal ${id} is held for a person: ${after.held.reason}`)
  } else if (after.held === null && after.problem !== null && after.problem !== before.problem) {
    yield* Effect.logWarning(`withdrawal ${id}: ${after.problem}`)
  }
  return reported
})

/** What this program pays out by; null while the provider cannot be asked. */
const ownProvider = PayoutProvider.use(({ identity }) =>
  Effect.catch(
    identity,
    (error) => Effect.as(Effect.logWarning(`the payout provider could not be asked who it is: ${error.message}`), null)
  )
)

/**
 * Why this program must not pay out on these books: withdrawals that are not over are with another provider. Null where there are none,
 * where nothing is paid out, or where the provider cannot be asked now: then each turn is refused by itself.
 */
export const conflict = Effect.fn("Payouts.conflict")(function*() {
  const own = yield* ownProvider
  if (own === null || own === "off") return null
  const open = yield* (yield* Withdrawals).openProviders
  const other = open.find((provider) => !isServedBy(provider, own))
  return other === undefined ? null : otherProviderText(other, own)
})

/** Whether a report may come of the account's state, which the mail about it then tells. */
const saysOfAccount = ({ _tag }: ProviderReport): boolean => _tag === "Refused" || _tag === "AccountGone"

/** Has what is kept of an account follow the provider, as far as it can be asked. */
const followAccount = (account: string) =>
  refreshAccount(account).pipe(
    Effect.catchTag(
      "ProviderUnavailable",
      (error) => Effect.logWarning(`payout account ${account} could not be asked for: ${error.message}`)
    )
  )

/** Takes a withdrawal as far as it can be taken now. Safe at any time, as often as wanted. Gives how many turns that took. */
export const advance = Effect.fn("Payouts.advance")(function*(id: string, isUrgent = false) {
  const withdrawals = yield* Withdrawals
  const own = yield* ownProvider
  let turns = 0
  for (let urgent = isUrgent;; urgent = false) {
    const turn = yield* withdrawals.claim(id, urgent, own)
    if (turn === null) return turns
    turns++
    const report = yield* run(turn.withdrawal, turn.action)
    if (saysOfAccount(report)) yield* followAccount(turn.withdrawal.account)
    yield* learn(id, report, turn.withdrawal.turn)
  }
})

/** What came of a person's decision about a held withdrawal. */
export type Resolved =
  | { readonly _tag: "Resolved"; readonly withdrawal: Withdrawal }
  /** The provider has what was thought absent: the withdrawal went on by itself. */
  | { readonly _tag: "Found"; readonly withdrawal: Withdrawal }
  /** It is not held, or the decision does not apply to what it is held for. */
  | { readonly _tag: "NotApplicable"; readonly withdrawal: Withdrawal }
  /** The provider could not be asked, without which nothing is decided. */
  | { readonly _tag: "NotAsked"; readonly reason: string }
  /** It is with another provider than this program's, which cannot say anything of it: nothing is decided. */
  | { readonly _tag: "OtherProvider"; readonly withdrawal: Withdrawal; readonly why: string }
  | { readonly _tag: "Unknown" }

/** Why a decision is not carried out, by the provider's word, which is asked once more about a step that left no trace; null where it may be. */
export const lookFirst = Effect.fn("Payouts.lookFirst")(function*(
  withdrawal: Withdrawal,
  resolution: Resolution,
  act: OperatorAct
): Effect.fn.Return<Exclude<Resolved, { readonly _tag: "Unknown" }> | null, Unavailable, PayoutProvider | Withdrawals> {
  const own = yield* ownProvider
  if (own === null) return { _tag: "NotAsked", reason: "it did not say who it is" }
  if (!isServedBy(withdrawal.provider, own)) {
    return { _tag: "OtherProvider", withdrawal, why: otherProviderText(withdrawal.provider, own) }
  }
  const step = withdrawal.held?.step ?? null
  if (step === null || resolution === "go on") return null
  const found = yield* lookUp(withdrawal, step)
  if (isSeen(found)) {
    const learnt = yield* learn(withdrawal.id, found, null, act)
    return { _tag: "Found", withdrawal: learnt?.after ?? withdrawal }
  }
  // of an account that is gone nobody but a person can say any more
  return found._tag === "Absent" || found._tag === "AccountGone"
    ? null
    : { _tag: "NotAsked", reason: "reason" in found ? found.reason : "the provider did not say" }
})

/** Carries out a person's decision, after the provider was looked at once more where it is about a step that left no trace. */
export const resolve = Effect.fn("Payouts.resolve")(function*(id: string, resolution: Resolution, act: OperatorAct) {
  const withdrawals = yield* Withdrawals
  const withdrawal = yield* withdrawals.find(id)
  if (withdrawal === null) return { _tag: "Unknown" } satisfies Resolved
  const kept = yield* lookFirst(withdrawal, resolution, act)
  if (kept !== null) return kept
  const resolved = yield* withdrawals.resolve(id, resolution, act)
  return resolved === null
    ? { _tag: "NotApplicable", withdrawal } satisfies Resolved
    : { _tag: "Resolved", withdrawal: resolved } satisfies Resolved
})

/** Gives a withdrawal back that the provider was not asked for; null where it was, or there is none such. */
export const cancel = Effect.fn("Payouts.cancel")(function*(id: string, act: OperatorAct) {
  const learnt = yield* learn(id, { _tag: "Canceled", reason: "canceled by an operator" }, null, act)
  return learnt !== null && learnt.before.status === "pending" && learnt.after.status === "failed" ? learnt.after : null
})

/** How the books and the provider differ about a withdrawal, or what else of it is for a person. */
export interface Difference {
  readonly withdrawal: Withdrawal
  /** What the provider says, in words. */
  readonly found: string
}

/** What a report of a step says otherwise than the books; null where it says the same. What is new is learnt. */
const differenceOf = Effect.fnUntraced(function*(
  withdrawal: Withdrawal,
  step: "transfer" | "payout",
  report: ProviderReport,
  act: OperatorAct
) {
  const { id, [step]: { objectId, status } } = withdrawal
  switch (report._tag) {
    case "TransferSeen":
    case "PayoutSeen": {
      const learnt = yield* learn(id, report, null, act)
      if (learnt === null) return null
      const { after, before } = learnt
      const isNews = after.status !== before.status || after[step].status !== before[step].status ||
        after.held?.reason !== before.held?.reason
      return isNews ? `${step} ${report.objectId}: ${after.held?.reason ?? after.status}` : null
    }
    case "AccountGone": {
      // of what arrived before the account was closed nothing is left to compare
      const learnt = yield* learn(id, report, null, act)
      return learnt?.after.providerPayoutStatus === "paid" ? null : report.reason
    }
    case "Absent":
      return status === "done" ? `no ${step}, where the books have ${objectId}` : null
    default:
      return "reason" in report ? report.reason : "no answer"
  }
})

/**
 * Compares a withdrawal with what the provider has of it, and applies what is new. Gives what differed, and that it is held where it is:
 * nothing where the provider knows what the books know, and no person has to look.
 */
export const reconcile = Effect.fn("Payouts.reconcile")(function*(
  withdrawal: Withdrawal,
  act: OperatorAct
): Effect.fn.Return<ReadonlyArray<Difference>, Unavailable, PayoutProvider | Withdrawals> {
  const provider = yield* PayoutProvider
  const own = yield* ownProvider
  if (!isServedBy(withdrawal.provider, own)) {
    return [{ withdrawal, found: `not compared: ${otherProviderText(withdrawal.provider, own)}` }]
  }
  const found: Array<string> = []
  for (const step of ["transfer", "payout"] as const) {
    if (withdrawal[step].status === "unsent") continue
    const difference = yield* differenceOf(withdrawal, step, yield* provider.lookUp(withdrawal, step), act)
    if (difference !== null) found.push(difference)
  }
  const now = (yield* (yield* Withdrawals).find(withdrawal.id)) ?? withdrawal
  if (found.length === 0 && now.held !== null) found.push(`held: ${now.held.reason}`)
  return found.map((found): Difference => ({ withdrawal: now, found }))
})

/** Transfers since then that bear the name of a withdrawal which the books do not know, and that were not all reversed. */
export const unknownTransfers = Effect.fn("Payouts.unknownTransfers")(function*(since: Instant) {
  const { find } = yield* Withdrawals
  const transfers = yield* (yield* PayoutProvider).transfersSince(since)
  return yield* Effect.filter(
    transfers.filter(({ amount, reversed }) => reversed < amount),
    ({ withdrawalId }) => Effect.map(find(withdrawalId), (withdrawal) => withdrawal === null),
    { concurrency: 4 }
  )
})

const sweepMillis = 1_000
const sweepMax = 200

/** Offers what is due, over and over, until it is interrupted. Never fails. */
export const sweep = Effect.fn("Payouts.sweep")(function*() {
  const withdrawals = yield* Withdrawals
  return yield* withdrawals.offerDue(sweepMax).pipe(
    repeated(sweepMillis, "withdrawals could not be looked through")
  )
})
