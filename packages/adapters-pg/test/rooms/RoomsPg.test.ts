/** Rooms where many act at once, through three nodes with clients of their own on one database. */
import { Draws } from "@ddd/core/ports/Draws"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Rooms } from "@ddd/core/ports/Rooms"
import type { Room } from "@ddd/core/rooms/Room"
import type { DrawId, UserId } from "@ddd/core/values/Ids"
import {
  buyForAll,
  buyInRoom,
  closeRoom,
  executeDraw,
  joinRoom,
  makeRoom,
  roomNow,
  roomOf,
  roomRefusal,
  startDraw
} from "@ddd/sim/scenario/RoomSteps"
import { auditClean, catchUp, dollars, fundedPlayer, present, signUp, together } from "@ddd/sim/scenario/Steps"
import { World } from "@ddd/sim/World"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, type Scope } from "effect"
import { session } from "../../src/database/Provision.ts"
import * as Ports from "../../src/Ports.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgProxy from "../support/PgProxy.ts"
import * as PgWorld from "../support/PgWorld.ts"

const nodesCount = 3

/** The ports of a node with a client of its own. */
const node = Effect.map(
  Layer.build(Layer.fresh(Ports.layer().pipe(Layer.provide(PgWorld.keys), Layer.provide(PgWorld.app)))),
  (ports) => <A, E>(effect: Effect.Effect<A, E, Rooms | Draws>) => Effect.provide(effect, ports)
)

/** Runs the effects at the same time, one after the other on another node. */
const spread = Effect.fnUntraced(function*<A, E>(effects: ReadonlyArray<Effect.Effect<A, E, Rooms | Draws>>) {
  const nodes = yield* Effect.all(Array.from({ length: nodesCount }, () => node))
  return yield* together(effects.map((effect, index) => Effect.exit(present(nodes[index % nodesCount])(effect))))
})

const test = <E>(
  name: string,
  body: Effect.Effect<
    void,
    E,
    Rooms | Draws | Ledger | World | TestDatabase | Scope.Scope | Layer.Success<typeof world>
  >
) => it.live(name, () => body.pipe(Effect.scoped, Effect.provide(world)), 120_000)

const world = PgWorld.layer()

/** Why the effects failed, each in a word, sorted; defects are none of them. */
const refusals = <A, E>(exits: ReadonlyArray<Exit.Exit<A, E>>) =>
  exits.filter(Exit.isFailure).map(({ cause }) =>
    cause.reasons.map((reason) => {
      if (reason._tag !== "Fail") return assert.fail(String(cause))
      const error: unknown = reason.error
      return typeof error === "object" && error !== null && "refusal" in error &&
          typeof error.refusal === "object" && error.refusal !== null && "_tag" in error.refusal
        ? error.refusal._tag
        : error
    })
  ).flat()

const all = (word: string, each: ReadonlyArray<unknown>) => each.map(() => word)

const players = (count: number, amount = dollars(2)) =>
  Effect.forEach(Array.from({ length: count }), (_, index) => fundedPlayer(`player${index}`, amount))

const balanceOf = (userId: UserId) =>
  Ledger.use((ledger) => Effect.map(ledger.wallet(userId), ({ balance }) => balance))

/** A room of a funded host, in it as many guests as that. */
const funded = Effect.fnUntraced(function*(guests: number) {
  const everybody = yield* players(guests + 1)
  const [host = assert.fail("nobody hosts"), ...others] = everybody
  return { room: yield* roomOf([host, ...others]), host, others, everybody }
})

/** How many tickets, refunds and prizes a room's draw has, counted in the tables. */
const counted = Effect.fnUntraced(function*(id: DrawId) {
  const sql = yield* session((yield* TestDatabase).owner)
  const [row] = yield* sql<{ readonly tickets: number; readonly refunds: number; readonly prizes: number }>`
    SELECT (SELECT count(*) FROM tickets WHERE draw_id = ${id}::uuid)::int AS tickets,
      count(*) FILTER (WHERE type = 'refund')::int AS refunds, count(*) FILTER (WHERE type = 'prize_win')::int AS prizes
    FROM transactions WHERE counter_account = ${`draw:${id}`}`
  return present(row)
})

describe("a room that many want something of at once", () => {
  test(
    "gives its last place to one of a hundred",
    Effect.gen(function*() {
      const host = yield* signUp("host")
      const room = yield* makeRoom(host, 2)
      const joiners = yield* players(100)
      const exits = yield* spread(joiners.map((joiner) => joinRoom(joiner, room)))
      assert.deepStrictEqual(refusals(exits), all("RoomFull", exits.slice(1)))
      const { participants, status } = yield* roomNow(room)
      assert.strictEqual(participants.length, 2)
      assert.strictEqual(status, "open")
      yield* auditClean
    })
  )

  test(
    "lets a player in once who knocks fifty times",
    Effect.gen(function*() {
      const { room } = yield* funded(0)
      const eve = yield* signUp("eve")
      const exits = yield* spread(Array.from({ length: 50 }, () => joinRoom(eve, room)))
      assert.deepStrictEqual(refusals(exits), all("AlreadyMember", exits.slice(1)))
      assert.strictEqual((yield* roomNow(room)).participants.length, 2)
      yield* auditClean
    })
  )

  test(
    "sells a member one ticket who presses fifty times",
    Effect.gen(function*() {
      const { host, room } = yield* funded(0)
      const exits = yield* spread(Array.from({ length: 50 }, () => buyInRoom(host, room)))
      assert.deepStrictEqual(refusals(exits), all("AlreadyHasTicket", exits.slice(1)))
      assert.strictEqual(yield* balanceOf(host), dollars(1))
      assert.deepStrictEqual(yield* counted(room.id), { tickets: 1, refunds: 0, prizes: 0 })
      yield* auditClean
    })
  )

  test(
    "answers fifty presses under one key with one ticket and one room",
    Effect.gen(function*() {
      const { host, others, room } = yield* funded(3)
      yield* Effect.forEach(others, (guest) => buyInRoom(guest, room))
      const exits = yield* spread(Array.from({ length: 50 }, () => buyInRoom(host, room, { key: "k" })))
      assert.deepStrictEqual(refusals(exits), [])
      const receipts = exits.filter(Exit.isSuccess).map(({ value }) => value)
      const [first = assert.fail("nothing was bought")] = receipts
      assert.strictEqual(receipts.filter(({ replayed }) => !replayed).length, 1)
      for (const receipt of receipts) assert.deepStrictEqual({ ...receipt, replayed: first.replayed }, first)
      assert.strictEqual(first.room.prizePool, 380n)
      // the room as it was then, whatever became of it
      yield* startDraw(room.hostId, room)
      yield* executeDraw(room.hostId, room)
      assert.deepStrictEqual({ ...(yield* buyInRoom(host, room, { key: "k" })), replayed: first.replayed }, first)
      yield* auditClean
    })
  )

  test(
    "counts in its lock record what it sold, and sells nothing after it",
    Effect.gen(function*() {
      const { everybody, room } = yield* funded(30)
      const [early, late] = [everybody.slice(0, 2), everybody.slice(2)]
      yield* buyForAll(early, room)
      const half = late.length / 2
      const purchases: ReadonlyArray<Effect.Effect<unknown, unknown, Rooms>> = late.map((member) =>
        buyInRoom(member, room)
      )
      const exits = yield* spread([...purchases.slice(0, half), startDraw(room.hostId, room), ...purchases.slice(half)])
      const { tickets } = yield* counted(room.id)
      assert.strictEqual(exits.filter(Exit.isSuccess).length, tickets - early.length + 1)
      assert.deepStrictEqual(refusals(exits), all("DrawClosed", everybody.slice(tickets)))
      const notes = present(yield* Draws.use((draws) => draws.notes(room.id)))
      assert.include(present(notes.lock).split("\n"), `entries ${tickets}`)
      yield* executeDraw(room.hostId, room)
      yield* auditClean
    })
  )

  test(
    "lets nobody in after its lock",
    Effect.gen(function*() {
      const { everybody, room } = yield* funded(1)
      yield* buyForAll(everybody, room)
      const joiners = yield* Effect.forEach(Array.from({ length: 40 }), (_, index) => signUp(`joiner${index}`))
      const joins: ReadonlyArray<Effect.Effect<unknown, unknown, Rooms>> = joiners.map((joiner) =>
        joinRoom(joiner, room)
      )
      const exits = yield* spread([...joins.slice(0, 20), startDraw(room.hostId, room), ...joins.slice(20)])
      const { participants, status } = yield* roomNow(room)
      assert.strictEqual(status, "locked")
      const cameIn = participants.length - everybody.length
      // those who came in, and the start
      assert.strictEqual(exits.filter(Exit.isSuccess).length, cameIn + 1)
      assert.deepStrictEqual(refusals(exits), all("WrongState", joiners.slice(cameIn)))
      yield* auditClean
    })
  )

  test(
    "gives every price back once, or none, where it is closed while they buy",
    Effect.gen(function*() {
      const { everybody, room } = yield* funded(30)
      const purchases: ReadonlyArray<Effect.Effect<unknown, unknown, Rooms>> = everybody.map((member) =>
        buyInRoom(member, room)
      )
      const exits = yield* spread([
        ...purchases.slice(0, 15),
        closeRoom(room.hostId, room),
        closeRoom(room.hostId, room),
        ...purchases.slice(15)
      ])
      const { refunds, tickets } = yield* counted(room.id)
      assert.strictEqual(refunds, tickets)
      assert.deepStrictEqual(refusals(exits), all("DrawClosed", everybody.slice(tickets)))
      assert.strictEqual((yield* roomNow(room)).status, "closed")
      for (const member of everybody) assert.strictEqual(yield* balanceOf(member), dollars(2))
      const jobs = yield* World.use(({ jobs }) => jobs)
      const told = jobs.flatMap((job) => job._tag === "MailRoomClosed" ? [job.userId] : [])
      const { participants } = yield* roomNow(room)
      const buyers = participants.flatMap(({ hasTicket, userId }) => hasTicket ? [userId] : [])
      assert.sameMembers(told, buyers.filter((id) => id !== room.hostId))
      yield* auditClean
    })
  )

  test(
    "is either closed or started, never both",
    Effect.gen(function*() {
      for (const round of [0, 1, 2, 3, 4, 5]) {
        const members = [
          yield* fundedPlayer(`host${round}`, dollars(1)),
          yield* fundedPlayer(`guest${round}`, dollars(1))
        ] as const
        const room = yield* roomOf(members)
        yield* buyForAll(members, room)
        const both: ReadonlyArray<Effect.Effect<Room, unknown, Rooms>> = [
          closeRoom(room.hostId, room),
          startDraw(room.hostId, room)
        ]
        const exits = yield* spread(round % 2 === 0 ? both : both.toReversed())
        assert.deepStrictEqual(refusals(exits), ["WrongState"])
        const { status } = yield* roomNow(room)
        const { refunds } = yield* counted(room.id)
        assert.deepStrictEqual([status, refunds], status === "closed" ? ["closed", 2] : ["locked", 0])
      }
      yield* auditClean
    })
  )

  test(
    "is drawn once by its host and the clockwork, with one winner and one payment",
    Effect.gen(function*() {
      const { everybody, room } = yield* funded(4)
      yield* Effect.forEach(everybody, (member) => buyInRoom(member, room))
      yield* startDraw(room.hostId, room)
      yield* World.use(({ advance }) => advance(86_400_000))
      const due = (yield* Draws.use((draws) => draws.due)).filter(({ drawId }) => drawId === room.id)
      const settles = due.filter(({ step }) => step === "settle")
      assert.strictEqual(settles.length, 1)
      const clockwork = Draws.use((draws) => Effect.forEach(due, (step) => draws.perform(step)))
      const both: ReadonlyArray<Effect.Effect<unknown, unknown, Rooms | Draws>> = [
        executeDraw(room.hostId, room),
        clockwork
      ]
      const exits = yield* spread(Array.from({ length: 10 }, () => both).flat())
      assert.deepStrictEqual(refusals(exits), [])
      const { status, winnerId } = yield* roomNow(room)
      assert.strictEqual(status, "drawn")
      assert.deepStrictEqual(yield* counted(room.id), { tickets: 5, refunds: 0, prizes: 1 })
      const before = dollars(1)
      const balances = yield* Effect.forEach(everybody, balanceOf)
      assert.deepStrictEqual(balances, everybody.map((member) => member === winnerId ? before + 475n : before))
      yield* catchUp
      yield* auditClean
    })
  )
})

describe("a room", () => {
  test(
    "is neither made nor joined by who is frozen",
    Effect.gen(function*() {
      const { room } = yield* funded(0)
      const eve = yield* signUp("eve")
      yield* World.use(({ freeze }) => freeze(eve))
      assert.strictEqual((yield* Effect.flip(makeRoom(eve)))._tag, "UnknownUser")
      assert.deepStrictEqual(yield* roomRefusal(joinRoom(eve, room)), { _tag: "NoRoom" })
      assert.strictEqual((yield* roomNow(room)).participants.length, 1)
    })
  )
})

describe("a code", () => {
  test(
    "that was given out once is not given out again",
    Effect.gen(function*() {
      const { room } = yield* funded(0)
      yield* closeRoom(room.hostId, room)
      const codes = [room.code, room.code, "AAAAAA"]
      const repeating = Layer.effect(
        Identifiers,
        Effect.map(
          Identifiers,
          ({ newId }) => Identifiers.of({ newId, newRoomCode: () => codes.shift() ?? assert.fail("no more codes") })
        )
      ).pipe(Layer.provide(PgWorld.identifiers))
      const ports = yield* Layer.build(
        Layer.fresh(
          Ports.layer().pipe(Layer.provide(repeating), Layer.provide(PgWorld.keys), Layer.provide(PgWorld.app))
        )
      )
      const { code } = yield* Effect.provide(makeRoom(room.hostId), ports)
      assert.strictEqual(code, "AAAAAA")
      assert.strictEqual((yield* Rooms.use((rooms) => rooms.all({ cursor: null, limit: 10 }))).items.length, 2)
      yield* auditClean
    })
  )
})

describe("a purchase in a room whose connection is lost", () => {
  const proxied = PgWorld.layerOn(PgProxy.app.pipe(Layer.provideMerge(PgProxy.layer)))

  it.live("is answered as sold where it had committed, and answered again the same", () =>
    Effect.gen(function*() {
      const { host, room } = yield* funded(1)
      const proxy = yield* PgProxy.PgProxy
      proxy.cutCommits(["after"])
      const receipt = yield* buyInRoom(host, room, { key: "k" })
      assert.strictEqual(proxy.cutsLeft(), 0)
      assert.isFalse(receipt.replayed)
      assert.deepStrictEqual(receipt.room, yield* roomNow(room))
      assert.deepStrictEqual(yield* buyInRoom(host, room, { key: "k" }), { ...receipt, replayed: true })
      assert.strictEqual(yield* balanceOf(host), dollars(1))
      yield* auditClean
    }).pipe(Effect.provide(proxied)))

  it.live("is unavailable where it had not, and nothing was bought", () =>
    Effect.gen(function*() {
      const { host, room } = yield* funded(1)
      const proxy = yield* PgProxy.PgProxy
      proxy.cutCommits(["before"])
      assert.strictEqual((yield* Effect.flip(buyInRoom(host, room, { key: "k" })))._tag, "Unavailable")
      assert.strictEqual(proxy.cutsLeft(), 0)
      assert.deepStrictEqual(yield* roomNow(room), room)
      assert.isFalse((yield* buyInRoom(host, room, { key: "k" })).replayed)
      yield* auditClean
    }).pipe(Effect.provide(proxied)))
})
