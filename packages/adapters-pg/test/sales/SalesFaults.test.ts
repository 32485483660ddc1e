import { Books } from "@ddd/core/ports/Books"
import { Draws } from "@ddd/core/ports/Draws"
import { Ledger } from "@ddd/core/ports/Ledger"
import type { UserId } from "@ddd/core/values/Ids"
import { auditClean, buy, dollars, fundedPlayer, openSales, present, together } from "@ddd/sim/scenario/Steps"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Schedule } from "effect"
import { session } from "../../src/database/Provision.ts"
import type { SalesOptions } from "../../src/sales/SalesPg.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgProxy from "../support/PgProxy.ts"
import * as PgWorld from "../support/PgWorld.ts"

const worldOf = (sales: SalesOptions) =>
  PgWorld.layerOn(PgProxy.app.pipe(Layer.provideMerge(PgProxy.layer)), {
    ports: { sales: { concurrency: 2, batchTicketsMax: 8, ...sales } }
  })

/** What became of a sale may be found out for as long as a busy machine takes. */
const world = worldOf({ patienceMillis: 60_000 })

const entries = Effect.map(Effect.flatMap(Draws, (draws) => draws.current), (draw) => present(draw).totalEntries)

/** Buys under a key, as often as it takes to be told what became of it. */
const buyInsistently = (user: UserId, quantity: number, key: string) =>
  buy(user, quantity, { key }).pipe(
    Effect.retry({ while: (error) => error._tag !== "PurchaseRefused", schedule: Schedule.spaced("20 millis") })
  )

describe("a sale whose connection is lost", () => {
  it.live("is answered as sold where it had committed", () =>
    Effect.gen(function*() {
      yield* openSales
      const ada = yield* fundedPlayer("ada", dollars(5))
      const proxy = yield* PgProxy.PgProxy
      proxy.cutCommits(["after"])
      const receipt = yield* buy(ada, 2, { key: "k" })
      assert.strictEqual(proxy.cutsLeft(), 0)
      assert.strictEqual(receipt.replayed, false)
      assert.deepStrictEqual(receipt.tickets.map((ticket) => ticket.position as number), [1, 2])
      assert.strictEqual((yield* (yield* Ledger).wallet(ada)).balance, dollars(3))
      const again = yield* buy(ada, 2, { key: "k" })
      assert.deepStrictEqual({ ...again, replayed: false }, receipt)
      assert.strictEqual(yield* entries, 2)
      yield* auditClean
    }).pipe(Effect.provide(world)))

  it.live("is refused as unavailable where it had not, and nothing was bought", () =>
    Effect.gen(function*() {
      yield* openSales
      const ada = yield* fundedPlayer("ada", dollars(5))
      const proxy = yield* PgProxy.PgProxy
      proxy.cutCommits(["before"])
      const error = yield* Effect.flip(buy(ada, 2, { key: "k" }))
      assert.strictEqual(error._tag, "Unavailable")
      assert.strictEqual(proxy.cutsLeft(), 0)
      assert.strictEqual(yield* entries, 0)
      assert.strictEqual((yield* buy(ada, 2, { key: "k" })).replayed, false)
      assert.strictEqual(yield* entries, 2)
      yield* auditClean
    }).pipe(Effect.provide(world)))

  it.live(
    "is answered as sold where it had committed, and the connection said nothing more",
    () =>
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(5))
        const proxy = yield* PgProxy.PgProxy
        proxy.cutCommits(["silent"])
        assert.strictEqual((yield* buy(ada, 2, { key: "k" })).tickets.length, 2)
        assert.strictEqual(yield* entries, 2)
        yield* auditClean
      }).pipe(Effect.provide(world)),
    180_000
  )

  it.live(
    "is unknown where the database stays silent, and its key tells later that it was sold, once",
    () =>
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(5))
        const proxy = yield* PgProxy.PgProxy
        // the commit, and every attempt to find out
        proxy.cutCommits(["silent"])
        proxy.silenceAll(true)
        const error = yield* Effect.flip(buy(ada, 2, { key: "k" }))
        assert.strictEqual(error._tag, "OutcomeUnknown")
        proxy.silenceAll(false)
        const receipt = yield* buyInsistently(ada, 2, "k")
        assert.strictEqual(receipt.replayed, true)
        assert.strictEqual(yield* entries, 2)
        yield* auditClean
      }).pipe(Effect.provide(worldOf({}))),
    180_000
  )

  it.live("makes the lost transaction impossible once it is told to be abandoned", () =>
    Effect.gen(function*() {
      yield* openSales
      const { admin, app } = yield* TestDatabase
      const [late, other] = [yield* session(app), yield* session(admin)]
      const batch = "01900000-0000-7000-8000-0000000ba7c4"
      yield* other`INSERT INTO sale_batches (id, abandoned) VALUES (${batch}::uuid, true)`
      const exit = yield* Effect.exit(late`INSERT INTO sale_batches (id, abandoned) VALUES (${batch}::uuid, false)`)
      assert.isTrue(Exit.isFailure(exit))
    }).pipe(Effect.provide(world)))

  it.live("is never sold twice and never forgotten, wherever its commits are cut", () =>
    Effect.gen(function*() {
      yield* openSales
      const players = yield* together(
        Array.from({ length: 10 }, (_, i) => fundedPlayer(`player-${i}`, dollars(30)))
      )
      const proxy = yield* PgProxy.PgProxy
      const cuts: ReadonlyArray<PgProxy.Cut> = ["after", "before", "while", "while"]
      proxy.cutCommits(Array.from({ length: 30 }, (_, i) => cuts[i % cuts.length]!))
      const receipts = yield* together(
        Array.from({ length: 300 }, (_, i) => buyInsistently(present(players[i % 10]), 1, `key-${i}`))
      )
      assert.strictEqual(proxy.cutsLeft(), 0)
      assert.strictEqual(new Set(receipts.map((receipt) => receipt.tickets[0]?.ticketId)).size, 300)
      assert.deepStrictEqual(
        receipts.map((receipt) => present(receipt.tickets[0]).position as number).sort((a, b) => a - b),
        Array.from({ length: 300 }, (_, i) => i + 1)
      )
      for (const player of players) assert.strictEqual((yield* (yield* Ledger).wallet(player)).balance, 0n)
      assert.deepStrictEqual((yield* (yield* Books).audit).findings, [])
    }).pipe(Effect.provide(world)), 180_000)
})
