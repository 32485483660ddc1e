/**
 * The cursors of long lists: where a page ended, as the client is given it and sends it back (docs/api.md, "pages").
 *
 * A cursor is version, what it belongs to, and the key of the page's last item, in base64url. It belongs to one list, filter and player:
 * with any other it is refused, and so is a key that the list cannot have, before the store sees it. It is no secret, and nothing trusts
 * it: whoever forges one reads the same list of their own from another place (decision 49).
 */
import type { Page, PageRequest } from "@ddd/core/values/Page"
import { Effect, Result } from "effect"
import { hash } from "node:crypto"
import { type Problem, refuseField } from "../problems/Problem.ts"

/** A list whose pages have cursors. */
export interface PagedList {
  /** Names it among all lists. It stands in every cursor: a new name makes those that clients hold useless. */
  readonly name: string
  /** Whether a text can be the key of one of its items. What is none never reaches the store. */
  readonly isKey: (text: string) => boolean
}

/** Of all that a list holds, what is asked for: the player whose list it is, and what filters it, in an order that stays; null: all. */
export type Scope = ReadonlyArray<string | null>

/** What a client says of the page that it wants. */
export interface PageQuery {
  readonly limit?: number
  readonly cursor?: string
}

export const limitDefault = 20

const version = 1
/** Enough that no two scopes meet by chance. */
const scopeBytes = 12
/** More than any cursor has; a longer text is not decoded. */
export const cursorCharactersMax = 200

const scopeOf = ({ name }: PagedList, scope: Scope): Buffer =>
  hash("sha256", JSON.stringify([name, ...scope]), "buffer").subarray(0, scopeBytes)

/** The cursor behind the item of `key`. */
export const encodeCursor = (list: PagedList, scope: Scope, key: string): string =>
  Buffer.concat([Buffer.of(version), scopeOf(list, scope), Buffer.from(key)]).toString("base64url")

/** The key in a cursor; fails where it is no cursor of this list and scope. */
export const decodeCursor = (list: PagedList, scope: Scope, cursor: string): Result.Result<string, "NoCursor"> => {
  if (cursor.length > cursorCharactersMax) return Result.fail("NoCursor")
  const bytes = Buffer.from(cursor, "base64url")
  const key = bytes.subarray(1 + scopeBytes).toString()
  // one spelling alone: what comes back the same
  return bytes[0] === version && list.isKey(key) && encodeCursor(list, scope, key) === cursor
    ? Result.succeed(key)
    : Result.fail("NoCursor")
}

/** The page that `query` asks for of a list, by `read`, with its cursor: the first, of 20 items, where it says nothing. */
export const readPage = <A, E, R>(
  list: PagedList,
  scope: Scope,
  { cursor, limit = limitDefault }: PageQuery,
  read: (page: PageRequest) => Effect.Effect<Page<A>, E, R>
): Effect.Effect<Page<A>, E | Problem<"invalid_request">, R> =>
  Effect.gen(function*() {
    const after = cursor === undefined ? Result.succeed(null) : decodeCursor(list, scope, cursor)
    if (Result.isFailure(after)) {
      return yield* refuseField(
        "cursor",
        "must be the nextCursor of an earlier page of this list, with the same filters"
      )
    }
    const { items, nextCursor } = yield* read({ limit, cursor: after.success })
    return { items, nextCursor: nextCursor === null ? null : encodeCursor(list, scope, nextCursor) }
  })
