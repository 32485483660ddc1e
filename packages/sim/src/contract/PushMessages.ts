/** What every adapter of `PushMessages` must do. */
import { closingMillis } from "@ddd/core/draws/Notices"
import { PlayControls } from "@ddd/core/ports/PlayControls"
import { PushMessages } from "@ddd/core/ports/PushMessages"
import { Retention } from "@ddd/core/ports/Retention"
import { Sessions } from "@ddd/core/ports/Sessions"
import { claimMillis, type DueMessage, isSendable, type MessageFate, type MessageKey } from "@ddd/core/push/Delivery"
import type { UserId } from "@ddd/core/values/Ids"
import { dayMillis, type Instant, instant } from "@ddd/core/values/Instant"
import { keptMillis } from "@ddd/core/values/Retention"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { buyInRoom, executeDraw, roomOf, startDraw } from "../scenario/RoomSteps.ts"
import { advance, buy, dollars, drawNow, fundedPlayer, openSales, present } from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { put, tokenOf, tokensOf, wonByAda } from "./Phones.ts"
import { origin } from "./Players.ts"
import { contract, type Subject } from "./Subject.ts"

const take = (which: "closing" | "others") => PushMessages.use((messages) => messages.take(which, 100))
/** What was taken that can be sent, as `kind token`. */
const sendable = Effect.fnUntraced(function*(taken: ReadonlyArray<DueMessage>) {
  const now = yield* (yield* World).now
  return taken.flatMap((message) =>
    isSendable(message, now)
      ? [`${message.kind} ${message.device.pushToken.slice("ExponentPushToken[".length, -1)}`]
      : []
  ).toSorted()
})
const told = (which: "closing" | "others") => Effect.flatMap(take(which), sendable)

const conclude = ({ deviceId, drawId, kind, userId }: MessageKey, fate: MessageFate) =>
  PushMessages.use((messages) => messages.conclude([{ key: { deviceId, drawId, kind, userId }, fate }]))
const over = (forgetsDevice: boolean): MessageFate => ({ _tag: "Over", end: "delivered", forgetsDevice })
const sent = (dueAt: Instant, pushToken: string): MessageFate => ({
  _tag: "ReadReceipt",
  dueAt,
  sent: { receiptId: "receipt", pushToken: tokenOf(pushToken) }
})

const announceAll = Effect.gen(function*() {
  const { announceClosing } = yield* PushMessages
  while (yield* announceClosing) { /* another page */ }
})

export const pushMessagesContract = (subject: Subject): void =>
  contract("PushMessages", subject, (it) => {
    it(
      "tells the winner of a draw on each of their devices, and nobody else",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(5))
        const bob = yield* fundedPlayer("bob", dollars(5))
        for (const [player, number, token] of [[ada, 1, "a1"], [ada, 2, "a2"], [bob, 1, "b1"]] as const) {
          yield* put(player, number, token)
        }
        yield* buy(ada, 2)
        const draw = yield* drawNow
        const taken = yield* take("others")
        assert.deepStrictEqual(yield* sendable(taken), ["won a1", "won a2"])
        for (const message of taken) assert.deepInclude(message, { drawId: draw.id, userId: ada, attempts: 1 })
        assert.deepStrictEqual(yield* told("others"), [])
        // whoever took them may have died
        yield* advance(claimMillis)
        assert.deepStrictEqual((yield* take("others")).map(({ attempts }) => attempts), [2, 2])
      })
    )

    it(
      "tells nothing on a device that is another player's by then, or has gone with its session",
      Effect.gen(function*() {
        const ada = yield* wonByAda
        const bob = yield* fundedPlayer("bob", dollars(1))
        yield* put(bob, 1, "a1")
        assert.deepStrictEqual(yield* told("others"), [])
        yield* advance(claimMillis)
        yield* put(ada, 1, "back")
        assert.deepStrictEqual(yield* told("others"), ["won back"])
        yield* (yield* Sessions).endAll(ada, "everywhere", origin)
        yield* advance(claimMillis)
        assert.deepStrictEqual(yield* told("others"), [])
      })
    )

    it(
      "tells those who have tickets once that their draw is about to close, and nobody else",
      Effect.gen(function*() {
        const draw = yield* openSales
        const [ada, bob, eve] = [
          yield* fundedPlayer("ada", dollars(5)),
          yield* fundedPlayer("bob", dollars(5)),
          yield* fundedPlayer("eve", dollars(5))
        ]
        for (const [player, token] of [[ada, "a1"], [bob, "b1"], [eve, "e1"]] as const) yield* put(player, 1, token)
        yield* buy(ada, 2)
        yield* buy(eve, 1)
        const room = yield* roomOf([bob])
        yield* buyInRoom(bob, room)
        const now = yield* (yield* World).now
        yield* advance(present(draw.closesAt) - closingMillis - 60_000 - now)
        yield* announceAll
        assert.deepStrictEqual(yield* told("closing"), [])
        yield* advance(60_000)
        yield* Effect.all([announceAll, announceAll, announceAll], { concurrency: "unbounded" })
        yield* announceAll
        // who takes a time-out is not asked to look
        yield* (yield* PlayControls).timeOut(eve, 24, origin)
        const taken = yield* take("closing")
        assert.deepStrictEqual(yield* sendable(taken), ["closing a1"])
        assert.deepStrictEqual(taken.map(({ until }) => until), [draw.closesAt, draw.closesAt])
        for (const message of taken) yield* conclude(message, over(false))
        yield* put(ada, 2, "a2")
        yield* announceAll
        assert.deepStrictEqual(yield* told("closing"), [])
        yield* advance(closingMillis)
        yield* announceAll
        assert.deepStrictEqual(yield* told("closing"), [])
      })
    )

    it(
      "tells a room's members that it is locked and drawn, but for who locked it and who won",
      Effect.gen(function*() {
        yield* openSales
        const players: Array<readonly [UserId, string]> = []
        for (const name of ["ada", "bob", "eve"]) players.push([yield* fundedPlayer(name, dollars(2)), name])
        for (const [player, name] of players) yield* put(player, 1, name)
        const [[ada], [bob], [eve]] = [present(players[0]), present(players[1]), present(players[2])]
        const room = yield* roomOf([ada, bob, eve])
        yield* buyInRoom(ada, room)
        yield* buyInRoom(bob, room)
        yield* startDraw(ada, room)
        assert.deepStrictEqual(yield* told("others"), ["room_locked bob", "room_locked eve"])
        const { winnerId } = yield* executeDraw(ada, room)
        assert.deepStrictEqual(
          yield* told("others"),
          players.map(([player, name]) => player === winnerId ? `won ${name}` : `room_drawn ${name}`).toSorted()
        )
      })
    )

    it(
      "sends again what could not be sent, when that is due, and not before",
      Effect.gen(function*() {
        yield* wonByAda
        const now = yield* (yield* World).now
        const [message] = yield* take("others")
        yield* conclude(present(message), { _tag: "SendAgain", dueAt: instant(now + 10 * 60_000) })
        yield* advance(claimMillis)
        assert.deepStrictEqual(yield* told("others"), [])
        yield* advance(10 * 60_000)
        assert.deepStrictEqual((yield* take("others")).map(({ attempts }) => attempts), [2])
      })
    )

    it(
      "reads the receipt of what was sent when that is due, and forgets the device that it says is gone",
      Effect.gen(function*() {
        const ada = yield* wonByAda
        const messages = yield* PushMessages
        const now = yield* (yield* World).now
        const [message] = yield* take("others")
        yield* conclude(present(message), sent(instant(now + 15 * 60_000), "a1"))
        yield* advance(claimMillis)
        assert.deepStrictEqual([yield* take("others"), yield* messages.takeSent(10)], [[], []])
        yield* advance(15 * 60_000)
        const [receipt] = yield* messages.takeSent(10)
        assert.strictEqual(present(receipt).receiptId, "receipt")
        assert.isAtMost(Math.abs(present(receipt).sentAt - now), 60_000)
        assert.deepStrictEqual(yield* messages.takeSent(10), [])
        yield* conclude(present(receipt), over(true))
        assert.deepStrictEqual(yield* tokensOf(ada), [])
        yield* advance(dayMillis)
        assert.deepStrictEqual([yield* take("others"), yield* messages.takeSent(10)], [[], []])
      })
    )

    it(
      "keeps a device that was put again since, or has another token by now",
      Effect.gen(function*() {
        const ada = yield* wonByAda
        const now = yield* (yield* World).now
        const [message] = yield* take("others")
        yield* conclude(present(message), sent(now, "a1"))
        yield* advance(1_000)
        yield* put(ada, 1, "a1")
        yield* conclude(present(message), over(true))
        assert.deepStrictEqual(yield* tokensOf(ada), ["a1"])
      })
    )

    it(
      "forgets a device that was not put for as long as one stays signed in, and what was not to be told any more",
      Effect.gen(function*() {
        const ada = yield* wonByAda
        const { prune } = yield* Retention
        const rowsOf = (kind: "devices" | "push messages") => Effect.map(prune(kind, 100), ({ rows }) => rows)
        yield* advance(3 * dayMillis)
        assert.strictEqual(yield* rowsOf("push messages"), 0)
        assert.deepStrictEqual(yield* told("others"), [])
        yield* advance(keptMillis["push messages"])
        assert.deepStrictEqual([yield* rowsOf("push messages"), yield* rowsOf("devices")], [1, 0])
        yield* advance(keptMillis.devices)
        assert.strictEqual(yield* rowsOf("devices"), 1)
        assert.deepStrictEqual(yield* tokensOf(ada), [])
      })
    )
  })
