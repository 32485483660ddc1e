import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import { openSession } from "../../src/accounts/SignIn.ts"
import { account, ada, hash, origin, session } from "./support/Given.ts"

const newIds = { session, event: "event" }
const request = (verified: Redacted.Redacted, replacement: Redacted.Redacted | null = null) => ({
  userId: ada,
  session: { refreshTokenHash: "refresh", userAgent: null },
  password: { verified, replacement }
})

describe("openSession", () => {
  it("refuses a proof of another password than the stored one, and any for who is frozen, erased or unknown", () => {
    for (
      const [stands, verified] of [
        [account, Redacted.make("$argon2id$other")],
        [{ ...account, frozen: true }, hash],
        [{ ...account, erased: true }, hash],
        [{ ...account, passwordHash: null }, hash],
        [null, hash]
      ] as const
    ) {
      const refused = openSession({ account: stands, newIds }, request(verified), origin)
      assert.strictEqual(Result.isFailure(refused) ? refused.failure._tag : undefined, "PasswordOutdated")
    }
  })

  it("stores a hash only where one replaces the old", () => {
    const opened = Result.getOrThrow(openSession({ account, newIds }, request(hash), origin))
    assert.deepStrictEqual(opened.set, {})
    assert.deepStrictEqual(opened.openSession, { id: session, refreshTokenHash: "refresh", userAgent: null })
    const newer = Redacted.make("$argon2id$newer")
    const rehashed = Result.getOrThrow(openSession({ account, newIds }, request(hash, newer), origin))
    assert.deepStrictEqual(rehashed.set, { passwordHash: newer })
    assert.isNull(rehashed.endSessions)
  })
})
