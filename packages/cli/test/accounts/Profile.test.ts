import { assert, layer } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { assertProblem, at, password, Site } from "../support/Site.ts"

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("the profile", (it) => {
  const change = (token: string, body: unknown) =>
    Effect.flatMap(Site, ({ ask }) => ask("PATCH", "/user/profile", { token, body }))

  it.effect("is shown, and its name changed to one that nobody has", () =>
    Effect.gen(function*() {
      const { ask, newPlayer } = yield* Site
      const neighbour = yield* newPlayer
      const { accessToken, email, id } = yield* newPlayer
      const answer = yield* change(accessToken, { username: "Renamed" })
      assert.strictEqual(answer.status, 200, answer.text)
      const shown = yield* ask("GET", "/user/profile", { token: accessToken })
      assert.deepStrictEqual(shown.json, answer.json)
      assert.deepStrictEqual([at(shown.json, "id"), at(shown.json, "email"), at(shown.json, "username")], [
        id,
        email,
        "Renamed"
      ])
      assertProblem(
        yield* change(accessToken, { username: neighbour.username.toLowerCase() }),
        409,
        "username_taken"
      )
    }))

  it.effect("takes a new address with the password, and uses it once it is verified", () =>
    Effect.gen(function*() {
      const { ask, mailbox, newPlayer, post, signIn, verifyAddress } = yield* Site
      const { accessToken, email } = yield* newPlayer
      yield* verifyAddress({ email })
      const next = `new.${email}`
      assertProblem(yield* change(accessToken, { email: next }), 400, "invalid_request")
      assertProblem(
        yield* change(accessToken, { email: next, currentPassword: "not my password" }),
        401,
        "invalid_credentials"
      )
      const asked = yield* change(accessToken, { email: next, currentPassword: password })
      assert.strictEqual(asked.status, 200, asked.text)
      assert.strictEqual(at(asked.json, "email"), email)
      const token = yield* mailbox.token(next, "verify-email")
      // the old address is told, and stays in force: the new one opens nothing yet
      yield* mailbox.saying(email, "have a new address")
      assertProblem(yield* signIn(next), 401, "invalid_credentials")
      assert.strictEqual((yield* signIn(email)).status, 200)
      for (const address of [next, email]) {
        assert.strictEqual((yield* post("/auth/reset-password", { email: address })).status, 202)
      }
      yield* mailbox.token(email, "reset-password")
      assert.lengthOf(
        mailbox.to(next).filter(({ text }) => text.includes("reset-password")),
        0
      )

      assert.strictEqual((yield* post("/auth/verify-email", { token })).status, 204)
      const shown = yield* ask("GET", "/user/profile", { token: accessToken })
      assert.deepStrictEqual([at(shown.json, "email"), at(shown.json, "emailVerified")], [next, true])
      assert.strictEqual((yield* signIn(next)).status, 200)
      assertProblem(yield* signIn(email), 401, "invalid_credentials")
    }))

  it.effect("keeps an address for who verified it first", () =>
    Effect.gen(function*() {
      const { mailbox, newPlayer, post } = yield* Site
      const { accessToken } = yield* newPlayer
      const contested = "contested@example.com"
      yield* change(accessToken, { email: contested, currentPassword: password })
      const token = yield* mailbox.token(contested, "verify-email")
      const other = yield* post("/auth/sign-up", { email: contested, username: "first.there", password })
      assert.strictEqual(other.status, 201, other.text)
      assertProblem(yield* post("/auth/verify-email", { token }), 409, "email_taken")
    }))

  it.effect("goes for good although the name stays in what others were answered, which the log tells", () =>
    Effect.gen(function*() {
      const { ask, newPlayer, servers, sql } = yield* Site
      const { accessToken, id } = yield* newPlayer
      yield* sql`ALTER FUNCTION forget_name_in_answers(uuid) RENAME TO forget_later`
      const answer = yield* ask("DELETE", "/user", { token: accessToken, body: { currentPassword: password } })
      assert.deepStrictEqual([answer.status, answer.text], [204, ""])
      assert.strictEqual((yield* ask("GET", "/user/profile", { token: accessToken })).status, 401)
      // what a process writes is read a little later
      yield* Effect.sync(() => servers.map(({ stderr, stdout }) => stdout() + stderr()).join("")).pipe(
        Effect.repeat({ until: (log) => log.includes(`user erase ${id}\``), schedule: Schedule.spaced("50 millis") }),
        Effect.timeout("50 seconds")
      )
      yield* sql`ALTER FUNCTION forget_later(uuid) RENAME TO forget_name_in_answers`
    }))
})
