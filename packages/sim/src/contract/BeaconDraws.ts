/** What every adapter of `Draws` and `Rooms` must do where draws wait for a beacon. */
import { beaconDelayMillis, roundFor } from "@ddd/core/Beacon"
import { toHex } from "@ddd/core/Bytes"
import { type DrawId, houseUserId } from "@ddd/core/Ids"
import { cents } from "@ddd/core/Money"
import { BeaconChain } from "@ddd/core/ports/BeaconChain"
import { Draws } from "@ddd/core/ports/Draws"
import { drawAheadMillisMax, type Room } from "@ddd/core/Room"
import { assert } from "@effect/vitest"
import { Effect, Layer, Result } from "effect"
import { verdictOf } from "../Bundle.ts"
import { chain, hash, signRound } from "../providers/BeaconStandIn.ts"
import { buyInRoom, executeDraw, inMillis, refusedAs, roomAnswer, roomNow, roomOf, startDraw } from "../RoomSteps.ts"
import {
  advance,
  advancePast,
  auditClean,
  buy,
  catchUp,
  dollars,
  drawAt,
  fundedPlayer,
  openSales,
  present,
  recordIn,
  times,
  together
} from "../Steps.ts"
import { World } from "../World.ts"
import { historyOf, walletOf } from "./Money.ts"
import { contract, type Subject } from "./Subject.ts"

/** A room of three, each with a ticket, and its host. */
const soldRoom = Effect.gen(function*() {
  const [host, ...guests] = yield* together(["ada", "bob", "eve"].map((name) => fundedPlayer(name, dollars(5))))
  assert(host !== undefined)
  const members = [host, ...guests] as const
  const room = yield* roomOf(members)
  yield* together(members.map((member) => buyInRoom(member, room)))
  return { host, members, room }
})

const recordsOf = Effect.fnUntraced(function*(id: DrawId) {
  const notes = present(yield* Draws.use((draws) => draws.notes(id)))
  const orNull = (note: string | null) => note === null ? null : recordIn(note)
  return { open: recordIn(notes.open), lock: orNull(notes.lock), result: orNull(notes.result) }
})

/** The round that a locked draw waits for, as its lock record names it. */
const roundOf = Effect.fnUntraced(function*(id: DrawId) {
  const { lock } = yield* recordsOf(id)
  assert(lock?.type === "lock")
  const beacon = present(lock.beacon)
  assert.deepStrictEqual(beacon, { chainHash: hash, round: roundFor(chain, lock.draws) })
  assert.deepStrictEqual((yield* drawAt(id)).beacon, beacon)
  return beacon.round
})

/** The round is there. */
const appear = Effect.fnUntraced(function*(id: DrawId) {
  const round = yield* roundOf(id)
  yield* World.use((world) => world.storeRound(id, signRound(round)))
  return round
})

/** Whether the clockwork is to draw it now. */
const isDue = (id: DrawId) =>
  Draws.use(({ due }) =>
    Effect.map(due, (steps) => steps.some(({ drawId, step }) => drawId === id && step === "settle"))
  )

const verdict = (id: DrawId) => Effect.map(verdictOf(id, { chainHash: hash }), (found) => found.verdict)

/** Whoever asks for it, the clockwork included, the draw stays locked and its seed secret. */
const assertWaits = Effect.fnUntraced(function*(id: DrawId) {
  const dueAt = yield* inMillis(0)
  assert.isFalse(yield* isDue(id))
  assert.isFalse(yield* Draws.use(({ perform }) => perform({ drawId: id, step: "settle", dueAt })))
  yield* catchUp
  const draw = yield* drawAt(id)
  assert.deepStrictEqual([draw.status, draw.seed, draw.winningPosition], ["locked", null, null])
  assert.isNull((yield* recordsOf(id)).result)
  assert.strictEqual(yield* verdict(id), "PENDING LOCKED")
  yield* auditClean
})

/** Drawn once, by seed and round, with one prize of the whole pot, and provably so. */
const assertDrawn = Effect.fnUntraced(function*(id: DrawId, holders: ReadonlyArray<Room["hostId"]>) {
  const { result } = yield* recordsOf(id)
  assert(result?.type === "result")
  const round = yield* roundOf(id)
  assert.deepStrictEqual(result.beacon, { round, signature: toHex(signRound(round)) })
  assert.strictEqual(yield* verdict(id), "VALID BEACON")
  const prizes = (yield* Effect.forEach(holders, historyOf)).flat().filter(([type]) => type === "prize_win")
  assert.deepStrictEqual(prizes, [["prize_win", cents(95n * BigInt(holders.length)), "completed"]])
  assert.strictEqual((yield* walletOf(houseUserId)).balance, cents(5n * BigInt(holders.length)))
  yield* auditClean
})

export const beaconDrawsContract = (subject: Subject): void =>
  contract("A draw with a beacon", {
    name: subject.name,
    layer: Layer.provideMerge(subject.layer, Layer.succeed(BeaconChain, chain))
  }, (it) => {
    it(
      "in a room names its chain when it opens, and its round when it locks, half a minute before anybody knows it",
      Effect.gen(function*() {
        const { host, room } = yield* soldRoom
        const { open } = yield* recordsOf(room.id)
        assert(open?.type === "open")
        assert.deepStrictEqual(open.beacon, { chainHash: hash, round: 0 })
        assert.deepStrictEqual((yield* drawAt(room.id)).beacon, open.beacon)
        assert.strictEqual(yield* verdict(room.id), "PENDING OPEN")
        yield* auditClean

        const locked = yield* startDraw(host, room)
        const { lock } = yield* recordsOf(room.id)
        assert(lock?.type === "lock")
        assert.strictEqual(lock.draws, lock.locked + beaconDelayMillis)
        assert.strictEqual(locked.drawAt, lock.draws)
        yield* roundOf(room.id)
        assert.strictEqual(yield* refusedAs(executeDraw(host, room)), "WrongState")
        yield* assertWaits(room.id)
      })
    )

    it(
      "in a room is refused to its host until the round is there; the server draws as soon as it is",
      Effect.gen(function*() {
        const { host, members, room } = yield* soldRoom
        yield* startDraw(host, room)
        yield* advance(beaconDelayMillis)
        yield* assertWaits(room.id)
        for (const asked of [1, 2]) {
          assert.strictEqual(yield* refusedAs(executeDraw(host, room)), "BeaconPending", `asked ${asked} times`)
          assert.strictEqual((yield* roomNow(room)).status, "locked")
          yield* assertWaits(room.id)
        }
        yield* appear(room.id)
        assert.isTrue(yield* isDue(room.id))
        yield* catchUp
        assert.strictEqual((yield* roomNow(room)).status, "drawn")
        yield* assertDrawn(room.id, members)
      })
    )

    it(
      "in a room is its host's once the round is there, until a day after the lock",
      Effect.gen(function*() {
        const { host, members, room } = yield* soldRoom
        yield* startDraw(host, room)
        yield* advance(beaconDelayMillis)
        yield* appear(room.id)
        yield* catchUp
        assert.isFalse(yield* isDue(room.id))
        assert.strictEqual((yield* roomNow(room)).status, "locked")
        const drawn = yield* executeDraw(host, room)
        assert.strictEqual(drawn.status, "drawn")
        assert.deepStrictEqual(yield* executeDraw(host, room), drawn)
        yield* assertDrawn(room.id, members)
      })
    )

    it(
      "in a room waits for its round though its host named a time, or never comes back",
      Effect.gen(function*() {
        const { host, members, room } = yield* soldRoom
        const at = yield* inMillis(drawAheadMillisMax)
        assert.strictEqual((yield* startDraw(host, room, at)).drawAt, at)
        yield* advance(2 * drawAheadMillisMax)
        yield* assertWaits(room.id)
        yield* appear(room.id)
        yield* catchUp
        yield* assertDrawn(room.id, members)
      })
    )

    it(
      "in a room is drawn once, however many ask for it as the round appears",
      Effect.gen(function*() {
        const { host, members, room } = yield* soldRoom
        yield* startDraw(host, room)
        yield* advance(beaconDelayMillis)
        const settle = { drawId: room.id, step: "settle", dueAt: yield* inMillis(0) } as const
        const [answers] = yield* Effect.all([
          times(10, roomAnswer(executeDraw(host, room))),
          times(5, Draws.use(({ perform }) => perform(settle))),
          appear(room.id)
        ], { concurrency: "unbounded" })
        for (const answer of answers) {
          if (Result.isFailure(answer)) assert.strictEqual(answer.failure._tag, "BeaconPending")
          else assert.strictEqual(answer.success.status, "drawn")
        }
        yield* catchUp
        // none of the ten may have come before the round: then it is the host's still
        yield* executeDraw(host, room)
        yield* assertDrawn(room.id, members)
      })
    )

    it(
      "of a day names its round a week ahead, and waits for it once it is locked",
      Effect.gen(function*() {
        const ada = yield* fundedPlayer("ada", dollars(5))
        const draw = yield* openSales
        yield* buy(ada, 1)
        const { open } = yield* recordsOf(draw.id)
        assert(open?.type === "open")
        const due = present(draw.closesAt) + beaconDelayMillis
        assert.deepStrictEqual(open.beacon, { chainHash: hash, round: roundFor(chain, due) })
        yield* advancePast(draw)
        yield* catchUp
        assert.strictEqual((yield* drawAt(draw.id)).drawsAt, due)
        yield* advance(beaconDelayMillis + 60_000)
        yield* assertWaits(draw.id)
        yield* appear(draw.id)
        assert.isTrue(yield* isDue(draw.id))
        yield* catchUp
        yield* assertDrawn(draw.id, [ada])
      })
    )
  })
