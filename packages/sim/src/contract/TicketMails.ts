/** What every adapter of `TicketMails` must do. */
import { TicketMails } from "@ddd/core/ports/TicketMails"
import type { UserId } from "@ddd/core/values/Ids"
import { dayMillis } from "@ddd/core/values/Instant"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { buyInRoom, executeDraw, roomOf, startDraw } from "../scenario/RoomSteps.ts"
import { advance, buy, catchUp, dollars, drawNow, fundedPlayer, openSales, present, times } from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { jobsOf } from "./Players.ts"
import { contract, type Subject } from "./Subject.ts"

const minuteMillis = 60_000

const enqueueDue = TicketMails.use((mails) => mails.enqueueDue)

/** Moves the clock on to where a minute begins. */
const nextMinute = Effect.gen(function*() {
  const world = yield* World
  yield* world.advance(minuteMillis - (yield* world.now) % minuteMillis)
})

/** Buys `quantity` tickets; gives when, as the start of the minute. */
const buyNow = Effect.fnUntraced(function*(player: UserId, quantity: number) {
  const { purchasedAt } = present((yield* buy(player, quantity)).tickets[0])
  return purchasedAt - purchasedAt % minuteMillis
})

export const ticketMailsContract = (subject: Subject): void =>
  contract("TicketMails", subject, (it) => {
    it(
      "enqueues one mail a player, draw and minute, once the minute is over",
      Effect.gen(function*() {
        const { id: drawId } = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(20))
        const bob = yield* fundedPlayer("bob", dollars(20))
        yield* nextMinute
        const first = yield* buyNow(ada, 3)
        yield* buyNow(bob, 1)
        yield* buyNow(ada, 2)
        assert.strictEqual(yield* enqueueDue, 0)
        yield* nextMinute
        assert.deepStrictEqual((yield* times(5, enqueueDue)).filter((count) => count > 0), [2])
        const second = yield* buyNow(ada, 1)
        assert.strictEqual(yield* enqueueDue, 0)
        yield* nextMinute
        yield* nextMinute
        assert.strictEqual(yield* enqueueDue, 1)
        const mails = yield* jobsOf("MailTickets")
        const ofFirst = (userId: UserId) => ({ _tag: "MailTickets" as const, userId, drawId, from: first })
        assert.deepStrictEqual(
          mails.slice(0, 2).toSorted((a) => a.userId === ada ? -1 : 1),
          [ofFirst(ada), ofFirst(bob)]
        )
        assert.deepStrictEqual(mails.slice(2), [{ ...ofFirst(ada), from: second }])
      })
    )

    it(
      "confirms tickets of a draw that has ended meanwhile, and of the next",
      Effect.gen(function*() {
        const today = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(20))
        yield* buyNow(ada, 1)
        yield* drawNow
        yield* catchUp
        yield* buyNow(ada, 1)
        yield* nextMinute
        assert.strictEqual(yield* enqueueDue, 2)
        const drawn = (yield* jobsOf("MailTickets")).map(({ drawId }) => drawId)
        assert.strictEqual(new Set(drawn).size, 2)
        assert.include(drawn, today.id)
        assert.strictEqual(yield* enqueueDue, 0)
      })
    )

    it(
      "confirms a ticket of a room that opened long ago, and has ended",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(2))
        const bob = yield* fundedPlayer("bob", dollars(2))
        const room = yield* roomOf([ada, bob])
        yield* advance(50 * dayMillis)
        yield* buyInRoom(ada, room)
        yield* buyInRoom(bob, room)
        yield* startDraw(ada, room)
        yield* executeDraw(ada, room)
        yield* nextMinute
        assert.strictEqual(yield* enqueueDue, 2)
        assert.strictEqual(yield* enqueueDue, 0)
        assert.sameMembers((yield* jobsOf("MailTickets")).map(({ userId }) => userId), [ada, bob])
      })
    )

    it(
      "has nothing to confirm where nothing was bought",
      Effect.gen(function*() {
        yield* openSales
        yield* nextMinute
        assert.strictEqual(yield* enqueueDue, 0)
        assert.deepStrictEqual(yield* jobsOf("MailTickets"), [])
      })
    )
  })
