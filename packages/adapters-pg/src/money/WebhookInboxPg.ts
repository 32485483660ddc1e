/** What outside services told us, on PostgreSQL. */
import { concludeEvent, dismissEvent, receiveEvent, replayEvent } from "@ddd/core/money/WebhookEvent"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { Now } from "@ddd/core/ports/Now"
import { Outbox } from "@ddd/core/ports/Outbox"
import { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import { logged } from "@ddd/core/values/OperatorAct"
import { pageOf } from "@ddd/core/values/Page"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { knowsIdentityChecks } from "../accounts/IdentityRows.ts"
import { orUnavailable, transact } from "../database/Transaction.ts"
import { idAfterAll } from "../database/UuidTimes.ts"
import { addJobs } from "../jobs/OutboxPg.ts"
import { writeEntry } from "../operators/OperatorLogRows.ts"
import { eventColumns, eventOf, type EventRow } from "./EventRows.ts"

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const { newId } = yield* Identifiers
  const now = yield* Now
  const outbox = yield* Outbox
  const services = { sql, newId }
  const columns = eventColumns(sql)

  return WebhookInbox.of({
    receive: Effect.fn("WebhookInboxPg.receive")(function*({ body, eventId, sender, type }) {
      const id = newId(yield* now.now)
      const { jobs, state } = receiveEvent(id)
      const added = yield* sql`
        INSERT INTO webhook_events (id, sender, event_id, type, body, state)
        VALUES (${id}::uuid, ${sender}, ${eventId}, ${type}, ${body}::bytea, ${state})
        ON CONFLICT (sender, event_id) DO NOTHING RETURNING 1 AS added`
      if (added.length === 0) return { isNew: false }
      yield* addJobs(outbox, jobs)
      return { isNew: true }
    }, transact(sql)),

    find: Effect.fn("WebhookInboxPg.find")(function*(id) {
      const [row] = yield* sql<EventRow>`SELECT ${columns} FROM webhook_events WHERE id = ${id}::uuid`
      return row === undefined ? null : eventOf(row)
    }, orUnavailable),

    conclude: Effect.fn("WebhookInboxPg.conclude")(function*(id, conclusion) {
      // An erasure locks the user before it looks through the events: it comes before this, or finds the event as it is written here.
      // The condition is in the select list, as a row that does not match before the lock is not waited for.
      const [player] = yield* sql<{ readonly is_erased: boolean }>`
        SELECT u.erased_at IS NOT NULL AS is_erased FROM users u
        WHERE u.id = coalesce(${
        conclusion.userId ?? null
      }::uuid, (SELECT user_id FROM fundings WHERE reference = ${conclusion.reference}))
        FOR SHARE OF u`
      const [event] = yield* sql<Pick<EventRow, "sender" | "state">>`
        SELECT sender, state FROM webhook_events WHERE id = ${id}::uuid FOR NO KEY UPDATE`
      if (event === undefined) return
      const { sender, state: before } = event
      const concluded = concludeEvent({ sender, state: before, isPlayerErased: player?.is_erased === true }, conclusion)
      if (concluded === null) return
      const { isBodyRemoved, outcome, reference, state } = concluded
      yield* knowsIdentityChecks(sql)
      yield* sql`
        UPDATE webhook_events SET state = ${state}, outcome = ${outcome}, reference = ${reference}, handled_at = app_now(),
          body = CASE WHEN ${isBodyRemoved} THEN '' ELSE body END
        WHERE id = ${id}::uuid`
    }, transact(sql)),

    list: Effect.fn("WebhookInboxPg.list")(function*({ sender, state }, { cursor, limit }) {
      const rows = yield* sql<EventRow>`
        SELECT ${columns} FROM webhook_events
        WHERE id < ${cursor ?? idAfterAll}::uuid
          AND (${sender ?? null}::text IS NULL OR sender = ${sender ?? null}::text)
          AND (${state ?? null}::text IS NULL OR state = ${state ?? null}::text)
        ORDER BY id DESC LIMIT ${limit + 1}`
      const { items, nextCursor } = pageOf(rows, limit, (row) => row.id)
      return { items: items.map(eventOf), nextCursor }
    }, orUnavailable),

    replay: Effect.fn("WebhookInboxPg.replay")(function*(id, act) {
      const { jobs, state } = replayEvent(id, newId(yield* now.now))
      const [before] = yield* sql<Pick<EventRow, "state">>`
        SELECT state FROM webhook_events WHERE id = ${id}::uuid FOR NO KEY UPDATE`
      if (before === undefined) return false
      yield* sql`UPDATE webhook_events SET state = ${state} WHERE id = ${id}::uuid`
      yield* writeEntry(services, logged(act, "event", id, { was: before.state }))
      yield* addJobs(outbox, jobs)
      return true
    }, transact(sql)),

    dismiss: Effect.fn("WebhookInboxPg.dismiss")(function*(id, act) {
      const [row] = yield* sql<Pick<EventRow, "outcome" | "sender" | "state">>`
        SELECT sender, state, outcome FROM webhook_events WHERE id = ${id}::uuid FOR UPDATE`
      const dismissed = row === undefined ? null : dismissEvent(row)
      if (dismissed === null) return false
      yield* knowsIdentityChecks(sql)
      yield* sql`
        UPDATE webhook_events SET state = ${dismissed.state}, outcome = ${dismissed.outcome}, handled_at = app_now(),
          body = CASE WHEN ${dismissed.isBodyRemoved} THEN '' ELSE body END
        WHERE id = ${id}::uuid`
      yield* writeEntry(services, logged(act, "event", id, { was: row?.state ?? null }))
      return true
    }, transact(sql))
  })
})

export const layer = Layer.effect(WebhookInbox, make)
