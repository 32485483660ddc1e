/**
 * What a failed request to Stripe means for what it asked for.
 *
 * The one question is whether it may have been done. Stripe keeps the answer of a request whose execution began,
 * whatever it was, and gives it again under the same key: a definite refusal, and a lack of funds, are for ever under
 * theirs. What was turned away before that (our key, our pace, another request under way) left no trace.
 */
import type { ProviderReport } from "@ddd/core/money/ProviderReport"
import type { SentRequest } from "@ddd/core/ports/PayoutProvider"
import { Stripe } from "stripe"

export type StripeFailure =
  /** It may have been done, or may be yet. */
  | { readonly _tag: "Unknown"; readonly reason: string }
  /** It was not done. `isKeySpent`: another try needs another key. */
  | { readonly _tag: "NotNow"; readonly isKeySpent: boolean; readonly reason: string }
  /** It was not done and never will be. */
  | { readonly _tag: "Refused"; readonly reason: string }

/** Codes of refusals that pass: money that is not there yet, and a limit of the day. */
const passing = new Set(["balance_insufficient", "insufficient_funds", "payouts_limit_exceeded"])

const reasonMax = 300

/** Stripe quotes parts of keys in its messages. */
const withoutSecrets = (text: string): string => text.replace(/\b(?:[sr]k_(?:live|test)|whsec)_[^\s'",]*/g, "…")

const describe = ({ code, message, type }: Stripe.errors.StripeError): string => {
  const text = `${code ?? type}: ${withoutSecrets(message)}`.replace(/\s+/g, " ").trim()
  return text.length <= reasonMax ? text : `${text.slice(0, reasonMax - 1)}…`
}

/** Whether Stripe turned a request away before it began with it. By status: the library has no class for a 409. */
const isTurnedAway = ({ statusCode }: Stripe.errors.StripeError): boolean =>
  statusCode === 401 || statusCode === 403 || statusCode === 409 || statusCode === 429

/** What an error of the library means. One that is none of Stripe's leaves a doubt like a broken connection. */
export const failureOf = (error: unknown): StripeFailure => {
  const { errors } = Stripe
  if (!(error instanceof errors.StripeError)) {
    return { _tag: "Unknown", reason: error instanceof Error ? withoutSecrets(error.message) : "an unknown failure" }
  }
  const reason = describe(error)
  // the same key for something else: what was done under it the first time is not known here
  if (error instanceof errors.StripeIdempotencyError) return { _tag: "Unknown", reason }
  if (isTurnedAway(error) || error instanceof errors.StripeRateLimitError) {
    return { _tag: "NotNow", isKeySpent: false, reason }
  }
  if (error instanceof errors.StripeInvalidRequestError || error instanceof errors.StripeCardError) {
    return error.code !== undefined && passing.has(error.code)
      ? { _tag: "NotNow", isKeySpent: true, reason }
      : { _tag: "Refused", reason }
  }
  return { _tag: "Unknown", reason }
}

/** The same as a report about the withdrawal whose step was asked for. */
export const reportOfFailure = (
  failure: StripeFailure,
  { attempt, isFirst, step, turn }: SentRequest
): ProviderReport => {
  const reason = `Stripe, asked for the ${step}: ${failure.reason}`
  switch (failure._tag) {
    case "Unknown":
      return { _tag: "Unknown", reason }
    case "NotNow":
      return { _tag: "NotNow", step, attempt, turn, isFirst, isKeySpent: failure.isKeySpent, reason }
    case "Refused":
      return { _tag: "Refused", step, attempt, reason }
  }
}

/** Whether Stripe has nothing by the name that it was asked for. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeError && error.statusCode === 404 &&
  (error.code === "resource_missing" || error.code === "not_found")

/** What Stripe answers about an account that is closed, or whose owner has disconnected it from us: 403 or 404, for ever. */
const goneCodes = new Set(["account_invalid", "account_closed"])

/** Whether a request failed because the connected account that it was about is gone. */
export const isAccountGone = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeError && error.code !== undefined && goneCodes.has(error.code)
