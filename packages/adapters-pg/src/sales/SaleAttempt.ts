/**
 * A sale in one transaction whose outcome is always known, or said not to be.
 *
 * Where a commit's outcome is lost with its connection, the batch is fenced: a new transaction writes the batch's id as abandoned, which
 * waits for the old one and then either finds it committed or makes it impossible (docs/design.md, "Selling").
 */
import type { Identifiers } from "@ddd/core/ports/Identifiers"
import type { Now } from "@ddd/core/ports/Now"
import { OutcomeUnknown } from "@ddd/core/ports/Sales"
import type { PgClient } from "@effect/sql-pg"
import { Cause, Effect, Exit, Option, Schedule } from "effect"
import { SqlError } from "effect/sql"
import { isUnavailable, notCommitted, tellUnavailable } from "../database/Failure.ts"
import { inTransaction } from "../database/Transaction.ts"

/** Whether a transaction surely did not commit: the database said so. */
const isCertain = (cause: Cause.Cause<unknown>): boolean =>
  cause.reasons.every((reason) => Cause.isFailReason(reason) && !isUnavailable(reason.error))

export const makeSaleAttempt = (sql: PgClient.PgClient, identifiers: Identifiers["Service"], now: Now["Service"]) => {
  /** True where the batch had committed; false where it did not and never will. */
  const fence = (batchId: string): Effect.Effect<boolean, SqlError.SqlError> =>
    Effect.map(
      sql`INSERT INTO sale_batches (id, abandoned) VALUES (${batchId}::uuid, true) ON CONFLICT DO NOTHING RETURNING 1 AS won`,
      (rows) => rows.length === 0
    ).pipe(Effect.retry({
      while: isUnavailable,
      schedule: Schedule.spaced("200 millis").pipe(Schedule.upTo({ duration: "3 seconds" }))
    }))

  /** Sells in one transaction, which writes the batch's id, and finds out what became of it where its end was lost. */
  return Effect.fnUntraced(function*<A, E>(sell: (batchId: string) => Effect.Effect<A, E | SqlError.SqlError>) {
    const batchId = identifiers.newId(yield* now.now)
    let decided: { readonly answer: A } | undefined
    const sold = yield* sell(batchId).pipe(
      Effect.tap((answer) =>
        Effect.sync(() => {
          decided = { answer }
        })
      ),
      inTransaction(sql),
      Effect.exit
    )
    // before anything was decided there was nothing to commit; an error that the database itself told is certain too
    if (Exit.isSuccess(sold) || decided === undefined || isCertain(sold.cause)) return yield* sold
    yield* Option.match(Cause.findErrorOption(sold.cause), {
      onNone: () => Effect.void,
      onSome: (error) => SqlError.isSqlError(error) ? tellUnavailable(error) : Effect.void
    })
    const committed = yield* Effect.mapError(fence(batchId), (cause) => new OutcomeUnknown({ cause }))
    return committed ?
      decided.answer :
      yield* Effect.mapError(sold, (error) => SqlError.isSqlError(error) ? notCommitted(error) : error)
  })
}
