import { operatorOrigin } from "@ddd/core/accounts/SecurityEvent"
import { Accounts } from "@ddd/core/ports/Accounts"
import { SecurityLog } from "@ddd/core/ports/SecurityLog"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { World } from "@ddd/sim/World"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Logger, Redacted } from "effect"
import { hashing, outdatedHash } from "../support/Keys.ts"
import { mailedToken } from "../support/Mail.ts"
import { password, player, post, trySignIn } from "../support/Players.ts"
import { assertProblem, at, Client, layer as server, ports, textAt } from "../support/Server.ts"

const signUp = (body: unknown) => post("/auth/sign-up", body)
const signIn = (email: string, password: string) => trySignIn(email, password)

/** What happened to a player, newest first. */
const eventsOf = (email: string) =>
  Effect.gen(function*() {
    const candidate = yield* (yield* Accounts).findForSignIn(email)
    return candidate === null ? [] : yield* (yield* SecurityLog).of(candidate.user.id, 20)
  })

layer(server())("signing up", (it) => {
  it.effect("opens an account with an empty wallet, and signs in", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      const answer = yield* signUp(player("Ada"))
      assert.strictEqual(answer.status, 201, answer.text)
      assert.deepStrictEqual(Object.keys(at(answer.json, "user") as object), [
        "id",
        "email",
        "username",
        "emailVerified",
        "createdAt"
      ])
      assert.strictEqual(textAt(answer.json, "user", "createdAt"), "2026-02-03T10:30:00.000Z")
      assert.strictEqual(at(answer.json, "tokens", "tokenType"), "Bearer")
      assert.strictEqual(at(answer.json, "tokens", "expiresIn"), 900)
      assert.match(textAt(answer.json, "tokens", "refreshToken"), /^refresh-/)
      const profile = yield* call("GET", "/user/profile", { token: textAt(answer.json, "tokens", "accessToken") })
      assert.strictEqual(profile.status, 200, profile.text)
      assert.strictEqual(at(profile.json, "wallet", "balance"), "0.00")
      assert.strictEqual(at(profile.json, "kycStatus"), "none")
      assert.isNull(at(profile.json, "country"))
    }))

  it.effect("refuses an address or a name that is taken, whatever its case", () =>
    Effect.gen(function*() {
      yield* signUp(player("Grace"))
      assertProblem(yield* signUp({ ...player("Grace2"), email: "GRACE@EXAMPLE.COM" }), 409, "email_taken")
      assertProblem(yield* signUp({ ...player("gRACE"), email: "other@example.com" }), 409, "username_taken")
    }))

  it.effect("refuses what is no address, no name or no password, naming every field and quoting none", () =>
    Effect.gen(function*() {
      const likeAnId = {
        email: "ada@example.com",
        username: "01970000-0000-7000-8000-00000000000A",
        password: "violet kettle"
      }
      assert.include((yield* signUp(likeAnId)).text, "must not have the form of an id")
      const answer = yield* signUp({ email: "no address", username: "a b", password: 12_345_678_901 })
      assertProblem(answer, 400, "invalid_request")
      assert.deepStrictEqual(at(answer.json, "errors"), [
        { path: "email", message: "must be an e-mail address, without invisible characters" },
        { path: "username", message: "must have 3 to 50 characters of A-Z, a-z, 0-9, _, . and -" },
        { path: "password", message: "must be a string" }
      ])
      for (
        const email of ["", "a@", "@b.c", "a@b", "a@b@c.d", "a b@c.d", "a@b..c", `${"a".repeat(251)}@b.cd`, "a@b.c\n"]
      ) {
        assertProblem(yield* signUp({ ...player("Ada3"), email }), 400, "invalid_request")
      }
    }))

  it.effect("refuses passwords that are short, long, common or personal", () =>
    Effect.gen(function*() {
      for (const bad of ["short", "x".repeat(129), "password123", "edsgeredsger"]) {
        const answer = yield* signUp({ ...player("edsger"), password: bad })
        assertProblem(answer, 400, "invalid_request")
        assert.strictEqual(at(answer.json, "errors", 0, "path"), "password")
        assert.notInclude(answer.text, bad)
      }
    }))

  it.effect("refuses fields it does not know", () =>
    Effect.gen(function*() {
      for (const extra of [{ ageVerified: true }, { balance: "5.00" }, { emailVerified: true }, { role: "admin" }]) {
        const answer = yield* signUp({ ...player("Barbara"), ...extra })
        assertProblem(answer, 400, "invalid_request")
        assert.deepStrictEqual(at(answer.json, "errors"), [
          { path: Object.keys(extra)[0], message: "is not a field of this request" }
        ])
      }
    }))

  it.effect("answers 503 while too many hash", () =>
    Effect.gen(function*() {
      hashing.busy = true
      const answer = yield* signUp(player("Tony"))
      hashing.busy = false
      assertProblem(answer, 503, "unavailable")
      assert.strictEqual(answer.headers.get("retry-after"), "1")
    }))
})

layer(server().pipe(Layer.provide(Logger.layer([]))), { excludeTestServices: true })("signing in", (it) => {
  it.effect("answers tokens for the right password, whatever the address's case", () =>
    Effect.gen(function*() {
      yield* signUp(player("Ada"))
      const answer = yield* signIn("ADA@example.com", password)
      assert.strictEqual(answer.status, 200, answer.text)
      assert.strictEqual(textAt(answer.json, "user", "username"), "Ada")
    }))

  it.effect("#17 answers an unknown address as it does a wrong password, after the same work", () =>
    Effect.gen(function*() {
      yield* signUp(player("Grace"))
      const [verifications, absent] = [hashing.verifications, hashing.absent]
      const wrong = yield* signIn("grace@example.com", "not her password")
      const unknown = yield* signIn("nobody@example.com", "not her password")
      assertProblem(wrong, 401, "invalid_credentials")
      assertProblem(unknown, 401, "invalid_credentials")
      assert.deepStrictEqual(
        { ...(wrong.json as object), requestId: "" },
        { ...(unknown.json as object), requestId: "" }
      )
      assert.deepStrictEqual([hashing.verifications, hashing.absent], [verifications + 1, absent + 1])
    }))

  it.effect("tells of a frozen account only who knows its password", () =>
    Effect.gen(function*() {
      const accounts = yield* Accounts
      yield* signUp(player("Frozen"))
      const candidate = yield* accounts.findForSignIn("frozen@example.com")
      assert.isNotNull(candidate)
      yield* (yield* World).freeze(candidate.user.id)
      assertProblem(yield* signIn("frozen@example.com", "not her password"), 401, "invalid_credentials")
      assertProblem(yield* signIn("frozen@example.com", password), 403, "account_frozen")
    }))

  it.effect("replaces a hash that is out of date", () =>
    Effect.gen(function*() {
      const accounts = yield* Accounts
      yield* accounts.signUp({
        email: "old@example.com",
        username: "old",
        passwordHash: Redacted.make(outdatedHash(password)),
        session: { refreshTokenHash: "0", userAgent: null }
      }, operatorOrigin)
      const stored = Effect.map(accounts.findForSignIn("old@example.com"), (found) =>
        found && Redacted.value(found.passwordHash))
      assert.strictEqual((yield* signIn("old@example.com", password)).status, 200)
      const renewed = yield* stored
      assert.notStrictEqual(renewed, outdatedHash(password))
      assert.strictEqual((yield* signIn("old@example.com", password)).status, 200)
      assert.strictEqual(yield* stored, renewed)
    }))

  it.effect("#19 refuses a password of any other length than an account's before hashing it", () =>
    Effect.gen(function*() {
      const { absent } = hashing
      const answer = yield* signIn("nobody@example.com", "x".repeat(50_000))
      assertProblem(answer, 400, "invalid_request")
      assert.strictEqual(hashing.absent, absent)
      assert.strictEqual((yield* signIn("nobody@example.com", "x".repeat(70_000))).status, 413)
    }))

  it.effect("answers 503 while too many hash, and counts no such attempt as failed", () =>
    Effect.gen(function*() {
      yield* signUp(player("Busy"))
      hashing.busy = true
      for (let i = 0; i < 10; i++) {
        const answer = yield* signIn("busy@example.com", password)
        assertProblem(answer, 503, "unavailable")
        assert.strictEqual(answer.headers.get("retry-after"), "1")
      }
      hashing.busy = false
      assert.strictEqual((yield* signIn("busy@example.com", password)).status, 200)
    }))

  it.effect("gives no session to a password that was reset while it was being checked", () =>
    Effect.gen(function*() {
      const { json } = yield* signUp(player("Raced"))
      yield* post("/auth/reset-password", { email: "raced@example.com" })
      const token = yield* mailedToken("MailResetPassword", textAt(json, "user", "id"))
      const client = yield* Client
      const body = { token, password: "the owner's new one" }
      hashing.afterVerifying = Effect.asVoid(client.call("POST", "/auth/reset-password/confirm", { body }))
      assertProblem(yield* signIn("raced@example.com", password), 401, "invalid_credentials")
      assert.strictEqual((yield* signIn("raced@example.com", "the owner's new one")).status, 200)
    }))

  it.effect("writes down what happened, and where from", () =>
    Effect.gen(function*() {
      yield* signUp(player("Logged"))
      yield* trySignIn("logged@example.com", "not her password", { headers: { "user-agent": "a phone" } })
      yield* trySignIn("logged@example.com", password, { headers: { "user-agent": "a phone" } })
      const events = yield* eventsOf("logged@example.com")
      assert.deepStrictEqual(events.map(({ type }) => type), ["signed_in", "sign_in_failed", "signed_up"])
      for (const { origin } of events.slice(0, 2)) {
        assert.deepStrictEqual(origin, { ip: "127.0.0.1", userAgent: "a phone" })
      }
    }))
})

layer(server(), { excludeTestServices: true })("guessing passwords", (it) => {
  const guess = (email: string) => signIn(email, "not the password")

  it.effect("makes the next attempt wait, the right password too, whether or not the address is known", () =>
    Effect.gen(function*() {
      const world = yield* World
      yield* signUp(player("Ada"))
      for (const email of ["ada@example.com", "nobody@example.com"]) {
        for (let i = 0; i < 6; i++) assertProblem(yield* guess(email), 401, "invalid_credentials")
        const waiting = yield* signIn(email, password)
        assertProblem(waiting, 429, "rate_limited")
        assert.strictEqual(waiting.headers.get("retry-after"), "1")
        yield* world.advance(1_000)
        assertProblem(yield* guess(email), 401, "invalid_credentials")
        assert.strictEqual((yield* guess(email)).headers.get("retry-after"), "2")
        yield* world.advance(2_000)
      }
      assert.strictEqual((yield* signIn("ada@example.com", password)).status, 200)
      const events = (yield* eventsOf("ada@example.com")).map(({ type }) => type)
      assert.strictEqual(events.filter((type) => type === "sign_in_throttled").length, 2)
      for (let i = 0; i < 6; i++) assertProblem(yield* guess("ada@example.com"), 401, "invalid_credentials")
    }))

  it.effect("gains nothing by trying at once, nor by spelling the address in other ways", () =>
    Effect.gen(function*() {
      yield* signUp(player("Grace"))
      const answers = yield* Effect.forEach(
        Array.from({ length: 20 }, (_, i) => i % 2 === 0 ? "grace@example.com" : "GRACE@Example.com"),
        guess,
        { concurrency: "unbounded" }
      )
      assert.lengthOf(answers.filter(({ status }) => status === 401), 6)
      assert.lengthOf(answers.filter(({ status }) => status === 429), 14)
    }))

  it.effect("from one network at many accounts makes that network wait", () =>
    Effect.gen(function*() {
      yield* (yield* World).advance(3_600_000)
      const answers = yield* Effect.forEach(Array.from({ length: 60 }, (_, i) => `nobody${i}@example.com`), guess, {
        concurrency: "unbounded"
      })
      assert.lengthOf(answers.filter(({ status }) => status === 401), 51)
      assert.lengthOf(answers.filter(({ status }) => status === 429), 9)
    }))
})

const down = new Unavailable({ message: "no database", retryAfter: 3 })
const noAccounts = Layer.mock(Accounts)({
  signUp: () => Effect.fail(down),
  findForSignIn: () => Effect.fail(down),
  askReset: () => Effect.fail(down),
  findForReset: () => Effect.fail(down),
  verifyEmail: () => Effect.fail(down)
})

layer(server({}, Layer.provideMerge(noAccounts, ports)))("when the store is away", (it) => {
  it.effect("answers 503 and says when to try again", () =>
    Effect.gen(function*() {
      for (
        const answer of [
          yield* signUp(player("Ada")),
          yield* signIn("ada@example.com", password),
          yield* post("/auth/reset-password", { email: "ada@example.com" }),
          yield* post("/auth/reset-password/confirm", { token: "token", password }),
          yield* post("/auth/verify-email", { token: "token" })
        ]
      ) {
        assertProblem(answer, 503, "unavailable")
        assert.strictEqual(answer.headers.get("retry-after"), "3")
        assert.notInclude(answer.text, "database")
      }
    }))
})
