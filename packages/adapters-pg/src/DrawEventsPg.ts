/**
 * What happened to draws, by LISTEN/NOTIFY: told at the commit that caused it, to every process.
 *
 * One listening connection a process, shared by all who subscribe. `Missed` is said each time that listening begins.
 */
import type { DrawStatus } from "@ddd/core/draws/Draw"
import { type DrawChange, DrawEvents } from "@ddd/core/ports/DrawEvents"
import { drawId, isUuid, userId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Layer, PubSub, Stream } from "effect"
import { Listener } from "./Listener.ts"

const channel = "ddd_draws"

/** Later statuses rank higher: the version that a notification carries. */
const statusRank: Record<DrawStatus, number> = { scheduled: 0, open: 1, locked: 2, drawn: 3, void: 3 }

/** Tells, at the commit, that a draw has changed its status. */
export const tellStatus = (sql: PgClient.PgClient, id: string, status: DrawStatus) =>
  sql`SELECT 1 FROM pg_notify(${channel}, ${`status ${id} ${statusRank[status]}`})`

/** Tells, at the commit, that tickets of a draw were sold. */
export const tellSold = (sql: PgClient.PgClient, id: string, totalEntries: number) =>
  sql`SELECT 1 FROM pg_notify(${channel}, ${`sold ${id} ${totalEntries}`})`

/** Tells, at the commit, that a room's members changed. */
export const tellMembers = (sql: PgClient.PgClient, id: string) =>
  sql`SELECT 1 FROM pg_notify(${channel}, ${`status ${id} ${statusRank.open}`})`

/** Tells, at the commit, that a member left a room. */
export const tellLeft = (sql: PgClient.PgClient, id: string, user: string) =>
  sql`SELECT 1 FROM pg_notify(${channel}, ${`left ${id} ${statusRank.open} ${user}`})`

/** `sold <draw> <entries>`, `status <draw> <rank>`, `left <draw> <rank> <user>`; undefined for what another version of this program may say. */
export const changeOf = (payload: string): DrawChange | undefined => {
  const [what, id = "", version = "", user = ""] = payload.split(" ")
  if (!isUuid(id) || !/^\d{1,18}$/.test(version)) return undefined
  const change = { drawId: drawId(id), version: BigInt(version) }
  if (what === "sold") return { _tag: "Sold", ...change }
  if (what === "status") return { _tag: "Status", ...change }
  if (what === "left" && isUuid(user)) return { _tag: "Left", ...change, userId: userId(user) }
  return undefined
}

// enough for a burst; who is slower than that is told by the next change, or by `Missed`
const bufferedMax = 4_096

export const layer = Layer.effect(
  DrawEvents,
  Effect.gen(function*() {
    const changes = yield* Effect.acquireRelease(PubSub.sliding<DrawChange>(bufferedMax), PubSub.shutdown)
    yield* (yield* Listener).listen(channel, {
      listening: Effect.asVoid(PubSub.publish(changes, { _tag: "Missed" })),
      heard: (payload) => {
        const change = changeOf(payload)
        return change === undefined ? Effect.void : Effect.asVoid(PubSub.publish(changes, change))
      },
      lost: Effect.void
    })
    return DrawEvents.of({ changes: Stream.fromPubSub(changes) })
  })
)
