/** What every adapter of `MailSubjects` must tell of tickets, wins, rooms and withdrawals. */
import { abandonAfterMillis } from "@ddd/core/draws/DrawSteps"
import { expireAfterMillis } from "@ddd/core/draws/DrawSteps"
import { cents, ticketPot } from "@ddd/core/money/Money"
import { Draws } from "@ddd/core/ports/Draws"
import { mailedTicketsMax, mailedTicketsMillis, MailSubjects } from "@ddd/core/ports/MailSubjects"
import { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import { TicketMails } from "@ddd/core/ports/TicketMails"
import { drawId, userId as idOf } from "@ddd/core/values/Ids"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, type Scope } from "effect"
import { byAnn } from "../scenario/Operators.ts"
import { buyInRoom, closeRoom, roomOf } from "../scenario/RoomSteps.ts"
import type { Services } from "../scenario/Services.ts"
import {
  advancePast,
  buy,
  catchUp,
  dollars,
  drawNow,
  fundedPlayer,
  openSales,
  payablePlayer,
  payOut,
  present,
  signUp,
  times,
  together,
  withdraw
} from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { jobsOf } from "./Players.ts"

/** Adapters under test, as those of the other contracts are. */
export interface MailSubject {
  readonly name: string
  readonly layer: Layer.Layer<Services | MailSubjects, unknown>
}

/** Milliseconds: a real database on a busy machine takes its time to be made. */
const timeout = 300_000

/** Where the minute begins that holds an instant. */
const minuteOf = (millis: number): number => millis - millis % mailedTicketsMillis

/** Moves the clock to where a minute begins; gives that. A real clock then goes on by itself, for less than the minute. */
const nextMinute = Effect.gen(function*() {
  const { advance, now } = yield* World
  const before = yield* now
  yield* advance(minuteOf(before) + mailedTicketsMillis - before)
  return minuteOf(before) + mailedTicketsMillis
})

export const mailSubjectsContract = (subject: MailSubject): void => {
  describe(`MailSubjects in ${subject.name}`, () => {
    const test = (name: string, effect: Effect.Effect<void, unknown, Services | MailSubjects | Scope.Scope>) =>
      it.live(name, () => Effect.provide(effect, Layer.fresh(subject.layer)), timeout)

    test(
      "tells of what one player bought in one draw within a minute, in however many purchases",
      Effect.gen(function*() {
        const subjects = yield* MailSubjects
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(100))
        const bob = yield* fundedPlayer("bob", dollars(100))
        yield* buy(ada, 1)
        const from = yield* nextMinute
        const first = yield* buy(ada, 2)
        yield* buy(bob, 5)
        const second = yield* buy(ada, 1)
        const later = yield* nextMinute
        yield* buy(ada, 4)
        const bought = present(yield* subjects.tickets(ada, draw.id, from))
        const own = [...first.tickets, ...second.tickets]
        assert.deepStrictEqual(bought, {
          drawDate: draw.drawDate,
          status: "open",
          count: 3,
          tickets: own.map(({ position, ticketId }) => ({ ticketId, position })),
          drawAt: draw.closesAt,
          prizePool: cents(BigInt(1 + 2 + 5 + 1 + 4) * ticketPot)
        })
        assert.strictEqual((yield* subjects.tickets(ada, draw.id, later))?.count, 4)
        assert.strictEqual((yield* subjects.tickets(bob, draw.id, from))?.count, 5)
        assert.isNull(yield* subjects.tickets(bob, draw.id, later))
        assert.isNull(yield* subjects.tickets(ada, draw.id, from - 10 * mailedTicketsMillis))
      })
    )

    test(
      "keeps the draws of one minute apart, and lists no more tickets than a mail does",
      Effect.gen(function*() {
        const subjects = yield* MailSubjects
        const yesterday = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(200))
        yield* drawNow
        // on the stroke of midnight: the minute is the new draw's alone
        const today = yield* openSales
        const from = yield* nextMinute
        yield* times(4, buy(ada, 10))
        const bought = present(yield* subjects.tickets(ada, today.id, from))
        assert.strictEqual(bought.count, 40)
        assert.deepStrictEqual(
          bought.tickets.map(({ position }) => position),
          Array.from({ length: mailedTicketsMax }, (_, index) => index + 1)
        )
        assert.isNull(yield* subjects.tickets(ada, yesterday.id, from))
      })
    )

    test(
      "tells the winner of a draw, and nobody else, once it is drawn",
      Effect.gen(function*() {
        const subjects = yield* MailSubjects
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(10))
        const bob = yield* fundedPlayer("bob", dollars(10))
        const owners = [ada, ada, bob, bob, bob]
        for (const owner of owners) yield* buy(owner, 1)
        assert.isNull(yield* subjects.win(ada, draw.id))
        const drawn = yield* drawNow
        const winner = present(owners[present(drawn.winningPosition) - 1])
        assert.deepStrictEqual(yield* subjects.win(winner, draw.id), {
          drawDate: draw.drawDate,
          ticketId: present(drawn.winningTicketId),
          position: present(drawn.winningPosition),
          prize: drawn.prizePool,
          drawnAt: present(drawn.drawnAt)
        })
        assert.isNull(yield* subjects.win(winner === ada ? bob : ada, draw.id))
      })
    )

    test(
      "tells of every ticket once in the confirmations that are enqueued, and who won in the mail to the winner",
      Effect.gen(function*() {
        const subjects = yield* MailSubjects
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(100))
        const bob = yield* fundedPlayer("bob", dollars(100))
        for (const quantity of [3, 1, 4]) {
          yield* together([buy(ada, quantity), buy(bob, quantity), buy(ada, 1)])
          yield* nextMinute
        }
        yield* (yield* TicketMails).enqueueDue
        const confirmed = yield* Effect.forEach(
          yield* jobsOf("MailTickets"),
          ({ drawId, from, userId }) => Effect.map(subjects.tickets(userId, drawId, from), present)
        )
        const positions = confirmed.flatMap(({ tickets }) => tickets.map(({ position }) => position))
        assert.deepStrictEqual(
          positions.toSorted((a, b) => a - b),
          Array.from({ length: 19 }, (_, index) => index + 1)
        )
        yield* drawNow
        const winners = yield* jobsOf("MailWinner")
        assert.deepStrictEqual(winners.map(({ drawId }) => drawId), [draw.id])
        for (const { drawId, userId } of winners) assert.isNotNull(yield* subjects.win(userId, drawId))
      })
    )

    test(
      "tells whoever had a ticket in a closed room, and nobody else, why it was closed and what came back to them",
      Effect.gen(function*() {
        const { closedRoom } = yield* MailSubjects
        const [ada, bob, eve] = [
          yield* fundedPlayer("ada", dollars(2)),
          yield* fundedPlayer("bob", dollars(2)),
          yield* fundedPlayer("eve", dollars(2))
        ]
        const [room, forgotten] = [yield* roomOf([ada, bob]), yield* roomOf([ada, bob])]
        for (const { id } of [room, forgotten]) {
          yield* buyInRoom(bob, { id })
          assert.isNull(yield* closedRoom(bob, id))
        }
        yield* closeRoom(ada, room)
        yield* (yield* World).advance(expireAfterMillis)
        yield* catchUp
        for (const [{ code, id }, reason] of [[room, "closed"], [forgotten, "deadline"]] as const) {
          assert.isNull(yield* closedRoom(ada, id))
          assert.deepStrictEqual(yield* closedRoom(bob, id), { code, reason, refunded: dollars(1) })
          assert.isNull(yield* closedRoom(eve, id))
        }
        for (const id of [(yield* openSales).id, drawId("01900000-0000-7000-8000-00000000beef")]) {
          assert.isNull(yield* closedRoom(ada, id))
        }
      })
    )

    test(
      "tells those who had tickets in a void draw, and nobody else, why it is void and what came back to them",
      Effect.gen(function*() {
        const { voidDraw } = yield* MailSubjects
        const world = yield* World
        const [ada, bob] = [yield* fundedPlayer("ada", dollars(5)), yield* fundedPlayer("bob", dollars(5))]
        const draw = yield* openSales
        yield* together([buy(ada, 2), buy(ada, 1)])
        yield* world.loseSeed(draw.id)
        yield* advancePast(draw, abandonAfterMillis)
        for (const step of [{ step: "lock" }, { step: "abandon", reason: "seed" }] as const) {
          assert.isNull(yield* voidDraw(ada, draw.id))
          const dueAt = yield* world.now
          assert.isTrue(yield* Draws.use((draws) => draws.perform({ drawId: draw.id, ...step, dueAt })))
        }
        assert.deepStrictEqual(yield* voidDraw(ada, draw.id), {
          drawDate: present(draw.drawDate),
          refunded: dollars(3),
          reason: "seed"
        })
        assert.isNull(yield* voidDraw(bob, draw.id))
        assert.deepStrictEqual(
          (yield* jobsOf("MailDrawVoid")).map(({ drawId, userId }) => [drawId, userId]),
          [[draw.id, ada]]
        )
      })
    )

    test(
      "tells of a withdrawal as it stands, and of none that was never asked for",
      Effect.gen(function*() {
        const subjects = yield* MailSubjects
        const ada = yield* payablePlayer("ada", dollars(30))
        const { transaction } = yield* withdraw(ada, dollars(25))
        const pending = present(yield* subjects.withdrawal(transaction.id))
        assert.deepStrictEqual(pending, {
          userId: ada,
          amount: dollars(25),
          askedAt: transaction.createdAt,
          status: "pending",
          payoutAccount: "ready"
        })
        yield* payOut(transaction.id)
        assert.deepStrictEqual(yield* subjects.withdrawal(transaction.id), { ...pending, status: "paid" })
        const accounts = yield* PayoutAccounts
        const { account } = present(yield* accounts.of(ada))
        yield* accounts.setStatus(account, "pending", "simulated")
        assert.strictEqual((yield* subjects.withdrawal(transaction.id))?.payoutAccount, "pending")
        yield* accounts.unlink(ada, null, byAnn)
        assert.strictEqual((yield* subjects.withdrawal(transaction.id))?.payoutAccount, "none")
        assert.isNull(yield* subjects.withdrawal("01900000-0000-7000-8000-00000000beef"))
      })
    )

    test(
      "tells how an identity check stands, and of nobody's who is unknown",
      Effect.gen(function*() {
        const subjects = yield* MailSubjects
        const ada = yield* signUp("ada")
        assert.strictEqual(yield* subjects.identity(ada), "none")
        assert.isNull(yield* subjects.identity(idOf("01900000-0000-7000-8000-00000000beef")))
      })
    )
  })
}
