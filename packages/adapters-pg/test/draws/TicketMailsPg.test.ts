/** Tickets are confirmed by mail: each in one mail of its player, draw and minute, whoever runs this and whenever. */
import { Outbox } from "@ddd/core/ports/Outbox"
import { TicketMails } from "@ddd/core/ports/TicketMails"
import type { UserId } from "@ddd/core/values/Ids"
import { buy, dollars, drawNow, fundedPlayer, openSales, present, times } from "@ddd/sim/scenario/Steps"
import { World } from "@ddd/sim/World"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import { someoneWaits } from "../support/LockWaits.ts"
import * as PgWorld from "../support/PgWorld.ts"

const minute = 60_000

const enqueueDue = TicketMails.use((mails) => mails.enqueueDue)

/** Moves the clock to the first instant of the next minute. */
const nextMinute = Effect.gen(function*() {
  const world = yield* World
  yield* world.advance(minute - ((yield* world.now) % minute))
})

/** The mails that were enqueued: whose, and of which minute, counted from the one that `from` is in. */
const mailed = (from: number, names: ReadonlyMap<UserId, string>) =>
  World.use((world) =>
    Effect.map(world.jobs, (jobs) =>
      jobs.flatMap((job) =>
        job._tag === "MailTickets"
          ? [`${names.get(job.userId)} ${(job.from - (from - from % minute)) / minute}`]
          : []
      ))
  )

describe("TicketMailsPg", () => {
  it.live("enqueues one mail a player, draw and minute that is over", () =>
    Effect.gen(function*() {
      const [ada, bob] = [yield* fundedPlayer("ada", dollars(20)), yield* fundedPlayer("bob", dollars(20))]
      const names = new Map([[ada, "ada"], [bob, "bob"]])
      const draw = yield* openSales
      yield* nextMinute
      const from = yield* (yield* World).now
      yield* buy(ada, 2)
      yield* buy(bob, 1)
      yield* buy(ada, 1)
      assert.strictEqual(yield* enqueueDue, 0)
      yield* nextMinute
      yield* buy(bob, 3)
      assert.strictEqual(yield* enqueueDue, 2)
      assert.strictEqual(yield* enqueueDue, 0)
      assert.sameMembers(yield* mailed(from, names), ["ada 0", "bob 0"])
      yield* nextMinute
      yield* nextMinute
      assert.strictEqual(yield* enqueueDue, 1)
      assert.sameMembers(yield* mailed(from, names), ["ada 0", "bob 0", "bob 1"])
      const sql = yield* PgClient.PgClient
      assert.deepStrictEqual(
        yield* sql`SELECT draw_id, confirmed FROM ticket_mails`,
        [{ draw_id: draw.id, confirmed: 7 }]
      )
      const start = from - from % minute
      assert.sameMembers(
        (yield* sql<{ readonly id: string }>`SELECT id FROM jobs WHERE id LIKE 'tickets %'`).map(({ id }) => id),
        [
          `tickets ${draw.id} ${ada} ${start}`,
          `tickets ${draw.id} ${bob} ${start}`,
          `tickets ${draw.id} ${bob} ${start + minute}`
        ]
      )
    }).pipe(Effect.provide(PgWorld.layer())))

  it.live(
    "confirms the last tickets of a draw that was drawn meanwhile, and not those of draws long past",
    () =>
      Effect.gen(function*() {
        const ada = yield* fundedPlayer("ada", dollars(20))
        yield* openSales
        yield* buy(ada, 1)
        yield* drawNow
        assert.strictEqual(yield* enqueueDue, 1)
        const long = yield* openSales
        yield* buy(ada, 1)
        assert.strictEqual((yield* drawNow).id, long.id)
        yield* (yield* World).advance(4 * 86_400_000)
        assert.strictEqual(yield* enqueueDue, 0)
      }).pipe(Effect.provide(PgWorld.layer())),
    180_000
  )

  it.live("writes its jobs as the queue itself does, each due at an instant of its own", () =>
    Effect.gen(function*() {
      const [ada, bob] = [yield* fundedPlayer("ada", dollars(1)), yield* fundedPlayer("bob", dollars(1))]
      const draw = yield* openSales
      yield* buy(bob, 1)
      yield* buy(ada, 1)
      yield* nextMinute
      yield* enqueueDue
      const outbox = yield* Outbox
      yield* outbox.add("by the queue", { _tag: "MailTickets", userId: ada, drawId: draw.id, from: 1_770_000_000_000 })
      const sql = yield* PgClient.PgClient
      const rows = yield* sql<Record<string, unknown>>`
        SELECT queue_name, (SELECT array_agg(key || ' ' || json_typeof(value)) FROM json_each(element::json)) AS element, attempts,
          last_failure, acquired_at, acquired_by, state, updated_at - created_at AS age
        FROM jobs WHERE id LIKE 'tickets %' OR id = 'by the queue' ORDER BY sequence`
      assert.strictEqual(rows.length, 3)
      assert.deepStrictEqual(rows.slice(0, 2), [rows[2], rows[2]])
      assert.deepStrictEqual(
        yield* sql`SELECT element::json ->> 'userId' AS player, extract(microsecond FROM visible_at - created_at)::int AS wait
          FROM jobs WHERE id LIKE 'tickets %' ORDER BY sequence`,
        [{ player: bob, wait: 1 }, { player: ada, wait: 2 }]
      )
    }).pipe(Effect.provide(PgWorld.layer())))

  it.live("mails once what several nodes find due at the same time", () =>
    Effect.gen(function*() {
      const players = yield* Effect.forEach(
        Array.from({ length: 20 }, (_, i) => `player${i}`),
        (name) => fundedPlayer(name, dollars(5))
      )
      yield* openSales
      yield* Effect.forEach(players, (player) => buy(player, 1), { concurrency: "unbounded" })
      yield* nextMinute
      const counts = yield* times(5, enqueueDue)
      assert.strictEqual(counts.reduce((sum, count) => sum + count, 0), 20)
      const jobs = yield* (yield* World).jobs
      const buyers = jobs.flatMap((job) => job._tag === "MailTickets" ? [job.userId] : [])
      assert.sameMembers(buyers, players)
    }).pipe(Effect.provide(PgWorld.layer())), 180_000)

  it.live(
    "takes many tickets part by part, and mails once what two parts hold of a player",
    () =>
      Effect.gen(function*() {
        const draw = yield* openSales
        const intruder = yield* session((yield* TestDatabase).admin)
        yield* intruder`SET session_replication_role = replica`
        yield* intruder`
        INSERT INTO tickets (id, ticket_id, draw_id, user_id, position, total_entries_at_purchase, ticket_hash, owner_commit,
          seal_key_id, wallet_seq, created_at)
        SELECT gen_random_uuid(), 'ticket ' || i, ${draw.id}::uuid, ('018f2d5e-7a1b-7cc0-9d3a-00000000000' || i % 7)::uuid, i, i, repeat('0', 64), sha256(''),
          'key', 1, app_now()
        FROM generate_series(1, 260000) i`
        yield* intruder`UPDATE draws SET first_purchased_at = app_now(), total_entries = 260000, prize_pool = 247000 WHERE id = ${draw.id}::uuid`
        yield* nextMinute
        assert.strictEqual(yield* enqueueDue, 7)
        assert.strictEqual(yield* enqueueDue, 0)
        assert.deepStrictEqual(yield* intruder`SELECT confirmed FROM ticket_mails`, [{ confirmed: 260_000 }])
      }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())),
    180_000
  )

  it.live(
    "waits for a sale that began in a minute before, and keeps others out of no sale for longer",
    () =>
      Effect.gen(function*() {
        const ada = yield* fundedPlayer("ada", dollars(20))
        const draw = yield* openSales
        yield* buy(ada, 1)
        const owner = yield* session((yield* TestDatabase).owner)
        yield* nextMinute
        // a sale that has locked the draw and not yet committed
        const [pending, waiting] = yield* Effect.gen(function*() {
          yield* owner`SELECT 1 FROM draws WHERE id = ${draw.id}::uuid FOR NO KEY UPDATE`
          const pending = yield* Effect.forkScoped(enqueueDue, { startImmediately: true })
          const other = yield* session((yield* TestDatabase).admin)
          const waiting = yield* someoneWaits(other)
          assert.isUndefined(pending.pollUnsafe())
          return [pending, waiting] as const
        }).pipe(owner.withTransaction)
        assert.match(present(waiting[0]), /FOR SHARE/)
        assert.strictEqual(yield* Fiber.join(pending), 1)
        // what was waited for is held no longer
        yield* buy(ada, 1)
      }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())),
    180_000
  )

  it.live("leaves the draw alone while there is nothing to do", () =>
    Effect.gen(function*() {
      const ada = yield* fundedPlayer("ada", dollars(20))
      const draw = yield* openSales
      yield* nextMinute
      yield* buy(ada, 1)
      const owner = yield* session((yield* TestDatabase).owner)
      // would wait for ever if it locked the draw
      yield* owner`SELECT 1 FROM draws WHERE id = ${draw.id}::uuid FOR NO KEY UPDATE`.pipe(
        Effect.andThen(Effect.timeout(enqueueDue, "10 seconds")),
        owner.withTransaction
      )
    }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())), 180_000)
})

describe("DrawSteps", () => {
  it.live("enqueue the winner's mail with the draw, and none where nobody entered", () =>
    Effect.gen(function*() {
      const ada = yield* fundedPlayer("ada", dollars(2))
      yield* openSales
      yield* buy(ada, 1)
      const drawn = yield* drawNow
      yield* openSales
      assert.strictEqual((yield* drawNow).totalEntries, 0)
      const jobs = (yield* (yield* World).jobs).filter(({ _tag }) => _tag === "MailWinner")
      assert.deepStrictEqual(jobs, [{ _tag: "MailWinner", userId: ada, drawId: drawn.id }])
    }).pipe(Effect.provide(PgWorld.layer())), 180_000)
})
