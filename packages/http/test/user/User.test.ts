import { cents } from "@ddd/core/money/Money"
import { userId } from "@ddd/core/values/Ids"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { tokenFor } from "../support/Keys.ts"
import { get, password, signUp } from "../support/Players.ts"
import { assertProblem, at, Client, layer as server, makePlayer } from "../support/Server.ts"

layer(server())("a player's own page", (it) => {
  it.effect("shows the player and the wallet, and nothing else that is stored of them", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      const player = yield* makePlayer(cents(1_234n))
      const answer = yield* call("GET", "/user/profile", { token: player.token })
      assert.strictEqual(answer.headers.get("cache-control"), "no-store")
      assert.deepStrictEqual(answer.json, {
        id: player.id,
        email: `${player.username}@example.com`,
        username: player.username,
        emailVerified: true,
        createdAt: "2026-02-03T10:30:00.000Z",
        wallet: {
          balance: "12.34",
          withdrawable: "0.00",
          maturing: "0.00",
          awaitingIdentity: "0.00",
          maturesAt: null,
          pendingWithdrawal: "0.00",
          debt: "0.00",
          updatedAt: "2026-02-03T10:30:00.000Z"
        },
        kycStatus: "none",
        country: null,
        limits: {
          dailySpend: null,
          weeklySpend: null,
          monthlySpend: null,
          dailyDeposit: null,
          weeklyDeposit: null,
          monthlyDeposit: null,
          ticketsPerDraw: null,
          pending: []
        },
        timedOutUntil: null,
        excludedUntil: null,
        dateOfBirth: null,
        ageVerified: false,
        sessionStartedAt: "2026-02-03T10:30:00.000Z",
        spentToday: "0.00",
        wonToday: "0.00"
      })
    }))

  it.effect("is for players alone", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      const nobody = tokenFor(userId("018f2d5e-7a1b-7cc0-9d3a-0b7a3f6f1a2b"))
      assertProblem(yield* call("GET", "/user/profile"), 401, "unauthenticated")
      assertProblem(yield* call("GET", "/user/profile", { token: nobody }), 401, "unauthenticated")
    }))
})

layer(server(), { excludeTestServices: true })("changing the profile", (it) => {
  const patch = (token: string, body: unknown) =>
    Effect.flatMap(Client, ({ call }) => call("PATCH", "/user/profile", { token, body }))

  it.effect("changes the name at once, and answers the profile", () =>
    Effect.gen(function*() {
      const ada = yield* signUp("Ada")
      const answer = yield* patch(ada.token, { username: "Lovelace" })
      assert.strictEqual(answer.status, 200, answer.text)
      assert.deepInclude(answer.json, { id: ada.userId, username: "Lovelace", email: ada.email })
      assert.deepStrictEqual((yield* get("/user/profile", ada.token)).json, answer.json)
      assert.strictEqual((yield* patch(ada.token, { username: "LOVELACE" })).status, 200)
    }))

  it.effect("refuses a name or an address that somebody else has, whatever its case", () =>
    Effect.gen(function*() {
      const [grace, other] = [yield* signUp("Grace"), yield* signUp("Other")]
      assertProblem(yield* patch(grace.token, { username: "oTHER" }), 409, "username_taken")
      const body = { email: other.email.toUpperCase(), currentPassword: password }
      assertProblem(yield* patch(grace.token, body), 409, "email_taken")
    }))

  it.effect("wants the present password for a new address, and believes no wrong one", () =>
    Effect.gen(function*() {
      const { token } = yield* signUp("Barbara")
      const without = yield* patch(token, { email: "b@new.example" })
      assertProblem(without, 400, "invalid_request")
      assert.strictEqual(at(without.json, "errors", 0, "path"), "currentPassword")
      for (const change of [{ email: "b@new.example" }, { username: "Liskov" }]) {
        const answer = yield* patch(token, { ...change, currentPassword: "not her password" })
        assertProblem(answer, 401, "invalid_credentials")
      }
      assert.deepInclude((yield* get("/user/profile", token)).json, { username: "Barbara" })
    }))

  it.effect("mails no address, and no account, of changes more than five times an hour, and says when to come again", () =>
    Effect.gen(function*() {
      const { token } = yield* signUp("Restless")
      const ask = (number: number) => patch(token, { email: `r${number}@new.example`, currentPassword: password })
      for (const number of [1, 2, 3, 4, 5]) assert.strictEqual((yield* ask(number)).status, 200)
      const answer = yield* ask(6)
      assertProblem(answer, 429, "rate_limited")
      assert.strictEqual(answer.headers.get("retry-after"), "3600")
      assert.strictEqual((yield* patch(token, { username: "Rested" })).status, 200)
    }))

  it.effect("#4 refuses what is not the player's to change, and changes nothing", () =>
    Effect.gen(function*() {
      const { token } = yield* signUp("Mallory")
      const before = (yield* get("/user/profile", token)).text
      const forbidden = [
        { balance: "100.00" },
        { wallet: { balance: "100.00" } },
        { role: "admin" },
        { id: "018f2d5e-7a1b-7cc0-9d3a-0b7a3f6f1a2b" },
        { email_verified: true },
        { emailVerified: true },
        { kycStatus: "verified" }
      ]
      for (const extra of forbidden) {
        const answer = yield* patch(token, { username: "Somebody", ...extra })
        assertProblem(answer, 400, "invalid_request")
        assert.deepStrictEqual(at(answer.json, "errors"), [
          { path: Object.keys(extra)[0], message: "is not a field of this request" }
        ])
      }
      for (
        const nothing of ["{}", `{"username":"a b"}`, `{"email":"no address"}`, `{"currentPassword":"${password}"}`]
      ) {
        assertProblem(yield* patch(token, nothing), 400, "invalid_request")
      }
      assert.strictEqual((yield* get("/user/profile", token)).text, before)
    }))
})
