/** Why a player who limited their play is refused, in the words of the API. */
import type { AgeRefusal, BirthRefusal } from "@ddd/core/money/Age"
import type { Barred } from "@ddd/core/money/Barring"
import { type LimitExceeded, type LimitName, limitText } from "@ddd/core/money/Limits"
import { formatInstant } from "@ddd/core/values/Instant"
import { Effect } from "effect"
import { Problem, refuseField } from "../problems/Problem.ts"

/** Why a player may not play: what bars them, and their age. */
export const barringCodes = ["timed_out", "under_age", "date_of_birth_missing"] as const
export type BarringCode = typeof barringCodes[number]

/** `outcome`: a sentence that says what was not done. */
export const barredProblem = ({ by, until }: Barred, outcome: string): Problem<"timed_out"> =>
  new Problem(
    "timed_out",
    `${by === "exclusion" ? "You have excluded yourself" : "You take a time-out"} until ${formatInstant(until)}. ` +
      `${outcome} Withdrawing, and closing the account, go on.`,
    { until }
  )

/** Why somebody is too young; `outcome` says what was not done. */
const underAgeProblem = (minAge: number, outcome: string): Problem<"under_age"> =>
  new Problem("under_age", `Who plays here is ${minAge} years old, or older. ${outcome}`)

/** Why a player may not play because of their age, or since it is not known; `outcome` says what was not done. */
export const ageProblem = (
  { _tag, minAge }: AgeRefusal,
  outcome: string
): Problem<"under_age" | "date_of_birth_missing"> =>
  _tag === "UnderAge"
    ? underAgeProblem(minAge, outcome)
    : new Problem(
      "date_of_birth_missing",
      `Who plays here is ${minAge} years old, or older, and you have not said when you were born. ${outcome} ` +
        "Say it by PATCH /user/profile, once."
    )

/** Fails with why a date of birth is not kept; `outcome` says what was not done. */
export const refuseBirth = (
  refusal: BirthRefusal,
  outcome: string
): Effect.Effect<never, Problem<"invalid_request" | "under_age">> =>
  refusal._tag === "BirthFault"
    ? refuseField("dateOfBirth", refusal.fault)
    : Effect.fail(underAgeProblem(refusal.minAge, outcome))

const limitWords: Readonly<Record<LimitName, string>> = {
  dailySpend: "daily limit of spending",
  weeklySpend: "weekly limit of spending",
  monthlySpend: "monthly limit of spending",
  dailyDeposit: "daily limit of deposits",
  weeklyDeposit: "weekly limit of deposits",
  monthlyDeposit: "monthly limit of deposits",
  ticketsPerDraw: "limit of tickets a draw"
}

const shown = (name: LimitName, value: bigint): string =>
  name === "ticketsPerDraw" ? `${value} ticket${value === 1n ? "" : "s"}` : `$${limitText(name, value)}`

/** `outcome`: a sentence that says what was not done. */
export const limitProblem = (
  { left, limit, max, renewsAt }: LimitExceeded,
  outcome = "Nothing was bought."
): Problem<"limit_exceeded"> =>
  new Problem(
    "limit_exceeded",
    `This is more than your ${limitWords[limit]} (${limit}) allows: of ${shown(limit, max)}, ${
      shown(limit, left)
    } left. It begins anew ${renewsAt === null ? "with the next draw" : `at ${formatInstant(renewsAt)}`}. ${outcome}`,
    renewsAt === null ? {} : { until: renewsAt }
  )
