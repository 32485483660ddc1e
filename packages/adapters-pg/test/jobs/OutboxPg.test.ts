import { Outbox } from "@ddd/core/ports/Outbox"
import { userId } from "@ddd/core/values/Ids"
import type { MailJob } from "@ddd/core/values/Job"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Data, Effect, Schedule } from "effect"
import { PersistedQueue } from "effect/persistence"
import { SqlClient } from "effect/sql"
import { session } from "../../src/database/Provision.ts"
import { worker } from "../../src/jobs/OutboxPg.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgWorld from "../support/PgWorld.ts"

class MailFailed extends Data.TaggedError("MailFailed")<{ readonly isFinal: boolean; readonly message: string }> {}
class Undone extends Data.TaggedError("Undone") {}

const ada = userId("018f2d5e-7a1b-7cc0-9d3a-00000000000a")
const job: MailJob = { _tag: "MailWelcome", userId: ada, mailedTokenId: "1" }

interface JobRow {
  readonly id: string
  readonly state: string
  readonly attempts: number
  readonly last_failure: string | null
}
const jobs = Effect.flatMap(
  PgClient.PgClient,
  (sql) => sql<JobRow>`SELECT id, state, attempts, last_failure FROM jobs ORDER BY sequence`
)

/** Waits until the jobs are as they should be. */
const untilJobs = (areSo: (rows: ReadonlyArray<JobRow>) => boolean) =>
  jobs.pipe(
    Effect.repeat({ until: areSo, schedule: Schedule.spaced("20 millis") }),
    Effect.timeout("45 seconds")
  )

/** Starts a worker on `handle`. */
const start = (handle: (job: MailJob, id: string) => Effect.Effect<void, MailFailed>, concurrency = 1) =>
  Effect.forkScoped(worker("outbox", handle, { concurrency, isFinal: ({ isFinal }) => isFinal }))

describe("OutboxPg", () => {
  it.live("does what was committed, and nothing of what was undone", () =>
    Effect.gen(function*() {
      const outbox = yield* Outbox
      const sql = yield* PgClient.PgClient
      yield* outbox.add("undone", job).pipe(
        Effect.andThen(new Undone()),
        sql.withTransaction,
        Effect.catchTag("Undone", () => Effect.void)
      )
      const handled: Array<readonly [string, MailJob]> = []
      yield* start((job, id) => Effect.sync(() => handled.push([id, job])))
      yield* outbox.add("committed", job).pipe(sql.withTransaction)
      yield* outbox.add("committed", { _tag: "MailPasswordChanged", userId: ada })
      const rows = yield* untilJobs((rows) => rows.length > 0 && rows.every(({ state }) => state === "completed"))
      assert.deepStrictEqual(rows.map(({ id }) => id), ["committed"])
      assert.deepStrictEqual(handled, [["committed", job]])
    }).pipe(Effect.provide(PgWorld.layer())))

  it.live("tries a failed job again, and keeps the reason", () =>
    Effect.gen(function*() {
      const outbox = yield* Outbox
      let attempts = 0
      yield* start(() =>
        ++attempts < 3 ? Effect.fail(new MailFailed({ isFinal: false, message: "greylisted" })) : Effect.void
      )
      yield* outbox.add("1", job)
      const [row] = yield* untilJobs(([row]) => row?.state === "completed")
      assert.deepStrictEqual([attempts, row?.attempts], [3, 3])
      assert.include(row?.last_failure, "greylisted")
    }).pipe(Effect.provide(PgWorld.layer())))

  it.live("fails a job for good at once where trying again is of no use, and goes on with the next", () =>
    Effect.gen(function*() {
      const outbox = yield* Outbox
      let attempts = 0
      yield* start((_, id) => {
        attempts++
        return id === "bad" ? Effect.fail(new MailFailed({ isFinal: true, message: "no such mailbox" })) : Effect.void
      })
      yield* outbox.add("bad", job)
      yield* outbox.add("good", job)
      const rows = yield* untilJobs((rows) => rows.length === 2 && rows.every(({ state }) => state !== "pending"))
      assert.deepStrictEqual(rows.map(({ attempts, id, state }) => [id, state, attempts]), [
        ["bad", "failed", 1],
        ["good", "completed", 1]
      ])
      assert.strictEqual(rows[0]?.last_failure, "MailFailed: no such mailbox")
      assert.strictEqual(attempts, 2)
    }).pipe(Effect.provide(PgWorld.layer())))

  it.live("gives a job to one of several workers", () =>
    Effect.gen(function*() {
      const outbox = yield* Outbox
      const handled: Array<string> = []
      const handle = (_: MailJob, id: string) =>
        Effect.sync(() => handled.push(id)).pipe(Effect.andThen(Effect.sleep("5 millis")))
      yield* start(handle, 4)
      yield* start(handle, 4)
      yield* Effect.forEach(Array.from({ length: 100 }, (_, i) => `${i}`), (id) => outbox.add(id, job), {
        concurrency: 8
      })
      yield* untilJobs((rows) => rows.length === 100 && rows.every(({ state }) => state === "completed"))
      assert.strictEqual(handled.length, 100)
      assert.strictEqual(new Set(handled).size, 100)
    }).pipe(Effect.provide(PgWorld.layer())))

  it.live("has the very table that the queue would make", () =>
    Effect.gen(function*() {
      const { owner } = yield* TestDatabase
      const sql = yield* session(owner)
      yield* PersistedQueue.makeStoreSql({ tableName: "made" }).pipe(Effect.provideService(SqlClient.SqlClient, sql))
      const columns = (table: string) =>
        sql`
        SELECT column_name, data_type, character_maximum_length, is_nullable,
          replace(column_default, ${table}, 'jobs') AS default
        FROM information_schema.columns WHERE table_name = ${table} ORDER BY column_name`
      // beside those of our own, which the queue does not know
      const indexes = (table: string) =>
        sql`
        SELECT replace(indexdef, ${table}, 'jobs') AS index FROM pg_indexes
        WHERE tablename = ${table} AND indexname NOT IN ('jobs_by_state', 'jobs_failures_of_user') ORDER BY 1`
      const migrations = (table: string) => sql`SELECT migration_id, name FROM ${sql(`${table}_migrations`)} ORDER BY 1`
      for (const shape of [columns, indexes, migrations]) {
        assert.deepStrictEqual(yield* shape("jobs"), yield* shape("made"))
      }
      assert.isAbove((yield* columns("jobs")).length, 5)
      assert.deepStrictEqual(yield* columns("jobs_migrations"), yield* columns("made_migrations"))
    }).pipe(Effect.provide(PgWorld.layer())))
})
