/** Long lists, page after page. */
import type { Page, PageRequest } from "@ddd/core/values/Page"
import { Effect, Option, Stream } from "effect"

/** The most that a port gives at once. */
const pageMax = 100

/** All that a list holds, newest first; pages are asked for as they are needed. */
export const pages = <A, E, R>(list: (page: PageRequest) => Effect.Effect<Page<A>, E, R>): Stream.Stream<A, E, R> =>
  Stream.paginate<string | null, A, E, R>(null, (cursor) =>
    Effect.map(
      list({ limit: pageMax, cursor }),
      ({ items, nextCursor }) => [items, Option.fromNullOr(nextCursor)]
    ))

/** The newest of a list, at most `limit` of them. */
export const newest = <A, E, R>(
  list: (page: PageRequest) => Effect.Effect<Page<A>, E, R>,
  limit: number
): Effect.Effect<ReadonlyArray<A>, E, R> =>
  limit <= pageMax
    ? Effect.map(list({ limit, cursor: null }), ({ items }) => items)
    : pages(list).pipe(Stream.take(limit), Stream.runCollect)
