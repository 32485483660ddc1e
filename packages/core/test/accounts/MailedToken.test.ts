import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { type MailedToken, mailedTokenState, workingToken } from "../../src/accounts/MailedToken.ts"
import { userId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"

const now = instant(1_770_000_000_000)
const token: MailedToken = {
  id: "t1",
  userId: userId("01970000-0000-7000-8000-000000000001"),
  purpose: "verify_email",
  email: "marie@example.com",
  previousEmail: null,
  createdAt: instant(now - 1),
  expiresAt: instant(now + 1),
  usedAt: null
}

describe("MailedToken", () => {
  it("is usable to whoever mails it exactly as long as it works for whoever shows it", () => {
    fc.assert(fc.property(fc.integer({ min: -3, max: 3 }), fc.boolean(), (millis, isUsed) => {
      const some = { ...token, expiresAt: instant(now + millis), usedAt: isUsed ? now : null }
      const state = mailedTokenState(some, { isErased: false, now })
      assert.strictEqual(state?.usable, workingToken(some, "verify_email", now) !== null)
      assert.strictEqual(state?.usable, millis > 0 && !isUsed)
    }))
  })

  it("is none once its address or its player is erased", () => {
    assert.isNotNull(mailedTokenState(token, { isErased: false, now }))
    assert.isNull(mailedTokenState(token, { isErased: true, now }))
    assert.isNull(mailedTokenState({ ...token, email: null }, { isErased: false, now }))
    assert.isNull(mailedTokenState(null, { isErased: false, now }))
  })
})
