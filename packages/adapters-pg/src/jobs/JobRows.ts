/** Many jobs of mail in one statement, in the form in which `OutboxPg` adds one. */
import type { PgClient } from "@effect/sql-pg"
import type { Statement } from "effect/sql"

/**
 * Inserts the mails that `jobs` selects: `id`, as of `Outbox.add`; `element`, the job as JSON; and `nth`, from 1, in the order in which
 * they are to be written. Returns a row for each that was not there yet.
 *
 * No two are due at the same instant, so that a worker which takes a few of thousands reads a few, by the index of what is due. Waiting
 * workers are not woken: they look once a second.
 */
export const insertMailJobs = (sql: PgClient.PgClient, jobs: Statement.Fragment) =>
  // now(): the clock of the queue's own columns
  sql`
    INSERT INTO jobs (id, queue_name, element, state, attempts, visible_at, created_at, updated_at)
    SELECT j.id, 'outbox', j.element::text, 'pending', 0, now() + j.nth * interval '1 microsecond', now(), now()
    FROM (${jobs}) j ORDER BY j.nth
    ON CONFLICT (id, queue_name) DO NOTHING
    RETURNING 1 AS added`
