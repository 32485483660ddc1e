/** What is to be told on which devices, on PostgreSQL: rows that are taken by an index of what is due, each by one node at a time. */
import type { DrawStatus } from "@ddd/core/draws/Draw"
import { closingMillis, isAboutToClose, type NoticeKind } from "@ddd/core/draws/Notices"
import { PushMessages } from "@ddd/core/ports/PushMessages"
import {
  claimMillis,
  type ConcludedMessage,
  type DueMessage,
  type MessageFate,
  type MessageKey,
  type SentMessage
} from "@ddd/core/push/Delivery"
import type { Platform } from "@ddd/core/push/Device"
import { drawId, userId } from "@ddd/core/values/Ids"
import { formatInstant } from "@ddd/core/values/Instant"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import type { Statement } from "effect/sql"
import { clockOf } from "../database/ClockCheck.ts"
import { instantOf, instantOrNull } from "../database/Rows.ts"
import { transact } from "../database/Transaction.ts"
import { smallestIdAt } from "../database/UuidTimes.ts"

/** Devices of a page: each costs a look-up of a ticket, by index. */
const pageSize = 500

interface KeyRow {
  readonly user_id: string
  readonly device_id: string
  readonly draw_id: string
  readonly kind: NoticeKind
}

interface DueRow extends KeyRow {
  readonly until: Date
  readonly attempts: number
  readonly push_token: string | null
  readonly platform: Platform | null
  readonly locale: string | null
  readonly timed_out_until: Date | null
  readonly excluded_until: Date | null
}

interface SentRow extends KeyRow {
  readonly receipt_id: string
  readonly sent_at: Date
}

interface ClosingRow {
  readonly id: string
  readonly status: DrawStatus
  readonly opens_at: Date
  readonly closes_at: Date
}

interface MarkRow {
  readonly user_id: string
  readonly device_id: string
}

/** A message that is not over. */
interface PutOffMessage extends ConcludedMessage {
  readonly fate: Exclude<MessageFate, { readonly _tag: "Over" }>
}

const notSent = { receiptId: "", pushToken: "" }

const keyOf = (row: KeyRow): MessageKey => ({
  userId: userId(row.user_id),
  deviceId: row.device_id,
  drawId: drawId(row.draw_id),
  kind: row.kind
})

const dueOf = ({ locale, platform, push_token: pushToken, ...row }: DueRow): DueMessage => ({
  ...keyOf(row),
  until: instantOf(row.until),
  attempts: row.attempts,
  device: pushToken === null || platform === null || locale === null ? null : { pushToken, platform, locale },
  barring: { timedOutUntil: instantOrNull(row.timed_out_until), excludedUntil: instantOrNull(row.excluded_until) }
})

const sentOf = (row: SentRow): SentMessage => ({
  ...keyOf(row),
  receiptId: row.receipt_id,
  sentAt: instantOf(row.sent_at)
})

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient

  /** Takes the messages that are due for longest, of those that `which` says: they are due again later. */
  const taking = (which: Statement.Fragment, limit: number) =>
    sql`
      UPDATE push_messages SET due_at = app_now() + ${claimMillis}::float8 * interval '1 millisecond',
        attempts = attempts + CASE WHEN receipt_id IS NULL THEN 1 ELSE 0 END
      WHERE ctid = ANY (ARRAY (
        SELECT ctid FROM push_messages WHERE ${which} AND due_at <= (SELECT app_now())
        ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`

  const take = Effect.fn("PushMessagesPg.take")(function*(which: "closing" | "others", limit: number) {
    // each device and wallet by its key: a join may go through all that there are
    const rows = yield* sql<DueRow>`
      WITH taken AS (${
      taking(sql`receipt_id IS NULL AND kind ${sql.literal(which === "closing" ? "=" : "<>")} 'closing'`, limit)
    }
        RETURNING user_id, device_id, draw_id, kind, until, attempts)
      SELECT taken.*, d.push_token, d.platform, d.locale, w.timed_out_until, w.excluded_until
      FROM taken
        LEFT JOIN LATERAL (SELECT * FROM devices d WHERE d.user_id = taken.user_id AND d.device_id = taken.device_id OFFSET 0) d
          ON true
        LEFT JOIN LATERAL (SELECT * FROM wallets w WHERE w.user_id = taken.user_id OFFSET 0) w ON true`
    return rows.map(dueOf)
  }, transact(sql))

  const takeSent = Effect.fn("PushMessagesPg.takeSent")(function*(limit: number) {
    const rows = yield* sql<SentRow>`
      ${taking(sql`receipt_id IS NOT NULL`, limit)} RETURNING user_id, device_id, draw_id, kind, receipt_id, sent_at`
    return rows.map(sentOf)
  }, transact(sql))

  /** Keys as rows, with what else is given of each. */
  const keyColumns = (messages: ReadonlyArray<ConcludedMessage>) =>
    sql`${messages.map(({ key }) => key.userId)}::uuid[], ${messages.map(({ key }) => key.deviceId)}::uuid[], ${
      messages.map(({ key }) => key.drawId)
    }::uuid[], ${messages.map(({ key }) => key.kind)}::text[]`
  const isKey = sql.literal(
    "(m.user_id, m.device_id, m.draw_id, m.kind) = (c.user_id, c.device_id, c.draw_id, c.kind)"
  )

  const remove = (messages: ReadonlyArray<ConcludedMessage>) =>
    sql`
      WITH gone AS (
        DELETE FROM push_messages m USING unnest(${keyColumns(messages)}, ${
      messages.map(({ fate }) => fate._tag === "Over" && fate.forgetsDevice)
    }::boolean[]) c (user_id, device_id, draw_id, kind, forgets)
        WHERE ${isKey}
        RETURNING m.user_id, m.device_id, coalesce(m.sent_at, app_now()) AS sent_at, m.sent_token, c.forgets
      )
      DELETE FROM devices d USING gone g
      WHERE g.forgets AND d.user_id = g.user_id AND d.device_id = g.device_id AND d.put_at <= g.sent_at
        AND d.push_token = coalesce(g.sent_token, d.push_token)`

  const putOff = (messages: ReadonlyArray<PutOffMessage>) => {
    // an array has no null: the driver takes no array of nulls alone
    const sent = messages.map(({ fate }) => fate._tag === "ReadReceipt" && fate.sent !== null ? fate.sent : notSent)
    return sql`
      UPDATE push_messages m SET due_at = c.due_at, receipt_id = coalesce(nullif(c.receipt_id, ''), m.receipt_id),
        sent_token = coalesce(nullif(c.sent_token, ''), m.sent_token),
        sent_at = CASE WHEN c.receipt_id = '' THEN m.sent_at ELSE app_now() END
      FROM unnest(${keyColumns(messages)}, ${messages.map(({ fate }) => formatInstant(fate.dueAt))}::timestamptz[], ${
      sent.map(({ receiptId }) => receiptId)
    }::text[], ${sent.map(({ pushToken }) => pushToken)}::text[])
        c (user_id, device_id, draw_id, kind, due_at, receipt_id, sent_token)
      WHERE ${isKey}`
  }

  const conclude = Effect.fn("PushMessagesPg.conclude")(function*(messages: ReadonlyArray<ConcludedMessage>) {
    const over = messages.filter(({ fate }) => fate._tag === "Over")
    const later = messages.flatMap(({ fate, key }): ReadonlyArray<PutOffMessage> =>
      fate._tag === "Over" ? [] : [{ key, fate }]
    )
    if (over.length > 0) yield* remove(over)
    if (later.length > 0) yield* putOff(later)
  }, transact(sql))

  /** The draw that is about to close and of which somebody is to be told yet, as core's `isAboutToClose` says: by the index of such draws. */
  const findClosing = Effect.map(
    sql<ClosingRow>`
      SELECT d.id, d.status, d.opens_at, d.closes_at FROM draws d
      WHERE d.status IN ('scheduled', 'open') AND d.closes_at > (SELECT app_now())
        AND d.closes_at <= (SELECT app_now() + ${closingMillis}::float8 * interval '1 millisecond')
        AND (SELECT true FROM draw_closings c WHERE c.draw_id = d.id AND c.complete) IS NULL
      ORDER BY d.closes_at LIMIT 1`,
    ([row]) => row
  )

  const announceClosing = Effect.fn("PushMessagesPg.announceClosing")(function*() {
    const draw = yield* findClosing
    if (draw === undefined) return false
    const closing = { status: draw.status, closesAt: instantOf(draw.closes_at) }
    if (!isAboutToClose(closing, yield* clockOf(sql))) return false
    yield* sql`INSERT INTO draw_closings (draw_id) VALUES (${draw.id}::uuid) ON CONFLICT DO NOTHING`
    // the devices after it are this node's; another node that is at it goes on alone
    const [mark] = yield* sql<MarkRow>`
      SELECT user_id, device_id FROM draw_closings WHERE draw_id = ${draw.id}::uuid AND NOT complete
      FOR NO KEY UPDATE SKIP LOCKED`
    if (mark === undefined) return false
    // each device's ticket by the index of a player's tickets by id, from when the draw opened on: the draw's tickets are never gone through.
    // No two are due at the same instant, so that who takes a few of thousands reads a few
    const [page] = yield* sql<{ readonly last: MarkRow | null; readonly devices: number }>`
      WITH page AS MATERIALIZED (
        SELECT user_id, device_id, row_number() OVER (ORDER BY user_id, device_id) AS nth FROM (
          SELECT user_id, device_id FROM devices
          WHERE (user_id, device_id) > (${mark.user_id}::uuid, ${mark.device_id}::uuid)
          ORDER BY user_id, device_id LIMIT ${pageSize}) next
      ), told AS (
        INSERT INTO push_messages (user_id, device_id, draw_id, kind, due_at, until)
        SELECT user_id, device_id, ${draw.id}::uuid, 'closing', app_now() + nth * interval '1 microsecond',
          ${formatInstant(closing.closesAt)}::timestamptz
        FROM page
        WHERE (SELECT true FROM tickets t WHERE t.user_id = page.user_id AND t.id >= ${
      smallestIdAt(instantOf(draw.opens_at))
    }::uuid
          AND t.draw_id = ${draw.id}::uuid ORDER BY t.user_id, t.id LIMIT 1)
        ON CONFLICT DO NOTHING
      )
      SELECT count(*)::int AS devices,
        (SELECT json_build_object('user_id', user_id, 'device_id', device_id) FROM page ORDER BY nth DESC LIMIT 1) AS last
      FROM page`
    const last = page?.last ?? mark
    const isMore = page?.devices === pageSize
    yield* sql`
      UPDATE draw_closings SET user_id = ${last.user_id}::uuid, device_id = ${last.device_id}::uuid, complete = ${!isMore}
      WHERE draw_id = ${draw.id}::uuid`
    return isMore
  }, transact(sql))

  return PushMessages.of({ announceClosing: announceClosing(), take, takeSent, conclude })
})

export const layer = Layer.effect(PushMessages, make)
