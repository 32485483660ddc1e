/**
 * What every adapter of `Sales` must do.
 *
 * Over 300 lines: a list of promises, each to be read by itself.
 */
import type { Receipt } from "@ddd/core/draws/Receipt"
import { cents, ticketPrice } from "@ddd/core/money/Money"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Draws } from "@ddd/core/ports/Draws"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Sealing } from "@ddd/core/ports/Sealing"
import { fromHex } from "@ddd/core/values/Bytes"
import { drawId, houseUserId, isTicketId, userId } from "@ddd/core/values/Ids"
import { dayAfter } from "@ddd/core/values/Instant"
import { assert } from "@effect/vitest"
import { Effect, Exit, Result } from "effect"
import { ownerCommitOf } from "../audit/Leaves.ts"
import { byAnn } from "../scenario/Operators.ts"
import {
  advancePast,
  auditClean,
  buy,
  catchUp,
  deposit,
  dollars,
  fundedPlayer,
  openSales,
  outcomeOf,
  present,
  refusalOf,
  signUp,
  times,
  together
} from "../scenario/Steps.ts"
import { contract, type Subject } from "./Subject.ts"

const nobody = userId("01900000-0000-7000-8000-00000000dead")
const noDraw = drawId("01900000-0000-7000-8000-00000000beef")

/** The same for a purchase and its replays. */
const content = ({ draw, tickets, wallet }: Receipt) => ({ draw, tickets, wallet })

export const salesContract = (subject: Subject): void =>
  contract("Sales", subject, (it) => {
    it(
      "takes the price and fills the pot",
      Effect.gen(function*() {
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(10))
        const receipt = yield* buy(ada, 3)

        assert.deepStrictEqual(receipt.tickets.map((ticket) => ticket.position as number), [1, 2, 3])
        assert.deepStrictEqual(receipt.draw, { id: draw.id, prizePool: cents(285n), totalEntries: 3 })
        assert.strictEqual(receipt.wallet.balance, dollars(7))
        assert.strictEqual(receipt.replayed, false)
        const { sha256 } = yield* Sealing
        for (const ticket of receipt.tickets) {
          assert.strictEqual(ticket.userId, ada)
          assert.strictEqual(ticket.drawId, draw.id)
          assert.strictEqual(ticket.drawDate, draw.drawDate)
          assert.strictEqual(ticket.totalEntriesAtPurchase, 3)
          assert.strictEqual(ticket.status, "active")
          assert.isNull(ticket.prizeAmount)
          assert.isTrue(isTicketId(ticket.ticketId))
          assert.match(ticket.ticketHash, /^[0-9a-f]{64}$/)
          const salt = present(fromHex(ticket.ownerSalt, 32))
          assert.strictEqual(ownerCommitOf(sha256, salt, draw.id, ada), ticket.ownerCommit)
        }

        const wallet = yield* (yield* Ledger).wallet(ada)
        assert.strictEqual(wallet.balance, dollars(7))
        assert.strictEqual(wallet.updatedAt, receipt.wallet.updatedAt)
        const paid = yield* (yield* Ledger).transactions(ada, "ticket_purchase", { limit: 100, cursor: null })
        assert.deepStrictEqual(
          paid.items.map((
            { amount, balanceAfter, referenceId, status }
          ) => [amount, balanceAfter, referenceId, status]),
          receipt.tickets
            .map(({ ticketId }, i) => [cents(-100n), cents(900n - 100n * BigInt(i)), ticketId, "completed"])
            .toReversed()
        )
        const after = present(yield* (yield* Draws).byId(draw.id))
        assert.deepStrictEqual([after.totalEntries, after.prizePool], [3, cents(285n)])
        yield* auditClean
      })
    )

    it(
      "gives positions without a gap to purchases at the same time",
      Effect.gen(function*() {
        yield* openSales
        const players = yield* together(
          Array.from({ length: 10 }, (_, i) => fundedPlayer(`player${i}`, dollars(100)))
        )
        const receipts = yield* together(
          players.flatMap((player, i) => [1, 2, 3, 7, 20].map((quantity) => buy(player, quantity + i % 2)))
        )
        const positions = receipts.flatMap(({ tickets }) => tickets.map(({ position }) => position as number))
        assert.deepStrictEqual(
          positions.toSorted((a, b) => a - b),
          Array.from({ length: positions.length }, (_, i) => i + 1)
        )
        for (const { draw, tickets } of receipts) {
          const last = present(tickets.at(-1)).position as number
          assert.deepStrictEqual(
            tickets.map(({ position }) => position as number),
            tickets.map((_, i) => last - tickets.length + 1 + i)
          )
          assert.strictEqual(draw.totalEntries, last)
        }
        assert.strictEqual((yield* auditClean).counted.tickets, positions.length)
      })
    )

    it(
      "sells all of the tickets or none",
      Effect.gen(function*() {
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", cents(299n))
        const before = yield* (yield* Ledger).wallet(ada)
        assert.deepStrictEqual(yield* refusalOf(buy(ada, 3)), {
          _tag: "InsufficientFunds",
          balance: cents(299n),
          needed: cents(300n)
        })
        assert.deepStrictEqual(yield* (yield* Ledger).wallet(ada), before)
        assert.strictEqual(
          (yield* (yield* Ledger).transactions(ada, null, { limit: 10, cursor: null })).items.length,
          1
        )
        assert.strictEqual(present(yield* (yield* Draws).byId(draw.id)).totalEntries, 0)
        yield* auditClean
      })
    )

    it(
      "sells three of fifty at the same time to whoever can pay for three",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(3))
        const outcomes = yield* times(50, outcomeOf(buy(ada, 1)))
        const sold = outcomes.filter(Result.isSuccess)
        assert.deepStrictEqual(
          sold.map(({ success }) => success.wallet.balance).toSorted((a, b) => Number(b - a)),
          [dollars(2), dollars(1), dollars(0)]
        )
        for (const { failure } of outcomes.filter(Result.isFailure)) {
          assert.deepStrictEqual(failure, { _tag: "InsufficientFunds", balance: dollars(0), needed: ticketPrice })
        }
        assert.strictEqual((yield* (yield* Ledger).wallet(ada)).balance, dollars(0))
        yield* auditClean
      })
    )

    it(
      "does what a key asks for once, however often it is asked at the same time",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(100))
        const receipts = yield* times(50, buy(ada, 2, { key: "once" }))
        assert.strictEqual(receipts.filter(({ replayed }) => !replayed).length, 1)
        const first = content(present(receipts[0]))
        for (const receipt of receipts) assert.deepStrictEqual(content(receipt), first)
        assert.strictEqual((yield* (yield* Ledger).wallet(ada)).balance, dollars(98))
        assert.strictEqual((yield* auditClean).counted.tickets, 2)
      })
    )

    it(
      "refuses a key that is used again for something else",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(10))
        const bob = yield* fundedPlayer("bob", dollars(10))
        const first = yield* buy(ada, 1, { key: "k", fingerprint: "one" })
        assert.deepStrictEqual(yield* refusalOf(buy(ada, 2, { key: "k", fingerprint: "two" })), { _tag: "KeyReused" })
        assert.deepStrictEqual(yield* buy(ada, 1, { key: "k", fingerprint: "one" }), { ...first, replayed: true })
        // keys are each player's own
        assert.strictEqual((yield* buy(bob, 2, { key: "k", fingerprint: "two" })).replayed, false)
        assert.strictEqual((yield* auditClean).counted.tickets, 3)
      })
    )

    it(
      "decides a refused request anew",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* signUp("ada")
        assert.strictEqual((yield* refusalOf(buy(ada, 1, { key: "k" })))._tag, "InsufficientFunds")
        yield* deposit(ada, dollars(1), "test:later")
        assert.strictEqual((yield* buy(ada, 1, { key: "k" })).replayed, false)
      })
    )

    it(
      "refuses a draw that is not on sale",
      Effect.gen(function*() {
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(10))
        const tomorrow = present(yield* (yield* Draws).byDay(dayAfter(present(draw.drawDate))))
        for (const drawId of [tomorrow.id, noDraw]) {
          assert.deepStrictEqual(yield* refusalOf(buy(ada, 1, { drawId })), { _tag: "DrawClosed", drawId })
        }
        assert.strictEqual((yield* buy(ada, 1, { drawId: draw.id })).draw.id, draw.id)
        yield* advancePast(draw)
        assert.deepStrictEqual(yield* refusalOf(buy(ada, 1, { drawId: draw.id })), {
          _tag: "DrawClosed",
          drawId: draw.id
        })
        assert.strictEqual((yield* buy(ada, 1, { drawId: tomorrow.id })).draw.id, tomorrow.id)
        yield* auditClean
      })
    )

    it(
      "sells in the next day's draw from midnight on, whether or not the clockwork has run",
      Effect.gen(function*() {
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(10))
        yield* buy(ada, 2)
        yield* advancePast(draw)
        const receipt = yield* buy(ada, 1)
        assert.strictEqual(present(receipt.tickets[0]).position, 1)
        assert.strictEqual(present(receipt.tickets[0]).drawDate, dayAfter(present(draw.drawDate)))
        assert.isAtLeast(present(receipt.tickets[0]).purchasedAt, present(draw.closesAt))
        assert.strictEqual(present(yield* (yield* Draws).byId(draw.id)).totalEntries, 2)
        yield* auditClean
        yield* catchUp
        assert.strictEqual(present(yield* (yield* Draws).byId(draw.id)).status, "drawn")
        yield* auditClean
      })
    )

    it(
      "lets no ticket slip into a draw that is being locked",
      Effect.gen(function*() {
        const draw = yield* openSales
        const players = yield* together(Array.from({ length: 8 }, (_, i) => fundedPlayer(`player${i}`, dollars(10))))
        yield* together(players.map((player) => buy(player, 1)))
        yield* advancePast(draw)
        const [receipts] = yield* Effect.all(
          [together(players.flatMap((player) => [buy(player, 1), buy(player, 2)])), times(4, catchUp)],
          { concurrency: "unbounded" }
        )
        for (const receipt of receipts) assert.notStrictEqual(receipt.draw.id, draw.id)
        assert.strictEqual(present(yield* (yield* Draws).byId(draw.id)).totalEntries, 8)
        yield* auditClean
      })
    )

    it(
      "sells nothing where nothing is published",
      Effect.gen(function*() {
        const ada = yield* fundedPlayer("ada", dollars(10))
        assert.deepStrictEqual(yield* refusalOf(buy(ada, 1)), { _tag: "NothingOnSale" })
      })
    )

    it(
      "sells to players alone: not to strangers, not to the house",
      Effect.gen(function*() {
        yield* openSales
        for (const buyer of [nobody, houseUserId]) {
          assert.deepStrictEqual(yield* refusalOf(buy(buyer, 1)), { _tag: "UnknownBuyer" })
        }
      })
    )

    it(
      "sells nothing to a frozen account, and still answers for what it bought",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(10))
        const bought = yield* buy(ada, 1, { key: "k" })
        yield* (yield* Accounts).freeze(ada, byAnn)
        assert.deepStrictEqual(yield* refusalOf(buy(ada, 1)), { _tag: "AccountFrozen" })
        assert.deepStrictEqual(yield* buy(ada, 1, { key: "k" }), { ...bought, replayed: true })
        assert.strictEqual((yield* (yield* Ledger).wallet(ada)).balance, dollars(9))
      })
    )

    it(
      "answers the same after the draw is drawn",
      Effect.gen(function*() {
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(10))
        const bought = yield* buy(ada, 3, { key: "k" })
        yield* buy(ada, 1)
        yield* advancePast(draw, 60_000)
        yield* catchUp
        assert.strictEqual(present(yield* (yield* Draws).byId(draw.id)).status, "drawn")
        assert.deepStrictEqual(yield* buy(ada, 3, { key: "k" }), { ...bought, replayed: true })
        yield* auditClean
      })
    )

    it(
      "does not let a request that is out of range harm its neighbours",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(10))
        const bob = yield* fundedPlayer("bob", dollars(200))
        const [none, tooMany, good] = yield* Effect.all(
          [Effect.exit(buy(ada, 0)), Effect.exit(buy(bob, 101)), buy(ada, 1)],
          { concurrency: "unbounded" }
        )
        assert.isTrue(Exit.hasDies(none))
        assert.isTrue(Exit.hasDies(tooMany))
        assert.strictEqual(good.draw.totalEntries, 1)
        assert.strictEqual((yield* buy(bob, 100)).draw.totalEntries, 101)
        yield* auditClean
      })
    )
  })
