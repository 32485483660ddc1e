/**
 * What other processes tell through the database, by LISTEN/NOTIFY.
 *
 * A notification arrives at the commit that caused it, or never: what was sent while nobody listened is gone. So whoever listens
 * is told each time that listening begins, and reads then what it may have missed.
 *
 * A connection may be dead without saying so, and nothing is asked of one that listens. So each channel is sent a heartbeat of ours over
 * another connection every few seconds: where it does not come back, the connection is given up, and listening begins anew.
 */
import { gauge } from "@ddd/core/values/Measure"
import { PgClient } from "@effect/sql-pg"
import { Context, Data, Effect, Latch, Layer, Queue, Schedule, type Scope } from "effect"
import { SqlError } from "effect/sql"
import { randomUUID } from "node:crypto"
import { isUnavailable, tellUnavailable } from "./Failure.ts"

/** How often a heartbeat is sent, and how long it may take to come back. */
const beatPause = "5 seconds"
const beatMax = "5 seconds"

/** Begins the payload of a heartbeat; the rest names the process. Other releases and processes take it for nothing. */
const beatPrefix = "heartbeat "

/** A heartbeat did not come back. */
class ConnectionSilent extends Data.TaggedError("ConnectionSilent")<{ readonly message: string }> {}

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

/**
 * `PgClient` is one that can LISTEN, a direct connection and not one through a pooler, with a connection for each channel and one for the
 * heartbeats; one whose connections are given up where they are silent (`Waits`).
 */
export const layer = Layer.effect(
  Listener,
  Effect.map(PgClient.PgClient, (sql) => {
    const own = `${beatPrefix}${randomUUID()}`

    /** Fails once a heartbeat of the channel does not come back, or cannot be sent. `heard` opens when one comes. */
    const beat = Effect.fnUntraced(function*(channel: string, heard: Latch.Latch) {
      heard.closeUnsafe()
      yield* Effect.andThen(sql.notify(channel, own), heard.await).pipe(
        Effect.timeoutOrElse({
          duration: beatMax,
          orElse: () => Effect.fail(new ConnectionSilent({ message: `a heartbeat of ${channel} did not come back` }))
        })
      )
      yield* Effect.sleep(beatPause)
    })

    return Listener.of({
      listen: Effect.fnUntraced(function*(channel, { heard, listening, lost }) {
        // since listening was asked for, where nothing was ever heard
        let heardAt = performance.now()
        yield* gauge(
          "ddd_listen_silence_seconds",
          "Since a heartbeat came back by LISTEN and NOTIFY.",
          () => (performance.now() - heardAt) / 1_000,
          { channel }
        )
        return yield* Effect.gen(function*() {
          const notifications = yield* sql.listen(channel)
          yield* listening
          const beaten = Latch.makeUnsafe(false)
          const hear = Effect.flatMap(Queue.take(notifications), ({ payload }) => {
            if (payload === own) {
              return Effect.sync(() => {
                heardAt = performance.now()
                beaten.openUnsafe()
              })
            }
            return payload.startsWith(beatPrefix) ? Effect.void : heard(payload)
          })
          return yield* Effect.raceFirst(Effect.forever(hear), Effect.forever(beat(channel, beaten)))
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
      })
    })
  })
)
