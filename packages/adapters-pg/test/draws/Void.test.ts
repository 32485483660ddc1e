import { abandonAfterMillis, expireAfterMillis } from "@ddd/core/draws/DrawSteps"
import { Draws } from "@ddd/core/ports/Draws"
import { Ledger } from "@ddd/core/ports/Ledger"
import type { UserId } from "@ddd/core/values/Ids"
import * as Clockwork from "@ddd/core/work/Clockwork"
import { buyForAll, closeRoom, roomNow, roomOf, startDraw } from "@ddd/sim/scenario/RoomSteps"
import { advance, advancePast, buy, dollars, fundedPlayer, openSales, readDraw } from "@ddd/sim/scenario/Steps"
import { World } from "@ddd/sim/World"
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
    60_000
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
    }).pipe(Effect.scoped, Effect.provide(world)), 60_000)

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
    }).pipe(Effect.scoped, Effect.provide(world)), 60_000)

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
    }).pipe(Effect.scoped, Effect.provide(world)), 60_000)
})
