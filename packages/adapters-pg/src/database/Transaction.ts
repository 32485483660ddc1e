/** How this adapter runs transactions, and which errors of the ports the database's are. */
import { Unavailable } from "@ddd/core/ports/Unavailable"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Schedule } from "effect"
import { SqlError } from "effect/sql"
import { ClocksDisagree } from "./ClockCheck.ts"

/** Deadlock, serialization failure: the whole transaction may be run again. */
export const mayRunAgain = (error: unknown): boolean =>
  SqlError.isSqlError(error) &&
  (error.reason._tag === "DeadlockError" || error.reason._tag === "SerializationError")

/** Runs a whole transaction again where the database chose it as the victim of a conflict. Goes around it, never inside. */
const retryConflicts = <A, E, R>(transaction: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.retry(transaction, {
    while: mayRunAgain,
    schedule: Schedule.exponential("5 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 10 }))
  })

const outOfReach = new Set(["ConnectionError", "LockTimeoutError", "StatementTimeoutError"])

/** Whether the database could not be asked, or did not answer in time. */
export const isUnavailable = (error: unknown): boolean =>
  SqlError.isSqlError(error) && (outOfReach.has(error.reason._tag) || mayRunAgain(error))

type DatabaseError = SqlError.SqlError | ClocksDisagree

const isOther = <E>(error: E): error is Exclude<E, DatabaseError> =>
  !SqlError.isSqlError(error) && !(error instanceof ClocksDisagree)

/**
 * Turns the database's errors into the port's: out of reach, out of time or not to be believed about the time → `Unavailable`; anything
 * else is a defect of this program, and dies.
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
      return isUnavailable(error)
        ? Effect.fail(new Unavailable({ message: "the database did not answer", retryAfter: 1, cause: error }))
        : Effect.die(error)
    }
  })

/** Runs an effect as one transaction, again where the database chose it as the victim of a conflict. */
export const inTransaction = (sql: PgClient.PgClient) => <A, E, R>(transaction: Effect.Effect<A, E, R>) =>
  retryConflicts(sql.withTransaction(transaction))

/** The same, with the database's errors as the port's: what an operation of a port is run by. */
export const transact = (sql: PgClient.PgClient) => <A, E, R>(transaction: Effect.Effect<A, E, R>) =>
  orUnavailable(inTransaction(sql)(transaction))
