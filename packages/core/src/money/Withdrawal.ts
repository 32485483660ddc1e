/**
 * A withdrawal and its states.
 *
 * A provider is asked for two things, one after the other: to transfer the money to the player's account with it, and to pay it out
 * from there to their bank. Each has a state of its own, stored before the provider is asked: unsent, unknown, done, refused.
 * What is unknown is asked again under the same key while the provider remembers keys, and only looked up after that. Money goes
 * back to the wallet only where it is certain that none has left: nothing was done or unknown, or what was done is reversed
 * (docs/design.md, "What leaves the building").
 */
import type { UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import type { Cents } from "./Money.ts"
import type { StoredProvider } from "./ProviderId.ts"

/** What a provider is asked to do. A reversal undoes the transfer. */
export const providerSteps = ["transfer", "payout", "reversal"] as const
export type ProviderStep = typeof providerSteps[number]

export type StepStatus = "unsent" | "unknown" | "done" | "refused"

/** Where a step of a withdrawal stands. */
export interface StepState {
  readonly status: StepStatus
  /** Which request it is, from 1. A further one is made only where the one before certainly did nothing. */
  readonly attempt: number
  /** When the request of this attempt was first sent; null until then, and where that was lost. */
  readonly sentAt: Instant | null
  /** The provider's name for what it did; null until that is known. */
  readonly objectId: string | null
}

/** The provider's own states of a payout, in the order in which they may follow: a bank can send back what was paid. */
export const providerPayoutStatuses = ["pending", "in_transit", "paid", "failed", "canceled"] as const
export type ProviderPayoutStatus = typeof providerPayoutStatuses[number]

/** `returned`: paid, and come back. */
export type WithdrawalStatus = "pending" | "paid" | "failed" | "returned"

/** A person has to look. Nothing more is sent until then, but for a reversal that waits for money (`goesOnHeld`). */
export interface Hold {
  /** A clause: what was found. */
  readonly reason: string
  /** The step that the provider has no trace of, or refuses; null where it has something that it should not have. */
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
  /** Whom that account is with. */
  readonly provider: StoredProvider
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
  /** The number of its latest turn, from 1; 0 before the first. By it an answer that comes after the next turn began is recognised. */
  readonly turn: number
  /** How many turns have made no progress since the last that did: its pauses grow with it. */
  readonly idleTurns: number
}

const unsent: StepState = { status: "unsent", attempt: 1, sentAt: null, objectId: null }

/** A withdrawal that was just asked for. */
export const newWithdrawal = (
  asked: Pick<Withdrawal, "id" | "userId" | "amount" | "account" | "provider" | "askedAt">
): Withdrawal => ({
  id: asked.id,
  userId: asked.userId,
  amount: asked.amount,
  account: asked.account,
  provider: asked.provider,
  askedAt: asked.askedAt,
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

/** Whether a payout came to nothing in the end, by the provider's own status of it. */
export const hasFailed = (status: ProviderPayoutStatus | null): boolean => status === "failed" || status === "canceled"

/** Whether money of it is on its way: out, or back from a bank. */
export const isUnderWay = (
  { providerPayoutStatus, status }: Pick<Withdrawal, "providerPayoutStatus" | "status">
): boolean => status === "pending" || (status === "paid" && hasFailed(providerPayoutStatus))

/** The withdrawal with a change of one of its steps. */
export const setStep = (withdrawal: Withdrawal, step: ProviderStep, change: Partial<StepState>): Withdrawal => ({
  ...withdrawal,
  [step]: { ...withdrawal[step], ...change }
})

/** The step as a further request may be made of it: of the one before it is certain that it did nothing. */
export const newAttempt = (withdrawal: Withdrawal, step: ProviderStep): Withdrawal =>
  setStep(withdrawal, step, { status: "unsent", attempt: withdrawal[step].attempt + 1, sentAt: null })

/** What a withdrawal has come to by its steps. */
export const statusBySteps = ({ providerPayoutStatus, reversal, status, transfer }: Withdrawal): WithdrawalStatus => {
  if (status === "failed" || status === "returned") return status
  if (transfer.status === "refused") return "failed"
  if (reversal.status === "done") return status === "paid" ? "returned" : "failed"
  return providerPayoutStatus === "paid" ? "paid" : status
}

/** Whether more became known of a withdrawal, or was decided: of its status, its steps, or what it is held for. */
export const hasNews = (before: Withdrawal, after: Withdrawal): boolean =>
  before.status !== after.status || before.providerPayoutStatus !== after.providerPayoutStatus ||
  before.held?.reason !== after.held?.reason ||
  providerSteps.some((step) =>
    before[step].status !== after[step].status || before[step].attempt !== after[step].attempt
  )
