/** Statements tried by hand, as somebody, and what the database says to them. */
import type { PgClient } from "@effect/sql-pg"
import { assert } from "@effect/vitest"
import { Data, Effect } from "effect"
import { SqlError } from "effect/sql"

/** SQLSTATE classes and codes, by their names in PostgreSQL's manual, appendix A. */
export const sqlStates = {
  integrity_constraint_violation: "23000",
  restrict_violation: "23001",
  not_null_violation: "23502",
  foreign_key_violation: "23503",
  unique_violation: "23505",
  check_violation: "23514",
  insufficient_privilege: "42501",
  lock_not_available: "55P03"
} as const

export type SqlStateName = keyof typeof sqlStates

/** What the server said: its code, its sentence. */
export const saidBy = ({ reason }: SqlError.SqlError): { readonly code: unknown; readonly message: string } => {
  const { cause } = reason
  return {
    code: typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined,
    message: cause instanceof Error ? cause.message : reason.message
  }
}

class Undone extends Data.TaggedError("Undone") {}

/** Runs the statements in a transaction that is undone in any case. */
export const tried = (sql: PgClient.PgClient, statements: ReadonlyArray<string>) =>
  Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true }).pipe(
    Effect.andThen(new Undone()),
    sql.withTransaction,
    Effect.catchTag("Undone", () => Effect.void)
  )

/** The last of the statements is refused with that code, and, where given, in those words; those before it are not. */
export const refused = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  statements: ReadonlyArray<string>,
  state: SqlStateName,
  words = /./
) {
  yield* tried(sql, statements.slice(0, -1)).pipe(
    Effect.catchIf(SqlError.isSqlError, (error) => Effect.sync(() => assert.fail(`too soon: ${saidBy(error).message}`)))
  )
  const exit = yield* Effect.result(tried(sql, statements))
  if (exit._tag === "Success") return assert.fail(`was not refused: ${statements.at(-1)}`)
  const { code, message } = saidBy(exit.failure)
  assert.strictEqual(code, sqlStates[state], message)
  assert.match(message, words)
})
