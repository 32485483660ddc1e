import { Accounts } from "@ddd/core/ports/Accounts"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { World } from "@ddd/sim/World"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { hashing, outdatedHash } from "../support/Keys.ts"
import { assertProblem, at, Client, layer as server, ports, textAt } from "../support/Server.ts"

const post = (path: string, body: unknown) => Effect.flatMap(Client, ({ call }) => call("POST", path, { body }))
const signUp = (body: unknown) => post("/auth/sign-up", body)
const signIn = (email: string, password: string) => post("/auth/sign-in", { email, password })

const password = "correct horse battery"
const player = (name: string) => ({ email: `${name}@example.com`, username: name, password })

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
      const answer = yield* signUp({ email: "no address", username: "a b", password: 12_345_678_901 })
      assertProblem(answer, 400, "invalid_request")
      assert.deepStrictEqual(at(answer.json, "errors"), [
        { path: "email", message: "must be an e-mail address" },
        { path: "username", message: "must have 3 to 50 characters of A-Z, a-z, 0-9, _, . and -" },
        { path: "password", message: "Expected string" }
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

  it.effect("refuses fields it does not know, a date of birth among them", () =>
    Effect.gen(function*() {
      for (
        const extra of [{ dateOfBirth: "1990-01-01" }, { balance: "5.00" }, { emailVerified: true }, { role: "admin" }]
      ) {
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

layer(server())("signing in", (it) => {
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
      })
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
      assert.strictEqual((yield* signIn("nobody@example.com", "x".repeat(1_000_000))).status, 413)
    }))

  it.effect("answers 503 while too many hash", () =>
    Effect.gen(function*() {
      hashing.busy = true
      const answer = yield* signIn("nobody@example.com", password)
      hashing.busy = false
      assertProblem(answer, 503, "unavailable")
    }))
})

const down = new Unavailable({ message: "no database", retryAfter: 3 })
const noAccounts = Layer.succeed(Accounts)(Accounts.of({
  signUp: () => Effect.fail(down),
  findForSignIn: () => Effect.fail(down),
  openSession: () => Effect.fail(down),
  profile: () => Effect.fail(down)
}))

layer(server({}, Layer.provideMerge(noAccounts, ports)))("when the store is away", (it) => {
  it.effect("answers 503 and says when to try again", () =>
    Effect.gen(function*() {
      for (const answer of [yield* signUp(player("Ada")), yield* signIn("ada@example.com", password)]) {
        assertProblem(answer, 503, "unavailable")
        assert.strictEqual(answer.headers.get("retry-after"), "3")
        assert.notInclude(answer.text, "database")
      }
    }))
})
