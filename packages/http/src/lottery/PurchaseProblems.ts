/** Why a purchase is not made, in the words of the API: what daily draws and rooms have in common. */
import type { PurchaseRefusal } from "@ddd/core/draws/Sale"
import { formatCents } from "@ddd/core/money/Money"
import type { OutcomeUnknown } from "@ddd/core/ports/Sales"
import { makeSeldomLog } from "@ddd/core/work/SeldomLog"
import { Effect } from "effect"
import { ageProblem, barredProblem, type BarringCode, limitProblem } from "../play/PlayProblems.ts"
import { type Problem, refuse } from "../problems/Problem.ts"
import { unknownOutcome } from "../problems/UnknownOutcome.ts"
import { refuseUnknownPlayer } from "../requests/Authentication.ts"

/** Refusals because of the buyer, whatever the draw. */
export type BuyerRefusal = Extract<
  PurchaseRefusal,
  {
    readonly _tag:
      | "InsufficientFunds"
      | "AccountFrozen"
      | "PlayerBarred"
      | "UnderAge"
      | "BirthUnsaid"
      | "LimitExceeded"
      | "UnknownBuyer"
      | "KeyReused"
  }
>

export type BuyerProblem = Problem<
  | "insufficient_funds"
  | "account_frozen"
  | BarringCode
  | "limit_exceeded"
  | "unauthenticated"
  | "idempotency_key_reused"
>

export const refuseBuyer = (refusal: BuyerRefusal): Effect.Effect<never, BuyerProblem> => {
  switch (refusal._tag) {
    case "InsufficientFunds":
      return refuse(
        "insufficient_funds",
        `The wallet holds ${formatCents(refusal.balance)}; this purchase costs ${
          formatCents(refusal.needed)
        }. Nothing was bought.`
      )
    case "AccountFrozen":
      return refuse("account_frozen", "This account is frozen and cannot buy. Nothing was bought.")
    case "PlayerBarred":
      return Effect.fail(barredProblem(refusal, "Nothing was bought."))
    case "UnderAge":
    case "BirthUnsaid":
      return Effect.fail(ageProblem(refusal, "Nothing was bought."))
    case "LimitExceeded":
      return Effect.fail(limitProblem(refusal))
    case "UnknownBuyer":
      return refuseUnknownPlayer
    case "KeyReused":
      return refuse(
        "idempotency_key_reused",
        "This idempotency key was used for another request. Nothing was bought; use a new key."
      )
  }
}

/** An operator has to do something first. */
export const unfollowedRetrySeconds = 300

/** Nobody here could decide the draw. `outcome` is a sentence that says what was not done, if anything was asked. */
export const refuseUnfollowed = (outcome: string): Effect.Effect<never, Problem<"unavailable">> =>
  refuse(
    "unavailable",
    `No tickets are sold: this server does not follow the public beacon that decides the draw. ${outcome}`.trimEnd() +
      " It goes on once the operator has set that right; should it not be, every ticket is refunded.",
    { retryAfter: unfollowedRetrySeconds }
  )

const log = makeSeldomLog("Error")

export const refuseUnknownOutcome =
  (key: string | undefined) => ({ cause }: OutcomeUnknown): Effect.Effect<never, Problem<"outcome_unknown">> =>
    log("purchase", "It could not be found out whether a purchase happened").pipe(
      Effect.andThen(Effect.logDebug("It could not be found out whether a purchase happened", cause)),
      Effect.andThen(Effect.fail(unknownOutcome(
        key !== undefined,
        "Whether the tickets were bought is not known.",
        "Look at your tickets before you buy again."
      )))
    )
