/** What every adapter of `Books` must do. That it finds what is broken is shown where rows can be broken. */
import { formatSum } from "@ddd/core/money/Money"
import { type AccountReport, accountReport, reportColumns } from "@ddd/core/operators/AccountReport"
import { Books } from "@ddd/core/ports/Books"
import { instant } from "@ddd/core/values/Instant"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import {
  advancePast,
  auditClean,
  buy,
  catchUp,
  dollars,
  fundedPlayer,
  openSales,
  outcomeOf,
  present,
  purchaseOf,
  tell,
  together
} from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { contract, type Subject } from "./Subject.ts"

export const booksContract = (subject: Subject): void =>
  contract("Books", subject, (it) => {
    it(
      "finds nothing wrong with an empty store",
      Effect.gen(function*() {
        const { counted } = yield* auditClean
        // the house
        assert.deepStrictEqual(counted, { users: 1, draws: 0, tickets: 0, transactions: 0, maturingPrizes: 0 })
      })
    )

    it(
      "sums what moved before and in a period by account, each movement in the period of its instant",
      Effect.gen(function*() {
        const { sums } = yield* Books
        const { now } = yield* World
        const begin = yield* now
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(9))
        yield* tell(purchaseOf(ada, dollars(5), "app_store:1"))
        yield* buy(ada, 2)
        yield* advancePast(draw)
        yield* catchUp
        yield* openSales
        yield* buy(ada, 1)
        yield* tell({ _tag: "Refunded", reference: "app_store:1" })
        const end = instant((yield* now) + 1)
        const midnight = present(draw.closesAt)
        const told = (report: AccountReport) =>
          Object.fromEntries(
            report.lines.map(({ account, closing, moved, opening }) => [
              account,
              [opening, ...reportColumns.map((column) => moved[column]).filter((amount) => amount !== 0n), closing]
                .map(formatSum).join(" ")
            ])
          )
        const [first, second, both] = [
          accountReport(yield* sums({ from: begin, until: midnight })),
          accountReport(yield* sums({ from: midnight, until: end })),
          accountReport(yield* sums({ from: begin, until: end }))
        ]
        assert.deepStrictEqual(told(first), {
          "players": "0.00 14.00 -2.00 12.00",
          "house": "0.00 0.00",
          "draws": "0.00 2.00 2.00",
          "deposits:app_store": "0.00 -5.00 -5.00",
          "deposits:test": "0.00 -9.00 -9.00"
        })
        assert.deepStrictEqual(told(second), {
          "players": "12.00 -5.00 -1.00 1.90 7.90",
          "house": "0.00 0.10 0.10",
          "draws": "2.00 1.00 -1.90 -0.10 1.00",
          "deposits:app_store": "-5.00 5.00 0.00",
          "deposits:test": "-9.00 -9.00"
        })
        const closings = ({ lines }: AccountReport) => lines.map(({ account, closing }) => [account, closing])
        assert.deepStrictEqual(closings(both), closings(second))
        assert.deepStrictEqual([...first.faults, ...second.faults], [])
      })
    )

    it(
      "finds nothing wrong at any moment of three busy days, and looks at everything",
      Effect.gen(function*() {
        const players = yield* together(
          Array.from({ length: 6 }, (_, i) => fundedPlayer(`player${i}`, dollars(10 * (i + 1))))
        )
        let sold = 0
        for (let day = 0; day < 3; day++) {
          const draw = yield* openSales
          // every third purchase is asked for twice, and the poorest run out of money
          const purchases = players.flatMap((player, i) =>
            [1, 2, 5].flatMap((quantity) => {
              const purchase = outcomeOf(buy(player, quantity + i, { key: `${day} ${quantity}` }))
              return quantity === 2 ? [purchase, purchase] : [purchase]
            })
          )
          const [outcomes] = yield* Effect.all([together(purchases), auditClean], { concurrency: "unbounded" })
          for (const outcome of outcomes) {
            if (outcome._tag === "Success" && !outcome.success.replayed) sold += outcome.success.tickets.length
          }
          yield* auditClean
          yield* advancePast(draw)
          yield* Effect.all([catchUp, auditClean], { concurrency: "unbounded" })
        }
        const { counted } = yield* auditClean
        assert.strictEqual(counted.users, 7)
        assert.strictEqual(counted.draws, 11)
        assert.strictEqual(counted.tickets, sold)
        // six deposits, one movement a ticket, a prize and a fee a day
        assert.strictEqual(counted.transactions, 6 + sold + 6)
      })
    )

    it(
      "looks anew each time",
      Effect.gen(function*() {
        const { audit } = yield* Books
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(5))
        const before = yield* audit
        yield* buy(ada, 5)
        assert.strictEqual((yield* audit).counted.tickets, before.counted.tickets + 5)
      })
    )
  })
