/**
 * Whose purchase it is, by the names that a store has for its buyer.
 *
 * Players choose names in the app, and may name others. So a name alone credits nobody whom another name of the same buyer contradicts
 * (docs/decisions/0037-a-purchase-of-doubt-waits-for-a-person.md).
 */
import type { UserId } from "../values/Ids.ts"
import { isPlayer } from "../values/Player.ts"

/** A user for whom a name stands. */
export interface NameMatch {
  readonly name: string
  readonly userId: UserId
  /** Whether the name is the user's id; false: a store knew them by it before. */
  readonly isId: boolean
  readonly isErased: boolean
}

/** A name by which a store knows a player whose exclusion runs. */
export interface ExcludedName {
  readonly name: string
  /** Null: the account is closed. */
  readonly userId: UserId | null
}

/** Whom the names of a buyer mean. */
export type BuyerMeant =
  | { readonly _tag: "Player"; readonly userId: UserId }
  /** Users who cannot be credited, such as one who was erased, or nobody at all. */
  | { readonly _tag: "Nobody" }
  | { readonly _tag: "Several"; readonly userIds: ReadonlyArray<UserId> }

/** The user for whom a name stands: whose id it is, before whom a store knew by it. */
const meantBy = (name: string, matches: ReadonlyArray<NameMatch>): NameMatch | null => {
  const ofName = matches.filter((match) => match.name === name)
  return ofName.find(({ isId }) => isId) ?? ofName[0] ?? null
}

/** Whom all of these names mean. `matches`: of all of them. */
export const buyerByNames = (names: ReadonlyArray<string>, matches: ReadonlyArray<NameMatch>): BuyerMeant => {
  const users = new Map<UserId, NameMatch>()
  for (const name of names) {
    const match = meantBy(name, matches)
    if (match !== null) users.set(match.userId, match)
  }
  const [only, ...others] = users.values()
  if (others.length > 0) return { _tag: "Several", userIds: [...users.keys()] }
  return only !== undefined && isPlayer(only) ? { _tag: "Player", userId: only.userId } : { _tag: "Nobody" }
}

/** The player whose id the name is; null where it is none's. */
export const playerById = (name: string, matches: ReadonlyArray<NameMatch>): UserId | null =>
  matches.find((match) => match.name === name && match.isId && isPlayer(match))?.userId ?? null

/** Names that a store has for a player. */
export interface SharedNames {
  readonly userId: UserId
  /** Those to keep: a name that stood for somebody before stays theirs. */
  readonly names: ReadonlyArray<string>
}

/** What is kept where these names are one buyer's; null unless they mean one player and nobody else. `matches`: of all of them. */
export const shareNames = (names: ReadonlyArray<string>, matches: ReadonlyArray<NameMatch>): SharedNames | null => {
  const buyer = buyerByNames(names, matches)
  if (buyer._tag !== "Player") return null
  const known = new Set(matches.map(({ name }) => name))
  return { userId: buyer.userId, names: [...new Set(names)].filter((name) => !known.has(name)) }
}
