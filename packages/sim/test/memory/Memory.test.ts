import { Fundings } from "@ddd/core/ports/Fundings"
import { SeedVault } from "@ddd/core/ports/SeedVault"
import { drawId } from "@ddd/core/values/Ids"
import { dayMillis } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Redacted } from "effect"
import * as Memory from "../../src/memory/Memory.ts"
import { rowsOf, Store } from "../../src/memory/Store.ts"
import { buy, catchUp, dollars, fundedPlayer, openSales, signUp, tell, times } from "../../src/scenario/Steps.ts"
import { World } from "../../src/World.ts"

const aDraw = drawId("01900000-0000-7000-8000-00000000beef")
const anotherDraw = drawId("01900000-0000-7000-8000-00000000cafe")

const aDay = Effect.gen(function*() {
  yield* openSales
  const ada = yield* fundedPlayer("ada", dollars(10))
  yield* times(3, buy(ada, 2))
  yield* (yield* World).advance(dayMillis)
  yield* catchUp
  return rowsOf(yield* Store)
})

describe("a world in memory", () => {
  it.effect("is the same each time it is made from the same seed, and another from another", () =>
    Effect.gen(function*() {
      const rows = yield* Effect.provide(aDay, Memory.layer({ seed: 7 }))
      assert.deepStrictEqual(yield* Effect.provide(aDay, Memory.layer({ seed: 7 })), rows)
      const other = yield* Effect.provide(aDay, Memory.layer({ seed: 8 }))
      assert.notStrictEqual(other.draws[0]?.id, rows.draws[0]?.id)
      assert.notStrictEqual(other.draws[0]?.seed, rows.draws[0]?.seed)
    }))

  it.effect("credits what waits under a player's id once that player has signed up", () =>
    Effect.gen(function*() {
      const ada = yield* Effect.provide(signUp("ada"), Memory.layer({ seed: 7 }))
      yield* Effect.gen(function*() {
        const fundings = yield* Fundings
        yield* tell({
          _tag: "Purchased",
          reference: "app_store:1",
          amount: dollars(5),
          buyer: { _tag: "Named", names: [ada] }
        })
        assert.deepStrictEqual(yield* fundings.creditWaiting(10), [])
        assert.strictEqual(yield* signUp("ada"), ada)
        assert.deepStrictEqual(yield* fundings.creditWaiting(10), ["app_store:1"])
      }).pipe(Effect.provide(Memory.layer({ seed: 7 })))
    }))

  it.effect("has a clock that never goes back", () =>
    Effect.gen(function*() {
      const { advance, now } = yield* World
      const before = yield* now
      assert.isTrue(Exit.hasDies(yield* Effect.exit(advance(-1))))
      yield* advance(5)
      assert.strictEqual(yield* now, before + 5)
    }).pipe(Effect.provide(Memory.layer())))

  it.effect("opens a seed for its own draw alone, as it was sealed", () =>
    Effect.gen(function*() {
      const vault = yield* SeedVault
      const seed = yield* vault.generate
      const sealed = yield* vault.seal(aDraw, seed)
      assert.deepStrictEqual(Redacted.value(yield* vault.open(aDraw, sealed)), Redacted.value(seed))
      const altered = { ...sealed, ciphertext: sealed.ciphertext.map((byte, i) => i === 0 ? byte ^ 1 : byte) }
      for (
        const [draw, stored, reason] of [
          [anotherDraw, sealed, "not authentic"],
          [aDraw, altered, "not authentic"],
          [aDraw, { ...sealed, keyId: "lost" }, "unknown key"]
        ] as const
      ) assert.strictEqual((yield* Effect.flip(vault.open(draw, stored))).reason, reason)
    }).pipe(Effect.provide(Memory.layer())))
})
