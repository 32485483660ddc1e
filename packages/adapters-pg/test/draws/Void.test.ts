import { abandonAfterMillis, expireAfterMillis } from "@ddd/core/draws/DrawSteps"
import { Draws, type DueStep } from "@ddd/core/ports/Draws"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import type { DrawId, UserId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import * as Clockwork from "@ddd/core/work/Clockwork"
import { buyForAll, closeRoom, roomNow, roomOf, startDraw } from "@ddd/sim/scenario/RoomSteps"
import {
  advance,
  advancePast,
  auditClean,
  buy,
  catchUp,
  dollars,
  fundedPlayer,
  openSales,
  readDraw
} from "@ddd/sim/scenario/Steps"
import { World } from "@ddd/sim/World"
import type { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber } from "effect"
import { session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import { someoneWaits } from "../support/LockWaits.ts"
import * as PgWorld from "../support/PgWorld.ts"

const world = PgWorld.layer()

describe("a draw that waits for a round for a week", () => {
  it.live(
    "is not abandoned by a process without its key, where the round comes while the holders' wallets are awaited",
    () =>
      Effect.gen(function*() {
        const { admin } = yield* TestDatabase
        const intruder = yield* session(admin)
        yield* intruder`SET session_replication_role = replica`
        const holder = yield* session(admin)
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(3))
        yield* buy(ada, 1)
        yield* advancePast(draw)
        yield* Draws.use(({ perform }) => perform({ drawId: draw.id, step: "lock", dueAt: draw.opensAt }))
        yield* intruder`
        UPDATE draws SET beacon_chain = repeat('ab', 32), beacon_round = 1 WHERE id = ${draw.id}::uuid`
        yield* advancePast(draw, 2 * abandonAfterMillis)
        yield* World.use(({ loseSeed }) => loseSeed(draw.id))
        const abandoning = yield* Effect.gen(function*() {
          yield* holder`SELECT 1 FROM wallets WHERE user_id = ${ada}::uuid FOR UPDATE`
          const abandoning = yield* Effect.forkScoped(
            Draws.use(({ perform }) =>
              perform({ drawId: draw.id, step: "abandon", reason: "beacon", dueAt: draw.opensAt })
            ),
            { startImmediately: true }
          )
          yield* someoneWaits(intruder)
          // another process stores the round, which it will draw with
          yield* intruder`
          UPDATE draws SET beacon_signature = decode(repeat('00', 48), 'hex') WHERE id = ${draw.id}::uuid`
          return abandoning
        }).pipe(holder.withTransaction)
        assert.isFalse(yield* Fiber.join(abandoning))
        assert.strictEqual((yield* readDraw(draw.id)).status, "locked")
      }).pipe(Effect.scoped, Effect.provide(world)),
    180_000
  )
})

describe("a draw whose carried tree cannot be read", () => {
  /** A room with a ticket of its host, whose tree is broken. */
  const brokenRoom = Effect.fnUntraced(function*(name: string) {
    const intruder = yield* session((yield* TestDatabase).admin)
    yield* intruder`SET session_replication_role = replica`
    const [host, guest] = [yield* fundedPlayer(name, dollars(3)), yield* fundedPlayer(`${name}2`, dollars(3))]
    const room = yield* roomOf([host, guest])
    yield* buyForAll([host, guest], room)
    yield* intruder`UPDATE draws SET tree_frontier = '\\x00'::bytea WHERE id = ${room.id}::uuid`
    return { host, room, intruder }
  })
  const refunded = (host: UserId) =>
    Ledger.use(({ wallet }) => Effect.map(wallet(host), ({ balance }) => assert.strictEqual(balance, dollars(3))))

  it.live("is closed by its host, or by the clockwork, and paid back", () =>
    Effect.gen(function*() {
      const [closed, expired] = [yield* brokenRoom("ada"), yield* brokenRoom("bob")]
      assert.strictEqual((yield* closeRoom(closed.host, closed.room)).status, "closed")
      yield* refunded(closed.host)
      yield* advance(expireAfterMillis)
      yield* Draws.use(({ perform }) =>
        perform({ drawId: expired.room.id, step: "expire", dueAt: expired.room.createdAt })
      )
      assert.strictEqual((yield* roomNow(expired.room)).status, "closed")
      yield* refunded(expired.host)
    }).pipe(Effect.scoped, Effect.provide(world)), 180_000)

  it.live("is drawn where it was locked before", () =>
    Effect.gen(function*() {
      const intruder = yield* session((yield* TestDatabase).admin)
      yield* intruder`SET session_replication_role = replica`
      const draw = yield* openSales
      yield* buy(yield* fundedPlayer("ada", dollars(3)), 1)
      yield* advancePast(draw)
      yield* Draws.use(({ perform }) => perform({ drawId: draw.id, step: "lock", dueAt: draw.opensAt }))
      yield* intruder`UPDATE draws SET tree_frontier = '\\x00'::bytea WHERE id = ${draw.id}::uuid`
      yield* Clockwork.runDue()
      assert.strictEqual((yield* readDraw(draw.id)).status, "drawn")
    }).pipe(Effect.scoped, Effect.provide(world)), 180_000)

  it.live("is not locked, which holds up no other", () =>
    Effect.gen(function*() {
      const { host, intruder, room } = yield* brokenRoom("ada")
      const draw = yield* openSales
      yield* intruder`UPDATE draws SET tree_frontier = '\\x00'::bytea WHERE id = ${draw.id}::uuid`
      yield* advancePast(draw)
      const { done, failed } = yield* Clockwork.runDue()
      assert.deepStrictEqual(failed.map(({ drawId, step }) => [drawId, step]), [[draw.id, "lock"]])
      assert.include(done.map(({ step }) => step), "open")
      assert.isTrue(Exit.hasDies(yield* Effect.exit(startDraw(host, room))))
    }).pipe(Effect.scoped, Effect.provide(world)), 180_000)
})

describe("a void of thousands of tickets", () => {
  const perform = (step: DueStep) => Draws.use((draws) => draws.perform(step))
  const dueAt = instant(0)

  /** A draw of 2,500 tickets whose void has begun: 500 of ada come first, then 500 of bob, then 300 of each of five in turns. */
  const begunVoid = Effect.gen(function*() {
    const draw = yield* openSales
    const [ada, bob] = [yield* fundedPlayer("ada", dollars(1_000)), yield* fundedPlayer("bob", dollars(1_000))]
    const others = yield* Effect.forEach(["eve", "fay", "gus"], (name) => fundedPlayer(name, dollars(1_000)))
    const buyers = [ada, bob, ...others]
    for (const buyer of [ada, bob]) for (let nth = 0; nth < 5; nth++) yield* buy(buyer, 100)
    for (let turn = 0; turn < 3; turn++) yield* Effect.forEach(buyers, (buyer) => buy(buyer, 100))
    yield* World.use(({ loseSeed }) => loseSeed(draw.id))
    yield* advancePast(draw)
    yield* perform({ drawId: draw.id, step: "lock", dueAt })
    yield* Draws.use(({ publishAhead }) => publishAhead)
    yield* advancePast(draw, abandonAfterMillis)
    assert.isTrue(yield* perform({ drawId: draw.id, step: "abandon", reason: "seed", dueAt }))
    for (const due of yield* Draws.use((draws) => draws.due)) if (due.drawId !== draw.id) yield* perform(due)
    const intruder = yield* session((yield* TestDatabase).admin)
    return { ada, bob, buyers, draw, intruder, refund: perform({ drawId: draw.id, step: "refund", dueAt }) }
  })

  /** Has a statement run whenever the ticket at this position is paid back. */
  const atRefundOf = (sql: PgClient.PgClient, draw: DrawId, position: number, statement: string) =>
    Effect.gen(function*() {
      const [ticket] = yield* sql<{ readonly ticket_id: string }>`
        SELECT ticket_id FROM tickets WHERE draw_id = ${draw}::uuid AND position = ${position}::int`
      yield* sql.unsafe(`CREATE FUNCTION on_refund() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET lock_timeout = 0 AS $body$ BEGIN ${statement}; RETURN NEW; END $body$`)
      yield* sql.unsafe(`CREATE TRIGGER on_refund BEFORE INSERT ON transactions FOR EACH ROW
        WHEN (NEW.type = 'refund' AND NEW.reference_id = '${ticket?.ticket_id}') EXECUTE FUNCTION on_refund()`)
    })

  const refundedIn = (sql: PgClient.PgClient, draw: DrawId) =>
    Effect.map(
      sql<{ readonly refunded_entries: number }>`SELECT refunded_entries FROM draws WHERE id = ${draw}::uuid`,
      ([row]) => row?.refunded_entries
    )

  it.live(
    "locks the wallets of those alone whom its step pays back, so that all others buy meanwhile",
    () =>
      Effect.gen(function*() {
        const { ada, bob, buyers, draw, intruder, refund } = yield* begunVoid
        const gate = yield* session((yield* TestDatabase).admin)
        yield* atRefundOf(intruder, draw.id, 1, "PERFORM pg_advisory_xact_lock(7)")
        yield* gate`SELECT 1 FROM pg_advisory_lock(7)`
        const step = yield* Effect.forkScoped(refund, { startImmediately: true })
        yield* someoneWaits(intruder)
        // in the middle of a step: of ada's tickets, whose wallet is locked
        yield* Effect.forEach(buyers.filter((buyer) => buyer !== ada), (buyer) => buy(buyer, 1))
        const free = yield* intruder<
          { readonly user_id: string }
        >`SELECT user_id FROM wallets FOR NO KEY UPDATE SKIP LOCKED`
        assert.deepStrictEqual(buyers.filter((buyer) => !free.some(({ user_id }) => user_id === buyer)), [ada])
        yield* gate`SELECT 1 FROM pg_advisory_unlock(7)`
        assert.isTrue(yield* Fiber.join(step))
        // in between two steps nobody's is
        yield* buy(ada, 1)
        assert.isTrue(yield* refund)
        yield* buy(bob, 1)
        yield* auditClean
      }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())),
    180_000
  )

  it.live("lets its buyers buy all the while, and ends with every cent back", () =>
    Effect.gen(function*() {
      const { buyers, draw, refund } = yield* begunVoid
      const isVoid = Effect.map(readDraw(draw.id), ({ status }) => status === "void")
      // on a machine that is busy enough each of the two finds a wallet locked for too long: then nothing was done, and it asks again
      const whileUnavailable = { while: (error: unknown) => error instanceof Unavailable }
      const buying = (buyer: UserId) =>
        Effect.gen(function*() {
          let bought = 0
          do {
            yield* Effect.retry(buy(buyer, 1), whileUnavailable)
            bought++
          } while (!(yield* isVoid) && bought < 100)
          return bought
        })
      const paying = Effect.gen(function*() {
        while (!(yield* isVoid)) yield* Effect.retry(refund, whileUnavailable)
      })
      const [bought] = yield* Effect.all([Effect.forEach(buyers, buying, { concurrency: "unbounded" }), paying], {
        concurrency: "unbounded"
      })
      const wallets = yield* Effect.forEach(buyers, (buyer) => Ledger.use(({ wallet }) => wallet(buyer)))
      assert.deepStrictEqual(wallets.map(({ balance }) => balance), bought.map((tickets) => dollars(1_000 - tickets)))
      yield* auditClean
    }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())), 180_000)

  it.live("goes on where a step failed in the middle, of which nothing stands", () =>
    Effect.gen(function*() {
      const { buyers, draw, intruder, refund } = yield* begunVoid
      yield* atRefundOf(intruder, draw.id, 1_200, "RAISE EXCEPTION 'the server is gone'")
      for (let steps = 0; steps < 2; steps++) assert.isTrue(yield* refund)
      for (let tries = 0; tries < 2; tries++) {
        assert.isTrue(Exit.isFailure(yield* Effect.exit(refund)))
        assert.strictEqual(yield* refundedIn(intruder, draw.id), 1_000)
        yield* auditClean
      }
      yield* intruder`DROP TRIGGER on_refund ON transactions`
      yield* catchUp
      assert.strictEqual((yield* readDraw(draw.id)).status, "void")
      for (const buyer of buyers) {
        assert.strictEqual((yield* Ledger.use(({ wallet }) => wallet(buyer))).balance, dollars(1_000))
      }
      yield* auditClean
    }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())), 180_000)

  it.live(
    "gives up a step that waits for a wallet which somebody holds, and goes on once it is free",
    () =>
      Effect.gen(function*() {
        const { ada, bob, draw, intruder, refund } = yield* begunVoid
        const holder = yield* session((yield* TestDatabase).admin)
        yield* Effect.gen(function*() {
          yield* holder`SELECT 1 FROM wallets WHERE user_id = ${ada}::uuid FOR UPDATE`
          assert.isTrue(Exit.isFailure(yield* Effect.exit(refund)))
          assert.strictEqual(yield* refundedIn(intruder, draw.id), 0)
          yield* buy(bob, 1)
        }).pipe(holder.withTransaction)
        assert.isTrue(yield* refund)
        yield* auditClean
      }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())),
    180_000
  )
})
