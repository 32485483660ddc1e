/**
 * What other processes tell through the database, by LISTEN/NOTIFY.
 *
 * A notification arrives at the commit that caused it, or never: what was sent while nobody listened is gone. So whoever listens
 * is told each time that listening begins, and reads then what it may have missed.
 */
import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer, Queue, Schedule, type Scope } from "effect"
import { SqlError } from "effect/sql"
import { isUnavailable, tellUnavailable } from "./Failure.ts"

export interface Hearing<E> {
  /** Runs once the database has confirmed that it tells from now on. A failure makes the connection anew. */
  readonly listening: Effect.Effect<void, E>
  readonly heard: (payload: string) => Effect.Effect<void>
  /** Runs when nothing is heard any more, until `listening` runs again. */
  readonly lost: Effect.Effect<void>
}

export class Listener extends Context.Service<Listener, {
  /** Listens in the background for as long as the scope is open, and again after each loss. Holds a connection. */
  readonly listen: <E>(channel: string, hearing: Hearing<E>) => Effect.Effect<void, never, Scope.Scope>
}>()("@ddd/adapters-pg/database/Listener") {}

/** `PgClient` is one that can LISTEN, a direct connection and not one through a pooler, with a connection for each channel. */
export const layer = Layer.effect(
  Listener,
  Effect.map(PgClient.PgClient, (sql) =>
    Listener.of({
      listen: (channel, { heard, listening, lost }) =>
        Effect.gen(function*() {
          const notifications = yield* sql.listen(channel)
          yield* listening
          return yield* Queue.take(notifications).pipe(
            Effect.flatMap(({ payload }) => heard(payload)),
            Effect.forever
          )
        }).pipe(
          Effect.scoped,
          Effect.ensuring(lost),
          Effect.tapError((error) =>
            SqlError.isSqlError(error) && isUnavailable(error)
              ? tellUnavailable(error)
              : Effect.logWarning("no longer listening to the database; trying again", error)
          ),
          Effect.retry(Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("2 seconds")])),
          Effect.forkScoped,
          Effect.asVoid
        )
    }))
)
