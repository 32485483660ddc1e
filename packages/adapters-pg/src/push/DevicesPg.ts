/** The devices of players on PostgreSQL. */
import { sessionId as asSessionId } from "@ddd/core/accounts/Session"
import { Devices } from "@ddd/core/ports/Devices"
import { type Device, displacedBy, type Platform } from "@ddd/core/push/Device"
import { userId as asUserId } from "@ddd/core/values/Ids"
import { formatInstant } from "@ddd/core/values/Instant"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { clockOf } from "../database/ClockCheck.ts"
import { instantOf } from "../database/Rows.ts"
import { orUnavailable, transact } from "../database/Transaction.ts"

interface DeviceRow {
  readonly user_id: string
  readonly device_id: string
  readonly session_id: string
  readonly push_token: string
  readonly platform: Platform
  readonly locale: string
  readonly put_at: Date
}

const deviceOf = (row: DeviceRow): Device => ({
  userId: asUserId(row.user_id),
  deviceId: row.device_id,
  sessionId: asSessionId(row.session_id),
  pushToken: row.push_token,
  platform: row.platform,
  locale: row.locale,
  putAt: instantOf(row.put_at)
})

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient

  return Devices.of({
    // locks in this order: the token, whoever puts it; the player, as who erases them does; the session, as who ends it does
    put: Effect.fn("DevicesPg.put")(function*(userId, sessionId, put) {
      yield* sql`SELECT pg_advisory_xact_lock(hashtextextended(${put.pushToken}, 0))`
      const [player] = yield* sql`
        SELECT 1 AS there FROM users WHERE id = ${userId}::uuid AND erased_at IS NULL FOR NO KEY UPDATE`
      const [session] = yield* sql`
        SELECT 1 AS there FROM sessions
        WHERE id = ${sessionId}::uuid AND user_id = ${userId}::uuid AND ended_at IS NULL FOR SHARE`
      if (player === undefined || session === undefined) return false
      const held = yield* sql<DeviceRow>`
        SELECT user_id, device_id, session_id, push_token, platform, locale, put_at FROM devices
        WHERE user_id = ${userId}::uuid OR push_token = ${put.pushToken} ORDER BY user_id, device_id FOR UPDATE`
      const device: Device = { ...put, userId, sessionId, putAt: yield* clockOf(sql) }
      const displaced = displacedBy(device, held.map(deviceOf))
      if (displaced.length > 0) {
        yield* sql`
          DELETE FROM devices WHERE (user_id, device_id) IN (
            SELECT * FROM unnest(${displaced.map((gone) => gone.userId)}::uuid[], ${
          displaced.map((gone) => gone.deviceId)
        }::uuid[]))`
      }
      yield* sql`
        INSERT INTO devices (user_id, device_id, session_id, push_token, platform, locale, put_at)
        VALUES (${userId}::uuid, ${put.deviceId}::uuid, ${sessionId}::uuid, ${put.pushToken}, ${put.platform}, ${put.locale},
          ${formatInstant(device.putAt)}::timestamptz)
        ON CONFLICT (user_id, device_id) DO UPDATE SET session_id = EXCLUDED.session_id, push_token = EXCLUDED.push_token,
          platform = EXCLUDED.platform, locale = EXCLUDED.locale, put_at = EXCLUDED.put_at`
      return true
    }, transact(sql)),

    remove: Effect.fn("DevicesPg.remove")(function*(userId, deviceId) {
      yield* sql`DELETE FROM devices WHERE user_id = ${userId}::uuid AND device_id = ${deviceId}::uuid`
    }, orUnavailable)
  })
})

export const layer = Layer.effect(Devices, make)
