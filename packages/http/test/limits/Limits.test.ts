import { defaultLimits, type Quota } from "@ddd/core/accounts/RequestLimits"
import { cents } from "@ddd/core/money/Money"
import { Ledger } from "@ddd/core/ports/Ledger"
import { assert, layer } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { HttpApi } from "effect/http-api"
import { Api } from "../../src/Api.ts"
import { routesOf } from "../../src/boundary/RouteTable.ts"
import { engines } from "../engine/support.ts"
import { at, Client, internalToken, layer as server, makePlayer, textAt } from "../support/Server.ts"
import { type Asked, askFrom, newNetwork, sayFrom, type Told } from "./Networks.ts"

const hour = (quantity: number): Quota => ({ quantity, seconds: 3_600 })

const limits = {
  ...defaultLimits,
  credentials: hour(3),
  read: hour(4),
  pages: hour(2),
  live: hour(1),
  webhooks: hour(2),
  "buy-user": hour(2),
  money: hour(2),
  "money-user": hour(1),
  internal: hour(2)
}

const appOrigin = "https://app.example.com"

/** What is left, and for how many seconds, as a header says it of a limit. */
const leftOf = ({ headers }: Told, name: string) => {
  const [, remaining, reset] = new RegExp(`"${name}";r=(\\d+);t=(\\d+)`).exec(String(headers["ratelimit"])) ?? []
  return remaining === undefined ? undefined : { remaining: Number(remaining), reset: Number(reset) }
}

/** Checks that it was refused as one too many, and that its headers agree. */
const assertLimited = (told: Told, name: string): void => {
  assert.strictEqual(told.status, 429, told.text)
  const left = leftOf(told, name)
  assert.strictEqual(left?.remaining, 0)
  assert.strictEqual(told.headers["retry-after"], String(left?.reset))
  if (told.text !== "") assert.strictEqual(textAt(JSON.parse(told.text), "code"), "rate_limited")
}

const nobody = "xx"
const signUp = (name: string) => ({
  body: { email: `${name}@example.com`, username: name, password: "violet kettle sings" }
})

for (const engine of engines) {
  layer(server({ engine, limits, corsOrigins: [appOrigin] }), { excludeTestServices: true, timeout: "60 seconds" })(
    `limits of requests on ${engine}`,
    (it) => {
      /** Asks from a network that asks nothing else. */
      const asker = Effect.map(Client, ({ url }) => {
        const from = newNetwork()
        return {
          ask: (method: string, path: string, asked: Asked = {}) => askFrom(from, url, method, path, asked),
          say: (text: string, isEnough?: (received: string) => boolean) => sayFrom(from, url, text, isEnough)
        }
      })

      it.effect("are told with every answer: a success, a problem, a preflight, a document", () =>
        Effect.gen(function*() {
          const { ask } = yield* asker
          const policy = "\"read\";q=4;w=3600, \"read-user\";q=1200;w=60"
          const origin = { origin: appOrigin }
          const answers = [
            yield* ask("GET", "/lottery/last-winner", { headers: origin }),
            yield* ask("GET", "/nothing/here"),
            yield* ask("DELETE", "/lottery/last-winner"),
            yield* ask("OPTIONS", "/lottery/purchase-ticket", {
              headers: { ...origin, "access-control-request-method": "POST" }
            })
          ]
          assert.deepStrictEqual(answers.map(({ status }) => status), [200, 404, 405, 204])
          assert.deepStrictEqual(answers.map((told) => leftOf(told, "read")?.remaining), [3, 2, 1, 0])
          for (const told of answers) assert.strictEqual(told.headers["ratelimit-policy"], policy)
          assert.match(String(answers[0]?.headers["access-control-expose-headers"]), /RateLimit-Policy, RateLimit$/)
          const document = yield* ask("GET", "/openapi.json")
          assert.strictEqual(document.headers["ratelimit-policy"], "\"pages\";q=2;w=3600")
          assert.strictEqual(leftOf(document, "pages")?.remaining, 1)
        }))

      it.effect("are told by what the engine refuses, without a count of what it could not read", () =>
        Effect.gen(function*() {
          const { ask, say } = yield* asker
          const large = yield* say("POST /auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n")
          assert.match(large, /^HTTP\/1.1 413 /)
          assert.match(large, /\r\nratelimit-policy: "credentials";q=3;w=3600, "credentials-user";q=30;w=60\r\n/i)
          assert.match(large, /\r\nratelimit: "credentials";r=2;t=36\d\d\r\n/i)
          const traced = yield* ask("TRACE", "/lottery/last-winner")
          assert.strictEqual(traced.status, 405)
          assert.strictEqual(leftOf(traced, "read")?.remaining, 3)
          if (engine === "node") {
            const unread = yield* say("GET /\u0001 HTTP/1.1\r\nHost: x\r\n\r\n")
            assert.match(unread, /^HTTP\/1.1 400 /)
            assert.match(unread, /\r\nratelimit-policy: "read";q=4;w=3600, "read-user";q=1200;w=60\r\n/i)
            assert.notMatch(unread, /\r\nratelimit: /i)
          }
        }))

      it.effect("bind neither /healthz nor /readyz", () =>
        Effect.gen(function*() {
          const { ask } = yield* asker
          for (let i = 0; i < 10; i++) {
            for (const path of ["/healthz", "/readyz"]) {
              const told = yield* ask("GET", path)
              assert.strictEqual(told.status, 200)
              assert.isUndefined(told.headers["ratelimit-policy"])
            }
          }
        }))

      it.effect("end with 429 until the window does, which comes nearer by the clock, and for no other network", () =>
        Effect.gen(function*() {
          const { ask } = yield* asker
          const path = "/lottery/draw-history"
          for (let i = 0; i < 4; i++) assert.strictEqual((yield* ask("GET", path)).status, 200)
          const first = yield* ask("GET", path)
          assertLimited(first, "read")
          const reset = leftOf(first, "read")?.reset ?? 0
          assert.isTrue(reset > 3_500 && reset <= 3_600, String(reset))
          // it is no way around to ask by another method, or of another path of the kind, or of one that is not there
          for (
            const [method, other] of [["HEAD", path], ["OPTIONS", path], ["GET", "/wallet"], ["PUT", "/none"]] as const
          ) {
            assertLimited(yield* ask(method, other), "read")
          }
          yield* ask("GET", path).pipe(
            Effect.tap((told) => Effect.sync(() => assertLimited(told, "read"))),
            Effect.repeat({
              until: (told) => (leftOf(told, "read")?.reset ?? 0) < reset,
              schedule: Schedule.spaced("50 millis")
            }),
            Effect.timeout("50 seconds")
          )
          assert.strictEqual((yield* (yield* asker).ask("GET", path)).status, 200)
        }))

      it.effect("refuse a request before its body has come, and nothing is changed", () =>
        Effect.gen(function*() {
          const { ask, say } = yield* asker
          for (let i = 0; i < 3; i++) yield* ask("POST", "/auth/sign-out", { body: { refreshToken: nobody } })
          const head =
            "POST /auth/sign-up HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n"
          assert.match(yield* say(head), /^HTTP\/1.1 429 /)
          const name = `late_${engine}`
          assertLimited(yield* ask("POST", "/auth/sign-up", signUp(name)), "credentials")
          const signedUp = yield* (yield* asker).ask("POST", "/auth/sign-up", signUp(name))
          assert.strictEqual(signedUp.status, 201, signedUp.text)
        }))

      it.effect("are no way around by another spelling of a path: nothing is there, and nothing is changed", () =>
        Effect.gen(function*() {
          const name = `spelt_${engine}`
          const { id, token } = yield* makePlayer(cents(1_000n))
          const groups = [
            [["/auth/%73ign-up", "/auth/sign-up;", "/auth/sign-up;a=b?c=d", "/%61uth/sign-up"], signUp(name)],
            [["/wallet/withdraw;", "/wallet/%77ithdraw", "/%77%61llet/withdraw", "/wallet/withdraw;?"], {
              token,
              body: { amount: "1.00" }
            }],
            [
              [
                "/lottery/purchase-ticket;",
                "/lottery/purchase%2Dticket",
                "/lottery/purchase%2dticket;x",
                "/%6cottery;"
              ],
              {
                token,
                body: {}
              }
            ]
          ] as const
          for (const [paths, asked] of groups) {
            const { ask } = yield* asker
            for (const [i, path] of paths.entries()) {
              const told = yield* ask("POST", path, asked)
              assert.strictEqual(told.status, 404, `${path}: ${told.text}`)
              assert.strictEqual(textAt(JSON.parse(told.text), "code"), "not_found")
              assert.strictEqual(leftOf(told, "read")?.remaining, 3 - i, path)
            }
            assertLimited(yield* ask("POST", paths[0], asked), "read")
          }
          const fragment =
            "POST /wallet/withdraw#x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
          assert.match(yield* (yield* asker).say(fragment), engine === "node" ? /^HTTP\/1.1 400 / : /^HTTP\/1.1 404 /)
          assert.strictEqual((yield* (yield* Ledger).wallet(id)).balance, 1_000n)
          const signedUp = yield* (yield* asker).ask("POST", "/auth/sign-up", signUp(name))
          assert.strictEqual(signedUp.status, 201, signedUp.text)
        }))

      it.effect("hold a flood of sign-ups, and let others sign up meanwhile", () =>
        Effect.gen(function*() {
          const flooder = yield* asker
          const answers = yield* Effect.forEach(
            Array.from({ length: 12 }, (_, i) => `flood_${engine}_${i}`),
            (name) => flooder.ask("POST", "/auth/sign-up", signUp(name)),
            { concurrency: "unbounded" }
          )
          assert.lengthOf(answers.filter(({ status }) => status === 429), 9)
          const other = yield* (yield* asker).ask("POST", "/auth/sign-up", signUp(`other_${engine}`))
          assert.strictEqual(other.status, 201, other.text)
        }))

      it.effect("count a player from wherever the player asks, and no other player", () =>
        Effect.gen(function*() {
          const [ada, grace] = [yield* makePlayer(cents(1_000n)), yield* makePlayer(cents(1_000n))]
          const buy = (token: string) =>
            Effect.flatMap(asker, ({ ask }) => ask("POST", "/lottery/purchase-ticket", { token, body: {} }))
          const bought = [yield* buy(ada.token), yield* buy(ada.token)]
          assert.deepStrictEqual(bought.map((told) => leftOf(told, "buy-user")?.remaining), [1, 0])
          assert.deepStrictEqual(bought.map((told) => leftOf(told, "buy")?.remaining), [5_999, 5_999])
          assertLimited(yield* buy(ada.token), "buy-user")
          assert.strictEqual((yield* buy(grace.token)).status, 201)
          const { balance } = yield* (yield* Ledger).wallet(ada.id)
          assert.strictEqual(balance, 800n)
          // who says to be the player is not
          assert.isUndefined(leftOf(yield* buy("not.a.token"), "buy-user"))
        }))

      it.effect("count handshakes of WebSockets", () =>
        Effect.gen(function*() {
          const { say } = yield* asker
          const handshake = "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
          const told = (received: string) => received.includes("\r\n\r\n")
          const first = yield* say(handshake, told)
          assert.match(first, /^HTTP\/1.1 (101|503) /)
          assert.match(yield* say(handshake, told), /^HTTP\/1.1 429 [^]*"live";q=1;w=3600[^]*"live";r=0;t=36/i)
        }))

      it.effect("leave a connection open on which nothing else was sent", () =>
        Effect.gen(function*() {
          const { ask, say } = yield* asker
          for (let i = 0; i < 4; i++) yield* ask("GET", "/lottery/last-winner")
          const both = yield* say(
            "GET /lottery/last-winner HTTP/1.1\r\nHost: x\r\n\r\n",
            (received) => received.includes("\"code\"")
          )
          assert.match(both, /^HTTP\/1.1 429 /)
          assert.notMatch(both, /connection: close/i)
        }))

      it.effect("hold for what webhooks, machines and payouts ask too", () =>
        Effect.gen(function*() {
          const { ask } = yield* asker
          const player = yield* makePlayer()
          for (
            const [path, name, asked] of [
              ["/webhooks/stripe", "webhooks", { body: {} }],
              ["/wallet/deposit", "internal", { body: {}, token: internalToken }],
              ["/wallet/withdraw", "money", { body: {} }]
            ] as const
          ) {
            for (let i = 0; i < 2; i++) assert.notStrictEqual((yield* ask("POST", path, asked)).status, 429)
            assertLimited(yield* ask("POST", path, asked), name)
          }
          const withdraw = Effect.flatMap(asker, (elsewhere) =>
            elsewhere.ask("POST", "/wallet/withdraw", { token: player.token, body: { amount: "1.00" } }))
          assert.notStrictEqual((yield* withdraw).status, 429)
          assertLimited(yield* withdraw, "money-user")
        }))
    }
  )
}

layer(server({ limits: "off" }))("limits that are off", (it) => {
  it.effect("are not told of", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      const { headers, status } = yield* call("GET", "/lottery/last-winner")
      assert.strictEqual(status, 200)
      assert.isFalse(headers.has("ratelimit-policy") || headers.has("ratelimit"))
    }))

  it.effect("are said of each endpoint all the same, once", () =>
    Effect.sync(() => {
      const said = new Map(routesOf(Api).map(({ countedAs, method, path }) => [`${method} ${path}`, countedAs]))
      let endpoints = 0
      HttpApi.reflect(Api, { onGroup: () => {}, onEndpoint: () => void endpoints++ })
      assert.strictEqual(said.size, endpoints)
      const unlimited = [...said].filter(([, countedAs]) => countedAs === null).map(([name]) => name)
      assert.sameMembers(unlimited, ["GET /healthz", "GET /readyz"])
      // whoever may guess a password or a token, or has mail sent, is counted as one who does
      for (const [name, countedAs] of said) {
        if (/ \/auth\//.test(name) && !name.startsWith("GET")) assert.strictEqual(countedAs, "credentials", name)
      }
      assert.strictEqual(at(Object.fromEntries(said), "PATCH /user/profile"), "credentials")
    }))
})
