import { SecurityLog } from "@ddd/core/ports/SecurityLog"
import { userId } from "@ddd/core/values/Ids"
import { World } from "@ddd/sim/World"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { hashing } from "../support/Keys.ts"
import { mailedToken, mailsTo } from "../support/Mail.ts"
import { newPassword, password, post, signIn, signUp, statusFor, trySignIn } from "../support/Players.ts"
import { assertProblem, at, layer as server } from "../support/Server.ts"

const change = (token: string, currentPassword: string, next = newPassword) =>
  post("/auth/change-password", { currentPassword, password: next }, { token })
const askReset = (email: string) => post("/auth/reset-password", { email })
const confirm = (token: string, next = newPassword) => post("/auth/reset-password/confirm", { token, password: next })

/** What happened to a player, newest first. */
const events = (id: string) =>
  Effect.flatMap(SecurityLog, (log) => Effect.map(log.of(userId(id), 20), (all) => all.map(({ type }) => type)))

layer(server(), { excludeTestServices: true })("changing the password", (it) => {
  it.effect("takes the present one, and puts the new one in its place", () =>
    Effect.gen(function*() {
      const ada = yield* signUp("Ada")
      assert.strictEqual((yield* change(ada.token, password)).status, 204)
      assertProblem(yield* trySignIn(ada.email), 401, "invalid_credentials")
      assert.strictEqual((yield* trySignIn(ada.email, newPassword)).status, 200)
      assert.include(yield* events(ada.userId), "password_changed")
    }))

  it.effect("is refused without the present one, counted as a sign-in is, and changes nothing", () =>
    Effect.gen(function*() {
      const world = yield* World
      const grace = yield* signUp("Grace")
      for (let i = 0; i < 6; i++) {
        assertProblem(yield* change(grace.token, "not her password"), 401, "invalid_credentials")
      }
      const waiting = yield* change(grace.token, password)
      assertProblem(waiting, 429, "rate_limited")
      assert.strictEqual(waiting.headers.get("retry-after"), "1")
      assertProblem(yield* trySignIn(grace.email), 429, "rate_limited")
      yield* world.advance(1_000)
      assert.strictEqual((yield* trySignIn(grace.email)).status, 200)
      assert.strictEqual((yield* events(grace.userId)).filter((type) => type === "sign_in_failed").length, 6)
    }))

  it.effect("takes no password that is short, long, common or personal", () =>
    Effect.gen(function*() {
      const edsger = yield* signUp("edsger")
      for (const bad of ["short", "x".repeat(129), "password123", "edsgeredsger"]) {
        const answer = yield* change(edsger.token, password, bad)
        assertProblem(answer, 400, "invalid_request")
        assert.strictEqual(at(answer.json, "errors", 0, "path"), "password")
      }
      assert.strictEqual((yield* trySignIn(edsger.email)).status, 200)
    }))

  it.effect("#19 refuses a very long present password before any hashing", () =>
    Effect.gen(function*() {
      const { token } = yield* signUp("Tony")
      const { verifications } = hashing
      const answer = yield* change(token, "x".repeat(60_000))
      assertProblem(answer, 400, "invalid_request")
      assert.strictEqual(at(answer.json, "errors", 0, "path"), "currentPassword")
      assert.strictEqual(hashing.verifications, verifications)
    }))
})

layer(server(), { excludeTestServices: true })("resetting the password", (it) => {
  it.effect("answers the same whether or not the address is known, and mails whoever has it", () =>
    Effect.gen(function*() {
      const ada = yield* signUp("Ada")
      for (const email of ["ADA@example.com", "nobody@example.com", "no address", ""]) {
        const answer = yield* askReset(email)
        assert.deepStrictEqual([answer.status, answer.text], [202, "{}"])
      }
      assert.strictEqual(yield* mailsTo("MailResetPassword", ada.userId), 1)
    }))

  it.effect("sets a new password by the mailed token, once, and ends every session", () =>
    Effect.gen(function*() {
      const grace = yield* signUp("Grace")
      const elsewhere = yield* signIn(grace.email)
      yield* askReset(grace.email)
      const token = yield* mailedToken("MailResetPassword", grace.userId)
      const answer = yield* confirm(token)
      assert.deepStrictEqual([answer.status, answer.text], [204, ""])
      for (const session of [grace, elsewhere]) assert.strictEqual(yield* statusFor(session.token), 401)
      assertProblem(yield* trySignIn(grace.email), 401, "invalid_credentials")
      assert.strictEqual((yield* trySignIn(grace.email, newPassword)).status, 200)
      assertProblem(yield* confirm(token, "a third fine staple"), 400, "invalid_token")
      assert.includeMembers([...yield* events(grace.userId)], ["password_reset_asked", "password_reset"])
    }))

  it.effect("refuses a token that is unknown, replaced by a newer one, meant for something else, or 30 minutes old", () =>
    Effect.gen(function*() {
      const { email, userId } = yield* signUp("Barbara")
      yield* askReset(email)
      const first = yield* mailedToken("MailResetPassword", userId)
      yield* askReset(email)
      const second = yield* mailedToken("MailResetPassword", userId)
      const welcome = yield* mailedToken("MailWelcome", userId)
      for (const token of ["", "unknown", first, welcome]) {
        assertProblem(yield* confirm(token), 400, "invalid_token")
      }
      yield* (yield* World).advance(30 * 60_000)
      assertProblem(yield* confirm(second), 400, "invalid_token")
      assert.strictEqual((yield* trySignIn(email)).status, 200)
    }))

  it.effect("holds a new password to the same rules, before any hashing, and keeps the token for a better one", () =>
    Effect.gen(function*() {
      const edsger = yield* signUp("edsger")
      yield* askReset(edsger.email)
      const token = yield* mailedToken("MailResetPassword", edsger.userId)
      for (const bad of ["short", "x".repeat(129), "password123", "edsgeredsger"]) {
        const answer = yield* confirm(token, bad)
        assertProblem(answer, 400, "invalid_request")
        assert.strictEqual(at(answer.json, "errors", 0, "path"), "password")
      }
      assert.strictEqual((yield* confirm(token)).status, 204)
    }))

  it.effect("works for one of many who use the same token at once", () =>
    Effect.gen(function*() {
      const tony = yield* signUp("Tony")
      yield* askReset(tony.email)
      const token = yield* mailedToken("MailResetPassword", tony.userId)
      const answers = yield* Effect.forEach(
        Array.from({ length: 20 }, (_, i) => `a fine staple, number ${i}`),
        (next) => confirm(token, next),
        { concurrency: "unbounded" }
      )
      assert.lengthOf(answers.filter(({ status }) => status === 204), 1)
      for (const answer of answers) if (answer.status !== 204) assertProblem(answer, 400, "invalid_token")
    }))
})
