/** How this adapter runs transactions, and which errors of the ports the database's are. */
import { Unavailable } from "@ddd/core/ports/Unavailable"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Schedule } from "effect"
import { SqlError } from "effect/sql"
import { Suspended } from "../draws/Behind.ts"
import { withFollowing } from "./AfterCommit.ts"
import { ClocksDisagree } from "./ClockCheck.ts"
import { failureText, isUnavailable, mayHaveCommitted, mayRunAgain, tellUnavailable } from "./Failure.ts"

/** Runs a whole transaction again where the database chose it as the victim of a conflict. Goes around it, never inside. */
const retryConflicts = <A, E, R>(transaction: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.retry(transaction, {
    while: mayRunAgain,
    schedule: Schedule.exponential("5 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 10 }))
  })

type DatabaseError = SqlError.SqlError | ClocksDisagree | Suspended

const isOther = <E>(error: E): error is Exclude<E, DatabaseError> =>
  !SqlError.isSqlError(error) && !(error instanceof ClocksDisagree) && !(error instanceof Suspended)

/**
 * Turns the database's errors into the port's: out of reach, out of time, out of resources, or not to be believed about the time →
 * `Unavailable`, which is told in the log; anything else is a defect of this program, and dies.
 */
export const orUnavailable = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, Exclude<E, DatabaseError> | Unavailable, R> =>
  Effect.matchEffect(effect, {
    onSuccess: Effect.succeed,
    onFailure: (error): Effect.Effect<never, Exclude<E, DatabaseError> | Unavailable> => {
      if (isOther(error)) return Effect.fail(error)
      if (error instanceof ClocksDisagree) {
        return Effect.fail(new Unavailable({ message: error.message, retryAfter: 10, cause: error }))
      }
      if (error instanceof Suspended) {
        return Effect.fail(new Unavailable({ message: error.message, retryAfter: 60, cause: error }))
      }
      return SqlError.isSqlError(error) && isUnavailable(error)
        ? Effect.andThen(tellUnavailable(error), Effect.fail(unavailable(error)))
        : Effect.die(error)
    }
  })

const unavailable = (cause: SqlError.SqlError): Unavailable =>
  mayHaveCommitted(cause)
    ? new Unavailable({
      message: "the database did not say whether it did what it was asked",
      retryAfter: 1,
      mayHaveHappened: true,
      cause
    })
    : new Unavailable({ message: `the database is unavailable: ${failureText(cause)}`, retryAfter: 1, cause })

/** Runs an effect as one transaction, again where the database chose it as the victim of a conflict. */
export const inTransaction = (sql: PgClient.PgClient) => <A, E, R>(transaction: Effect.Effect<A, E, R>) =>
  retryConflicts(withFollowing(sql.withTransaction(transaction)))

/** The same, with the database's errors as the port's: what an operation of a port is run by. */
export const transact = (sql: PgClient.PgClient) => <A, E, R>(transaction: Effect.Effect<A, E, R>) =>
  orUnavailable(inTransaction(sql)(transaction))
