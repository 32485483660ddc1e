/**
 * Whether a connection is a session of the database, and not one of many that a pooler hands out a transaction at a time: statements that
 * are prepared by name, and the settings of a session, would be somebody else's (docs/operations/pooler.md).
 */
import { Effect } from "effect"
import { SqlError } from "effect/sql"
import { sqlState } from "./Failure.ts"
import { type PgConnection, session } from "./Provision.ts"

/** A statement is prepared already, or not at all: what a session that is exchanged meanwhile says. */
const exchangedStates = new Set(["42P05", "26000"])

interface SessionRow {
  readonly pid: number
}

/**
 * False where the connection's session is another one from transaction to transaction. While another client is in a transaction, on the
 * session that was given back last, a pooler must take a second one.
 */
export const keepsSession = (connection: PgConnection) =>
  Effect.gen(function*() {
    const [first, second] = [yield* session(connection), yield* session(connection)]
    const [before] = yield* first<SessionRow>`SELECT pg_backend_pid() AS pid`
    const [after] = yield* second`SELECT 1 AS held`.pipe(
      Effect.andThen(first<SessionRow>`SELECT pg_backend_pid() AS pid, 'again' AS asked`),
      second.withTransaction
    )
    return before?.pid === after?.pid
  }).pipe(
    Effect.scoped,
    Effect.catchIf(
      (error) => SqlError.isSqlError(error) && exchangedStates.has(sqlState(error) ?? ""),
      () => Effect.succeed(false)
    )
  )
