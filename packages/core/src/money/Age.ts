/**
 * How old a player is, and from which age on one may play.
 *
 * The date of birth stands in the wallet's row, so that a sale reads it under the wallet's lock, as it reads what bars a player. It is what
 * the player says; whether it is so says who checks identities. Why: docs/decisions/0081-age-by-the-wallets-row.md.
 */
import { Result } from "effect"
import { type Day, dayOf, type Instant } from "../values/Instant.ts"

/** When somebody was born, as they say; null: they never said it. */
export interface Birth {
  readonly bornOn: Day | null
}

export const unsaidBirth: Birth = { bornOn: null }

/** The years of age that may be asked for. */
export const minAgeMin = 13
export const minAgeMax = 25

/** Nobody is known to have become older. */
const ageMax = 122

/** Whole years on the UTC day of `at`; who was born on 29 February has a birthday on 1 March in other years. */
export const ageAt = (bornOn: Day, at: Instant): number => {
  const today = dayOf(at)
  const years = Number(today.slice(0, 4)) - Number(bornOn.slice(0, 4))
  return today.slice(5) < bornOn.slice(5) ? years - 1 : years
}

/** Why a date is nobody's of birth: it completes "dateOfBirth …". */
export type BirthFault = "must not be in the future" | "must not be that long ago"

/** Why somebody may not play. Nothing was changed. */
export type AgeRefusal =
  | { readonly _tag: "UnderAge"; readonly minAge: number }
  /** An age is asked for, and the player has not said when they were born. */
  | { readonly _tag: "BirthUnsaid"; readonly minAge: number }

/** Why a player may not play at `now`; null where they may, or no age is asked for. */
export const refusalOfAge = (minAge: number | null, { bornOn }: Birth, now: Instant): AgeRefusal | null => {
  if (minAge === null) return null
  if (bornOn === null) return { _tag: "BirthUnsaid", minAge }
  return ageAt(bornOn, now) >= minAge ? null : { _tag: "UnderAge", minAge }
}

/** What is wrong with a date of birth at `now`; null where nothing is. */
export const faultOfBirth = (bornOn: Day, now: Instant): BirthFault | null =>
  bornOn > dayOf(now)
    ? "must not be in the future"
    : ageAt(bornOn, now) > ageMax
    ? "must not be that long ago"
    : null

/** Why a date of birth that somebody says at `now` is not kept. */
export type BirthRefusal =
  | { readonly _tag: "BirthFault"; readonly fault: BirthFault }
  | Extract<AgeRefusal, { readonly _tag: "UnderAge" }>

/** Whether a date of birth is kept: not one that cannot be, and none of who is too young. */
export const takeBirth = (minAge: number | null, bornOn: Day, now: Instant): Result.Result<Birth, BirthRefusal> => {
  const fault = faultOfBirth(bornOn, now)
  if (fault !== null) return Result.fail({ _tag: "BirthFault", fault })
  const refusal = refusalOfAge(minAge, { bornOn }, now)
  return refusal?._tag === "UnderAge" ? Result.fail(refusal) : Result.succeed({ bornOn })
}
