import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import { makeKeyRing, type RingKey } from "../src/KeyRing.ts"

const read = (secret: string, previous = "", keyId = "1") =>
  makeKeyRing("SEED_KEY", { secret: Redacted.make(secret), keyId, previous: Redacted.make(previous) })

const textOf = (key: RingKey | undefined) => key && new TextDecoder().decode(Redacted.value(key.secret))

describe("KeyRing", () => {
  it("finds the current secret and every earlier one by its id", () => {
    const ring = Result.getOrThrow(read("new: sécret", "2025:old:er,a_b-c:oldest", "2026"))
    assert.strictEqual(ring.current.keyId, "2026")
    assert.strictEqual(textOf(ring.byId("2026")), "new: sécret")
    assert.strictEqual(textOf(ring.byId("2025")), "old:er")
    assert.strictEqual(textOf(ring.byId("a_b-c")), "oldest")
    assert.isUndefined(ring.byId("1"))
    assert.isUndefined(ring.byId("__proto__"))
  })

  it("refuses what cannot rotate, and says which variable, and no secret", () => {
    const cases: ReadonlyArray<readonly [string, ReturnType<typeof read>]> = [
      ["SEED_KEY: ", read("")],
      ["SEED_KEY: ", read("hush,hush")],
      ["SEED_KEY_KEY_ID: ", read("hush", "", "a:b")],
      ["SEED_KEY_KEY_ID: ", read("hush", "", "")],
      ["SEED_KEY_PREVIOUS: ", read("hush", "hush")],
      ["SEED_KEY_PREVIOUS: ", read("hush", "2:")],
      ["SEED_KEY_PREVIOUS: ", read("hush", ":hush")],
      ["SEED_KEY_PREVIOUS: ", read("hush", "2:hush,")],
      ["SEED_KEY_PREVIOUS: ", read("hush", "2:hush, 3:hush")],
      ["SEED_KEY_PREVIOUS: ", read("hush", "1:hush")],
      ["SEED_KEY_PREVIOUS: ", read("hush", "2:hush,2:hush")]
    ]
    for (const [start, result] of cases) {
      const { message } = Result.getOrThrow(Result.flip(result))
      assert.isTrue(message.startsWith(start), message)
      assert.notInclude(message, "hush")
    }
  })
})
