/** Accounts that were made while the database's locale said which addresses are the same. */
import { Accounts } from "@ddd/core/ports/Accounts"
import { mailedHash, newPlayer, origin } from "@ddd/sim/contract/Players"
import { hashOf, present } from "@ddd/sim/scenario/Steps"
import type { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Schedule } from "effect"
import { identifySome } from "../../src/accounts/EmailIdentityRows.ts"
import { session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import * as PgWorld from "../support/PgWorld.ts"

/** As a server of the release before signs somebody up: the application's role, and no word of a mailbox. */
const oldSignUp = (sql: PgClient.PgClient, id: string, email: string, username: string) =>
  sql`INSERT INTO users (id, email, username, password_hash) VALUES (${id}::uuid, ${email}, ${username}, 'old')`.pipe(
    Effect.andThen(sql`INSERT INTO wallets (id, user_id) VALUES (gen_random_uuid(), ${id}::uuid)`),
    Effect.andThen(sql`INSERT INTO user_keys (user_id, key) VALUES (${id}::uuid, decode(repeat('00', 32), 'hex'))`)
  )

const ids = [1, 2, 3].map((digit) => `019c0000-0000-7000-8000-00000000000${digit}`) as [string, string, string]

describe("accounts with one mailbox from before mailboxes were compared", () => {
  it.live(
    "both sign in as before, verify and reset as themselves, and are listed; a third is refused",
    () =>
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const sql = yield* session((yield* TestDatabase).app)
        yield* oldSignUp(sql, ids[0], "ada@ｅｘａｍｐｌｅ.com", "wide")
        yield* oldSignUp(sql, ids[1], "Ada@example.com", "narrow")
        yield* oldSignUp(sql, ids[2], "bob@example.com", "bob")
        const foundAs = (email: string) => Effect.map(accounts.findForSignIn(email), (found) => found?.user.username)
        const everyoneSignsIn = Effect.gen(function*() {
          assert.strictEqual(yield* foundAs("ADA@ｅｘａｍｐｌｅ.com"), "wide")
          assert.strictEqual(yield* foundAs("ada@EXAMPLE.com"), "narrow")
          assert.strictEqual(yield* foundAs("bob@example.com"), "bob")
        })
        yield* everyoneSignsIn

        // as every server does, now and from time to time
        // whichever of the two comes first: this, or the ports' own
        yield* identifySome(sql).pipe(
          Effect.andThen(sql`SELECT 1 FROM email_identities WHERE identity IS NULL`),
          Effect.repeat({
            until: (due) => due.length === 0,
            schedule: Schedule.spaced("20 millis").pipe(Schedule.upTo({ duration: "30 seconds" }))
          })
        )
        assert.strictEqual(yield* identifySome(sql), 0)
        const sharing = yield* accounts.sharingMailboxes(10)
        assert.deepStrictEqual(sharing.map((one) => one.map(({ id }) => id)), [[ids[0], ids[1]]])
        yield* everyoneSignsIn
        assert.strictEqual(yield* foundAs("bob@ＥＸＡＭＰＬＥ.com"), "bob")
        assert.strictEqual((yield* accounts.find("ada@example.com"))?.username, "narrow")

        for (const email of ["ada@ⓔⓧⓐⓜⓟⓛⓔ.com", "bob@ｅｘａｍｐｌｅ.com"]) {
          const made = yield* Effect.flip(accounts.signUp({
            email,
            username: "third",
            passwordHash: Redacted.make("new"),
            session: { refreshTokenHash: hashOf("third"), userAgent: null }
          }, origin))
          assert.strictEqual(made._tag, "EmailTaken")
        }
        yield* accounts.askReset("ada@ｅｘａｍｐｌｅ.com", origin)
        const reset = yield* accounts.resetPassword(yield* mailedHash("MailResetPassword"), Redacted.make("x"), origin)
        assert.strictEqual(reset.username, "wide")
        const narrow = present(yield* accounts.find(ids[1]))
        yield* accounts.askVerification(narrow.id, origin)
        const verified = yield* accounts.verifyEmail(yield* mailedHash("MailVerifyAddress"), origin)
        assert.deepInclude(verified, { username: "narrow", emailVerified: true, email: "Ada@example.com" })
        yield* everyoneSignsIn
      }).pipe(Effect.provide(PgWorld.layer()), Effect.scoped),
    180_000
  )

  it.live("are none among those who sign up at the same time", () =>
    Effect.gen(function*() {
      const names = [
        "ada@example.com",
        "ADA@example.com",
        "ada@ｅｘａｍｐｌｅ.com",
        "ada@example。com",
        "ada@ⓔxample.com"
      ]
      const accounts = yield* Accounts
      const made = yield* Effect.forEach(names, (email, index) =>
        Effect.result(accounts.signUp({
          email,
          username: `player${index}`,
          passwordHash: Redacted.make("new"),
          session: { refreshTokenHash: hashOf(email), userAgent: null }
        }, origin)), { concurrency: "unbounded" })
      assert.deepStrictEqual(
        made.map((one) => one._tag === "Failure" ? one.failure._tag : "made").toSorted(),
        ["EmailTaken", "EmailTaken", "EmailTaken", "EmailTaken", "made"]
      )
      yield* newPlayer("bob")
    }).pipe(Effect.provide(PgWorld.layer())), 180_000)
})
