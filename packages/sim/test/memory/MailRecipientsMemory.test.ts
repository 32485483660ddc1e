import { MailRecipients } from "@ddd/core/ports/MailRecipients"
import { userId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as MailRecipientsMemory from "../../src/memory/accounts/MailRecipientsMemory.ts"
import * as Store from "../../src/memory/Store.ts"
import type { MailedTokenRow, UserRow } from "../../src/memory/StoredRows.ts"

const startsAt = instant(Date.UTC(2026, 1, 3, 10, 30))
const marie = userId("01970000-0000-7000-8000-000000000001")

const aUser: UserRow = {
  id: marie,
  email: "marie@example.com",
  username: "marie",
  emailVerified: false,
  createdAt: startsAt,
  passwordHash: null,
  frozen: false,
  kycStatus: "none",
  identityAt: null,
  identityReference: null,
  country: null,
  ageVerified: false,
  erasedAt: null
}

const aToken: MailedTokenRow = {
  id: "t1",
  tokenHash: "",
  userId: marie,
  purpose: "verify_email",
  email: "maria@example.com",
  previousEmail: "marie@example.com",
  createdAt: startsAt,
  expiresAt: instant(startsAt + 60_000),
  usedAt: null
}

const world = MailRecipientsMemory.layer.pipe(Layer.provideMerge(Store.layer({ startsAt, seed: 0 })))

describe("MailRecipientsMemory", () => {
  it.effect("knows players and their tokens, until they are erased", () =>
    Effect.gen(function*() {
      const store = yield* Store.Store
      const recipients = yield* MailRecipients
      assert.isNull(yield* recipients.recipient(marie))
      assert.isNull(yield* recipients.mailedToken("t1"))
      store.users.set(marie, aUser)
      store.mailedTokens.set("t1", aToken)
      assert.deepStrictEqual(yield* recipients.recipient(marie), {
        email: "marie@example.com",
        isVerified: false,
        username: "marie"
      })
      assert.deepStrictEqual(yield* recipients.mailedToken("t1"), {
        userId: marie,
        purpose: "verify_email",
        email: "maria@example.com",
        previousEmail: "marie@example.com",
        askedAt: aToken.createdAt,
        expiresAt: aToken.expiresAt,
        usable: true
      })
      store.users.set(marie, { ...aUser, erasedAt: startsAt })
      assert.isNull(yield* recipients.recipient(marie))
      assert.isNull(yield* recipients.mailedToken("t1"))
      store.users.set(marie, aUser)
      store.mailedTokens.set("t1", { ...aToken, email: null })
      assert.isNull(yield* recipients.mailedToken("t1"))
    }).pipe(Effect.provide(world)))

  it.effect("knows that a token works until it is used or expires", () =>
    Effect.gen(function*() {
      const store = yield* Store.Store
      const recipients = yield* MailRecipients
      const usable = Effect.map(recipients.mailedToken("t1"), (token) => token?.usable)
      store.users.set(marie, aUser)
      store.mailedTokens.set("t1", { ...aToken, usedAt: startsAt })
      assert.strictEqual(yield* usable, false)
      store.mailedTokens.set("t1", aToken)
      store.advance(59_999)
      assert.strictEqual(yield* usable, true)
      store.advance(1)
      assert.strictEqual(yield* usable, false)
    }).pipe(Effect.provide(world)))
})
