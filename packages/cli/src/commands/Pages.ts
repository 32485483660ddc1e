/** Long lists, page after page, and how commands show them. */
import type { Page, PageRequest } from "@ddd/core/values/Page"
import { Effect, Option, Stream } from "effect"
import { print, printJson, remark } from "../terminal/Output.ts"
import { limitMax } from "./Declaration.ts"

/** The most that a port gives at once. */
const pageMax = 100

/** All that a list holds, newest first; pages are asked for as they are needed. */
export const pages = <A, E, R>(list: (page: PageRequest) => Effect.Effect<Page<A>, E, R>): Stream.Stream<A, E, R> =>
  Stream.paginate<string | null, A, E, R>(null, (cursor) =>
    Effect.map(
      list({ limit: pageMax, cursor }),
      ({ items, nextCursor }) => [items, Option.fromNullOr(nextCursor)]
    ))

/** The first of a list, and whether there are others. */
export interface Listed<A> {
  readonly items: ReadonlyArray<A>
  readonly hasMore: boolean
}

/** The first of a list, in its order, at most `limit` of them. */
export const first = <A, E, R>(
  list: (page: PageRequest) => Effect.Effect<Page<A>, E, R>,
  limit: number
): Effect.Effect<Listed<A>, E, R> =>
  limit <= pageMax
    ? Effect.map(list({ limit, cursor: null }), ({ items, nextCursor }) => ({ items, hasMore: nextCursor !== null }))
    : pages(list).pipe(
      Stream.take(limit + 1),
      Stream.runCollect,
      Effect.map((items) => ({ items: items.slice(0, limit), hasMore: items.length > limit }))
    )

/** Says on stderr where there is more than is shown, so that a short list is never taken for the whole. */
export const remarkOfMore = ({ hasMore }: Listed<unknown>, limit: number) =>
  hasMore
    ? remark(`There are more than these ${limit}${limit < limitMax ? `: --limit shows up to ${limitMax}` : ""}.`)
    : Effect.void

/** Prints what a command found, as JSON or in a table, or that there is nothing; and whether there is more. */
export const printListed = Effect.fnUntraced(function*<A>(
  listed: Listed<A>,
  { json, limit }: { readonly json?: true | undefined; readonly limit: number },
  text: {
    readonly json: (item: A) => unknown
    readonly table: (items: ReadonlyArray<A>) => string
    readonly nothing: string
  }
) {
  const { items } = listed
  if (json === true) yield* printJson(items.map(text.json))
  else yield* print(items.length === 0 ? text.nothing : text.table(items))
  yield* remarkOfMore(listed, limit)
})
