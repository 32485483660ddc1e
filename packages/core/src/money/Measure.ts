/**
 * What protects a player, as it is remembered outside the database: should a backup without it be put back, it is carried out again
 * (docs/decisions/0098).
 */
import type { UserId } from "../values/Ids.ts"
import { formatInstant, type Instant } from "../values/Instant.ts"
import type { KycStatus } from "../values/KycStatus.ts"
import { limitNames, type Limits, limitText } from "./Limits.ts"

export type Measure =
  | { readonly _tag: "Frozen" }
  | { readonly _tag: "Unfrozen" }
  | { readonly _tag: "Erased" }
  | { readonly _tag: "Barred"; readonly by: "time-out" | "exclusion"; readonly until: Instant }
  /** Of when it was told, which is not when it was learnt. */
  | { readonly _tag: "Identity"; readonly status: KycStatus; readonly occurredAt: Instant }
  /** Those in force after a change. */
  | { readonly _tag: "Limited"; readonly limits: Limits }

/** A measure that was taken. The database that it was taken in has a security event of this id. */
export interface TakenMeasure {
  /** UUID, lower case: of two, the later is the greater. */
  readonly id: string
  readonly userId: UserId
  readonly measure: Measure
}

const kindOf = (measure: Measure): string => {
  switch (measure._tag) {
    case "Unfrozen":
      return "Frozen"
    case "Barred":
      return measure.by
    case "Erased":
    case "Frozen":
    case "Identity":
    case "Limited":
      return measure._tag
  }
}

/** Of measures that have the same, the newest alone counts: of one player, and of one kind. */
export const measureKey = ({ measure, userId }: TakenMeasure): string => `${userId} ${kindOf(measure)}`

/** Of each player and kind the newest, in the order in which they were taken. */
export const newestOf = (taken: ReadonlyArray<TakenMeasure>): ReadonlyArray<TakenMeasure> => {
  const newest = new Map<string, TakenMeasure>()
  for (const one of taken.toSorted((a, b) => a.id < b.id ? -1 : 1)) {
    const key = measureKey(one)
    newest.delete(key)
    newest.set(key, one)
  }
  return [...newest.values()]
}

/** What was done to the player, as the end of a sentence. */
export const measureText = (measure: Measure): string => {
  switch (measure._tag) {
    case "Frozen":
      return "was frozen"
    case "Unfrozen":
      return "was unfrozen"
    case "Erased":
      return "was erased"
    case "Barred":
      return `${measure.by === "exclusion" ? "was excluded" : "took a time-out"} until ${formatInstant(measure.until)}`
    case "Identity":
      return `was told to be ${measure.status} by an identity check of ${formatInstant(measure.occurredAt)}`
    case "Limited": {
      const set = limitNames.flatMap((name) => {
        const value = measure.limits[name]
        return value === null ? [] : [`${name} ${limitText(name, value)}`]
      })
      return set.length === 0 ? "had no limits any more" : `had the limits ${set.join(", ")}`
    }
  }
}
