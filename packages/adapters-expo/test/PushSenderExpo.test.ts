/** Players are told through a service that speaks Expo's protocol and misbehaves: over a world in memory, with the worker that a server runs. */
import { closingMillis } from "@ddd/core/draws/Notices"
import { PushMessages } from "@ddd/core/ports/PushMessages"
import type { Rooms } from "@ddd/core/ports/Rooms"
import { dayMillis } from "@ddd/core/values/Instant"
import { readReceipts, sendDue } from "@ddd/core/work/Pushes"
import { put, tokenOf, tokensOf } from "@ddd/sim/contract/Phones"
import * as Memory from "@ddd/sim/memory/Memory"
import * as ExpoStandIn from "@ddd/sim/providers/ExpoStandIn"
import { buyInRoom, roomOf, startDraw } from "@ddd/sim/scenario/RoomSteps"
import { advance, buy, dollars, drawNow, fundedPlayer, openSales } from "@ddd/sim/scenario/Steps"
import { World } from "@ddd/sim/World"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger, Redacted } from "effect"
import { layer } from "../src/PushSenderExpo.ts"

const minute = 60_000

/** A draw that Ada has won, who has devices with tokens of these names; gives Ada. */
const wonBy = Effect.fnUntraced(function*(tokens: ReadonlyArray<string>) {
  yield* openSales
  const ada = yield* fundedPlayer("ada", dollars(5))
  for (const [nth, token] of tokens.entries()) yield* put(ada, nth, token)
  yield* buy(ada, 1)
  yield* drawNow
  return ada
})

type Story<E> = (
  standIn: ExpoStandIn.ExpoStandIn
) => Effect.Effect<
  void,
  E,
  Effect.Services<ReturnType<typeof sendDue>> | Effect.Services<ReturnType<typeof wonBy>> | Rooms | World
>

/** Tells a story in a new world. */
const told = <E>(options: ExpoStandIn.ExpoStandInOptions, story: Story<E>, accessToken?: string) =>
  Effect.gen(function*() {
    const standIn = yield* ExpoStandIn.make(options)
    const sender = layer({
      apiBase: new URL(standIn.url),
      accessToken: Redacted.make(accessToken ?? standIn.accessToken)
    })
    yield* story(standIn).pipe(Effect.provide([sender, Memory.layer(), Logger.layer([])]))
  }).pipe(Effect.scoped)

describe("push notifications by Expo", () => {
  it.live("say what happened to each device in its language, with the draw's id and until when it is worth telling", () =>
    told({}, (standIn) =>
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(5))
        yield* put(ada, 1, "phone")
        yield* put(ada, 2, "tablet", "es-MX")
        yield* buy(ada, 1)
        const draw = yield* drawNow
        const now = yield* (yield* World).now
        assert.deepStrictEqual(yield* sendDue(), { taken: 2, isAsked: true })
        const [english, spanish] = standIn.taken.toSorted((a, b) => a.to < b.to ? -1 : 1)
        assert.deepInclude(english, {
          to: tokenOf("phone"),
          title: "You won!",
          data: { kind: "won", drawId: draw.id },
          expiration: Math.floor((now + 3 * dayMillis) / 1_000)
        })
        assert.deepInclude(spanish, { to: tokenOf("tablet"), title: "¡Has ganado!" })
        assert.deepStrictEqual(yield* sendDue(), { taken: 0, isAsked: true })
        // receipts are asked for a quarter of an hour later, once
        assert.strictEqual(yield* readReceipts(), 0)
        yield* advance(15 * minute)
        assert.strictEqual(yield* readReceipts(), 2)
        assert.lengthOf(standIn.receiptsGiven, 2)
        yield* advance(dayMillis)
        assert.deepStrictEqual([yield* sendDue(), yield* readReceipts()], [{ taken: 0, isAsked: true }, 0])
        assert.lengthOf(standIn.taken, 2)
      })))

  it.live("are sent again where the service cannot be asked, and twice only where its answer was lost", () => {
    const faults = [429, 503, "no answer", "nonsense", "lost answer"] as const
    return told({ onRequest: (_, nth) => faults[nth - 1] ?? "done" }, (standIn) =>
      Effect.gen(function*() {
        yield* wonBy(["phone"])
        for (const _ of faults) {
          assert.deepStrictEqual(yield* sendDue(), { taken: 1, isAsked: false })
          assert.deepStrictEqual(yield* sendDue(), { taken: 0, isAsked: true })
          yield* advance(10 * minute)
        }
        assert.deepStrictEqual(yield* sendDue(), { taken: 1, isAsked: true })
        // nonsense and a lost answer, and the last
        assert.lengthOf(standIn.taken, 3)
        yield* advance(dayMillis)
        yield* sendDue()
        assert.lengthOf(standIn.taken, 3)
      }))
  })

  it.live("are not sent by a token that the service refuses, until that is mended", () =>
    told({}, (standIn) =>
      Effect.gen(function*() {
        yield* wonBy(["phone"])
        assert.deepStrictEqual(yield* sendDue(), { taken: 1, isAsked: false })
        assert.lengthOf(standIn.taken, 0)
      }), "another token"))

  it.live("are told to others where one device is gone, and that device is forgotten: by the answer, or by the receipt", () =>
    told({
      onMessage: ({ to }) =>
        to === tokenOf("gone")
          ? { ticket: "DeviceNotRegistered" }
          : to === tokenOf("going")
          ? { receipt: "DeviceNotRegistered" }
          : to === tokenOf("too big")
          ? { ticket: "MessageTooBig" }
          : "delivered"
    }, () =>
      Effect.gen(function*() {
        const ada = yield* wonBy(["gone", "going", "phone"])
        yield* sendDue()
        assert.deepStrictEqual(yield* tokensOf(ada), ["going", "phone"])
        yield* advance(15 * minute)
        assert.strictEqual(yield* readReceipts(), 2)
        assert.deepStrictEqual(yield* tokensOf(ada), ["phone"])
      })))

  it.live("that are too many for a device are sent later, those that are refused are not, and no device is forgotten for it", () => {
    let asked = 0
    return told({
      onMessage: ({ to }) =>
        to === tokenOf("busy") && asked++ === 0
          ? { ticket: "MessageRateExceeded" }
          : to === tokenOf("odd")
          ? { ticket: "MismatchSenderId" }
          : "delivered"
    }, (standIn) =>
      Effect.gen(function*() {
        const ada = yield* wonBy(["busy", "odd"])
        yield* sendDue()
        yield* advance(minute)
        assert.deepStrictEqual(yield* sendDue(), { taken: 1, isAsked: true })
        assert.deepStrictEqual(standIn.taken.map(({ to }) => to), [tokenOf("busy")])
        assert.lengthOf(yield* tokensOf(ada), 2)
      }))
  })

  const projectOf = (token: string) => token.includes("foreign") ? "@another/app" : "@ours/app"
  const oursOf = ({ taken }: ExpoStandIn.ExpoStandIn) =>
    taken.filter(({ to }) => !to.includes("foreign")).map(({ to }) => to)

  it.live("reach the others by three requests where tokens of another project have the whole request refused", () =>
    told({ projectOf }, (standIn) =>
      Effect.gen(function*() {
        yield* wonBy(["a", "foreign1", "b", "foreign2", "c", "foreign3", "d", "foreign4"])
        assert.deepStrictEqual(yield* sendDue(), { taken: 8, isAsked: true })
        assert.sameMembers(oursOf(standIn), ["a", "b", "c", "d"].map(tokenOf))
        assert.deepStrictEqual(standIn.requests, [8, 4, 4])
        yield* advance(dayMillis)
        assert.deepStrictEqual(yield* sendDue(), { taken: 0, isAsked: true })
      })))

  it.live("forget a device whose token is another project's, once it is refused by itself", () =>
    told({ projectOf, closedProjects: ["@another/app"] }, (standIn) =>
      Effect.gen(function*() {
        const ada = yield* wonBy(["a", "foreign1", "b", "foreign2"])
        assert.deepStrictEqual(yield* sendDue(), { taken: 4, isAsked: true })
        assert.sameMembers(oursOf(standIn), ["a", "b"].map(tokenOf))
        assert.deepStrictEqual(yield* tokensOf(ada), ["a", "b"])
        yield* advance(dayMillis)
        assert.deepStrictEqual(yield* sendDue(), { taken: 0, isAsked: true })
      })))

  it.live("forget no device where nothing is taken at all", () =>
    told({ projectOf: () => "@another/app", closedProjects: ["@another/app"] }, () =>
      Effect.gen(function*() {
        const ada = yield* wonBy(["a", "b"])
        assert.deepStrictEqual(yield* sendDue(), { taken: 2, isAsked: false })
        assert.deepStrictEqual(yield* tokensOf(ada), ["a", "b"])
        yield* advance(10 * minute)
        assert.deepStrictEqual(yield* sendDue(), { taken: 2, isAsked: false })
      })))

  it.live("reach the others within some requests where it is not said whose tokens are whose; the rest is sent later", () =>
    told({ projectOf, hidesProjects: true }, (standIn) =>
      Effect.gen(function*() {
        yield* wonBy(["a", "foreign1", "b", "foreign2", "c", "foreign3", "d", "foreign4", "e", "f"])
        for (let nth = 0; nth < 10; nth++) {
          const before = standIn.requests.length
          yield* sendDue()
          assert.isAtMost(standIn.requests.length - before, 16)
          yield* advance(10 * minute)
        }
        assert.deepStrictEqual(oursOf(standIn).toSorted(), ["a", "b", "c", "d", "e", "f"].map(tokenOf))
      })))

  it.live("are each told once where the service answers some parts, and then no more", () =>
    told(
      { projectOf, onRequest: (kind, nth) => kind === "send" && nth === 3 ? 503 : "done" },
      (standIn) =>
        Effect.gen(function*() {
          yield* wonBy(["a", "b", "c", "foreign1", "foreign2"])
          for (let nth = 0; nth < 3; nth++) {
            yield* sendDue()
            yield* advance(minute)
          }
          assert.deepStrictEqual(oursOf(standIn).toSorted(), ["a", "b", "c"].map(tokenOf))
          assert.lengthOf(standIn.taken, 5)
        })
    ))

  for (
    const [name, id] of [
      ["that is empty", ""],
      ["that is too long", "x".repeat(101)],
      ["with a NUL", "a\u0000b"],
      ["with what cannot be seen", "a\u202eb"]
    ] as const
  ) {
    it.live(`are told once where one is given a receipt ${name}`, () =>
      told({ ticketId: ({ to }) => to === tokenOf("odd") ? id : undefined }, (standIn) =>
        Effect.gen(function*() {
          yield* wonBy(["a", "odd", "b"])
          assert.deepStrictEqual(yield* sendDue(), { taken: 3, isAsked: true })
          yield* advance(15 * minute)
          assert.deepStrictEqual(yield* sendDue(), { taken: 0, isAsked: true })
          assert.lengthOf(standIn.taken, 3)
          assert.strictEqual(yield* readReceipts(), 2)
        })))
  }

  it.live("that a draw closes are sent too while there are more of others than one request takes", () =>
    told({}, (standIn) =>
      Effect.gen(function*() {
        const draw = yield* openSales
        const players = yield* Effect.forEach(
          Array.from({ length: 12 }, (_, nth) => nth),
          Effect.fnUntraced(
            function*(nth) {
              const player = yield* fundedPlayer(`player${nth}`, dollars(5))
              for (let device = 0; device < 10; device++) yield* put(player, device, `p${nth}d${device}`)
              yield* buy(player, 1)
              return player
            }
          )
        )
        const [host, ...others] = players
        if (host === undefined) return yield* Effect.die(new Error("there are no players"))
        const room = yield* roomOf([host, ...others])
        for (const player of players) yield* buyInRoom(player, room)
        const now = yield* (yield* World).now
        yield* advance((draw.closesAt ?? now) - closingMillis - now)
        yield* (yield* PushMessages).announceClosing
        yield* startDraw(host, room)
        yield* sendDue()
        const kinds = Object.groupBy(standIn.taken, ({ data }) => data.kind)
        assert.lengthOf(kinds["room_locked"] ?? [], 75)
        assert.lengthOf(kinds["closing"] ?? [], 25)
      })))

  it.live("wait for receipts that are late, for a day", () =>
    told({ receiptsLate: 2 }, (standIn) =>
      Effect.gen(function*() {
        yield* wonBy(["phone"])
        yield* sendDue()
        for (const _ of [1, 2, 3]) {
          yield* advance(15 * minute)
          assert.strictEqual(yield* readReceipts(), 1)
        }
        assert.lengthOf(standIn.receiptsGiven, 1)
        yield* advance(15 * minute)
        assert.strictEqual(yield* readReceipts(), 0)
      })))
})
