import { JobBoard } from "@ddd/core/ports/JobBoard"
import { Outbox } from "@ddd/core/ports/Outbox"
import { userId } from "@ddd/core/values/Ids"
import type { MailJob } from "@ddd/core/values/Job"
import { byAnn } from "@ddd/sim/scenario/Operators"
import { present } from "@ddd/sim/scenario/Steps"
import { World } from "@ddd/sim/World"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Data, Effect, Schedule } from "effect"
import { worker } from "../../src/jobs/OutboxPg.ts"
import * as PgWorld from "../support/PgWorld.ts"

class Refused extends Data.TaggedError("Refused")<{ readonly message: string }> {}

const ada = userId("018f2d5e-7a1b-7cc0-9d3a-00000000000a")
const mail: MailJob = { _tag: "MailPasswordChanged", userId: ada }

const all = { limit: 100, cursor: null }

/** Adds mails under these names; those of `bad` are refused for good, the others sent, until no job is left that waits. */
const doJobs = Effect.fnUntraced(function*(bad: ReadonlyArray<string>) {
  const board = yield* JobBoard
  const handle = (_: MailJob, id: string) =>
    bad.includes(id) ? Effect.fail(new Refused({ message: "550 <ada@example.com>: mailbox unavailable" })) : Effect.void
  yield* Effect.forkScoped(worker("outbox", handle, { concurrency: 2, isFinal: () => true }))
  yield* board.list("pending", all).pipe(
    Effect.repeat({ until: ({ items }) => items.length === 0, schedule: Schedule.spaced("20 millis") }),
    Effect.timeout("45 seconds")
  )
}, Effect.scoped)

describe("JobBoardPg", () => {
  it.live("shows jobs of every queue, newest first, page by page", () =>
    Effect.gen(function*() {
      const board = yield* JobBoard
      const outbox = yield* Outbox
      const before = yield* (yield* World).now
      yield* outbox.add("mail", mail)
      yield* outbox.add("webhook", { _tag: "HandleWebhook", eventId: "7" })
      yield* outbox.add("payout", { _tag: "PayOut", withdrawalId: "8" })
      const first = yield* board.list(null, { limit: 2, cursor: null })
      assert.deepStrictEqual(
        first.items.map(({ about, id, kind, queue, state }) => [id, queue, kind, about, state]),
        [
          ["payout", "payouts", "PayOut", `{"withdrawalId":"8"}`, "pending"],
          ["webhook", "webhooks", "HandleWebhook", `{"eventId":"7"}`, "pending"]
        ]
      )
      const second = yield* board.list(null, { limit: 2, cursor: present(first.nextCursor) })
      assert.deepStrictEqual(second.items.map(({ id }) => id), ["mail"])
      assert.isNull(second.nextCursor)
      const [job] = second.items
      const after = yield* (yield* World).now
      assert.isTrue(before <= present(job).createdAt && present(job).createdAt <= after)
      assert.strictEqual(present(job).dueAt, present(job).createdAt)
    }).pipe(Effect.provide(PgWorld.layer())))

  it.live(
    "shows what failed, why, and no address; and has it tried again from the first attempt on",
    () =>
      Effect.gen(function*() {
        const board = yield* JobBoard
        const outbox = yield* Outbox
        for (const id of ["good", "bad", "worse"]) yield* outbox.add(id, mail)
        yield* doJobs(["bad", "worse"])
        const { items } = yield* board.list("failed", all)
        assert.sameMembers(items.map(({ id }) => id), ["bad", "worse"])
        for (const { attempts, dueAt, lastFailure } of items) {
          assert.deepStrictEqual([attempts, dueAt], [1, null])
          assert.strictEqual(lastFailure, "Refused: 550 <(address)>: mailbox unavailable")
        }
        assert.strictEqual(yield* board.retry("good", byAnn), 0)
        assert.strictEqual(yield* board.retry("unknown", byAnn), 0)
        assert.strictEqual(yield* board.retry("bad", byAnn), 1)
        assert.deepStrictEqual(
          (yield* board.list("pending", all)).items.map(({ attempts, id }) => [id, attempts]),
          [["bad", 0]]
        )
        yield* doJobs([])
        assert.strictEqual(yield* board.retry(null, byAnn), 1)
        yield* doJobs([])
        assert.deepStrictEqual((yield* board.list("completed", all)).items.map(({ id }) => id), [
          "worse",
          "bad",
          "good"
        ])
        assert.strictEqual(yield* board.retry(null, byAnn), 0)
      }).pipe(Effect.provide(PgWorld.layer())),
    180_000
  )

  it.live("shows a job that no program wrote as it is", () =>
    Effect.gen(function*() {
      const sql = yield* PgClient.PgClient
      yield* sql`
        INSERT INTO jobs (id, queue_name, element, state, attempts, visible_at, created_at, updated_at)
        VALUES ('odd', 'outbox', 'no JSON', 'failed', 0, now(), now(), now())`
      const [job] = (yield* (yield* JobBoard).list(null, all)).items
      assert.deepStrictEqual([job?.kind, job?.about], ["unreadable", "no JSON"])
    }).pipe(Effect.provide(PgWorld.layer())))
})
