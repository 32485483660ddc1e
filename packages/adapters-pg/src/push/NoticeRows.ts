/** Writes what is to be told on devices, in the transaction of what is told. */
import type { Notice } from "@ddd/core/draws/Notices"
import { formatInstant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"

/** The devices of whoever a notice is for: a few of a player's, some hundreds of a room's members'. */
const audienceOf = (sql: PgClient.PgClient, { drawId, to }: Notice) =>
  to._tag === "Player"
    ? sql`SELECT user_id, device_id FROM devices WHERE user_id = ${to.userId}::uuid`
    : sql`
      SELECT d.user_id, d.device_id FROM lobby_members m JOIN devices d ON d.user_id = m.user_id
      WHERE m.lobby_id = ${drawId}::uuid AND m.user_id IS DISTINCT FROM ${to.except}::uuid`

/** Writes a message to each device that the audiences have now. */
export const addNotices = (sql: PgClient.PgClient, notices: ReadonlyArray<Notice>) =>
  Effect.forEach(notices, (notice) =>
    sql`
      INSERT INTO push_messages (user_id, device_id, draw_id, kind, due_at, until)
      SELECT user_id, device_id, ${notice.drawId}::uuid, ${notice.kind}, app_now(), ${
      formatInstant(notice.until)
    }::timestamptz FROM (${audienceOf(sql, notice)}) audience
      ON CONFLICT DO NOTHING`, { discard: true })
