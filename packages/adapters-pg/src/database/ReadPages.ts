/** Reads a list of any length to its end, a page at a time. */
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Option, Stream } from "effect"
import type { SqlError } from "effect/sql"
import { orUnavailable } from "./Transaction.ts"

/** Rows of a page, unless they are large. */
const pageSize = 500

/**
 * A planner whose statistics know of few rows reads all that follow and sorts them, for each page. That goes by a bitmap of where they are.
 */
const alongIndex = <A>(sql: PgClient.PgClient, page: Effect.Effect<A, SqlError.SqlError>) =>
  sql.withTransaction(Effect.andThen(sql`SET LOCAL enable_bitmapscan = off`, page))

/**
 * The rows after the key `first`, in the order of their keys: `read` gives those after one, along an index in that order. Each page is a
 * transaction of its own, made once the one before it was taken: between two no connection is held, however slowly somebody reads.
 */
export const readPages = <Row, Key>(
  sql: PgClient.PgClient,
  first: Key,
  read: (after: Key, limit: number) => Effect.Effect<ReadonlyArray<Row>, SqlError.SqlError>,
  keyOf: (row: Row) => Key,
  limit: number = pageSize
): Stream.Stream<ReadonlyArray<Row>, Unavailable> =>
  Stream.paginate(first, (after) =>
    Effect.map(orUnavailable(alongIndex(sql, read(after, limit))), (rows) => {
      const last = rows.at(-1)
      return [[rows], last === undefined || rows.length < limit ? Option.none() : Option.some(keyOf(last))] as const
    }))

/** Each page's rows as what they say. */
export const mapPages = <Row, A, E>(
  pages: Stream.Stream<ReadonlyArray<Row>, E>,
  of: (row: Row) => A
): Stream.Stream<ReadonlyArray<A>, E> => Stream.map(pages, (rows) => rows.map(of))
