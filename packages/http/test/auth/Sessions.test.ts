import { operatorOrigin } from "@ddd/core/accounts/SecurityEvent"
import { changesADay } from "@ddd/core/accounts/SecurityLogLimit"
import { SecurityLog } from "@ddd/core/ports/SecurityLog"
import { Sessions } from "@ddd/core/ports/Sessions"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { userId as asUser } from "@ddd/core/values/Ids"
import { World } from "@ddd/sim/World"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as LiveHub from "../../src/live/LiveHub.ts"
import * as LiveSourceFromPorts from "../../src/live/LiveSourceFromPorts.ts"
import { Client as LiveClient } from "../live/Client.ts"
import { get, newPassword, password, post, signIn, signUp, statusFor, trySignIn } from "../support/Players.ts"
import { assertProblem, at, Client, layer as server, makePlayer, ports, textAt } from "../support/Server.ts"

const refresh = (refreshToken: string) => post("/auth/refresh", { refreshToken })
const endSession = (id: string, token: string) =>
  Effect.flatMap(Client, ({ call }) => call("DELETE", `/auth/sessions/${id}`, { token }))
/** The ids of a player's sessions, newest first. */
const sessionsOf = (token: string) =>
  Effect.map(get("/auth/sessions", token), ({ json }) => {
    const items = at(json, "items")
    return Array.isArray(items) ? items.map((item) => textAt(item, "id")) : []
  })

layer(server(), { excludeTestServices: true })("refreshing", (it) => {
  it.effect("gives new tokens of the same session", () =>
    Effect.gen(function*() {
      const ada = yield* signUp("Ada")
      const answer = yield* refresh(ada.refreshToken)
      assert.strictEqual(answer.status, 200, answer.text)
      assert.deepStrictEqual(Object.keys(at(answer.json, "tokens") as object), [
        "accessToken",
        "refreshToken",
        "tokenType",
        "expiresIn"
      ])
      assert.notStrictEqual(textAt(answer.json, "tokens", "refreshToken"), ada.refreshToken)
      const token = textAt(answer.json, "tokens", "accessToken")
      assert.deepStrictEqual(yield* sessionsOf(token), yield* sessionsOf(ada.token))
      assert.strictEqual((yield* refresh(textAt(answer.json, "tokens", "refreshToken"))).status, 200)
    }))

  it.effect("repeats its answer to a client that lost it, for ten seconds", () =>
    Effect.gen(function*() {
      const world = yield* World
      const { refreshToken } = yield* signUp("Grace")
      const first = yield* refresh(refreshToken)
      yield* world.advance(10_000)
      const again = yield* refresh(refreshToken)
      assert.strictEqual(again.status, 200, again.text)
      assert.strictEqual(textAt(again.json, "tokens", "refreshToken"), textAt(first.json, "tokens", "refreshToken"))
      yield* world.advance(1)
      assertProblem(yield* refresh(refreshToken), 401, "token_reused")
    }))

  it.effect("#16 ends the whole session when a used token comes back, and its access tokens with it", () =>
    Effect.gen(function*() {
      const barbara = yield* signUp("Barbara")
      const elsewhere = yield* signIn(barbara.email)
      const second = textAt((yield* refresh(barbara.refreshToken)).json, "tokens", "refreshToken")
      const third = textAt((yield* refresh(second)).json, "tokens", "refreshToken")
      assertProblem(yield* refresh(barbara.refreshToken), 401, "token_reused")
      for (const token of [barbara.refreshToken, second, third]) {
        assertProblem(yield* refresh(token), 401, "unauthenticated")
      }
      assertProblem(yield* get("/user/profile", barbara.token), 401, "unauthenticated")
      assert.strictEqual(yield* statusFor(elsewhere.token), 200)
    }))

  it.effect("refuses what is no refresh token, one that nobody was given, and an access token", () =>
    Effect.gen(function*() {
      const { token } = yield* makePlayer()
      for (const text of ["", "refresh", "refresh-999", "x".repeat(10_000), token]) {
        assertProblem(yield* refresh(text), 401, "unauthenticated")
      }
      assertProblem(yield* post("/auth/refresh", {}), 400, "invalid_request")
    }))

  it.effect("#14 takes no refresh token for an access token, and no expired one", () =>
    Effect.gen(function*() {
      const tony = yield* signUp("Tony")
      assertProblem(yield* get("/user/profile", tony.refreshToken), 401, "unauthenticated")
      yield* (yield* World).advance(900_000)
      assertProblem(yield* get("/user/profile", tony.token), 401, "token_expired")
    }))
})

layer(server(), { excludeTestServices: true })("sessions", (it) => {
  it.effect("are listed newest first, with when and by what they were used", () =>
    Effect.gen(function*() {
      const world = yield* World
      const ada = yield* signUp("Ada")
      yield* world.advance(60_000)
      const phone = yield* signIn(ada.email, password, { headers: { "user-agent": "phone".repeat(100) } })
      yield* world.advance(60_000)
      const renewed = yield* refresh(ada.refreshToken)
      const { json } = yield* get("/auth/sessions", textAt(renewed.json, "tokens", "accessToken"))
      const session = (i: number) => Object.entries(at(json, "items", i) as object).filter(([name]) => name !== "id")
      assert.deepStrictEqual(session(0), [
        ["createdAt", "2026-02-03T10:31:00.000Z"],
        ["lastUsedAt", "2026-02-03T10:31:00.000Z"],
        ["userAgent", "phone".repeat(80)],
        ["current", false]
      ])
      assert.deepInclude(at(json, "items", 1), {
        createdAt: "2026-02-03T10:30:00.000Z",
        lastUsedAt: "2026-02-03T10:32:00.000Z",
        current: true
      })
      assert.strictEqual(at((yield* get("/auth/sessions", phone.token)).json, "items", 0, "current"), true)
    }))

  it.effect("are ended one by one by their player, and by nobody else", () =>
    Effect.gen(function*() {
      const grace = yield* signUp("Grace")
      const elsewhere = yield* signIn(grace.email)
      const stranger = yield* signUp("Stranger")
      const [id = ""] = yield* sessionsOf(elsewhere.token)
      assertProblem(yield* endSession(id, stranger.token), 404, "not_found")
      assert.strictEqual(yield* statusFor(elsewhere.token), 200)
      const answer = yield* endSession(id, grace.token)
      assert.deepStrictEqual([answer.status, answer.text], [204, ""])
      assertProblem(yield* get("/user/profile", elsewhere.token), 401, "unauthenticated")
      assertProblem(yield* refresh(elsewhere.refreshToken), 401, "unauthenticated")
      for (const none of [id, "018f2d5e-7a1b-7cc0-9d3a-0b7a3f6f1a2b", "1", id.toUpperCase()]) {
        assertProblem(yield* endSession(none, grace.token), 404, "not_found")
      }
      assert.lengthOf(yield* sessionsOf(grace.token), 1)
    }))

  it.effect("end when their player signs out; signing out always succeeds", () =>
    Effect.gen(function*() {
      const barbara = yield* signUp("Barbara")
      for (const refreshToken of [barbara.refreshToken, barbara.refreshToken, "refresh-999", "nonsense", ""]) {
        const answer = yield* post("/auth/sign-out", { refreshToken })
        assert.deepStrictEqual([answer.status, answer.text], [204, ""])
      }
      assertProblem(yield* get("/user/profile", barbara.token), 401, "unauthenticated")
      assertProblem(yield* refresh(barbara.refreshToken), 401, "unauthenticated")
    }))

  it.effect("are for players alone", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      assertProblem(yield* call("GET", "/auth/sessions"), 401, "unauthenticated")
      assertProblem(yield* call("DELETE", "/auth/sessions/1"), 401, "unauthenticated")
      assertProblem(yield* call("POST", "/auth/sign-out-everywhere"), 401, "unauthenticated")
      assertProblem(yield* call("POST", "/auth/verify-email/resend"), 401, "unauthenticated")
      assertProblem(yield* post("/auth/change-password", {}), 401, "unauthenticated")
    }))
})

const live = LiveHub.layer.pipe(
  Layer.provide(LiveSourceFromPorts.layer({ withdrawDeposits: false })),
  Layer.provideMerge(server())
)

/** A live connection of a session. */
const connect = (token: string) =>
  Effect.gen(function*() {
    const client = yield* LiveClient.open(Number(new URL((yield* Client).url).port))
    assert.strictEqual((yield* client.event).event, "connected")
    client.say({ type: "auth", token })
    return { client, answer: yield* client.event }
  })

layer(live, { excludeTestServices: true })("#15 a session that has ended", (it) => {
  it.effect("by signing out everywhere is refused at once, and its live connections are closed", () =>
    Effect.gen(function*() {
      const ada = yield* signUp("Ada")
      const elsewhere = yield* signIn(ada.email)
      const connections = yield* Effect.forEach([ada, elsewhere], ({ token }) => connect(token))
      const answer = yield* post("/auth/sign-out-everywhere", undefined, { token: ada.token })
      assert.deepStrictEqual([answer.status, answer.text], [204, ""])
      for (const { refreshToken, token } of [ada, elsewhere]) {
        assertProblem(yield* get("/user/profile", token), 401, "unauthenticated")
        assertProblem(yield* post("/lottery/purchase-ticket", {}, { token }), 401, "unauthenticated")
        assertProblem(yield* refresh(refreshToken), 401, "unauthenticated")
      }
      for (const { client } of connections) assert.strictEqual((yield* client.closed).code, 1008)
    }))

  it.effect("by a change of password is refused at once; the one that changed it goes on", () =>
    Effect.gen(function*() {
      const grace = yield* signUp("Grace")
      const elsewhere = yield* signIn(grace.email)
      const [own, other] = [yield* connect(grace.token), yield* connect(elsewhere.token)]
      const body = { currentPassword: password, password: newPassword }
      assert.strictEqual((yield* post("/auth/change-password", body, { token: grace.token })).status, 204)
      assertProblem(yield* get("/user/profile", elsewhere.token), 401, "unauthenticated")
      assert.strictEqual((yield* other.client.closed).code, 1008)
      assert.strictEqual(yield* statusFor(grace.token), 200)
      own.client.say({ type: "ping" })
      assert.strictEqual((yield* own.client.event).event, "pong")
    }))

  it.effect("opens no live connection", () =>
    Effect.gen(function*() {
      const barbara = yield* signUp("Barbara")
      yield* post("/auth/sign-out", { refreshToken: barbara.refreshToken })
      const { answer } = yield* connect(barbara.token)
      assert.deepInclude(answer, {
        event: "error",
        data: { code: "unauthenticated", detail: "This session has ended." }
      })
    }))
})

layer(server({ limits: "off" }), { excludeTestServices: true })("however often a player signs in", (it) => {
  it.effect("a hundred sessions are open, and listed; the one that was unused for longest has ended", () =>
    Effect.gen(function*() {
      const first = yield* signUp("Radia")
      yield* (yield* World).advance(1_000)
      for (let times = 0; times < 110; times++) yield* signIn(first.email)
      const last = yield* signIn(first.email)
      const listed = yield* get("/auth/sessions", last.token)
      assert.lengthOf(yield* sessionsOf(last.token), 100)
      // as large as it ever is
      assert.isBelow(listed.text.length, 100_000)
      assert.strictEqual(yield* statusFor(first.token), 401)
      assertProblem(yield* refresh(first.refreshToken), 401, "unauthenticated")
    }))

  it.effect("a thousand times a day are enough: then it is 429, until the day is over", () =>
    Effect.gen(function*() {
      const { email, userId } = yield* signUp("Hedy")
      const log = yield* SecurityLog
      for (let times = 0; times < changesADay.signed_in; times++) {
        yield* log.append("signed_in", { userId: asUser(userId) }, operatorOrigin)
      }
      const refused = yield* trySignIn(email)
      assertProblem(refused, 429, "rate_limited")
      const seconds = Number(refused.headers.get("retry-after"))
      assert.isTrue(seconds > 0 && seconds <= 86_400)
      yield* (yield* World).advance(seconds * 1_000)
      assert.strictEqual((yield* trySignIn(email)).status, 200)
    }))
})

const away = Effect.fail(new Unavailable({ message: "no database", retryAfter: 3 }))
const noSessions = Layer.mock(Sessions)({ hasEnded: () => away, refresh: () => away, endByToken: () => away })

layer(server({}, Layer.provideMerge(noSessions, ports)))("while sessions cannot be asked for", (it) => {
  it.effect("nobody is taken on trust: 503, and when to try again", () =>
    Effect.gen(function*() {
      const { token } = yield* makePlayer()
      const refreshToken = "refresh-1"
      for (
        const answer of [
          yield* get("/user/profile", token),
          yield* post("/lottery/purchase-ticket", {}, { token }),
          yield* refresh(refreshToken),
          yield* post("/auth/sign-out", { refreshToken })
        ]
      ) {
        assertProblem(answer, 503, "unavailable")
        assert.strictEqual(answer.headers.get("retry-after"), "3")
        assert.notInclude(answer.text, "database")
      }
    }))
})
