/** A wallet that somebody else has locked keeps its owner waiting, and nobody else. */
import { auditClean, buy, dollars, fundedPlayer, openSales, present, together } from "@ddd/sim/scenario/Steps"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgWorld from "../support/PgWorld.ts"

describe("a sale while one wallet is locked by somebody else", () => {
  it.live("goes on for everybody else, and for its owner once the wallet is free", () =>
    Effect.gen(function*() {
      yield* openSales
      const ada = yield* fundedPlayer("ada", dollars(20))
      const others = yield* together(Array.from({ length: 5 }, (_, i) => fundedPlayer(`player${i}`, dollars(20))))
      const holder = yield* session((yield* TestDatabase).admin)
      const waiting = yield* Effect.gen(function*() {
        yield* holder`SELECT 1 FROM wallets WHERE user_id = ${ada}::uuid FOR UPDATE`
        const waiting = yield* Effect.forkScoped(buy(ada, 1, { key: "k" }), { startImmediately: true })
        // each in a batch that the held purchase would be in too
        for (let round = 0; round < 3; round++) {
          const receipts = yield* together(others.map((player) => buy(player, 1)))
          assert.strictEqual(receipts.length, others.length)
        }
        return waiting
      }).pipe(holder.withTransaction)
      // while it was held it was not decided; the machine may have been too slow for it to be still waiting
      const first = yield* Effect.exit(Fiber.join(waiting))
      const receipt = first._tag === "Success" ? first.value : yield* buy(ada, 1, { key: "k" })
      assert.strictEqual(present(receipt.tickets[0]).position, 16)
      yield* auditClean
    }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())), 180_000)

  it.live("is unavailable to its owner, who has bought nothing, where it stays so", () =>
    Effect.gen(function*() {
      const draw = yield* openSales
      const ada = yield* fundedPlayer("ada", dollars(20))
      const holder = yield* session((yield* TestDatabase).admin)
      const error = yield* holder`SELECT 1 FROM wallets WHERE user_id = ${ada}::uuid FOR UPDATE`.pipe(
        Effect.andThen(Effect.flip(buy(ada, 1, { key: "k" }))),
        holder.withTransaction
      )
      assert.strictEqual(error._tag, "Unavailable")
      const receipt = yield* buy(ada, 2, { key: "k", fingerprint: "1 of null" })
      assert.deepStrictEqual([receipt.replayed, receipt.draw.totalEntries], [false, draw.totalEntries + 2])
      yield* auditClean
    }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())), 180_000)

  it.live("loses and doubles nothing where wallets are taken and let go all the time", () =>
    Effect.gen(function*() {
      yield* openSales
      const players = yield* together(Array.from({ length: 4 }, (_, i) => fundedPlayer(`player${i}`, dollars(40))))
      const holder = yield* session((yield* TestDatabase).admin)
      const taking = yield* Effect.forkScoped(Effect.forever(Effect.forEach(players, (player) =>
        holder`SELECT 1 FROM wallets WHERE user_id = ${player}::uuid FOR UPDATE`.pipe(
          Effect.andThen(Effect.sleep("3 millis")),
          holder.withTransaction
        ))))
      const receipts = yield* together(
        Array.from({ length: 120 }, (_, i) =>
          Effect.retry(buy(present(players[i % 4]), 1, { key: `key ${i}` }), {
            while: ({ _tag }) =>
              _tag === "Unavailable" || _tag === "OutcomeUnknown"
          }))
      )
      yield* Fiber.interrupt(taking)
      const positions = receipts.map(({ tickets }) => present(tickets[0]).position as number).sort((a, b) => a - b)
      assert.deepStrictEqual(positions, Array.from({ length: 120 }, (_, i) => i + 1))
      yield* auditClean
    }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())), 180_000)

  it.live(
    "is none of a few buyers' own other purchases: all are sold, whatever is sold at the same time",
    () =>
      Effect.gen(function*() {
        yield* openSales
        const players = yield* together(Array.from({ length: 3 }, (_, i) => fundedPlayer(`player${i}`, dollars(400))))
        // more than fit in one batch, so that a second one runs beside the first
        const receipts = yield* together(
          Array.from({ length: 1_200 }, (_, i) => buy(present(players[i % 3]), 1, { key: `key ${i}` }))
        )
        assert.strictEqual(new Set(receipts.map(({ tickets }) => present(tickets[0]).position)).size, 1_200)
        yield* auditClean
      }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())),
    180_000
  )
})
