/** What every adapter must do where an operator pauses the sales of a daily draw. */
import { Draws } from "@ddd/core/ports/Draws"
import { OperatorLog } from "@ddd/core/ports/OperatorLog"
import { assert } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { byAnn, byBob } from "../scenario/Operators.ts"
import { buyInRoom, roomOf } from "../scenario/RoomSteps.ts"
import {
  advancePast,
  auditClean,
  buy,
  catchUp,
  dollars,
  fundedPlayer,
  openSales,
  present,
  refusalOf,
  signUp,
  together
} from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { contract, type Subject } from "./Subject.ts"

export const pausedSalesContract = (subject: Subject): void =>
  contract("paused sales", subject, (it) => {
    it(
      "sells nothing in a paused draw but answers for what was sold, shows the draw, and sells again once it is resumed",
      Effect.gen(function*() {
        const draws = yield* Draws
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(10))
        const bought = yield* buy(ada, 1, { key: "k" })
        assert.isNull(yield* draws.pausedAt(draw.id))
        const before = yield* (yield* World).now
        assert.isTrue(yield* draws.setPaused(draw.id, true, byAnn))
        assert.isFalse(yield* draws.setPaused(draw.id, true, byBob))
        assert.isTrue(present(yield* draws.pausedAt(draw.id)) >= before)
        assert.deepStrictEqual(yield* refusalOf(buy(ada, 1)), { _tag: "SalesPaused" })
        assert.deepStrictEqual(yield* refusalOf(buy(ada, 1, { drawId: draw.id })), { _tag: "SalesPaused" })
        assert.deepStrictEqual(yield* buy(ada, 1, { key: "k" }), { ...bought, replayed: true })
        assert.strictEqual(present(yield* draws.current).id, draw.id)
        assert.isTrue(yield* draws.setPaused(draw.id, false, byBob))
        assert.isNull(yield* draws.pausedAt(draw.id))
        assert.strictEqual((yield* buy(ada, 1)).draw.totalEntries, 2)
        const log = yield* (yield* OperatorLog).list({ subject: draw.id }, { limit: 10, cursor: null })
        assert.deepStrictEqual(log.items.map(({ operator }) => operator), ["bob", "ann"])
        yield* auditClean
      })
    )

    it(
      "locks, draws and pays a paused draw at its time, and sells the next one",
      Effect.gen(function*() {
        const draws = yield* Draws
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(10))
        yield* buy(ada, 2)
        yield* draws.setPaused(draw.id, true, byAnn)
        yield* advancePast(draw, 60_000)
        yield* catchUp
        assert.strictEqual(present(yield* draws.byId(draw.id)).status, "drawn")
        const error = yield* Effect.flip(draws.setPaused(draw.id, false, byAnn))
        assert.deepStrictEqual(error._tag === "PauseRefused" ? error.refusal : error, { _tag: "SalesOver" })
        assert.strictEqual((yield* buy(ada, 1)).draw.totalEntries, 1)
        yield* auditClean
      })
    )

    it(
      "sells nothing once a pause has been answered, however many purchases were under way",
      Effect.gen(function*() {
        const draws = yield* Draws
        const draw = yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(100))
        const [entries] = yield* Effect.all([
          Effect.gen(function*() {
            yield* draws.setPaused(draw.id, true, byAnn)
            return present(yield* draws.byId(draw.id)).totalEntries
          }),
          together(Array.from({ length: 20 }, () => Effect.exit(buy(ada, 1))))
        ], { concurrency: "unbounded" })
        assert.strictEqual(present(yield* draws.byId(draw.id)).totalEntries, entries)
        assert.isTrue(Exit.isFailure(yield* Effect.exit(buy(ada, 1))))
        yield* auditClean
      })
    )

    it(
      "pauses no room",
      Effect.gen(function*() {
        const [host, guest] = [yield* fundedPlayer("ada", dollars(5)), yield* signUp("bob")]
        const room = yield* roomOf([host, guest])
        const draws = yield* Draws
        const error = yield* Effect.flip(draws.setPaused(room.id, true, byAnn))
        assert.deepStrictEqual(error._tag === "PauseRefused" ? error.refusal : error, { _tag: "RoomsAreNotPaused" })
        yield* buyInRoom(host, room)
      })
    )
  })
