import { operatorOrigin } from "@ddd/core/accounts/SecurityEvent"
import { decidingRound } from "@ddd/core/draws/DecidingRound"
import { cents } from "@ddd/core/money/Money"
import { BeaconChains, onlyChain } from "@ddd/core/ports/BeaconChains"
import { DrawEvents } from "@ddd/core/ports/DrawEvents"
import { Draws } from "@ddd/core/ports/Draws"
import { Rooms } from "@ddd/core/ports/Rooms"
import { Sales } from "@ddd/core/ports/Sales"
import { Sessions } from "@ddd/core/ports/Sessions"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { fromHex, toHex } from "@ddd/core/values/Bytes"
import { formatInstant, instant } from "@ddd/core/values/Instant"
import { chain, signRound } from "@ddd/sim/providers/BeaconStandIn"
import { World } from "@ddd/sim/World"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Queue, Redacted, Stream } from "effect"
import { type LiveChange, LiveSource } from "../../src/live/LiveSource.ts"
import * as LiveSourceFromPorts from "../../src/live/LiveSourceFromPorts.ts"
import { makePlayer, ports, runDue } from "../support/Server.ts"

const world = LiveSourceFromPorts.layer({ withdrawDeposits: false }).pipe(Layer.provideMerge(ports))

describe("LiveSourceFromPorts", () => {
  it.effect("shows the draw on sale, and null where there is none", () =>
    Effect.gen(function*() {
      const source = yield* LiveSource
      const player = yield* makePlayer(cents(500n))
      const sales = yield* Sales
      const { draw } = yield* sales.purchase({ userId: player.id, quantity: 2, drawId: null, idempotency: null })
      assert.deepStrictEqual(yield* source.drawUpdate, { drawId: draw.id, prizePool: "1.90", totalEntries: 2 })
      yield* (yield* World).advance(30 * 86_400_000)
      assert.isNull(yield* source.drawUpdate)
    }).pipe(Effect.provide(world)))

  it.effect("tells first where things stand, then what happens, each with what is known by then", () =>
    Effect.gen(function*() {
      const source = yield* LiveSource
      const player = yield* makePlayer(cents(500n))
      const changes = yield* Queue.unbounded<string>()
      const details = new Map<string, unknown>()
      const listening = yield* source.changes.pipe(
        Stream.runForEach((change) => {
          const name = change._tag === "DrawStatus" ? change.status : change._tag
          details.set(name, change)
          return Queue.offer(changes, name)
        }),
        Effect.forkChild({ startImmediately: true })
      )
      assert.strictEqual(yield* Queue.take(changes), "open")
      const { draw } = yield* (yield* Sales).purchase({
        userId: player.id,
        quantity: 1,
        drawId: null,
        idempotency: null
      })
      assert.strictEqual(yield* Queue.take(changes), "DrawSold")

      yield* (yield* World).advance(86_400_000)
      yield* runDue
      const heard = yield* Effect.forEach([1, 2, 3], () => Queue.take(changes))
      assert.include(heard, "drawn")
      const drawn = details.get("drawn") as Record<string, unknown>
      assert.deepInclude(drawn, { drawId: draw.id, winningPosition: 1, prizeAmount: "0.95" })
      assert.isString(drawn["winningTicketId"])
      yield* Fiber.interrupt(listening)
    }).pipe(Effect.provide(world)))

  it.effect("names the round that decides a locked draw or room, tells its signature once it is there, and the seed once it is drawn", () =>
    Effect.gen(function*() {
      const source = yield* LiveSource
      const draws = yield* Draws
      const rooms = yield* Rooms
      const { advance, now } = yield* World
      const [host, guest] = [yield* makePlayer(cents(500n)), yield* makePlayer(cents(500n))]
      const { draw: { id } } = yield* (yield* Sales).purchase({
        userId: host.id,
        quantity: 1,
        drawId: null,
        idempotency: null
      })
      const room = yield* rooms.create({ hostId: host.id, name: "Friday", maxParticipants: 2 })
      yield* rooms.join({ userId: guest.id, room: room.id, code: room.code })
      for (const { id: userId } of [host, guest]) yield* rooms.purchase({ userId, room: room.id, idempotency: null })
      const told: Array<LiveChange> = []
      yield* source.changes.pipe(
        Stream.runForEach((change) => Effect.sync(() => told.push(change))),
        Effect.forkScoped({ startImmediately: true })
      )
      /** What was told last of the draw, once that is as it is to be. */
      const last = (is: (change: Extract<LiveChange, { readonly _tag: "DrawStatus" }>) => boolean) =>
        Effect.yieldNow.pipe(
          Effect.map(() =>
            told.flatMap((change) => change._tag === "DrawStatus" && change.drawId === id ? [change] : []).at(-1)
          ),
          Effect.repeat({ until: (change) => change !== undefined && is(change), times: 10_000 }),
          Effect.map((change) => change ?? assert.fail("nothing was told of the draw"))
        )
      const inRoom = Effect.map(source.roomUpdate(room.id), (update) => update ?? assert.fail("the room is there"))
      const roundOf = (lock: string) => {
        const deciding = decidingRound(lock, chain) ?? assert.fail("the lock names a round")
        const { chainHash, known, round } = deciding
        return {
          round: { chainHash, round, time: formatInstant(known?.time ?? assert.fail("the chain is known")), chain },
          signature: toHex(signRound(round))
        }
      }

      yield* rooms.start({ userId: host.id, room: room.id, drawAt: instant((yield* now) + 86_400_000) })
      yield* advance(86_400_000)
      yield* runDue
      const locked = yield* last(({ status }) => status === "locked")
      assert.strictEqual(locked?.status, "locked")
      assert.strictEqual(locked.lock, (yield* draws.notes(id))?.lock)
      const daily = roundOf(locked.lock ?? "")
      assert.deepStrictEqual(locked.round, daily.round)
      assert.isUndefined(locked.signature)
      const waiting = yield* inRoom
      const ofRoom = roundOf(waiting.lock ?? "")
      assert.deepStrictEqual(waiting.round, ofRoom.round)
      assert.isUndefined(waiting.signature)

      yield* advance(3_600_000)
      for (const { round, signature } of [daily, ofRoom]) {
        yield* draws.storeRound(round.chainHash, round.round, fromHex(signature, 48) ?? assert.fail("48 bytes"))
      }
      const signed = yield* last(({ signature }) => signature !== undefined)
      assert.deepStrictEqual(signed, { ...locked, signature: daily.signature })
      assert.deepStrictEqual(yield* inRoom, { ...waiting, signature: ofRoom.signature })

      yield* runDue
      const draw = (yield* draws.byId(id)) ?? assert.fail("the draw is there")
      const { lock: _, ...kept } = locked
      assert.deepStrictEqual(yield* last(({ status }) => status === "drawn"), {
        ...kept,
        status: "drawn",
        signature: daily.signature,
        seed: draw.seed ?? "",
        winningPosition: 1,
        winningTicketId: draw.winningTicketId ?? "",
        prizeAmount: "0.95"
      })
      const { seed, winnerId, winningPosition } = (yield* rooms.byId(room.id)) ?? assert.fail("the room is there")
      assert.deepStrictEqual(yield* inRoom, {
        ...waiting,
        status: "drawn",
        signature: ofRoom.signature,
        seed: seed ?? "",
        winnerId: winnerId ?? "",
        winningPosition: winningPosition ?? 0
      })
    }).pipe(
      Effect.provide(
        LiveSourceFromPorts.layer({ withdrawDeposits: false }).pipe(
          Layer.provideMerge(Layer.provideMerge(ports, Layer.succeed(BeaconChains, onlyChain(chain))))
        )
      )
    ))

  it.effect("shows a room as far as it has come, to its members, and says nothing of its draw in public", () =>
    Effect.gen(function*() {
      const source = yield* LiveSource
      const rooms = yield* Rooms
      const [host, guest] = [yield* makePlayer(cents(500n)), yield* makePlayer(cents(500n))]
      const changes = yield* Queue.unbounded<LiveChange>()
      const hearing = yield* source.changes.pipe(
        Stream.runForEach((change) => Queue.offer(changes, change)),
        Effect.forkChild({ startImmediately: true })
      )
      assert.strictEqual((yield* Queue.take(changes))._tag, "DrawStatus") // the draw now on sale
      const { code, createdAt, id } = yield* rooms.create({ hostId: host.id, name: "Friday", maxParticipants: 2 })
      const asHost = { userId: host.id, room: id }
      const asGuest = { userId: guest.id, room: id }
      assert.isTrue(yield* source.isMember(id, host.id))
      assert.isFalse(yield* source.isMember(id, guest.id))
      yield* rooms.join({ ...asGuest, code })
      assert.isTrue(yield* source.isMember(id, guest.id))
      yield* rooms.leave(asGuest)
      assert.isFalse(yield* source.isMember(id, guest.id))
      yield* rooms.purchase({ ...asHost, idempotency: null })
      const participants = [{
        userId: host.id,
        username: host.username,
        hasTicket: true,
        ticketPosition: 1,
        joinedAt: formatInstant(createdAt)
      }]
      const open = { roomId: id, prizePool: "0.95", participants }
      assert.deepStrictEqual(yield* source.roomUpdate(id), open)
      yield* rooms.join({ ...asGuest, code })
      yield* rooms.purchase({ ...asGuest, idempotency: null })
      const sold = (yield* source.roomUpdate(id)) ?? assert.fail("the room is there")
      assert.deepInclude(sold, { prizePool: "1.90" })
      yield* rooms.start({ ...asHost, drawAt: null })
      const lock = (yield* (yield* Draws).notes(id))?.lock ?? ""
      assert.include(lock, "ddd/lock/v1")
      assert.deepStrictEqual(yield* source.roomUpdate(id), { ...sold, status: "locked", lock })
      const { seed, winnerId, winningPosition } = yield* rooms.execute(asHost)
      assert.deepStrictEqual(yield* source.roomUpdate(id), {
        ...sold,
        status: "drawn",
        seed: seed ?? "",
        winnerId: winnerId ?? "",
        winningPosition: winningPosition ?? 0,
        lock
      })
      assert.isNull(yield* source.roomUpdate(guest.id))

      const closed = yield* rooms.create({ hostId: host.id, name: "Saturday", maxParticipants: 2 })
      yield* rooms.close({ userId: host.id, room: closed.id })
      const { status } = (yield* source.roomUpdate(closed.id)) ?? {}
      assert.strictEqual(status, "closed")

      const told = new Set<string>()
      for (let last = ""; last !== closed.id;) {
        const change = yield* Queue.take(changes)
        if (change._tag === "RoomChanged") last = change.roomId
        told.add(change._tag)
      }
      assert.deepStrictEqual(told, new Set(["RoomChanged", "DrawSold"]))
      yield* Fiber.interrupt(hearing)
    }).pipe(Effect.provide(world)))

  it.effect("tells again where things stand when changes may have been missed", () =>
    Effect.gen(function*() {
      const source = yield* LiveSource
      const told = yield* source.changes.pipe(Stream.take(2), Stream.runCollect)
      assert.deepStrictEqual(told.map((change) => change._tag === "DrawStatus" && change.status), ["open", "open"])
    }).pipe(
      Effect.provide(
        LiveSourceFromPorts.layer({ withdrawDeposits: false }).pipe(
          Layer.provideMerge(Layer.succeed(DrawEvents)(DrawEvents.of({ changes: Stream.succeed({ _tag: "Missed" }) }))),
          Layer.provideMerge(ports)
        )
      )
    ))

  it.effect("fails where the store is away", () =>
    Effect.gen(function*() {
      const source = yield* LiveSource
      const failure = yield* Effect.flip(source.drawUpdate)
      assert.strictEqual(failure._tag, "LiveSourceUnavailable")
      assert.strictEqual((yield* Effect.flip(Stream.runDrain(source.changes)))._tag, "LiveSourceUnavailable")
    }).pipe(
      Effect.provide(
        LiveSourceFromPorts.layer({ withdrawDeposits: false }).pipe(
          Layer.provideMerge(
            Layer.mock(Draws)({
              current: Effect.fail(new Unavailable({ message: "away", retryAfter: 1 })),
              history: () => Effect.fail(new Unavailable({ message: "away", retryAfter: 1 }))
            })
          ),
          Layer.provideMerge(ports)
        )
      )
    ))

  it.effect("knows who a token names, and says why one is not taken", () =>
    Effect.gen(function*() {
      const source = yield* LiveSource
      const player = yield* makePlayer()
      const user = yield* source.authenticate(Redacted.make(player.token))
      assert.deepStrictEqual(user, { userId: player.id, sessionId: player.sessionId, expiresAt: 9_999_999_999_999 })
      const code = (token: string) =>
        Effect.map(Effect.flip(source.authenticate(Redacted.make(token))), ({ code }) => code)
      assert.strictEqual(yield* code("nonsense"), "unauthenticated")
      assert.strictEqual(yield* code(`${player.id}/${player.id}/1`), "token_expired")
      yield* (yield* Sessions).endAll(player.id, "everywhere", operatorOrigin)
      assert.strictEqual(yield* code(player.token), "unauthenticated")
    }).pipe(Effect.provide(world)))
})
