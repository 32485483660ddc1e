import { MailRecipients } from "@ddd/core/ports/MailRecipients"
import { type UserId, userId } from "@ddd/core/values/Ids"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { randomUUID } from "node:crypto"
import * as MailRecipientsPg from "../../src/accounts/MailRecipientsPg.ts"
import { session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgWorld from "../support/PgWorld.ts"

const database = MailRecipientsPg.layer.pipe(Layer.provideMerge(PgWorld.app), Layer.provideMerge(PgWorld.migrated))

/** Writes rows as they come to be, by the owner's hand. */
const rows = Effect.gen(function*() {
  const { owner } = yield* TestDatabase
  const sql = yield* session(owner)
  return {
    user: Effect.fnUntraced(function*(email: string, username: string) {
      const id = userId(randomUUID())
      yield* sql`
        INSERT INTO users (id, email, username, password_hash) VALUES (${id}::uuid, ${email}, ${username}, '!')`
      return id
    }),
    /** A verification that works for an hour, asked for now. */
    token: Effect.fnUntraced(function*(user: UserId, email: string, previousEmail: string | null) {
      const id = randomUUID()
      yield* sql`
        INSERT INTO mailed_tokens (id, token_hash, user_id, purpose, email, previous_email, expires_at)
        VALUES (${id}::uuid, ${id}, ${user}::uuid, 'verify_email', ${email}, ${previousEmail},
          app_now() + interval '1 hour')`
      return id
    }),
    use: (id: string) => sql`UPDATE mailed_tokens SET used_at = app_now() WHERE id = ${id}::uuid`,
    forget: (id: string) => sql`UPDATE mailed_tokens SET email = NULL WHERE id = ${id}::uuid`,
    erase: (id: UserId) => sql`UPDATE users SET erased_at = app_now() WHERE id = ${id}::uuid`,
    anHourLater: sql`UPDATE app_clock SET shift = shift + interval '1 hour'`
  }
})

describe("MailRecipientsPg", () => {
  it.live("knows address and name of a player, and nobody who was erased", () =>
    Effect.gen(function*() {
      const write = yield* rows
      const recipients = yield* MailRecipients
      const marie = yield* write.user("Marie@Example.com", "marie")
      assert.deepStrictEqual(yield* recipients.recipient(marie), {
        email: "Marie@Example.com",
        isVerified: false,
        username: "marie"
      })
      assert.isNull(yield* recipients.recipient(userId(randomUUID())))
      yield* write.erase(marie)
      assert.isNull(yield* recipients.recipient(marie))
    }).pipe(Effect.provide(Layer.fresh(database))), 180_000)

  it.live("knows a token, and whether it still works", () =>
    Effect.gen(function*() {
      const write = yield* rows
      const recipients = yield* MailRecipients
      const usable = (id: string) => Effect.map(recipients.mailedToken(id), (token) => token?.usable)
      const marie = yield* write.user("marie@example.com", "marie")
      const used = yield* write.token(marie, "maria@example.com", "marie@example.com")
      const unused = yield* write.token(marie, "marie@example.com", null)
      const known = yield* recipients.mailedToken(used)
      assert.deepInclude(known, {
        userId: marie,
        purpose: "verify_email",
        email: "maria@example.com",
        previousEmail: "marie@example.com",
        usable: true
      })
      yield* write.use(used)
      assert.strictEqual(yield* usable(used), false)
      assert.strictEqual(yield* usable(unused), true)
      yield* write.anHourLater
      assert.strictEqual(yield* usable(unused), false)
      assert.isNull(yield* recipients.mailedToken(randomUUID()))
    }).pipe(Effect.provide(Layer.fresh(database))), 180_000)

  it.live("knows no token of a player who was erased, nor one whose address was", () =>
    Effect.gen(function*() {
      const write = yield* rows
      const recipients = yield* MailRecipients
      const marie = yield* write.user("marie@example.com", "marie")
      const first = yield* write.token(marie, "marie@example.com", null)
      const second = yield* write.token(marie, "marie@example.com", null)
      yield* write.forget(first)
      assert.isNull(yield* recipients.mailedToken(first))
      assert.isNotNull(yield* recipients.mailedToken(second))
      yield* write.erase(marie)
      assert.isNull(yield* recipients.mailedToken(second))
    }).pipe(Effect.provide(Layer.fresh(database))), 180_000)
})
