/** The jobs as operators see them, on PostgreSQL: the table that the queues work on. */
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { JobBoard, type JobEntry, type JobState } from "@ddd/core/ports/JobBoard"
import { logged } from "@ddd/core/values/OperatorAct"
import { pageOf } from "@ddd/core/values/Page"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Option, Schema } from "effect"
import { instantOf, instantOrNull } from "../database/Rows.ts"
import { orUnavailable, transact } from "../database/Transaction.ts"
import { writeEntry } from "../operators/OperatorLogRows.ts"

interface JobRow {
  readonly sequence: bigint
  readonly id: string
  readonly queue_name: string
  readonly element: string
  readonly state: JobState
  readonly attempts: number
  readonly last_failure: string | null
  readonly created_at: Date
  readonly due_at: Date | null
}

const element = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))
const decodeElement = Schema.decodeUnknownOption(element)

/** What a job is, and what it is about. One that no program wrote is shown as it is. */
const read = (text: string): Pick<JobEntry, "kind" | "about"> => {
  const job = Option.getOrUndefined(decodeElement(text))
  if (job === undefined || typeof job["_tag"] !== "string") return { kind: "unreadable", about: text }
  const { _tag: kind, ...about } = job
  return { kind, about: JSON.stringify(about) }
}

/** A mail server's answer repeats the address that it is about. */
const withoutAddresses = (text: string): string =>
  text.replaceAll(/[^\s<>"'(),;:[\]]+@[^\s<>"'(),;:[\]]+/g, "(address)")

const entryOf = (row: JobRow): JobEntry => ({
  id: row.id,
  queue: row.queue_name,
  ...read(row.element),
  state: row.state,
  attempts: row.attempts,
  lastFailure: row.last_failure === null ? null : withoutAddresses(row.last_failure),
  createdAt: instantOf(row.created_at),
  dueAt: instantOrNull(row.due_at)
})

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const { newId } = yield* Identifiers

  return JobBoard.of({
    // the queue's columns are by the database's own clock, without a zone: shown by the program's
    list: Effect.fn("JobBoardPg.list")(function*(state, { cursor, limit }) {
      const rows = yield* sql<JobRow>`
        SELECT sequence, id, queue_name, element, state, attempts, last_failure, created_at::timestamptz + shift AS created_at,
          CASE WHEN state = 'pending' THEN visible_at::timestamptz + shift END AS due_at
        FROM jobs, app_clock
        WHERE sequence < ${
        cursor ?? "9223372036854775807"
      }::bigint AND (${state}::text IS NULL OR state = ${state}::text)
        ORDER BY sequence DESC LIMIT ${limit + 1}`
      const { items, nextCursor } = pageOf(rows, limit, (row) => row.sequence.toString())
      return { items: items.map(entryOf), nextCursor }
    }, orUnavailable),

    // now(): the clock of the queue's own columns
    retry: Effect.fn("JobBoardPg.retry")(
      function*(id, act) {
        const { length: retried } = yield* sql`
          UPDATE jobs SET state = 'pending', attempts = 0, visible_at = now(), updated_at = now(), acquired_at = NULL,
            acquired_by = NULL
          WHERE state = 'failed' AND (${id}::text IS NULL OR id = ${id}::text)
          RETURNING 1 AS retried`
        if (retried > 0) yield* writeEntry({ sql, newId }, logged(act, "job", id ?? "all that failed", { retried }))
        return retried
      },
      transact(sql)
    )
  })
})

export const layer = Layer.effect(JobBoard, make)
