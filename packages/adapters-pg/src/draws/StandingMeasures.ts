/** Measures of late, as the database has them: each the newest of its player and kind, with what is in force by now. */
import type { SecurityEventType } from "@ddd/core/accounts/SecurityEvent"
import { noLimits } from "@ddd/core/money/Limits"
import type { Measure, TakenMeasure } from "@ddd/core/money/Measure"
import { userId } from "@ddd/core/values/Ids"
import { dayMillis } from "@ddd/core/values/Instant"
import type { KycStatus } from "@ddd/core/values/KycStatus"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { clockOf } from "../database/ClockCheck.ts"
import { instantOf } from "../database/Rows.ts"
import { smallestIdAt } from "../database/UuidTimes.ts"
import { limitBookOf, type StoredLimits } from "../play/LimitRows.ts"

/** Of so many days: a process that could not remember a measure has been followed by a server that could. */
const daysMax = 14

/** Events that are looked through, the newest. */
const eventsMax = 100_000

interface MeasureRow {
  readonly id: string
  readonly user_id: string
  readonly type: SecurityEventType
  readonly limits: StoredLimits | null
  readonly timed_out_until: Date | null
  readonly excluded_until: Date | null
  readonly kyc_status: KycStatus
  readonly kyc_at: Date | null
}

const barred = (by: "time-out" | "exclusion", until: Date | null): Measure | null =>
  until === null ? null : { _tag: "Barred", by, until: instantOf(until) }

const measureOf = (row: MeasureRow): Measure | null => {
  switch (row.type) {
    case "frozen":
      return { _tag: "Frozen" }
    case "unfrozen":
      return { _tag: "Unfrozen" }
    case "erased":
      return { _tag: "Erased" }
    case "timed_out":
      return barred("time-out", row.timed_out_until)
    case "self_excluded":
      return barred("exclusion", row.excluded_until)
    case "identity_checked":
      return row.kyc_at === null
        ? null
        : { _tag: "Identity", status: row.kyc_status, occurredAt: instantOf(row.kyc_at) }
    default:
      return { _tag: "Limited", limits: limitBookOf(row.limits)?.inForce ?? noLimits }
  }
}

/** Reads them, the oldest first; by an index of theirs (migration 46). */
export const readStandingMeasures = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const since = (yield* clockOf(sql)) - daysMax * dayMillis
  const rows = yield* sql<MeasureRow>`
    SELECT n.id, n.user_id, n.type, w.limits, w.timed_out_until, w.excluded_until, u.kyc_status, u.kyc_at
    FROM (
      SELECT DISTINCT ON (e.user_id, e.kind) e.id, e.user_id, e.type FROM (
        SELECT id, user_id, type, CASE WHEN type IN ('frozen', 'unfrozen') THEN 'frozen'
          WHEN type IN ('limits_changed', 'limits_confirmed') THEN 'limits' ELSE type END AS kind
        FROM security_events
        WHERE type IN ('frozen', 'unfrozen', 'limits_changed', 'limits_confirmed', 'timed_out', 'self_excluded', 'identity_checked',
          'erased') AND id >= ${smallestIdAt(since)}::uuid
        ORDER BY id DESC LIMIT ${eventsMax}
      ) e ORDER BY e.user_id, e.kind, e.id DESC
    ) n JOIN users u ON u.id = n.user_id JOIN wallets w ON w.user_id = n.user_id ORDER BY n.id`
  return rows.flatMap((row): ReadonlyArray<TakenMeasure> => {
    const measure = measureOf(row)
    return measure === null ? [] : [{ id: row.id, userId: userId(row.user_id), measure }]
  })
})
