/**
 * Four eyes: money that is moved by hand above a limit waits until another operator approves it (docs/decisions/0067).
 *
 * What waits is what was asked for; whether it is done is decided anew when it is approved, by the facts of that moment.
 */
import { Result } from "effect"
import type { UserId } from "../values/Ids.ts"
import { dayMillis, type Instant, instant } from "../values/Instant.ts"
import { isSameOperator, logged, type NewOperatorEntry, type OperatorAct } from "../values/OperatorAct.ts"
import type { Adjustment } from "./Adjustment.ts"
import { type Cents, formatCents } from "./Money.ts"
import type { DueFundingStep } from "./RecordFunding.ts"
import type { Withdrawal } from "./Withdrawal.ts"
import type { Resolution } from "./WithdrawalResolution.ts"

/**
 * What moves by hand: an adjustment of a wallet, an open purchase that is credited, a held withdrawal that is given back, a deposit of our
 * own machines.
 */
export const handMoneyKinds = ["adjustment", "purchase", "withdrawal", "deposit"] as const
export type HandMoneyKind = typeof handMoneyKinds[number]

/** Money that is to be moved by hand, as it was asked for. */
export interface HandMoney {
  readonly kind: HandMoneyKind
  readonly userId: UserId
  /** Not zero; negative where it is taken from the wallet. */
  readonly amount: Cents
  /** What moves it once, ever: the adjustment's, purchase's or deposit's reference, or the withdrawal's id. */
  readonly reference: string
  /** Of an adjustment: the movement that it corrects, if any, and whether it can be withdrawn. */
  readonly corrects: string | null
  readonly isWinnings: boolean
  /** Of a deposit: what its caller wants kept beside it. */
  readonly metadata: Readonly<Record<string, unknown>> | null
}

const ofFunding = (kind: "purchase" | "deposit") =>
(
  reference: string,
  { amount, userId }: Pick<DueFundingStep, "amount" | "userId">,
  metadata: HandMoney["metadata"] = null
): HandMoney => ({ kind, userId, amount, reference, corrects: null, isWinnings: false, metadata })

/** An open purchase that an operator credits. */
export const purchaseMoney = ofFunding("purchase")
/** A deposit that our own machines tell of. */
export const depositMoney = ofFunding("deposit")

/** A held withdrawal that an operator gives back: its step did not happen, and the money returns. Null of any other decision. */
export const givenBack = (
  { amount, id, userId }: Pick<Withdrawal, "amount" | "id" | "userId">,
  resolution: Resolution
): HandMoney | null =>
  resolution === "absent"
    ? { kind: "withdrawal", userId, amount, reference: id, corrects: null, isWinnings: false, metadata: null }
    : null

/** An adjustment of a wallet. */
export const adjustmentMoney = ({ amount, corrects, isWinnings, reference, userId }: Adjustment): HandMoney => ({
  kind: "adjustment",
  userId,
  amount,
  reference,
  corrects,
  isWinnings,
  metadata: null
})

export const approvalStates = ["waiting", "done", "refused", "expired"] as const
export type ApprovalState = typeof approvalStates[number]

export interface Approval {
  readonly id: string
  readonly money: HandMoney
  /** Who asked, by which command and why. */
  readonly asked: OperatorAct
  readonly askedAt: Instant
  /** From then on nobody can approve it. */
  readonly expiresAt: Instant
  readonly state: ApprovalState
  /** Who approved or refused it; null while it waits, and where it expired. */
  readonly decidedBy: string | null
  readonly decidedAt: Instant | null
}

/** Our own machines, who ask for deposits by INTERNAL_API_TOKEN: any operator is another. */
export const internalAct: OperatorAct = { operator: "internal API", command: "POST /wallet/deposit", reason: null }

/** How long it waits for another operator, in milliseconds: a week. */
export const approvalMillis = 7 * dayMillis

/** Whether another operator is asked. `above` is FOUR_EYES_ABOVE; null: nobody is, whatever the amount. */
export const needsApproval = (above: Cents | null, amount: Cents): boolean =>
  above !== null && (amount < 0n ? -amount : amount) > above

/** An approval as it stands at `now`: one that waited for too long waits no more, whether or not that was written. */
export const approvalAt = (approval: Approval, now: Instant): Approval =>
  approval.state === "waiting" && now >= approval.expiresAt ? { ...approval, state: "expired" } : approval

/** Whether the same is asked for, by whomever. */
const isSameMoney = (one: HandMoney, other: HandMoney): boolean =>
  one.userId === other.userId && one.amount === other.amount && one.corrects === other.corrects &&
  one.isWinnings === other.isWinnings

/** What comes of asking. */
export type Asked =
  /** It waits from now on. */
  | { readonly _tag: "Ask"; readonly approval: Approval }
  /** Something waits under its reference already. `isSame`: just this. */
  | { readonly _tag: "Waits"; readonly approval: Approval; readonly isSame: boolean }

/** Asks another operator. `waiting`: what waits for the same kind and reference, as it stands now. */
export const askApproval = (
  { newId, now, waiting }: { readonly waiting: Approval | null; readonly now: Instant; readonly newId: string },
  money: HandMoney,
  asked: OperatorAct
): Asked =>
  waiting !== null
    ? { _tag: "Waits", approval: waiting, isSame: isSameMoney(waiting.money, money) }
    : {
      _tag: "Ask",
      approval: {
        id: newId,
        money,
        asked,
        askedAt: now,
        expiresAt: instant(now + approvalMillis),
        state: "waiting",
        decidedBy: null,
        decidedAt: null
      }
    }

export type ApprovalRefusal =
  /** It was decided, or waited for too long. */
  | { readonly _tag: "NotWaiting"; readonly approval: Approval }
  /** Who asked cannot approve. */
  | { readonly _tag: "OwnRequest"; readonly approval: Approval }

/**
 * What another operator decides; who asked may only refuse. `approval` is read under its lock. That it is approved is written with its
 * effect, or not at all.
 */
export const decideApproval = (
  { approval: found, now }: { readonly approval: Approval; readonly now: Instant },
  decision: "approve" | "refuse",
  act: OperatorAct
): Result.Result<Approval, ApprovalRefusal> => {
  const approval = approvalAt(found, now)
  if (approval.state !== "waiting") return Result.fail({ _tag: "NotWaiting", approval })
  if (decision === "approve" && isSameOperator(approval.asked.operator, act.operator)) {
    return Result.fail({ _tag: "OwnRequest", approval })
  }
  return Result.succeed({
    ...approval,
    state: decision === "approve" ? "done" : "refused",
    decidedBy: act.operator,
    decidedAt: now
  })
}

/** What is written of asking, approving and refusing. */
export const approvalEntry = (act: OperatorAct, { asked, id, money }: Approval): NewOperatorEntry =>
  logged(act, "approval", id, {
    of: money.kind,
    user: money.userId,
    reference: money.reference,
    amount: formatCents(money.amount),
    askedBy: asked.operator
  })
