/** The export and the erasure that a player asks for, over real sockets. */
import { changesADay } from "@ddd/core/accounts/SecurityLogLimit"
import { cents } from "@ddd/core/money/Money"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Fundings } from "@ddd/core/ports/Fundings"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Rooms } from "@ddd/core/ports/Rooms"
import { Sessions } from "@ddd/core/ports/Sessions"
import { userId } from "@ddd/core/values/Ids"
import { openPayoutAccount, payOut, withdraw } from "@ddd/sim/scenario/Steps"
import { World } from "@ddd/sim/World"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer, Schedule, Stream } from "effect"
import { request } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"
import * as LiveHub from "../../src/live/LiveHub.ts"
import * as LiveSourceFromPorts from "../../src/live/LiveSourceFromPorts.ts"
import { Client as LiveClient } from "../live/Client.ts"
import { get, password, post, signIn, signUp, statusFor, trySignIn } from "../support/Players.ts"
import { assertProblem, at, Client, layer as server, makePlayer, ports, runDue } from "../support/Server.ts"

const erase = (token: string, body: unknown = { currentPassword: password }) =>
  Effect.flatMap(Client, ({ call }) => call("DELETE", "/user", { token, body }))

/** Pages that were asked for of the endless export. */
let pulled = 0

/** The players of the world, whose exports have very many movements of a kibibyte each. */
const largeExports = (pages: number) =>
  Layer.effect(
    Accounts,
    Effect.map(Accounts, (accounts) =>
      Accounts.of({
        ...accounts,
        export: (id, by) =>
          Effect.map(accounts.export(id, by), (all) =>
            all && Stream.concat(
              all,
              Stream.range(1, pages).pipe(
                Stream.rechunk(1),
                Stream.map(() => {
                  pulled++
                  return " ".repeat(64 * 1024)
                })
              )
            ))
      }))
  ).pipe(Layer.provideMerge(ports))

/** The value that `read` gives once it has stayed the same for a while. */
const settled = async (read: () => number): Promise<number> => {
  const deadline = performance.now() + 20_000
  for (let last = read(), since = performance.now();;) {
    await sleep(20)
    if (read() !== last) [last, since] = [read(), performance.now()]
    else if (performance.now() - since > 200) return last
    if (performance.now() > deadline) throw new Error(`still changing: ${last}`)
  }
}

/** Asks for something, and reads nothing of the answer. */
const openStalled = (url: string, path: string, token: string) => {
  const reader = request(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })
  const response = new Promise<NodeJS.ReadableStream>((resolve) => reader.once("response", resolve))
  reader.on("error", () => {}).end()
  return Effect.map(Effect.promise(() => response), (answer) => {
    answer.pause().on("error", () => {})
    return reader
  })
}

describe.each(["uws", "node"] as const)("on %s", (engine) => {
  layer(server({ engine }), { excludeTestServices: true })("GET /user/export", (it) => {
    it.effect("gives all that is kept about the player as JSON, and nothing that is a secret", () =>
      Effect.gen(function*() {
        const ada = yield* signUp("Ada")
        const grace = yield* signUp("Grace")
        const user = userId(ada.userId)
        yield* (yield* Ledger).deposit({ userId: user, amount: cents(500n), referenceId: "gift:1", metadata: null })
        yield* post("/lottery/purchase-ticket", { quantity: 2 }, {
          token: ada.token,
          headers: { "idempotency-key": "k" }
        })
        const answer = yield* get("/user/export", ada.token)
        assert.strictEqual(answer.status, 200, answer.text)
        assert.strictEqual(answer.headers.get("content-type"), "application/json")
        assert.strictEqual(answer.headers.get("cache-control"), "no-store")
        assert.match(answer.headers.get("content-disposition") ?? "", /^attachment; filename=/)
        assert.deepInclude(at(answer.json, "user"), { id: ada.userId, email: ada.email, username: "Ada" })
        assert.strictEqual(at(answer.json, "wallet", "balance"), "3.00")
        assert.strictEqual(at(answer.json, "transactions", 2, "amount"), "-1.00")
        assert.strictEqual(at(answer.json, "tickets", 1, "status"), "active")
        assert.strictEqual(at(answer.json, "fundings", 0, "reference"), "gift:1")
        assert.strictEqual(at(answer.json, "idempotencyKeys", 0, "key"), "k")
        assert.strictEqual(at(answer.json, "securityEvents", 0, "type"), "signed_up")
        assert.notInclude(answer.text, grace.userId)
        assert.notMatch(answer.text, /argon2|passwordHash|tokenHash|ownerSalt/i)
        assertProblem(yield* Effect.flatMap(Client, ({ call }) => call("GET", "/user/export")), 401, "unauthenticated")
      }))

    it.effect("gives it ten times a day, and says when it does again", () =>
      Effect.gen(function*() {
        const { token } = yield* makePlayer()
        const { call } = yield* Client
        for (let asked = 0; asked <= changesADay.exported; asked++) {
          assert.strictEqual((yield* call("HEAD", "/user/export", { token })).status, 200)
        }
        for (let taken = 0; taken < changesADay.exported; taken++) {
          assert.strictEqual((yield* get("/user/export", token)).status, 200)
        }
        const refused = yield* get("/user/export", token)
        assertProblem(refused, 429, "rate_limited")
        // the world's clock stands at half past ten
        assert.strictEqual(refused.headers.get("retry-after"), `${13.5 * 3_600}`)
        assert.strictEqual((yield* get("/wallet/statement?month=2026-02", token)).status, 200)
      }))
  })

  layer(server({ engine }, largeExports(100_000)), { excludeTestServices: true })(
    "an export of six gigabytes",
    (it) => {
      it.effect(
        "is made no faster than it is read, once at a time of a player, and no longer once nobody reads it",
        () =>
          Effect.gen(function*() {
            const { call, url } = yield* Client
            const [ada, grace] = [yield* makePlayer(), yield* makePlayer()]
            pulled = 0
            const reader = yield* openStalled(url, "/user/export", ada.token)
            const stalled = yield* Effect.promise(() => settled(() => pulled))
            assert.isBelow(stalled * 64, 32 * 1024)
            assertProblem(yield* call("GET", "/user/export", { token: ada.token }), 429, "rate_limited")
            assertProblem(
              yield* call("GET", "/wallet/statement?month=2026-02", { token: ada.token }),
              429,
              "rate_limited"
            )
            assert.strictEqual(
              (yield* call("GET", "/wallet/statement?month=2026-02", { token: grace.token })).status,
              200
            )
            reader.destroy()
            yield* call("GET", "/wallet/statement?month=2026-02", { token: ada.token }).pipe(
              Effect.repeat({ until: ({ status }) => status === 200, schedule: Schedule.spaced("50 millis") }),
              Effect.timeout("30 seconds")
            )
            const gone = yield* Effect.promise(() => settled(() => pulled))
            assert.isBelow((gone - stalled) * 64, 1024)
          }),
        180_000
      )
    }
  )

  const withLive = LiveHub.layer.pipe(
    Layer.provide(LiveSourceFromPorts.layer({ withdrawDeposits: false })),
    Layer.provideMerge(server({ engine }))
  )
  layer(withLive, { excludeTestServices: true })("DELETE /user", (it) => {
    it.effect("erases nobody without the password, and counts wrong ones as at sign-in", () =>
      Effect.gen(function*() {
        const { email, token } = yield* signUp("Ada")
        assertProblem(yield* erase(token, {}), 400, "invalid_request")
        assertProblem(yield* erase(token, { currentPassword: password, force: true }), 400, "invalid_request")
        for (let guess = 0; guess < 6; guess++) {
          assertProblem(yield* erase(token, { currentPassword: `guess ${guess}` }), 401, "invalid_credentials")
        }
        const throttled = yield* erase(token)
        assertProblem(throttled, 429, "rate_limited")
        assert.isNotNull(throttled.headers.get("retry-after"))
        assert.strictEqual((yield* trySignIn(email)).status, 429)
        assert.strictEqual(yield* statusFor(token), 200)
      }))

    it.effect("ends every session and every live connection, and knows the player no more", () =>
      Effect.scoped(Effect.gen(function*() {
        const { url } = yield* Client
        const { email, refreshToken, token, userId: id } = yield* signUp("Brief")
        const live = yield* LiveClient.open(Number(new URL(url).port))
        live.say({ type: "auth", token })
        assert.strictEqual((yield* live.event).event, "connected")
        assert.strictEqual((yield* live.event).event, "authenticated")
        const answer = yield* erase(token)
        assert.deepStrictEqual([answer.status, answer.text], [204, ""])
        assert.strictEqual((yield* live.closed).code, 1008)
        assert.strictEqual(yield* statusFor(token), 401)
        assert.strictEqual((yield* post("/auth/refresh", { refreshToken })).status, 401)
        assert.strictEqual((yield* trySignIn(email)).status, 401)
        assert.deepStrictEqual(yield* (yield* Sessions).list(userId(id)), [])
        assertProblem(yield* erase(token), 401, "unauthenticated")
        // the address is free again
        yield* signUp("Brief")
      })))

    it.effect("names all that stands in the way at once, and erases once each is mended as the answer says", () =>
      Effect.gen(function*() {
        const world = yield* World
        const [ada, bob] = [yield* signUp("Hostess"), yield* signUp("Guest")]
        const [host, guest] = [userId(ada.userId), userId(bob.userId)]
        const rooms = yield* Rooms
        const fund = (id: typeof host, amount: bigint, referenceId: string) =>
          Effect.flatMap(
            Ledger,
            (ledger) => ledger.deposit({ userId: id, amount: cents(amount), referenceId, metadata: null })
          )
        yield* fund(host, 300n, "app_store:1")
        yield* fund(guest, 100n, "app_store:2")
        const room = yield* rooms.create({ hostId: host, name: "Friday", maxParticipants: 2 })
        yield* rooms.join({ userId: guest, room: room.id, code: room.code })
        yield* post(`/rooms/${room.id}/purchase-ticket`, undefined, { token: bob.token })
        yield* post("/lottery/purchase-ticket", { quantity: 2 }, { token: ada.token })
        yield* fund(host, 200n, "gift:1")
        yield* openPayoutAccount(host)
        const { transaction: payout } = yield* withdraw(host, cents(200n))
        const reasonsOf = Effect.fnUntraced(function*() {
          const answer = yield* erase(ada.token)
          assertProblem(answer, 409, "erasure_refused")
          const reasons = at(answer.json, "reasons")
          assert.isTrue(Array.isArray(reasons))
          return (Array.isArray(reasons) ? reasons : []).map((each) => {
            assert.match(String(at(each, "detail")), /^[A-Z][^]*\.$/)
            assert.match(String(at(each, "remedy")), /^[A-Z][^]*\.$/)
            return at(each, "reason")
          })
        })
        const before = (yield* get("/user/profile", ada.token)).text
        assert.deepStrictEqual(yield* reasonsOf(), ["balance", "payout_under_way", "undrawn_tickets", "hosts_others"])
        assert.strictEqual((yield* get("/user/profile", ada.token)).text, before)
        // "Wait until it is paid"
        yield* payOut(payout.id)
        assert.deepStrictEqual(yield* reasonsOf(), ["balance", "payout_returnable", "undrawn_tickets", "hosts_others"])
        // "Close those rooms"
        assert.strictEqual((yield* post(`/rooms/${room.id}/close`, undefined, { token: ada.token })).status, 200)
        assert.deepStrictEqual(yield* reasonsOf(), ["balance", "payout_returnable", "undrawn_tickets"])
        // the shop takes the purchase back: a debt, but for what is left
        yield* (yield* Fundings).record({ _tag: "Refunded", reference: "app_store:1" })
        assert.deepStrictEqual(yield* reasonsOf(), ["payout_returnable", "debt", "undrawn_tickets"])
        // "Buy credit: it pays the debt first"
        yield* fund(host, 300n, "app_store:3")
        assert.deepStrictEqual(yield* reasonsOf(), ["balance", "payout_returnable", "undrawn_tickets"])
        // "spend it on tickets"
        yield* post("/lottery/purchase-ticket", { quantity: 1 }, { token: ada.token })
        assert.deepStrictEqual(yield* reasonsOf(), ["payout_returnable", "undrawn_tickets"])
        // "Wait for their draws": the others have a thousand tickets to one
        const rich = yield* makePlayer(cents(100_000n))
        for (let n = 0; n < 10; n++) {
          yield* post("/lottery/purchase-ticket", { quantity: 100 }, { token: rich.token })
        }
        yield* world.advance(7 * 86_400_000)
        yield* runDue
        const { token } = yield* signIn(ada.email)
        const { balance } = yield* (yield* Ledger).wallet(host)
        assert.strictEqual((yield* erase(token)).status, balance === 0n ? 204 : 409)
      }))
  })
})
