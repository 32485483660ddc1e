import { instant } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import { makeEndedSessions, rememberedMillis } from "../../src/accounts/EndedSessions.ts"

const start = instant(1_770_000_000_000)
const later = (millis: number) => instant(start + millis)

describe("EndedSessions", () => {
  it("remembers a session once, until no access token can name it", () => {
    const sessions = makeEndedSessions(10)
    assert.isTrue(sessions.add("a", start))
    assert.isFalse(sessions.add("a", later(1)))
    assert.isFalse(sessions.has("b", start))
    sessions.prune(later(rememberedMillis - 1))
    assert.isTrue(sessions.has("a", later(rememberedMillis - 1)))
    sessions.prune(later(rememberedMillis))
    assert.isFalse(sessions.has("a", later(rememberedMillis)))
    assert.strictEqual(sessions.size(), 0)
  })

  it("holds no more than its maximum, and says that it does not know while what it dropped may matter", () => {
    const sessions = makeEndedSessions(2)
    for (const [index, id] of ["a", "b", "c"].entries()) sessions.add(id, later(index))
    assert.strictEqual(sessions.size(), 2)
    assert.isTrue(sessions.has("c", start))
    assert.isUndefined(sessions.has("a", start))
    assert.isUndefined(sessions.has("never ended", later(rememberedMillis - 1)))
    assert.isFalse(sessions.has("never ended", later(rememberedMillis)))
  })
})
