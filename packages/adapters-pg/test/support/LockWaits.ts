/** Waiting until somebody waits: what a test with two transactions goes by, instead of time. */
import type { PgClient } from "@effect/sql-pg"
import { Effect, Schedule } from "effect"

/** Waits until a session of the database of `sql` waits for a lock; gives the statements that do. */
export const someoneWaits = (sql: PgClient.PgClient) =>
  sql<{ readonly query: string }>`
    SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`.pipe(
    Effect.repeat({ until: (rows) => rows.length > 0, schedule: Schedule.spaced("10 millis") }),
    Effect.map((rows) => rows.map(({ query }) => query)),
    Effect.timeout("45 seconds")
  )
