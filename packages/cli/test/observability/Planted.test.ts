/**
 * Secrets and personal data in every place that a client can fill, and every secret that a server is given; then all that the server wrote and
 * sent is searched for them.
 */
import { unmetLimits } from "@ddd/core/accounts/RequestLimits"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { randomBytes } from "node:crypto"
import { connect } from "node:net"
import { connect as connectLive } from "../../src/demo/Socket.ts"
import { type Env, eventually, get } from "../support/Ddd.ts"
import { type Endpoint, endpointsOf } from "../support/Junk.ts"
import { alsoPlanted, plant, plantedIn } from "../support/Planted.ts"
import { dsnAt, receiver } from "../support/Receivers.ts"
import { at, Site, textAt, tokensOf } from "../support/Site.ts"

const key = () => randomBytes(32).toString("base64url")

/** Every secret setting, each with a text of its own. */
const secrets = (): Env => {
  const given = {
    TICKET_SEAL_SECRET: key(),
    SEED_KEY: key(),
    LOG_SIGNING_KEYS: key(),
    JWT_PRIVATE_KEYS: key(),
    REFRESH_KEY: key(),
    INTERNAL_API_TOKEN: key(),
    REVENUECAT_WEBHOOK_AUTH: key(),
    REVENUECAT_SIGNING_SECRET: key(),
    KYC_WEBHOOK_SECRET: key()
  }
  for (const [name, value] of Object.entries(given)) alsoPlanted(name, value)
  return { ...given, JWT_PRIVATE_KEYS: `1:${given.JWT_PRIVATE_KEYS}`, PRODUCT_CATALOG: "{\"funds_5\": \"5.00\"}" }
}

/** A raw request, which may be as unlawful as one likes; resolves when the server has ended it. */
const sendRaw = (url: string, text: string): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname, () => socket.end(text))
    socket.on("error", () => {}).on("close", () => resume(Effect.void)).resume()
  })

/** The body of an endpoint with something planted in each field in turn, and once in a field that is not asked for. */
const plantedBodies = ({ body, method, path }: Endpoint): ReadonlyArray<unknown> =>
  body === null ? [{ [plant("a field's name")]: plant("a field") }, plant("a body")] : [
    ...Object.keys(body).map((name) => ({
      ...body,
      [name]: plant(`${name} of ${method} ${path}`, (random) => /email/i.test(name) ? `${random}@example.com` : random)
    })),
    { ...body, [plant("a field's name")]: plant("a field") },
    plant("a body that is no JSON", (random) => `{"password":"${random}`)
  ]

const pathOf = ({ parameters, path }: Endpoint): string => {
  const filled = path.replaceAll(/\{(\w+)\}/gu, (_, name: string) => plant(`${name} in a path`))
  const query = parameters.filter((each) => each.in === "query").map(({ name }) =>
    `${name}=${plant(`${name} in a query`)}`
  )
  return `${filled}?${[...query, `${plant("a query's name")}=${plant("a query")}`].join("&")}`
}

const plantedHeaders = (): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${plant("a token")}`,
  cookie: `session=${plant("a cookie")}`,
  origin: `https://${plant("an origin", (random) => random.replace(/[^a-zA-Z0-9]/g, "x"))}.example.com`,
  referer: `https://example.com/${plant("a referer")}`,
  "user-agent": plant("a user agent"),
  "idempotency-key": plant("an idempotency key"),
  "x-request-id": `${plant("a request id that is none")} ?`,
  "x-forwarded-for": plant("an address"),
  "stripe-signature": `t=1,v1=${plant("a signature")}`,
  traceparent: `00-${plant("a trace id")}-b7ad6b7169203331-01`,
  tracestate: `a=${plant("a trace's state")}`,
  [plant("a header's name", (random) => `x-${random.toLowerCase()}`)]: plant("a header")
})

const modes: ReadonlyArray<{ readonly name: string; readonly env: Env }> = [
  { name: "a server in development, at debug", env: { LOG_LEVEL: "debug" } },
  {
    name: "a server in production, at info",
    env: {
      NODE_ENV: "production",
      LOG_LEVEL: "info",
      DEV_CLOCK_START: "",
      PUBLIC_URL: "https://lottery.example.com",
      LOG_ORIGIN: "draws.example.com",
      BEACON: "none",
      ALLOW_NO_BEACON: "yes",
      DATABASE_OWNER_URL: ""
    }
  }
]

for (const { env, name } of modes) {
  layer(Site.layer({ processes: [] }), { excludeTestServices: true, timeout: "4 minutes" })(name, (it) => {
    it.effect(
      "check 29: writes and sends no planted secret and nothing personal, whatever is asked of it",
      () =>
        Effect.gen(function*() {
          const { database, serve, superuser, ask } = yield* Site
          const told = yield* receiver("take")
          const server = yield* serve({
            ...secrets(),
            ...env,
            RATE_LIMITS: unmetLimits,
            METRICS_PORT: "0",
            OTEL_EXPORTER_OTLP_ENDPOINT: told.url,
            SENTRY_DSN: dsnAt(told.url)
          })
          const { url } = server

          // somebody with an account, who does what players do
          const email = plant("a player's address", (random) => `${random}@example.com`)
          const username = plant("a player's name", (random) => `P${random.replace(/[^a-zA-Z0-9]/g, "").slice(0, 15)}`)
          const password = plant("a password")
          const from = "127.9.9.9"
          alsoPlanted("a player's network", from)
          const signedUp = yield* ask("POST", "/auth/sign-up", { at: url, from, body: { email, username, password } })
          assert.strictEqual(signedUp.status, 201, signedUp.text)
          const { accessToken: token, refreshToken } = tokensOf(signedUp)
          alsoPlanted("an access token", token)
          alsoPlanted("a refresh token", refreshToken)
          const as = { at: url, from, token }
          const wrong = { email, password: plant("a wrong password") }
          assert.strictEqual((yield* ask("POST", "/auth/sign-in", { at: url, from, body: wrong })).status, 401)
          const taken = { email, username: "somebody", password: plant("another password") }
          assert.strictEqual((yield* ask("POST", "/auth/sign-up", { at: url, from, body: taken })).status, 409)
          const room = yield* ask("POST", "/rooms", {
            ...as,
            body: { name: plant("a room", (random) => random.slice(0, 20)) }
          })
          assert.strictEqual(room.status, 201, room.text)
          alsoPlanted("a room's code", `"${textAt(room.json, "code")}"`)
          const renewed = yield* ask("POST", "/auth/refresh", { at: url, from, body: { refreshToken } })
          assert.strictEqual(renewed.status, 200, renewed.text)
          alsoPlanted("another refresh token", tokensOf(renewed).refreshToken)

          // every endpoint, in every part of a request
          const endpoints = endpointsOf((yield* ask("GET", "/openapi.json", { at: url })).json)
          assert.isAbove(endpoints.length, 35)
          for (const endpoint of endpoints) {
            const bodies = endpoint.method === "GET" ? [undefined] : plantedBodies(endpoint)
            const requests = [...bodies.map((body) => ({ body, token })), {
              body: bodies[0],
              headers: plantedHeaders()
            }]
            yield* Effect.forEach(requests, ({ body, ...asked }) =>
              Effect.map(
                ask(endpoint.method, pathOf(endpoint), {
                  ...asked,
                  at: url,
                  from,
                  ...(body === undefined ? {} : { body })
                }),
                ({ status, text }) => assert.notStrictEqual(status, 500, text)
              ), { concurrency: 8, discard: true })
          }
          yield* sendRaw(url, `${plant("a method")} /${plant("a path")} HTTP/1.1\r\nhost: ${plant("a host")}\r\n\r\n`)
          yield* sendRaw(
            url,
            `GET /${plant("a path")} HTTP/1.1\r\nhost: a\r\n${plant("a header that is none")}\r\n\r\n`
          )
          yield* sendRaw(
            url,
            `POST /wallet/deposit HTTP/1.1\r\nhost: a\r\ncontent-length: 9999999\r\n\r\n${plant("a body")}`
          )

          // every message of the WebSocket
          let answers = 0
          const live = yield* Effect.orDie(connectLive(url, () => void answers++))
          const messages = [
            { type: "auth", token: plant("a token of a message") },
            { type: "auth", token },
            { type: "subscribe", channel: plant("a channel") },
            { type: "subscribe", channel: `lobby:${textAt(room.json, "id")}` },
            { type: plant("a message's type") }
          ]
          yield* Effect.forEach(messages, (message) => live.say(message), { discard: true })
          yield* Effect.orDie(live.until("the answers", () => answers > messages.length))

          // faults of ours while all of that is at hand
          const role = superuser.literal(`"${database.app.username}"`)
          const tables = superuser.literal("wallets, sessions, users, draws, transactions")
          yield* Effect.orDie(superuser`REVOKE SELECT ON ${tables} FROM ${role}`)
          for (const endpoint of endpoints) {
            const body = endpoint.method === "GET" ? {} : { body: plantedBodies(endpoint)[0] }
            yield* ask(endpoint.method, pathOf(endpoint), { ...as, ...body })
          }
          const again = { email, password, username }
          const faults = yield* Effect.forEach(
            [["/auth/sign-in", { email, password }], ["/auth/sign-up", again], ["/auth/forgot-password", {
              email
            }]] as const,
            ([path, body]) => Effect.map(ask("POST", path, { at: url, from, body }), (answer) => answer)
          )
          assert.isTrue(faults.some(({ status }) => status === 500))
          for (const { text } of faults) assert.deepStrictEqual(plantedIn(text), [])
          yield* Effect.orDie(superuser`GRANT SELECT ON ${tables} TO ${role}`)

          // what is counted is asked for last; then the server sends what it still has
          const metrics = yield* eventually(
            "where /metrics is",
            Effect.sync(() => /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(server.stdout() + server.stderr())?.[0]),
            (found) => found !== undefined
          )
          const { text: figures } = yield* get(metrics ?? "")
          assert.strictEqual(yield* server.stop(), 0)
          const outputs = {
            stdout: server.stdout(),
            stderr: server.stderr(),
            figures,
            sent: told.received().map(({ body, path }) => `${path} ${body}`).join("\n")
          }
          for (const [where, text] of Object.entries(outputs)) assert.deepStrictEqual(plantedIn(text), [], where)

          // it was not found since nothing was written, or sent
          assert.include(outputs.stderr, "/auth/sign-up")
          assert.include(outputs.stderr, "A request could not be answered")
          for (const path of ["/v1/traces", "/v1/metrics", "/api/42/envelope/"]) assert.include(outputs.sent, path)
          assert.isNotEmpty(at(signedUp.json, "user", "id"))
        }),
      240_000
    )
  })
}
