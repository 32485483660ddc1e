/**
 * What happened to draws, by LISTEN/NOTIFY: told at the commit that caused it, to every process.
 *
 * One listening connection a process, shared by all who subscribe. `Missed` is said each time that listening begins.
 */
import { type DrawChange, DrawEvents } from "@ddd/core/ports/DrawEvents"
import { drawId, isUuid, userId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Layer, PubSub, Stream } from "effect"
import { Listener } from "../database/Listener.ts"

const channel = "ddd_draws"

// what stands between draw and user is for servers of the release before, which hear nothing without a number there
const notice = (sql: PgClient.PgClient, what: "sold" | "status" | "left", id: string, user = "") =>
  sql`pg_notify(${channel}, ${`${what} ${id} 0 ${user}`.trimEnd()})`

const tell = (...[sql, ...change]: Parameters<typeof notice>) => sql`SELECT 1 FROM ${notice(sql, ...change)}`

/** The call that tells, at the commit, that a draw has changed its status: a row of a `FROM`, in a statement that does more. */
export const statusNotice = (sql: PgClient.PgClient, id: string) => notice(sql, "status", id)

/** Tells, at the commit, that a draw has changed its status or has its round, or a room its members. */
export const tellStatus = (sql: PgClient.PgClient, id: string) => tell(sql, "status", id)

/** The call that tells, at the commit, that tickets of a draw were sold: a row of a `FROM`, in a statement that does more. */
export const soldNotice = (sql: PgClient.PgClient, id: string) => notice(sql, "sold", id)

/** Tells, at the commit, that a member left a room. */
export const tellLeft = (sql: PgClient.PgClient, id: string, user: string) => tell(sql, "left", id, user)

/** `sold <draw> <number>`, `status <draw> <number>`, `left <draw> <number> <user>`; undefined for what another release may say. */
export const changeOf = (payload: string): DrawChange | undefined => {
  const [what, id = "", , user = ""] = payload.split(" ")
  if (!isUuid(id)) return undefined
  if (what === "sold") return { _tag: "Sold", drawId: drawId(id) }
  if (what === "status") return { _tag: "Status", drawId: drawId(id) }
  if (what === "left" && isUuid(user)) return { _tag: "Left", drawId: drawId(id), userId: userId(user) }
  return undefined
}

// enough for a burst; who is slower than that is told `Missed` once there is room
const bufferedMax = 4_096
const sayMissedPause = "1 second"

export const layer = Layer.effect(
  DrawEvents,
  Effect.gen(function*() {
    const changes = yield* Effect.acquireRelease(PubSub.dropping<DrawChange>(bufferedMax), PubSub.shutdown)
    const scope = yield* Effect.scope
    let isMissing = false

    /** Says `Missed` as soon as there is room for it: what is dropped until then is read again thereby. */
    const sayMissed = Effect.suspend(() => {
      if (isMissing) return Effect.void
      isMissing = true
      return PubSub.publish(changes, { _tag: "Missed" }).pipe(
        Effect.tap((said) => said ? Effect.void : Effect.sleep(sayMissedPause)),
        Effect.repeat({ until: (said) => said }),
        Effect.ensuring(Effect.sync(() => {
          isMissing = false
        })),
        Effect.forkIn(scope, { startImmediately: true }),
        Effect.asVoid
      )
    })

    const tellAll = (change: DrawChange) =>
      Effect.flatMap(PubSub.publish(changes, change), (told) => told ? Effect.void : sayMissed)

    yield* (yield* Listener).listen(channel, {
      listening: sayMissed,
      heard: (payload) => {
        const change = changeOf(payload)
        return change === undefined ? Effect.void : tellAll(change)
      },
      lost: Effect.void
    })
    return DrawEvents.of({ changes: Stream.fromPubSub(changes) })
  })
)
