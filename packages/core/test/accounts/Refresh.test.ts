import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { decideRefresh, refreshTokenMillis, repeatMillis, type StoredRefreshToken } from "../../src/accounts/Refresh.ts"
import { instant } from "../../src/values/Instant.ts"

const issuedAt = instant(1_770_000_000_000)
const unused: StoredRefreshToken = { issuedAt, usedAt: null, successorUsed: false, sessionEnded: false }
const usedAt = instant(issuedAt + 60_000)
const used = { ...unused, usedAt }
const after = (millis: number) => instant(usedAt + millis)

describe("decideRefresh", () => {
  it("rotates a token at its first use, for 60 days", () => {
    assert.strictEqual(decideRefresh(unused, issuedAt), "rotate")
    assert.strictEqual(decideRefresh(unused, instant(issuedAt + refreshTokenMillis - 1)), "rotate")
    assert.strictEqual(decideRefresh(unused, instant(issuedAt + refreshTokenMillis)), "over")
  })

  it("repeats the answer for 10 seconds", () => {
    assert.strictEqual(decideRefresh(used, after(0)), "repeat")
    assert.strictEqual(decideRefresh(used, after(repeatMillis)), "repeat")
    assert.strictEqual(decideRefresh(used, after(repeatMillis + 1)), "reused")
  })

  it("takes a used token whose successor was used for a copy, however soon it comes", () => {
    assert.strictEqual(decideRefresh({ ...used, successorUsed: true }, after(0)), "reused")
  })

  it("gives nothing once the session has ended", () => {
    fc.assert(fc.property(fc.boolean(), fc.boolean(), fc.nat(), (isUsed, successorUsed, millis) => {
      const token = { ...unused, usedAt: isUsed ? usedAt : null, successorUsed, sessionEnded: true }
      assert.strictEqual(decideRefresh(token, after(millis)), "over")
    }))
  })

  it("never rotates a token that was used", () => {
    fc.assert(fc.property(fc.boolean(), fc.boolean(), fc.nat(), (successorUsed, sessionEnded, millis) => {
      assert.notStrictEqual(decideRefresh({ ...used, successorUsed, sessionEnded }, after(millis)), "rotate")
    }))
  })
})
