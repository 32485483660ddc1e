import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { assertProblem, at, password, Site } from "../support/Site.ts"

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("signing up", (it) => {
  it.effect("makes user and wallet in one transaction", () =>
    Effect.gen(function*() {
      const { post, sql } = yield* Site
      const body = { email: "ada@example.com", username: "ada", password }
      yield* sql.unsafe(
        `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no wallets today''; END'`
      )
      yield* sql.unsafe("CREATE TRIGGER fail BEFORE INSERT ON wallets FOR EACH ROW EXECUTE FUNCTION fail()")
      const failed = yield* post("/auth/sign-up", body)
      yield* sql.unsafe("DROP TRIGGER fail ON wallets")
      assert.isAtLeast(failed.status, 500, failed.text)
      const left = yield* sql`SELECT 1 FROM users WHERE username = 'ada'`
      assert.lengthOf(left, 0)

      const made = yield* post("/auth/sign-up", body)
      assert.strictEqual(made.status, 201, made.text)
      const [row] = yield* sql`
        SELECT w.balance FROM users u JOIN wallets w ON w.user_id = u.id WHERE u.username = 'ada'`
      assert.deepStrictEqual(row, { balance: "0.00" })
    }))

  it.effect("takes an address and a name once, whatever their case, and the database says so", () =>
    Effect.gen(function*() {
      const { post, sql } = yield* Site
      const cased = (text: string, index: number) =>
        [...text].map((letter, place) => (index >> place % 4) & 1 ? letter.toUpperCase() : letter).join("")
      const rush = (body: (index: number) => object) =>
        Effect.forEach(
          Array.from({ length: 12 }, (_, index) => index),
          (index) => post("/auth/sign-up", { ...body(index), password }),
          { concurrency: "unbounded" }
        )
      const byAddress = yield* rush((index) => ({ email: cased("grace@example.com", index), username: `g${index}_g` }))
      const byName = yield* rush((index) => ({ email: `hedy${index}@example.com`, username: cased("hedy", index) }))
      for (const [answers, code] of [[byAddress, "email_taken"], [byName, "username_taken"]] as const) {
        assert.lengthOf(answers.filter(({ status }) => status === 201), 1)
        for (const answer of answers.filter(({ status }) => status !== 201)) assertProblem(answer, 409, code)
      }
      for (const [email, username] of [["GRACE@example.com", "else"], ["else@example.com", "HeDy"]] as const) {
        const error = yield* Effect.flip(sql`
          INSERT INTO users (id, email, username, password_hash) VALUES (gen_random_uuid(), ${email}, ${username}, '!')`)
        assert.strictEqual(error.reason._tag, "UniqueViolation")
      }
    }))

  it.effect("takes a mailbox once, however its domain is written, and nothing that cannot be seen", () =>
    Effect.gen(function*() {
      const { mailbox, post, signIn } = yield* Site
      const signUp = (email: string, username: string) => post("/auth/sign-up", { email, username, password })
      const made = yield* signUp("Mary@ｅｘａｍｐｌｅ.com", "mary")
      assert.strictEqual(at(made.json, "user", "email"), "Mary@example.com", made.text)
      for (const email of ["mary@example.com", "MARY@EXAMPLE.COM", "mary@example。com", "mary@ⓔⓧⓐⓜⓟⓛⓔ.com"]) {
        assertProblem(yield* signUp(email, "another"), 409, "email_taken")
        assert.strictEqual((yield* signIn(email)).status, 200)
      }
      for (const unseen of ["\u034f", "\u3164", "\u115f", "\ufe0f", "\u2800", "\u00ad", "\u200b"]) {
        assertProblem(yield* signUp(`m${unseen}ary@example.com`, "another"), 400, "invalid_request")
        assertProblem(yield* signUp("other@example.com", `mar${unseen}y`), 400, "invalid_request")
      }
      yield* mailbox.token("Mary@example.com", "verify-email")
    }))

  it.effect("mails a welcome with a link that verifies the address, once", () =>
    Effect.gen(function*() {
      const { ask, mailbox, newPlayer, post } = yield* Site
      const { accessToken, email, username } = yield* newPlayer
      const verified = Effect.map(ask("GET", "/user/profile", { token: accessToken }), ({ json }) =>
        at(json, "emailVerified"))
      const token = yield* mailbox.token(email, "verify-email")
      assert.include(mailbox.to(email)[0]?.text, username)
      assert.include(mailbox.to(email)[0]?.text, "http://lottery.example.com/verify-email")
      assert.isFalse(yield* verified)
      const answer = yield* post("/auth/verify-email", { token })
      assert.strictEqual(answer.status, 204, answer.text)
      assert.isTrue(yield* verified)
      assertProblem(yield* post("/auth/verify-email", { token }), 400, "invalid_token")
      assertProblem(yield* post("/auth/verify-email", { token: "A".repeat(43) }), 400, "invalid_token")
      assertProblem(yield* post("/auth/verify-email", { token: "none" }), 400, "invalid_token")
    }))

  it.effect("mails another link on request, and the one before stops working", () =>
    Effect.gen(function*() {
      const { mailbox, newPlayer, post } = yield* Site
      const { accessToken, email } = yield* newPlayer
      const first = yield* mailbox.token(email, "verify-email")
      const answer = yield* post("/auth/verify-email/resend", {}, { token: accessToken })
      assert.strictEqual(answer.status, 202, answer.text)
      const second = yield* mailbox.token(email, "verify-email", 2)
      assertProblem(yield* post("/auth/verify-email", { token: first }), 400, "invalid_token")
      assert.strictEqual((yield* post("/auth/verify-email", { token: second })).status, 204)
    }))

  it.effect("stores of a mailed link's token only its hash", () =>
    Effect.gen(function*() {
      const { mailbox, newPlayer, sql } = yield* Site
      const { email } = yield* newPlayer
      const token = yield* mailbox.token(email, "verify-email")
      const rows = yield* sql`SELECT t::text AS row FROM mailed_tokens t`
      assert.isNotEmpty(rows)
      assert.notInclude(JSON.stringify(rows), token)
    }))
})
