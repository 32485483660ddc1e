/**
 * From where one may play: lists of countries and regions, and whether a request's place is on them.
 *
 * It is a fact of each request, not of the player. What takes money or brings somebody into play is refused elsewhere than where it is
 * offered; withdrawing, and closing the account, never are. Why: docs/decisions/0080-where-play-is-offered.md.
 */
import { isCountry, isRegion } from "../values/Countries.ts"

/** Where a request comes from, as far as it can be told. */
export interface Place {
  /** Two letters of ISO 3166-1; null: not known. */
  readonly country: string | null
  /** Of that country, as ISO 3166-2 writes them (`US-NY`), from the largest to the smallest; none: not known. */
  readonly regions: ReadonlyArray<string>
}

export const unknownPlace: Place = { country: null, regions: [] }

/** What a list says of requests whose country cannot be told. */
const unknownName = "unknown"

/** Countries, regions and `unknown`, as `US,CA-QC,unknown` names them. */
export type PlaceList = ReadonlySet<string>

/** Reads a list; undefined where a name in it is none, or nothing is in it. */
export const readPlaceList = (text: string): PlaceList | undefined => {
  const names = text.split(",").map((name) => name.trim())
  return names.every((name) => name === unknownName || isCountry(name) || isRegion(name)) ? new Set(names) : undefined
}

/** A place as one text says it, `US` or `US-NY`, in any case. What is neither is not known: `XX`, `T1` (Tor), a list, junk. */
export const placeOfText = (text: string): Place => {
  const name = text.trim().toUpperCase()
  const country = name.slice(0, 2)
  if (!isCountry(country)) return unknownPlace
  if (name === country) return { country, regions: [] }
  return isRegion(name) ? { country, regions: [name] } : unknownPlace
}

/** Where play is offered. */
export interface Territory {
  /** Whether it is offered there alone, or everywhere else. */
  readonly kind: "allowed" | "blocked"
  readonly places: PlaceList
  /** Whether it is offered to requests whose country cannot be told. */
  readonly isOpenToUnknown: boolean
}

/**
 * The territory that one of two lists describes; null without either: everywhere.
 *
 * Whose country is not known is let in where the list of allowed ones says so, and otherwise in development, unless the list of blocked ones
 * says not.
 */
export const territoryOf = (
  lists: { readonly allowed?: PlaceList | undefined; readonly blocked?: PlaceList | undefined },
  isProduction: boolean
): Territory | null => {
  const { allowed, blocked } = lists
  if (allowed !== undefined) {
    return { kind: "allowed", places: allowed, isOpenToUnknown: !isProduction || allowed.has(unknownName) }
  }
  return blocked === undefined
    ? null
    : { kind: "blocked", places: blocked, isOpenToUnknown: !isProduction && !blocked.has(unknownName) }
}

/** Why something is refused to a request from there. Nothing was changed. */
export interface NotOffered extends Place {
  readonly _tag: "NotOffered"
}

/**
 * The refusal of what a request from `place` asks for; null where it is offered there.
 *
 * A country on a list stands for all of it. Where only regions of it are listed and the request's is not known, it is refused.
 */
export const refusalOfPlace = ({ isOpenToUnknown, kind, places }: Territory, place: Place): NotOffered | null => {
  const { country, regions } = place
  const isOffered = country === null
    ? isOpenToUnknown
    : kind === "allowed"
    ? places.has(country) || regions.some((region) => places.has(region))
    : !places.has(country) && (regions.length > 0 || !listsRegionsOf(places, country)) &&
      !regions.some((region) => places.has(region))
  return isOffered ? null : { _tag: "NotOffered", ...place }
}

const listsRegionsOf = (places: PlaceList, country: string): boolean => {
  for (const name of places) if (name.startsWith(`${country}-`)) return true
  return false
}
