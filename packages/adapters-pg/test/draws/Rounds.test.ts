/** A round of the beacon is stored for every draw that waits for it, each by itself. */
import { Draws } from "@ddd/core/ports/Draws"
import { buyForAll, roomOf, startDraw } from "@ddd/sim/scenario/RoomSteps"
import { dollars, fundedPlayer } from "@ddd/sim/scenario/Steps"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import { someoneWaits } from "../support/LockWaits.ts"
import * as PgWorld from "../support/PgWorld.ts"

const chain = "ab".repeat(32)
const signature = new Uint8Array(48)

/** Two rooms whose host has started the draw. */
const lockedRooms = Effect.gen(function*() {
  const ada = yield* fundedPlayer("ada", dollars(3))
  const players = [ada, yield* fundedPlayer("bob", dollars(3))] as const
  const rooms = [yield* roomOf(players), yield* roomOf(players)]
  for (const room of rooms) {
    yield* buyForAll(players, room)
    yield* startDraw(ada, room)
  }
  return rooms
})

describe("a round that several draws wait for", () => {
  it.live("is stored without holding one of them while another is awaited", () =>
    Effect.gen(function*() {
      const draws = yield* Draws
      const { admin } = yield* TestDatabase
      const [intruder, holder] = [yield* session(admin), yield* session(admin)]
      const rooms = yield* lockedRooms
      const [first = "", second = ""] = rooms.map(({ id }) => id).toSorted()
      yield* intruder`SET session_replication_role = replica`
      yield* intruder`UPDATE draws SET beacon_chain = ${chain}, beacon_round = 1 WHERE status = 'locked'`
      const storing = yield* Effect.gen(function*() {
        yield* holder`SELECT 1 FROM draws WHERE id = ${second}::uuid FOR UPDATE`
        const storing = yield* Effect.forkScoped(draws.storeRound(chain, 1, signature), { startImmediately: true })
        yield* someoneWaits(intruder)
        // would be a deadlock
        yield* holder`SELECT 1 FROM draws WHERE id = ${first}::uuid FOR UPDATE`
        return storing
      }).pipe(holder.withTransaction)
      assert.strictEqual(yield* Fiber.join(storing), 2)
    }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())), 180_000)

  it.live("is stored for the others where one of them refuses it", () =>
    Effect.gen(function*() {
      const draws = yield* Draws
      const intruder = yield* session((yield* TestDatabase).admin)
      const rooms = yield* lockedRooms
      const [first = "", second = ""] = rooms.map(({ id }) => id).toSorted()
      yield* intruder`SET session_replication_role = replica`
      yield* intruder`UPDATE draws SET beacon_chain = ${chain}, beacon_round = 1 WHERE status = 'locked'`
      yield* intruder.unsafe(
        `ALTER TABLE draws ADD CONSTRAINT bad_draw CHECK (id <> '${first}' OR beacon_signature IS NULL)`
      )
      assert.strictEqual((yield* Effect.exit(draws.storeRound(chain, 1, signature)))._tag, "Failure")
      assert.deepStrictEqual(
        yield* intruder`SELECT id FROM draws WHERE beacon_signature IS NOT NULL`,
        [{ id: second }]
      )
    }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())), 180_000)
})
