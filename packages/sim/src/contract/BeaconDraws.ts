/**
 * What every adapter of `Draws` and `Rooms` must do where draws wait for a beacon.
 *
 * Over 300 lines: a list of promises, each to be read by itself.
 */
import { abandonAfterMillis, type AbandonReason, earlyVoidAfterMillis } from "@ddd/core/draws/DrawSteps"
import { cents } from "@ddd/core/money/Money"
import { BeaconChains, onlyChain } from "@ddd/core/ports/BeaconChains"
import { type BeaconRelay, BeaconRelays, RelayFailed } from "@ddd/core/ports/BeaconRelays"
import { DrawEvents } from "@ddd/core/ports/DrawEvents"
import { Draws } from "@ddd/core/ports/Draws"
import { Now } from "@ddd/core/ports/Now"
import { Rooms } from "@ddd/core/ports/Rooms"
import { beaconDelayMillis, roundFor, roundTime } from "@ddd/core/proof/Beacon"
import { drawAheadMillisMax } from "@ddd/core/rooms/HostActions"
import type { Room } from "@ddd/core/rooms/Room"
import { toHex } from "@ddd/core/values/Bytes"
import { type DrawId, houseUserId, type UserId } from "@ddd/core/values/Ids"
import * as BeaconRounds from "@ddd/core/work/BeaconRounds"
import { assert } from "@effect/vitest"
import { Effect, Layer, Result, Schedule, Stream } from "effect"
import { chain, hash, signRound } from "../providers/BeaconStandIn.ts"
import { verdictOf } from "../scenario/Bundle.ts"
import { byAnn } from "../scenario/Operators.ts"
import {
  buyInRoom,
  executeDraw,
  inMillis,
  refusedAs,
  roomAnswer,
  roomNow,
  roomOf,
  startDraw
} from "../scenario/RoomSteps.ts"
import {
  advance,
  advancePast,
  auditClean,
  buy,
  catchUp,
  dollars,
  fundedPlayer,
  openSales,
  present,
  readDraw,
  recordIn,
  times,
  together
} from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { historyOf, walletOf } from "./Money.ts"
import { contract, patience, type Subject } from "./Subject.ts"

/** A room of new players of these names, each with a ticket, and its host. */
const soldRoomOf = Effect.fnUntraced(function*(...names: ReadonlyArray<string>) {
  const [host, ...guests] = yield* together(names.map((name) => fundedPlayer(name, dollars(5))))
  assert(host !== undefined)
  const members = [host, ...guests] as const
  const room = yield* roomOf(members)
  yield* together(members.map((member) => buyInRoom(member, room)))
  return { host, members, room }
})

const soldRoom = soldRoomOf("ada", "bob", "eve")

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
  assert.deepStrictEqual((yield* readDraw(id)).beacon, beacon)
  return beacon.round
})

/** The round is there: every draw that waits for it has its signature. */
const appear = Effect.fnUntraced(function*(id: DrawId) {
  const round = yield* roundOf(id)
  assert.isAbove(yield* Draws.use((draws) => draws.storeRound(hash, round, signRound(round))), 0)
})

/** A relay that does as `answer` says when it is asked for a round, and counts how often it is. */
const relayOf = (name: string, answer: (round: number) => Effect.Effect<Uint8Array, string>) => {
  const asked: Array<number> = []
  const relay: BeaconRelay = {
    name,
    signatureOf: (chainHash, round) =>
      Effect.suspend(() => {
        assert.strictEqual(chainHash, hash)
        asked.push(round)
        return Effect.mapError(answer(round), (message) => new RelayFailed({ relay: name, message }))
      })
  }
  return { relay, asked }
}

const honest = () => relayOf("honest", (round) => Effect.succeed(signRound(round)))
const down = () => relayOf("down", () => Effect.fail("it is down"))

/** Fetches what is due from these relays; gives the rounds that were stored and those that are missing. */
const fetchFrom = (...relays: ReadonlyArray<{ readonly relay: BeaconRelay }>) =>
  BeaconRounds.fetchDue().pipe(
    Effect.provideService(BeaconRelays, relays.map(({ relay }) => relay)),
    Effect.provideServiceEffect(Now, World.useSync(({ now }) => Now.of({ now }))),
    Effect.map(({ missing, stored }) => ({
      stored: stored.map(({ round }) => round),
      missing: missing.map(({ round }) => round),
      why: missing.map(({ why }) => why).join()
    }))
  )

const awaited = Draws.use((draws) => draws.awaitedRounds)

/** Moves the clock to when the round is due that a locked draw waits for. */
const advanceToRound = Effect.fnUntraced(function*(id: DrawId) {
  const due = roundTime(chain, yield* roundOf(id))
  yield* advance(Math.max(0, due - (yield* inMillis(0))))
})

/** Void for this reason: the record says why and reveals the seed, where there is one; each ticket's price came back once. */
const assertVoid = Effect.fnUntraced(function*(
  id: DrawId,
  holders: ReadonlyArray<UserId>,
  reason: "beacon" | "seed"
) {
  const draw = yield* readDraw(id)
  assert.strictEqual(draw.status, "void")
  const { result } = yield* recordsOf(id)
  assert(result?.type === "void")
  assert.deepStrictEqual([result.reason, result.refund], [reason, cents(100n * BigInt(holders.length))])
  assert.strictEqual(result.seed === null, reason === "seed")
  assert.isNotNull(result.lock)
  assert.strictEqual(yield* verdict(id), "VOID")
  const refunds = (yield* Effect.forEach(holders, historyOf)).map((own) => own.filter(([type]) => type === "refund"))
  assert.deepStrictEqual(refunds, holders.map(() => [["refund", dollars(1), "completed"]]))
  assert.strictEqual((yield* walletOf(houseUserId)).balance, cents(0n))
  const told = (yield* World.use(({ jobs }) => jobs)).flatMap((job) =>
    (job._tag === "MailRoomClosed" || job._tag === "MailDrawVoid") && job.drawId === id ? [job.userId] : []
  )
  assert.sameMembers(told, [...holders])
  yield* auditClean
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
  const draw = yield* readDraw(id)
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
    layer: Layer.provideMerge(subject.layer, Layer.succeed(BeaconChains, onlyChain(chain)))
  }, (it) => {
    it(
      "in a room names its chain when it opens, and its round when it locks, half a minute before anybody knows it",
      Effect.gen(function*() {
        const { host, room } = yield* soldRoom
        const { open } = yield* recordsOf(room.id)
        assert(open?.type === "open")
        assert.deepStrictEqual(open.beacon, { chainHash: hash, round: 0 })
        assert.deepStrictEqual((yield* readDraw(room.id)).beacon, open.beacon)
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
      "is told of once its round is there, with the signature that can be read then, and its room has another mark",
      Effect.gen(function*() {
        const { host, room } = yield* soldRoom
        yield* startDraw(host, room)
        yield* advance(beaconDelayMillis)
        const heard: Array<string | null> = []
        const events = yield* DrawEvents
        yield* events.changes.pipe(
          Stream.runForEach((change) =>
            Effect.gen(function*() {
              if (change._tag === "Status" && change.drawId === room.id) {
                heard.push(present(yield* Draws.use((draws) => draws.proof(room.id))).beaconSignature)
              }
            })
          ),
          Effect.forkScoped({ startImmediately: true })
        )
        const marks = Rooms.use((rooms) => rooms.marks([room.id]))
        const before = yield* marks
        assert.isNull(present(yield* Draws.use((draws) => draws.proof(room.id))).beaconSignature)
        yield* appear(room.id)
        assert.notDeepEqual(yield* marks, before)
        const signature = toHex(signRound(yield* roundOf(room.id)))
        yield* Effect.sync(() => heard.includes(signature)).pipe(
          Effect.repeat({ until: (isTold) => isTold, schedule: Schedule.spaced("10 millis") }),
          Effect.timeoutOrElse({
            duration: patience,
            orElse: () => Effect.sync(() => assert.fail("nobody told of the round"))
          })
        )
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
        assert.strictEqual((yield* readDraw(draw.id)).drawAt, due)
        yield* advance(beaconDelayMillis + 60_000)
        yield* assertWaits(draw.id)
        yield* appear(draw.id)
        assert.isTrue(yield* isDue(draw.id))
        yield* catchUp
        yield* assertDrawn(draw.id, [ada])
      })
    )

    it(
      "has its round fetched once that is due, with every other draw that waits for the same",
      Effect.gen(function*() {
        const [one, other] = [yield* soldRoom, yield* soldRoomOf("fay", "gus")]
        const at = yield* inMillis(60_000)
        yield* startDraw(one.host, one.room, at)
        yield* startDraw(other.host, other.room, at)
        const round = yield* roundOf(one.room.id)
        const relay = honest()
        assert.deepStrictEqual(yield* awaited, [])
        assert.deepStrictEqual(yield* fetchFrom(relay), { stored: [], missing: [], why: "" })
        yield* advanceToRound(one.room.id)
        const [awaitedNow] = yield* awaited
        assert.deepStrictEqual([awaitedNow?.chainHash, awaitedNow?.round], [hash, round])
        assert.sameMembers([...present(awaitedNow).drawIds], [one.room.id, other.room.id])
        assert.deepStrictEqual(yield* fetchFrom(relay), { stored: [round], missing: [], why: "" })
        assert.deepStrictEqual(relay.asked, [round])
        assert.deepStrictEqual(yield* awaited, [])
        yield* catchUp
        for (const { room } of [one, other]) assert.strictEqual((yield* roomNow(room)).status, "drawn")
        assert.strictEqual(yield* Draws.use((draws) => draws.storeRound(hash, round, signRound(round))), 0)
      })
    )

    it(
      "is decided by the round's own signature, however many relays lie, fail or say nothing",
      Effect.gen(function*() {
        const { host, members, room } = yield* soldRoom
        yield* startDraw(host, room)
        yield* advanceToRound(room.id)
        const round = yield* roundOf(room.id)
        const liars = [
          relayOf("next round", (asked) => Effect.succeed(signRound(asked + 1))),
          relayOf("no point", () => Effect.succeed(new Uint8Array(48))),
          relayOf("too short", () => Effect.succeed(new Uint8Array(0)))
        ]
        const lied = yield* fetchFrom(...liars, down())
        assert.deepStrictEqual([lied.stored, lied.missing], [[], [round]])
        for (const name of ["next round", "no point", "too short", "it is down"]) assert.include(lied.why, name)
        yield* assertWaits(room.id)
        const silent = relayOf("silent", () => Effect.never)
        const [first, second] = [honest(), honest()]
        assert.deepStrictEqual((yield* fetchFrom(...liars, silent, first, second)).stored, [round])
        assert.deepStrictEqual([silent.asked, first.asked, second.asked], [[round], [round], []])
        yield* executeDraw(host, room)
        yield* assertDrawn(room.id, members)
      })
    )

    it(
      "waits for a round that is ten minutes late, and takes no other",
      Effect.gen(function*() {
        const ada = yield* fundedPlayer("ada", dollars(5))
        const draw = yield* openSales
        yield* buy(ada, 1)
        yield* advancePast(draw)
        yield* catchUp
        const round = yield* roundOf(draw.id)
        yield* advanceToRound(draw.id)
        for (let minute = 0; minute < 10; minute++) {
          assert.deepStrictEqual((yield* fetchFrom(down())).missing, [round])
          yield* advance(60_000)
        }
        yield* assertWaits(draw.id)
        assert.deepStrictEqual((yield* fetchFrom(honest())).stored, [round])
        yield* catchUp
        yield* assertDrawn(draw.id, [ada])
      })
    )

    it(
      "is void, with every ticket's price given back once, where its round is not there after a week",
      Effect.gen(function*() {
        const { host, members, room } = yield* soldRoom
        const draw = yield* openSales
        yield* startDraw(host, room)
        const round = yield* roundOf(room.id)
        const due = present((yield* readDraw(room.id)).drawAt) + abandonAfterMillis
        yield* advance(due - 60_000 - (yield* inMillis(0)))
        yield* assertWaits(room.id)
        const abandon = { drawId: room.id, step: "abandon", reason: "beacon", dueAt: yield* inMillis(0) } as const
        assert.isFalse(yield* Draws.use(({ perform }) => perform(abandon)))
        yield* advance(60_000)
        // it is for whoever has asked in vain
        yield* catchUp
        assert.strictEqual((yield* roomNow(room)).status, "locked")
        const done = yield* Draws.use(({ perform }) => times(5, perform(abandon)))
        assert.strictEqual(done.filter((did) => did).length, 1)
        yield* assertVoid(room.id, members, "beacon")
        // it came in the end: too late
        assert.strictEqual(yield* Draws.use((draws) => draws.storeRound(hash, round, signRound(round))), 0)
        assert.isFalse((yield* awaited).some(({ drawIds }) => drawIds.includes(room.id)))
        yield* catchUp
        yield* assertVoid(room.id, members, "beacon")
        // nobody had entered
        assert.strictEqual((yield* readDraw(draw.id)).status, "locked")
        yield* advance(86_400_000)
        assert.isTrue(yield* Draws.use(({ perform }) => perform({ ...abandon, drawId: draw.id })))
        yield* assertVoid(draw.id, [], "beacon")
      })
    )

    it(
      "is void a day after it was due where an operator says that its chain is retired, who is kept with it, and not where the round is there",
      Effect.gen(function*() {
        const [retired, other] = [yield* soldRoom, yield* soldRoomOf("fay", "gus")]
        for (const { host, room } of [retired, other]) {
          yield* startDraw(host, room)
          yield* advance(60_000)
        }
        const declare = (id: DrawId) =>
          Effect.gen(function*() {
            const step = { drawId: id, step: "abandon", reason: "retired", by: byAnn } as const
            const dueAt = yield* inMillis(0)
            return yield* Draws.use(({ perform }) => perform({ ...step, dueAt }))
          })
        assert.isFalse(yield* declare(retired.room.id))
        yield* advance(earlyVoidAfterMillis)
        // a server still follows it
        yield* catchUp
        assert.isFalse(yield* declare(retired.room.id))
        assert.isNotNull(yield* Draws.use((draws) => draws.chainFollowedAt(hash)))
        yield* advance(earlyVoidAfterMillis)
        yield* appear(other.room.id)
        assert.isFalse(yield* declare(other.room.id))
        assert.isNull(yield* Draws.use((draws) => draws.voidedEarly(retired.room.id)))
        const at = yield* inMillis(0)
        assert.isTrue(yield* declare(retired.room.id))
        assert.isFalse(yield* declare(retired.room.id))
        yield* assertVoid(retired.room.id, retired.members, "beacon")
        const kept = present(yield* Draws.use((draws) => draws.voidedEarly(retired.room.id)))
        assert.strictEqual(kept.by, byAnn.operator)
        assert.isAtLeast(kept.at, at)
        yield* catchUp
        assert.strictEqual((yield* roomNow(other.room)).status, "drawn")
        assert.isNull(yield* Draws.use((draws) => draws.voidedEarly(other.room.id)))
      })
    )

    it(
      "is void where its seed cannot be opened for a week, during which the key may be found",
      Effect.gen(function*() {
        const { host, members, room } = yield* soldRoom
        yield* startDraw(host, room)
        yield* advanceToRound(room.id)
        yield* fetchFrom(honest())
        yield* World.use((world) => world.loseSeed(room.id))
        const settle = { drawId: room.id, step: "settle", dueAt: yield* inMillis(0) } as const
        const abandon = Draws.use((draws) => draws.perform({ ...settle, step: "abandon", reason: "seed" }))
        for (const wait of [2 * drawAheadMillisMax, abandonAfterMillis]) {
          assert.isFalse(yield* abandon)
          yield* advance(wait)
          const refused = yield* Draws.use((draws) => Effect.result(draws.perform(settle)))
          assert(Result.isFailure(refused))
          assert.strictEqual(refused.failure._tag, "StepFailed")
          assert.strictEqual((yield* readDraw(room.id)).status, "locked")
          yield* auditClean
        }
        assert.isTrue(yield* abandon)
        assert.isFalse(yield* abandon)
        yield* assertVoid(room.id, members, "seed")
      })
    )

    it(
      "is given up for nothing but what was tried in vain",
      Effect.gen(function*() {
        const { host, room } = yield* soldRoom
        yield* startDraw(host, room)
        yield* advanceToRound(room.id)
        yield* advance(2 * abandonAfterMillis)
        yield* World.use((world) => world.loseSeed(room.id))
        const abandon = { drawId: room.id, step: "abandon", dueAt: yield* inMillis(0) } as const
        const abandonFor = (reason: AbandonReason) => Draws.use(({ perform }) => perform({ ...abandon, reason }))
        // the seed was not asked for yet: it waits for the round
        assert.isFalse(yield* abandonFor("seed"))
        yield* fetchFrom(honest())
        // the round is there: a process with the key may open the seed
        assert.isFalse(yield* abandonFor("beacon"))
        assert.strictEqual((yield* readDraw(room.id)).status, "locked")
        yield* auditClean
      })
    )

    it(
      "is not given up, however long it waited, where it can be decided",
      Effect.gen(function*() {
        const { host, members, room } = yield* soldRoom
        yield* startDraw(host, room)
        yield* advanceToRound(room.id)
        yield* advance(2 * abandonAfterMillis)
        assert.deepStrictEqual((yield* fetchFrom(honest())).missing, [])
        const abandon = { drawId: room.id, step: "abandon", dueAt: yield* inMillis(0) } as const
        const abandonEither = Effect.forEach(
          ["beacon", "seed"] as const,
          (reason) => Draws.use(({ perform }) => perform({ ...abandon, reason }))
        )
        assert.deepStrictEqual(yield* abandonEither, [false, false])
        yield* catchUp
        yield* assertDrawn(room.id, members)
        assert.deepStrictEqual(yield* abandonEither, [false, false])
      })
    )
  })
