/** What every adapter of `Draws` must do with the clockwork, where there is no beacon. */
import { daysAhead, type Draw } from "@ddd/core/draws/Draw"
import { cents, zero } from "@ddd/core/money/Money"
import { Draws } from "@ddd/core/ports/Draws"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Sealing } from "@ddd/core/ports/Sealing"
import { parseNote } from "@ddd/core/proof/Note"
import { recordHashHex } from "@ddd/core/proof/Record"
import { parseRecord } from "@ddd/core/proof/RecordText"
import { type DrawId, drawId, houseUserId, type UserId } from "@ddd/core/values/Ids"
import { dayAfter, dayMillis, dayOf, dayStart } from "@ddd/core/values/Instant"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { verdictOf } from "../scenario/Bundle.ts"
import {
  advancePast,
  auditClean,
  buy,
  catchUp,
  dollars,
  drawNow,
  fundedPlayer,
  openSales,
  present,
  readDraw,
  times,
  together
} from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { jobsOf } from "./Players.ts"
import { contract, type Subject } from "./Subject.ts"

const noDraw = drawId("01900000-0000-7000-8000-00000000beef")

const balanceOf = (userId: UserId) =>
  Ledger.use((ledger) => Effect.map(ledger.wallet(userId), ({ balance }) => balance))

/** Winner and house got exactly their parts of `entries` tickets. */
const assertPaid = Effect.fnUntraced(function*(draw: Draw, entries: number, owners: ReadonlyArray<UserId>) {
  const position = present(draw.winningPosition)
  assert.isTrue(position >= 1 && position <= entries)
  const winner = present(owners[position - 1])
  const ledger = yield* Ledger
  const prizes = yield* ledger.transactions(winner, "prize_win", { limit: 100, cursor: null })
  const prize = prizes.items.filter(({ referenceId }) => referenceId === draw.id)
  assert.deepStrictEqual(prize.map(({ amount }) => amount), [cents(95n * BigInt(entries))])
  const fees = yield* ledger.transactions(houseUserId, "house_fee", { limit: 100, cursor: null })
  const fee = fees.items.filter(({ referenceId }) => referenceId === draw.id)
  assert.deepStrictEqual(fee.map(({ amount }) => amount), [cents(5n * BigInt(entries))])
  return winner
})

export const clockworkContract = (subject: Subject): void =>
  contract("The clockwork of Draws", subject, (it) => {
    it(
      "publishes the first draw at once and a week ahead",
      Effect.gen(function*() {
        const draws = yield* Draws
        const { now } = yield* World
        const before = yield* now
        const made = yield* draws.publishAhead
        const after = yield* now

        assert.strictEqual(made.length, daysAhead + 1)
        const today = dayOf(before)
        for (let ahead = 0; ahead <= daysAhead; ahead++) {
          const day = dayAfter(today, ahead)
          const draw = present(yield* draws.byDay(day))
          assert.strictEqual(draw.id, made[ahead])
          assert.deepStrictEqual(yield* draws.byId(draw.id), draw)
          assert.strictEqual(draw.kind, "daily")
          assert.strictEqual(draw.status, "scheduled")
          assert.match(draw.commitmentHash, /^[0-9a-f]{64}$/)
          assert.deepStrictEqual([draw.seed, draw.entriesRoot, draw.winningPosition, draw.beacon], [
            null,
            null,
            null,
            null
          ])
          assert.deepStrictEqual([draw.totalEntries, draw.prizePool], [0, zero])
          assert.strictEqual(draw.closesAt, dayStart(dayAfter(day)))
          if (ahead === 0) assert.isTrue(before <= draw.opensAt && draw.opensAt <= after)
          else assert.strictEqual(draw.opensAt, dayStart(day))
        }
        assert.isNull(yield* draws.byDay(dayAfter(today, daysAhead + 1)))
        assert.isNull(yield* draws.byDay(dayAfter(today, -1)))
        assert.isNull(yield* draws.byId(noDraw))
        assert.strictEqual(present(yield* draws.current).id, made[0])
        yield* auditClean
      })
    )

    it(
      "publishes each day once, whoever publishes at the same time",
      Effect.gen(function*() {
        const { publishAhead } = yield* Draws
        const made = (yield* times(8, publishAhead)).flat()
        assert.strictEqual(made.length, daysAhead + 1)
        assert.strictEqual(new Set(made).size, made.length)
        assert.deepStrictEqual(yield* publishAhead, [])
        yield* (yield* World).advance(dayMillis)
        assert.strictEqual((yield* publishAhead).length, 1)
        yield* auditClean
      })
    )

    it(
      "gives no draw to a day that began unannounced, and chains over the gap",
      Effect.gen(function*() {
        const draws = yield* Draws
        const world = yield* World
        const first = yield* openSales
        yield* world.advance((daysAhead + 3) * dayMillis)
        yield* catchUp
        const today = dayOf(yield* world.now)
        assert.isNull(yield* draws.byDay(today))
        assert.isNull(yield* draws.current)

        const last = present(yield* draws.byDay(dayAfter(present(first.drawDate), daysAhead)))
        assert.strictEqual(last.status, "drawn")
        const next = present(yield* draws.byDay(dayAfter(today)))
        const openOf = (id: DrawId) =>
          Effect.map(draws.notes(id), (notes) => present(parseNote(present(notes).open)).text)
        const record = parseRecord(yield* openOf(next.id))
        const { sha256 } = yield* Sealing
        assert.strictEqual(record?.type === "open" && record.previous, recordHashHex(sha256, yield* openOf(last.id)))

        yield* world.advance(next.opensAt - (yield* world.now))
        assert.strictEqual(present(yield* draws.current).id, next.id)
        yield* auditClean
      })
    )

    it(
      "says what is due, oldest first, and when the next step will be",
      Effect.gen(function*() {
        const draws = yield* Draws
        const world = yield* World
        const draw = yield* openSales
        assert.strictEqual(draw.status, "open")
        assert.deepStrictEqual(yield* draws.due, [])
        assert.strictEqual(yield* draws.nextDueAt, draw.closesAt)

        yield* advancePast(draw, 2 * dayMillis)
        const due = yield* draws.due
        const now = yield* world.now
        assert.isTrue(due.some(({ drawId, step }) => drawId === draw.id && step === "lock"))
        assert.deepStrictEqual(due.map(({ dueAt }) => dueAt), due.map(({ dueAt }) => dueAt).toSorted((a, b) => a - b))
        assert.isTrue(due.every(({ dueAt }) => dueAt <= now))
        assert.isAbove(present(yield* draws.nextDueAt), now)
        yield* catchUp
        assert.deepStrictEqual(yield* draws.due, [])
      })
    )

    it(
      "does nothing before it is due, for a draw that does not exist, or twice",
      Effect.gen(function*() {
        const { perform } = yield* Draws
        const draw = yield* openSales
        const dueAt = present(draw.closesAt)
        const early = { drawId: draw.id, dueAt: draw.opensAt }
        for (const step of ["open", "lock", "tile", "settle"] as const) {
          assert.isFalse(yield* perform({ ...early, step }), step)
          assert.isFalse(yield* perform({ drawId: noDraw, dueAt, step }), step)
        }
        assert.deepStrictEqual(yield* readDraw(draw.id), draw)

        yield* advancePast(draw)
        const lock = { drawId: draw.id, step: "lock", dueAt } as const
        assert.isFalse(yield* perform({ ...lock, step: "settle" }), "settle before lock")
        assert.isTrue(yield* perform(lock))
        const locked = yield* readDraw(draw.id)
        assert.isFalse(yield* perform(lock))
        assert.deepStrictEqual(yield* readDraw(draw.id), locked)
        yield* auditClean
      })
    )

    it(
      "locks and settles once, whoever does it at the same time",
      Effect.gen(function*() {
        const draw = yield* openSales
        const players = yield* together(Array.from({ length: 5 }, (_, i) => fundedPlayer(`player${i}`, dollars(20))))
        const receipts = yield* together(players.map((player, i) => buy(player, 4 + i)))
        const entries = receipts.flatMap(({ tickets }) => tickets).toSorted((a, b) => a.position - b.position)
        assert.strictEqual(entries.length, 30)

        yield* advancePast(draw)
        const done = (yield* times(8, catchUp)).flat().map(({ drawId, step }) => `${step} ${drawId}`)
        assert.strictEqual(new Set(done).size, done.length)
        for (const step of ["lock", "settle"]) assert.include(done, `${step} ${draw.id}`)

        const drawn = yield* readDraw(draw.id)
        const owners = entries.map(({ userId }) => userId)
        const winner = yield* assertPaid(drawn, 30, owners)
        assert.strictEqual(drawn.status, "drawn")
        assert.strictEqual(drawn.prizePool, cents(2850n))
        assert.strictEqual(drawn.winningTicketId, entries[present(drawn.winningPosition) - 1]?.ticketId)
        assert.match(present(drawn.seed), /^[0-9a-f]{64}$/)
        assert.isAtLeast(present(drawn.lockedAt), present(draw.closesAt))
        assert.strictEqual(drawn.drawAt, draw.closesAt)
        assert.isAtLeast(present(drawn.drawnAt), present(drawn.lockedAt))
        assert.strictEqual(yield* balanceOf(houseUserId), cents(150n))
        for (const [i, player] of players.entries()) {
          const left = dollars(16 - i)
          assert.strictEqual(yield* balanceOf(player), player === winner ? cents(left + 2850n) : left)
        }
        assert.strictEqual((yield* (yield* Ledger).wallet(winner)).withdrawable, cents(2850n))
        assert.deepStrictEqual(yield* jobsOf("MailWinner"), [{ _tag: "MailWinner", userId: winner, drawId: draw.id }])
        yield* auditClean
      })
    )

    it(
      "draws nobody where nobody entered",
      Effect.gen(function*() {
        yield* openSales
        const drawn = yield* drawNow
        assert.deepStrictEqual([drawn.status, drawn.winningPosition, drawn.winningTicketId], ["drawn", null, null])
        assert.strictEqual(yield* balanceOf(houseUserId), zero)
        assert.deepStrictEqual(yield* (yield* Draws).lastWinner, { draw: drawn, winner: null })
        assert.deepStrictEqual(yield* jobsOf("MailWinner"), [])
        assert.strictEqual((yield* verdictOf(drawn.id)).verdict, "VALID SIGNED")
        yield* auditClean
      })
    )

    it(
      "draws the only one who entered",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(1))
        const ticket = present((yield* buy(ada, 1)).tickets[0])
        const drawn = yield* drawNow
        yield* assertPaid(drawn, 1, [ada])
        assert.strictEqual(yield* balanceOf(ada), cents(95n))
        assert.deepStrictEqual(yield* (yield* Draws).lastWinner, {
          draw: drawn,
          winner: { username: "ada", ticketId: ticket.ticketId, position: ticket.position, prizeAmount: cents(95n) }
        })
        const held = { ticketId: ticket.ticketId, position: 1, owner: { salt: ticket.ownerSalt, userId: ada } }
        const { checks, verdict } = yield* verdictOf(drawn.id, { ticket: held })
        assert.strictEqual(verdict, "VALID SIGNED")
        assert.strictEqual(checks.find(({ id }) => id === 11)?.ok, true)
        yield* auditClean
      })
    )

    it(
      "catches up after days of downtime, each day's draw by itself",
      Effect.gen(function*() {
        const draws = yield* Draws
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(10))
        yield* buy(ada, 1)
        yield* advancePast(draw, 3 * dayMillis)
        const late = yield* buy(ada, 2)
        yield* catchUp
        for (const ahead of [0, 1, 2]) {
          const past = present(yield* draws.byDay(dayAfter(present(draw.drawDate), ahead)))
          assert.strictEqual(past.status, "drawn")
          assert.strictEqual((yield* verdictOf(past.id)).verdict, "VALID SIGNED")
        }
        const today = present(yield* draws.current)
        assert.deepStrictEqual([today.id, today.status, today.totalEntries], [late.draw.id, "open", 2])
        yield* auditClean
      })
    )
  })
