/** Events that outside services told of, as `webhook_events` holds them. */
import type { WebhookEvent, WebhookSender, WebhookState } from "@ddd/core/money/WebhookEvent"
import type { PgClient } from "@effect/sql-pg"
import { instantOf, instantOrNull } from "../database/Rows.ts"

export interface EventRow {
  readonly id: string
  readonly sender: WebhookSender
  readonly event_id: string
  readonly type: string
  readonly body: Uint8Array
  readonly state: WebhookState
  readonly outcome: string | null
  readonly reference: string | null
  readonly received_at: Date
  readonly handled_at: Date | null
}

export const eventColumns = (sql: PgClient.PgClient) =>
  sql.literal("id, sender, event_id, type, body, state, outcome, reference, received_at, handled_at")

// a byte order mark stays, as all that came
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true })

export const eventOf = (row: EventRow): WebhookEvent => ({
  id: row.id,
  sender: row.sender,
  eventId: row.event_id,
  type: row.type,
  body: utf8.decode(row.body),
  state: row.state,
  outcome: row.outcome,
  reference: row.reference,
  receivedAt: instantOf(row.received_at),
  handledAt: instantOrNull(row.handled_at)
})
