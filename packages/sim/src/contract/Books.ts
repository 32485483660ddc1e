/** What every adapter of `Books` must do. That it finds what is broken is shown where rows can be broken. */
import { Books } from "@ddd/core/ports/Books"
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
  together
} from "../scenario/Steps.ts"
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
