import { PersonalSeal } from "@ddd/core/ports/PersonalSeal"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as fc from "fast-check"
import * as PersonalSealNode from "../src/PersonalSealNode.ts"

const sealUnder = (secret: string) => Effect.provide(PersonalSeal, PersonalSealNode.layer(Redacted.make(secret)))

describe("PersonalSealNode", () => {
  it.effect("opens what it sealed, under the same key and context alone", () =>
    Effect.gen(function*() {
      const personal = yield* sealUnder("a key of the test")
      const [key, other] = [yield* personal.newKey, yield* personal.newKey]
      for (const text of ["", ...fc.sample(fc.string({ unit: "grapheme" }), 100)]) {
        const sealed = yield* personal.seal(key, "event 1", text)
        assert.strictEqual(yield* personal.open(key, "event 1", sealed), text)
        assert.isNull(yield* personal.open(other, "event 1", sealed))
        assert.isNull(yield* personal.open(key, "event 2", sealed))
      }
    }))

  it.effect("refuses bytes that were altered or cut", () =>
    Effect.gen(function*() {
      const personal = yield* sealUnder("a key of the test")
      const key = yield* personal.newKey
      const sealed = yield* personal.seal(key, "event", "192.0.2.1")
      for (let i = 0; i < sealed.length; i++) {
        assert.isNull(yield* personal.open(key, "event", sealed.map((byte, at) => at === i ? byte ^ 1 : byte)))
        assert.isNull(yield* personal.open(key, "event", sealed.subarray(0, i)))
      }
    }))

  it.effect("gives a value one pseudonym, and another under another secret", () =>
    Effect.gen(function*() {
      const personal = yield* sealUnder("a key of the test")
      const others = yield* sealUnder("another key")
      assert.strictEqual(personal.pseudonym("ada"), personal.pseudonym("ada"))
      assert.match(personal.pseudonym("ada"), /^[0-9a-f]{64}$/)
      assert.strictEqual(
        new Set([personal.pseudonym("ada"), personal.pseudonym("bob"), others.pseudonym("ada")]).size,
        3
      )
    }))
})
