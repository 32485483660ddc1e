/**
 * What every adapter of `Rooms` must do with a room's draw, its host's or the server's, where there is no beacon.
 *
 * Over 300 lines: a list of promises, each to be read by itself.
 */
import { expireAfterMillis } from "@ddd/core/draws/DrawSteps"
import { type Cents, cents, zero } from "@ddd/core/money/Money"
import { viewWallet } from "@ddd/core/money/Withdrawable"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Draws } from "@ddd/core/ports/Draws"
import { roomPrizeHoldDays } from "@ddd/core/ports/RoomPrizeHold"
import { drawAheadMillisMax } from "@ddd/core/rooms/HostActions"
import type { Room } from "@ddd/core/rooms/Room"
import { type DrawId, houseUserId, type UserId } from "@ddd/core/values/Ids"
import { dayMillis, formatInstant, type Instant, instant } from "@ddd/core/values/Instant"
import { assert } from "@effect/vitest"
import { Effect, Result } from "effect"
import { playRooms, roomStreams } from "../model/Rooms.ts"
import { verdictOf } from "../scenario/Bundle.ts"
import { byAnn } from "../scenario/Operators.ts"
import {
  buyForAll,
  buyInRoom,
  closeRoom,
  executeDraw,
  inMillis,
  joinRoom,
  makeRoom,
  refusedAs,
  roomAnswer,
  roomNow,
  roomOf,
  roomRefusal,
  startDraw
} from "../scenario/RoomSteps.ts"
import {
  advance,
  advancePast,
  askRefusalOf,
  auditClean,
  buy,
  catchUp,
  deposit,
  dollars,
  fundedPlayer,
  openPayoutAccount,
  openSales,
  present,
  readDraw,
  recordIn,
  times,
  together,
  withdraw
} from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { historyOf, walletOf } from "./Money.ts"
import { jobsOf } from "./Players.ts"
import { property } from "./Property.ts"
import { contract, type Subject } from "./Subject.ts"

const hour = 3_600_000

/** New players with money, the first of them a host. */
const players = Effect.fnUntraced(function*(count: number, amount = dollars(5)) {
  const [host, ...guests] = yield* together(Array.from({ length: count }, (_, i) => fundedPlayer(`player${i}`, amount)))
  assert(host !== undefined)
  return [host, ...guests] as const
})

const balanceOf = (userId: UserId) => Effect.map(walletOf(userId), ({ balance }) => balance)

const notesOf = (id: DrawId) => Draws.use((draws) => Effect.map(draws.notes(id), present))

/** Which steps of a room the clockwork has to do now. */
const dueOf = ({ id }: Room) =>
  Draws.use(({ due }) =>
    Effect.map(due, (steps) => steps.flatMap(({ drawId, step }) => drawId === id && step !== "tile" ? [step] : []))
  )

/** The seed is in nothing that anybody may see. */
const assertSecret = Effect.fnUntraced(function*({ id }: Room) {
  const room = yield* roomNow({ id })
  const draw = yield* readDraw(id)
  const { lock, open, result } = yield* notesOf(id)
  assert.deepStrictEqual([room.seed, room.winnerId, room.winningPosition], [null, null, null])
  assert.deepStrictEqual([draw.seed, draw.winningPosition, draw.winningTicketId, draw.drawnAt], [
    null,
    null,
    null,
    null
  ])
  assert.isNull(result)
  for (const note of [open, lock ?? ""]) assert.notInclude(note, "\nseed ")
})

/** A drawn room paid winner and house once, and its bundle verifies. */
const assertDrawn = Effect.fnUntraced(function*(room: Room) {
  const drawn = yield* roomNow(room)
  const holders = drawn.participants.filter(({ hasTicket }) => hasTicket)
  const entries = BigInt(holders.length)
  assert.strictEqual(drawn.status, "drawn")
  assert.match(present(drawn.seed), /^[0-9a-f]{64}$/)
  assert.strictEqual((yield* readDraw(room.id)).seed, drawn.seed)
  const winner = holders.find(({ ticketPosition }) => ticketPosition === drawn.winningPosition)
  assert.strictEqual(drawn.winnerId, winner?.userId ?? null)
  assert.strictEqual(drawn.prizePool, cents(95n * entries))
  const prizes = (yield* Effect.forEach(holders, ({ userId }) => historyOf(userId))).flat()
    .filter(([type]) => type === "prize_win")
  assert.deepStrictEqual(prizes, entries === 0n ? [] : [["prize_win", cents(95n * entries), "completed"]])
  assert.strictEqual((yield* verdictOf(room.id)).verdict, "VALID SIGNED")
  assert.deepStrictEqual(
    yield* jobsOf("MailWinner"),
    winner === undefined ? [] : [{ _tag: "MailWinner", userId: winner.userId, drawId: room.id }]
  )
  yield* auditClean
  return drawn
})

/** A closed room paid every ticket back once, told every member, and says why. */
const assertClosed = Effect.fnUntraced(function*(
  room: Room,
  balances: ReadonlyMap<UserId, Cents>,
  reason: "closed" | "deadline"
) {
  const closed = yield* roomNow(room)
  assert.strictEqual(closed.status, "closed")
  assert.deepStrictEqual([closed.winnerId, closed.winningPosition], [null, null])
  const sold = closed.participants.filter(({ hasTicket }) => hasTicket)
  for (const [userId, balance] of balances) assert.strictEqual(yield* balanceOf(userId), balance)
  for (const { userId } of sold) {
    const refunds = (yield* historyOf(userId)).filter(([type]) => type === "refund")
    assert.deepStrictEqual(refunds, [["refund", dollars(1), "completed"]])
  }
  const record = recordIn((yield* notesOf(room.id)).result)
  assert(record.type === "void")
  assert.deepStrictEqual([record.reason, record.refund, record.lock], [reason, dollars(sold.length), null])
  assert.strictEqual((yield* verdictOf(room.id)).verdict, "VOID")
  const told = (yield* jobsOf("MailRoomClosed")).filter(({ drawId }) => drawId === room.id)
  // whose money came back, but for a host who knows
  const concerned = sold.map(({ userId }) => userId).filter((id) => reason !== "closed" || id !== room.hostId)
  assert.deepStrictEqual(told.map(({ userId }) => userId).toSorted(), concerned.toSorted())
  assert.deepStrictEqual(yield* dueOf(room), [])
  yield* auditClean
  return closed
})

const balancesOf = Effect.fnUntraced(function*(users: ReadonlyArray<UserId>) {
  return new Map(
    yield* Effect.forEach(users, (userId) => Effect.map(balanceOf(userId), (balance) => [userId, balance] as const))
  )
})

export const roomDrawsContract = (subject: Subject): void =>
  contract("The draw of Rooms", subject, (it) => {
    it(
      "locks when the host says so: what was sold is published, and nothing changes after",
      Effect.gen(function*() {
        const { now } = yield* World
        const [ada, bob, eve] = yield* players(3)
        assert(bob !== undefined && eve !== undefined)
        const room = yield* roomOf([ada, bob])
        yield* assertSecret(room)
        yield* buyForAll([bob, ada], room)
        const before = yield* now
        const locked = yield* startDraw(ada, room)
        const after = yield* now

        assert.strictEqual(locked.status, "locked")
        assert.deepStrictEqual(yield* roomNow(room), locked)
        const drawAt = present(locked.drawAt)
        assert.isTrue(before <= drawAt && drawAt <= after)
        const draw = yield* readDraw(room.id)
        const record = recordIn((yield* notesOf(room.id)).lock)
        assert(record.type === "lock")
        assert.deepStrictEqual(
          [record.entries, record.root, record.locked, record.draws, record.pool, record.beacon],
          [2, draw.entriesRoot, draw.lockedAt, drawAt, cents(190n), null]
        )
        assert.strictEqual((yield* verdictOf(room.id)).verdict, "PENDING LOCKED")
        yield* assertSecret(room)
        assert.strictEqual(yield* refusedAs(startDraw(ada, room)), "WrongState")
        assert.strictEqual(yield* refusedAs(joinRoom(eve, room)), "WrongState")
        assert.strictEqual(yield* refusedAs(buyInRoom(ada, room)), "DrawClosed")
        assert.deepStrictEqual(yield* roomNow(room), locked)
        yield* auditClean
      })
    )

    it(
      "takes a time within a day of the lock, and no other",
      Effect.gen(function*() {
        const { now } = yield* World
        const [ada, bob] = yield* players(2)
        assert(bob !== undefined)
        const room = yield* roomOf([ada, bob])
        yield* buyForAll([ada, bob], room)
        for (const millis of [-hour, -1, drawAheadMillisMax + hour]) {
          const asked = yield* inMillis(millis)
          const before = yield* now
          const refusal = yield* roomRefusal(startDraw(ada, room, asked))
          const after = yield* now
          assert(refusal._tag === "BadTime")
          assert.isTrue(before <= refusal.earliest && refusal.earliest <= after)
          assert.strictEqual(refusal.latest, refusal.earliest + drawAheadMillisMax)
        }
        assert.strictEqual((yield* roomNow(room)).status, "open")
        const latest = yield* inMillis(drawAheadMillisMax)
        assert.strictEqual((yield* startDraw(ada, room, latest)).drawAt, latest)
        yield* auditClean
      })
    )

    it(
      "is drawn by its host from the time on that was named, and not before",
      Effect.gen(function*() {
        const [ada, bob, eve] = yield* players(3)
        assert(bob !== undefined && eve !== undefined)
        const room = yield* roomOf([ada, bob, eve])
        const { ticket } = yield* buyInRoom(eve, room)
        yield* buyInRoom(ada, room)
        yield* startDraw(ada, room, yield* inMillis(2 * hour))
        yield* advance(hour)
        assert.deepInclude(yield* roomRefusal(executeDraw(ada, room)), { _tag: "WrongState", status: "locked" })
        assert.deepStrictEqual(yield* dueOf(room), [])
        yield* assertSecret(room)

        yield* advance(hour)
        const drawn = yield* executeDraw(ada, room)
        assert.deepStrictEqual(yield* assertDrawn(room), drawn)
        assert.include([eve, ada], drawn.winnerId)
        assert.strictEqual(yield* balanceOf(houseUserId), cents(10n))
        assert.strictEqual(yield* balanceOf(present(drawn.winnerId)), cents(590n))
        assert.deepStrictEqual(yield* executeDraw(ada, room), drawn)
        yield* catchUp
        assert.deepStrictEqual(yield* roomNow(room), drawn)
        const { inclusion } = present(yield* Draws.use((draws) => draws.checkTicket(ticket.ticketId, bob)))
        const { entriesRoot } = yield* readDraw(room.id)
        assert.deepInclude(present(inclusion), { leafIndex: 0, treeSize: 2, rootHash: present(entriesRoot) })
      })
    )

    it(
      "needs tickets of two members: who plays alone is told so, and paid back by the server in the end",
      Effect.gen(function*() {
        const [ada, bob] = yield* players(2)
        assert(bob !== undefined)
        const balances = yield* balancesOf([ada, bob])
        const room = yield* makeRoom(ada)
        assert.deepStrictEqual(yield* roomRefusal(startDraw(ada, room)), { _tag: "TooFewHolders", holders: 0 })
        yield* buyInRoom(ada, room)
        yield* joinRoom(bob, room)
        assert.deepStrictEqual(yield* roomRefusal(startDraw(ada, room)), { _tag: "TooFewHolders", holders: 1 })
        assert.strictEqual((yield* roomNow(room)).status, "open")
        yield* advance(expireAfterMillis)
        yield* catchUp
        yield* assertClosed(room, balances, "deadline")
      })
    )

    it(
      "pays a prize that rests: tickets can be bought with it at once, and it is withdrawn no sooner, whatever comes back meanwhile",
      Effect.gen(function*() {
        const { now } = yield* World
        const members = yield* players(2, dollars(1))
        const [ada, bob] = members
        assert(bob !== undefined)
        const room = yield* roomOf(members)
        yield* buyForAll(members, room)
        yield* startDraw(ada, room)
        const winner = present((yield* executeDraw(ada, room)).winnerId)
        const drawnAt = present((yield* readDraw(room.id)).drawnAt)
        const maturesAt = instant(drawnAt + roomPrizeHoldDays * dayMillis)
        yield* openPayoutAccount(winner)
        const prize = cents(190n)
        const viewed = Effect.gen(function*() {
          return viewWallet(yield* walletOf(winner), { withdrawDeposits: false }, yield* now)
        })
        const refused = askRefusalOf(withdraw(winner, dollars(1), { winningsOnly: true }))
        const resting = { balance: prize, withdrawable: zero, maturing: prize, maturesAt, awaitingIdentity: zero }
        assert.deepInclude(yield* viewed, resting)
        assert.deepStrictEqual(yield* refused, { _tag: "NotWithdrawable", ...resting, asked: dollars(1) })

        // a round trip through a ticket that is refunded changes nothing
        const other = yield* makeRoom(winner)
        yield* buyInRoom(winner, other)
        assert.deepInclude(yield* viewed, { balance: cents(90n), maturing: cents(90n), withdrawable: zero })
        yield* advance(dayMillis)
        yield* closeRoom(winner, other)
        assert.deepInclude(yield* viewed, resting)
        assert.strictEqual((yield* auditClean).counted.maturingPrizes, 1)

        yield* advance(maturesAt - dayMillis - drawnAt)
        assert.deepInclude(yield* viewed, { balance: prize, withdrawable: prize, maturing: zero, maturesAt: null })
        const asked = yield* withdraw(winner, dollars(1), { winningsOnly: true })
        assert.strictEqual(asked.transaction.amount, cents(-100n))
        assert.strictEqual((yield* auditClean).counted.maturingPrizes, 0)
      })
    )

    it(
      "is drawn by the server at the time that its host named and forgot",
      Effect.gen(function*() {
        const [ada, bob] = yield* players(2)
        assert(bob !== undefined)
        const room = yield* roomOf([ada, bob])
        yield* buyForAll([ada, bob], room)
        const drawAt: Instant = yield* inMillis(2 * hour)
        yield* startDraw(ada, room, drawAt)
        yield* advance(hour)
        assert.deepStrictEqual(yield* dueOf(room), [])
        const settle = { drawId: room.id, step: "settle", dueAt: drawAt } as const
        assert.isFalse(yield* Draws.use(({ perform }) => perform(settle)))
        yield* catchUp
        yield* assertSecret(room)
        yield* advance(hour)
        assert.deepStrictEqual(yield* dueOf(room), ["settle"])
        yield* catchUp
        assert.include([ada, bob], (yield* assertDrawn(room)).winnerId)
      })
    )

    it(
      "is drawn by the server a day after the lock where its host named no time, and not before",
      Effect.gen(function*() {
        const [ada, bob] = yield* players(2)
        assert(bob !== undefined)
        const room = yield* roomOf([ada, bob])
        yield* buyForAll([ada, bob], room)
        const locked = yield* startDraw(ada, room)
        yield* advance(23 * hour)
        const settle = { drawId: room.id, step: "settle", dueAt: present(locked.drawAt) } as const
        assert.isFalse(yield* Draws.use(({ perform }) => perform(settle)), formatInstant(settle.dueAt))
        yield* catchUp
        assert.deepStrictEqual(yield* roomNow(room), locked)
        yield* advance(hour)
        yield* catchUp
        assert.include([ada, bob], (yield* assertDrawn(room)).winnerId)
      })
    )

    it(
      "is drawn once, by host and server at once",
      Effect.gen(function*() {
        const members = yield* players(5)
        const [ada] = members
        const room = yield* roomOf(members)
        yield* together(members.map((member) => buyInRoom(member, room)))
        yield* startDraw(ada, room)
        yield* advance(24 * hour)
        const settle = { drawId: room.id, step: "settle", dueAt: yield* inMillis(0) } as const
        const [drawn, settled] = yield* Effect.all([
          times(10, executeDraw(ada, room)),
          Draws.use(({ perform }) => times(5, perform(settle)))
        ], { concurrency: "unbounded" })
        assert.isAtMost(settled.filter((done) => done).length, 1)
        const now = yield* assertDrawn(room)
        for (const answer of drawn) assert.deepStrictEqual(answer, now)
        assert.strictEqual(yield* balanceOf(houseUserId), cents(25n))
      })
    )

    it(
      "locks each ticket in, or does not sell it, where the host starts while members buy",
      Effect.gen(function*() {
        const members = yield* players(12)
        const [ada, ...guests] = members
        const room = yield* roomOf(members)
        const early = [ada, ...guests.slice(0, 1)]
        yield* buyForAll(early, room)
        const [answers, locked] = yield* Effect.all([
          together(guests.slice(1).map((member) => roomAnswer(buyInRoom(member, room)))),
          startDraw(ada, room)
        ], { concurrency: "unbounded" })
        const sold = answers.filter(Result.isSuccess)
        for (const { failure } of answers.filter(Result.isFailure)) {
          assert.deepStrictEqual(failure, { _tag: "DrawClosed", drawId: room.id })
        }
        const record = recordIn((yield* notesOf(room.id)).lock)
        assert(record.type === "lock")
        assert.strictEqual(record.entries, early.length + sold.length)
        assert.strictEqual(locked.participants.filter(({ hasTicket }) => hasTicket).length, record.entries)
        yield* executeDraw(ada, room)
        yield* assertDrawn(room)
      })
    )

    it(
      "closes where its host says so: every ticket is paid back, credit as credit and winnings as winnings",
      Effect.gen(function*() {
        const ada = yield* fundedPlayer("ada", dollars(1))
        const bob = yield* fundedPlayer("bob", dollars(1))
        const carol = yield* fundedPlayer("carol", dollars(1))
        const dan = yield* fundedPlayer("dan", dollars(1))
        // a day of one player, who wins what it holds
        const day = yield* openSales
        yield* buy(ada, 1)
        yield* advancePast(day)
        yield* catchUp
        yield* deposit(ada, cents(5n), "test:more")
        const wallet = yield* walletOf(ada)
        assert.deepStrictEqual([wallet.balance, wallet.withdrawable], [dollars(1), cents(95n)])

        const room = yield* roomOf([ada, bob, carol])
        const balances = yield* balancesOf([ada, bob, carol])
        for (const buyer of [ada, bob]) yield* buyInRoom(buyer, room)
        assert.strictEqual((yield* walletOf(ada)).withdrawable, zero)
        const closed = yield* closeRoom(ada, room)
        assert.deepStrictEqual(yield* assertClosed(room, balances, "closed"), closed)
        assert.strictEqual((yield* walletOf(ada)).withdrawable, cents(95n))

        assert.deepStrictEqual(yield* closeRoom(ada, room), closed)
        for (const asked of [startDraw(ada, room), executeDraw(ada, room), joinRoom(dan, room)]) {
          assert.deepInclude(yield* roomRefusal(asked), { _tag: "WrongState", status: "closed" })
        }
        assert.strictEqual(yield* refusedAs(buyInRoom(carol, room)), "DrawClosed")
        yield* catchUp
        assert.deepStrictEqual(yield* roomNow(room), closed)
        yield* assertClosed(room, balances, "closed")
      })
    )

    it(
      "pays each ticket back once, or does not sell it, where the host closes while members buy",
      Effect.gen(function*() {
        const members = yield* players(10)
        const [ada] = members
        const room = yield* roomOf(members)
        const balances = yield* balancesOf(members)
        const [answers, closings] = yield* Effect.all([
          together(members.map((member) => roomAnswer(buyInRoom(member, room)))),
          times(3, closeRoom(ada, room))
        ], { concurrency: "unbounded" })
        for (const { failure } of answers.filter(Result.isFailure)) {
          assert.deepStrictEqual(failure, { _tag: "DrawClosed", drawId: room.id })
        }
        const closed = yield* assertClosed(room, balances, "closed")
        const sold = closed.participants.filter(({ hasTicket }) => hasTicket).length
        assert.strictEqual(sold, answers.filter(Result.isSuccess).length)
        for (const answer of closings) assert.deepStrictEqual(answer, closed)
      })
    )

    it(
      "is either closed or drawn, whatever its host asks for at once",
      Effect.gen(function*() {
        const members = yield* players(4)
        const [ada, ...guests] = members
        for (let round = 0; round < 4; round++) {
          const room = yield* roomOf(members)
          const balances = yield* balancesOf(members)
          yield* together(guests.map((guest) => buyInRoom(guest, room)))
          const [closed, started] = yield* Effect.all(
            [roomAnswer(closeRoom(ada, room)), roomAnswer(startDraw(ada, room)), roomAnswer(executeDraw(ada, room))],
            { concurrency: "unbounded" }
          )
          assert.notStrictEqual(Result.isSuccess(closed), Result.isSuccess(started))
          const { status } = yield* roomNow(room)
          if (Result.isSuccess(closed)) {
            assert.strictEqual(status, "closed")
            for (const [member, balance] of balances) assert.strictEqual(yield* balanceOf(member), balance)
          } else {
            assert.include(["locked", "drawn"], status)
          }
          yield* auditClean
        }
      })
    )

    it(
      "is closed thirty days after its first ticket where nobody locked it, and not before",
      Effect.gen(function*() {
        const [ada, bob] = yield* players(2)
        assert(bob !== undefined)
        const [room, drawn] = [yield* roomOf([ada, bob]), yield* roomOf([ada, bob])]
        yield* buyForAll([ada, bob], drawn)
        yield* startDraw(ada, drawn)
        yield* executeDraw(ada, drawn)
        const balances = yield* balancesOf([ada, bob])
        // neither the room's age counts nor its last ticket
        yield* advance(24 * hour)
        yield* buyInRoom(bob, room)
        yield* advance(24 * hour)
        yield* buyInRoom(ada, room)
        yield* advance(expireAfterMillis - 25 * hour)
        assert.deepStrictEqual(yield* dueOf(room), [])
        const expire = { drawId: room.id, step: "expire", dueAt: yield* inMillis(0) } as const
        assert.isFalse(yield* Draws.use(({ perform }) => perform(expire)))
        yield* catchUp
        assert.strictEqual((yield* roomNow(room)).status, "open")

        yield* advance(hour)
        assert.deepStrictEqual(yield* dueOf(room), ["expire"])
        const done = yield* Draws.use(({ perform }) => times(5, perform(expire)))
        assert.strictEqual(done.filter((did) => did).length, 1)
        yield* catchUp
        yield* assertClosed(room, balances, "deadline")
        assert.strictEqual((yield* roomNow(drawn)).status, "drawn")
        for (const step of ["open", "lock", "settle", "expire"] as const) {
          const due = { ...expire, drawId: drawn.id, step }
          assert.isFalse(yield* Draws.use(({ perform }) => perform(due)), step)
        }
      })
    )

    it(
      "is closed by the server thirty days after it was made where nobody bought in it, and nobody is mailed",
      Effect.gen(function*() {
        const [ada] = yield* players(1)
        const room = yield* makeRoom(ada)
        yield* advance(expireAfterMillis - hour)
        yield* catchUp
        assert.strictEqual((yield* roomNow(room)).status, "waiting")
        yield* advance(hour)
        yield* catchUp
        assert.strictEqual((yield* roomNow(room)).status, "closed")
        assert.deepStrictEqual(yield* jobsOf("MailRoomClosed"), [])
        yield* auditClean
      })
    )

    it(
      "is closed by the server where its host is frozen: nobody's money waits for who is gone",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const [ada, bob] = yield* players(2)
        assert(bob !== undefined)
        const balances = yield* balancesOf([ada, bob])
        const [room, locked] = [yield* roomOf([ada, bob]), yield* roomOf([ada, bob])]
        yield* buyInRoom(bob, room)
        yield* buyForAll([ada, bob], locked)
        yield* startDraw(ada, locked)
        yield* accounts.freeze(ada, byAnn)
        assert.deepStrictEqual(yield* dueOf(room), ["expire"])
        yield* catchUp
        assert.strictEqual((yield* roomNow(room)).status, "closed")
        assert.strictEqual(yield* balanceOf(bob), present(balances.get(bob)) - 100n)
        // what is locked is drawn by the server
        assert.strictEqual((yield* roomNow(locked)).status, "locked")
        yield* advance(24 * hour)
        yield* catchUp
        assert.strictEqual((yield* roomNow(locked)).status, "drawn")
        yield* auditClean
      })
    )

    it(
      "is either closed by the server or locked by its host, who comes at the last moment",
      Effect.gen(function*() {
        const members = yield* players(3)
        const [ada] = members
        const room = yield* roomOf(members)
        const balances = yield* balancesOf(members)
        yield* together(members.map((member) => buyInRoom(member, room)))
        yield* advance(expireAfterMillis)
        const expire = { drawId: room.id, step: "expire", dueAt: yield* inMillis(0) } as const
        const [started, expired] = yield* Effect.all(
          [roomAnswer(startDraw(ada, room)), Draws.use(({ perform }) => perform(expire))],
          { concurrency: "unbounded" }
        )
        assert.notStrictEqual(Result.isSuccess(started), expired)
        if (expired) yield* assertClosed(room, balances, "deadline")
        else assert.strictEqual((yield* roomNow(room)).status, "locked")
        yield* auditClean
      })
    )

    it(
      "answers every stream of requests as the model of rooms does",
      property(12, roomStreams(40), (commands, run) =>
        Effect.asVoid(Effect.andThen(playRooms(commands, run), auditClean)))
    )
  })
