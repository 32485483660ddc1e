/**
 * Many jobs in one statement, in the form in which `OutboxPg` adds one.
 *
 * A job holds texts and whole numbers alone, which JSON writes as the queue's codec does. Waiting workers are not woken: they look
 * once a second.
 */
import type { JobQueueName, JobQueues } from "@ddd/core/ports/Outbox"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"

export interface NewJob<Name extends JobQueueName> {
  /** As of `Outbox.add`: taken once, ever. */
  readonly id: string
  readonly job: JobQueues[Name]
}

/** Adds jobs to a queue, as part of the caller's transaction. Gives how many were not there yet. */
export const addAll = <Name extends JobQueueName>(
  sql: PgClient.PgClient,
  queue: Name,
  jobs: ReadonlyArray<NewJob<Name>>
) =>
  Effect.map(
    // now(): the clock of the queue's own columns
    sql<{ readonly added: bigint }>`
      WITH added AS (
        INSERT INTO jobs (id, queue_name, element, state, attempts, visible_at, created_at, updated_at)
        SELECT j.id, ${queue}, j.element, 'pending', 0, now(), now(), now()
        FROM unnest(${jobs.map(({ id }) => id)}::text[], ${jobs.map(({ job }) => JSON.stringify(job))}::text[])
          WITH ORDINALITY AS j (id, element, nth)
        ORDER BY j.nth
        ON CONFLICT (id, queue_name) DO NOTHING
        RETURNING 1
      )
      SELECT count(*) AS added FROM added`,
    ([row]) => Number(row?.added ?? 0n)
  )
