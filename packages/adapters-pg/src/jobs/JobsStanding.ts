/** How the queues stand, for whoever watches over the server: one statement, by indexes, however many jobs were done. */
import type { JobQueueName } from "@ddd/core/values/Job"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"

/** So many rows of a queue are counted at most: that is enough to know that something is wrong. */
const countedMax = 200

export interface QueueStanding {
  readonly queue: JobQueueName
  /** Jobs that are to be done, `countedMax` at most. */
  readonly pending: number
  /** For how long the job that has been due for longest has waited, or been under way; 0 where none is due. */
  readonly lateSeconds: number
  /** Jobs that were given up, `countedMax` of all queues together at most. */
  readonly failed: number
}

// now(): the clock of the queue's own columns
export const readJobsStanding = (sql: PgClient.PgClient) =>
  Effect.map(
    sql<QueueStanding>`
      WITH failed AS MATERIALIZED (
        SELECT queue_name FROM jobs WHERE state = 'failed' ORDER BY updated_at DESC LIMIT ${countedMax})
      SELECT q.queue, p.pending, greatest(0, p.late) AS "lateSeconds",
        (SELECT count(*) FROM failed WHERE queue_name = q.queue)::float8 AS failed
      FROM (VALUES ('outbox'), ('webhooks'), ('payouts')) q (queue), LATERAL (
        SELECT count(*)::float8 AS pending, coalesce(extract(epoch FROM now()::timestamp - min(visible_at)), 0)::float8 AS late
        FROM (SELECT visible_at FROM jobs WHERE queue_name = q.queue AND state = 'pending'
          ORDER BY visible_at LIMIT ${countedMax}) j) p`,
    (rows): ReadonlyArray<QueueStanding> => rows
  )
