import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  decideRefresh,
  refresh,
  refreshTokenMillis,
  repeatMillis,
  type StoredRefreshToken
} from "../../src/accounts/Refresh.ts"
import { sessionId } from "../../src/accounts/Session.ts"
import { userId } from "../../src/values/Ids.ts"
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

describe("refresh", () => {
  const owner = {
    userId: userId("01970000-0000-7000-8000-00000000000a"),
    sessionId: sessionId("01970000-0000-7000-8000-00000000000b")
  }
  const show = (token: Omit<StoredRefreshToken, "successorUsed">, successorUnused: boolean) =>
    refresh(
      { now: after(1), owner, token, successorUnused, newIds: { event: "e1" } },
      { ip: null, userAgent: null }
    )

  it("issues the successor at the first use, and answers the same for a repeat without a write", () => {
    const answer = { _tag: "Refreshed" as const, ...owner }
    assert.deepStrictEqual(show(unused, false), { answer, rotateAt: after(1), end: null })
    assert.deepStrictEqual(show(used, true), { answer, rotateAt: null, end: null })
  })

  it("ends the session where the successor was used, or is not stored", () => {
    const { answer, end, rotateAt } = show(used, false)
    assert.deepStrictEqual(answer, { _tag: "Reused" })
    assert.isNull(rotateAt)
    assert.deepInclude(end, { userId: owner.userId, which: { only: [owner.sessionId] }, reason: "reused" })
    assert.deepInclude(end?.event, { id: "e1", type: "refresh_reused" })
  })

  it("writes nothing once the session has ended", () => {
    fc.assert(fc.property(fc.boolean(), fc.boolean(), (isUsed, successorUnused) => {
      const token = { ...unused, usedAt: isUsed ? usedAt : null, sessionEnded: true }
      assert.deepStrictEqual(show(token, successorUnused), { answer: { _tag: "Unknown" }, rotateAt: null, end: null })
    }))
  })
})
