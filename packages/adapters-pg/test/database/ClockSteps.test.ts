/** A database's clock that is set wrong for a while: nothing is decided by it, and the right one is followed again. */
import { operatorOrigin } from "@ddd/core/accounts/SecurityEvent"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Draws, type DueStep } from "@ddd/core/ports/Draws"
import { Now } from "@ddd/core/ports/Now"
import { Sessions } from "@ddd/core/ports/Sessions"
import { Withdrawals } from "@ddd/core/ports/Withdrawals"
import { dayMillis } from "@ddd/core/values/Instant"
import { buyInRoom, makeRoom, startDraw } from "@ddd/sim/scenario/RoomSteps"
import {
  auditClean,
  buy,
  claim,
  dollars,
  fundedPlayer,
  hashOf,
  openSales,
  payablePlayer,
  present,
  readDraw,
  signUp,
  withdraw
} from "@ddd/sim/scenario/Steps"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schedule } from "effect"
import { awaitAgreement, readClockProblem } from "../../src/database/ClockCheck.ts"
import * as PgWorld from "../support/PgWorld.ts"
import { whileStepped } from "../support/SteppedClock.ts"

/** Asserts that what is asked for by the clock is unavailable, because of the clocks. */
const waits = <A, E extends { readonly _tag: string }, R>(what: string, asked: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(asked), (error) => {
    assert.strictEqual(error._tag, "Unavailable", what)
    assert.match("message" in error ? String(error.message) : "", /clock|out of reach/, what)
  })

describe("a database whose clock is set wrong", () => {
  for (const days of [1, -1]) {
    it.live(`${days > 0 ? "ahead" : "back"} locks, opens, sells and pays out nothing, and is followed once it is right`, () =>
      Effect.gen(function*() {
        const draws = yield* Draws
        const accounts = yield* Accounts
        const sessions = yield* Sessions
        const draw = yield* openSales
        const ada = yield* payablePlayer("ada", dollars(20))
        yield* buy(ada, 1)
        const room = yield* makeRoom(ada)
        yield* buyInRoom(ada, room)
        const newcomer = yield* signUp("newcomer")
        const { id: withdrawalId } = (yield* withdraw(ada, dollars(5))).transaction

        yield* whileStepped(
          days * dayMillis,
          Effect.gen(function*() {
            const steps: ReadonlyArray<DueStep> = (["open", "lock", "settle", "expire"] as const).map((step) => ({
              drawId: draw.id,
              step,
              dueAt: present(draw.closesAt)
            }))
            for (const due of steps) yield* waits(due.step, draws.perform(due))
            // nothing is due by a clock that is behind
            if (days > 0) yield* waits("what is due", draws.due)
            yield* waits("publishing", draws.publishAhead)
            yield* waits("a sale", buy(ada, 1))
            yield* waits("a sale in a room", buyInRoom(ada, room))
            yield* waits("a room's lock", startDraw(ada, room))
            yield* waits("a new room", makeRoom(ada))
            yield* waits("a new session", signUp(`bob${days}`))
            yield* waits("a token refreshed", sessions.refresh(hashOf("ada"), hashOf("ada again"), operatorOrigin))
            yield* waits("a token mailed", accounts.askVerification(newcomer, operatorOrigin))
            yield* waits(
              "a payout",
              Withdrawals.use((withdrawals) => withdrawals.claim(withdrawalId, false, "simulated"))
            )
          })
        )

        assert.strictEqual((yield* readDraw(draw.id)).status, "open")
        assert.deepStrictEqual((yield* draws.due).filter(({ step }) => step !== "open"), [])
        assert.strictEqual((yield* buy(ada, 1)).draw.id, draw.id)
        yield* buyInRoom(yield* fundedPlayer("eve", dollars(2)), room).pipe(Effect.flip)
        yield* claim(withdrawalId)
        yield* auditClean
      }).pipe(Effect.scoped, Effect.provide(PgWorld.layer())))

    it.live(`${days > 0 ? "ahead" : "back"} is not what the time is read from, and stops nobody's clock when it is right again`, () =>
      Effect.gen(function*() {
        const { now } = yield* Now
        const before = yield* now
        const near = Effect.map(now, (at) => assert.isBelow(Math.abs(at - before), 10 * 60_000))
        const goesOn = Effect.gen(function*() {
          const from = yield* now
          yield* now.pipe(Effect.repeat({ until: (at) => at > from, schedule: Schedule.spaced("5 millis") }))
          yield* near
        }).pipe(Effect.timeout("45 seconds"))
        // long enough for it to be measured some times
        yield* whileStepped(
          days * dayMillis,
          Effect.repeat(Effect.andThen(near, Effect.sleep("50 millis")), { times: 10 })
        )
        yield* goesOn
      }).pipe(Effect.provide(PgWorld.layer())))
  }
  it.live("is waited for by a server that starts", () =>
    Effect.gen(function*() {
      const starting = yield* whileStepped(
        dayMillis,
        Effect.gen(function*() {
          const starting = yield* Effect.forkDetach(awaitAgreement, { startImmediately: true })
          assert.include(yield* readClockProblem(), "nothing is decided by time")
          assert.isUndefined(starting.pollUnsafe())
          return starting
        })
      )
      yield* Fiber.join(starting)
    }).pipe(Effect.provide(PgWorld.layer())), 180_000)
})
