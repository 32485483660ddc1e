import * as Provision from "@ddd/adapters-pg/database/Provision"
import * as EmbeddedPostgres from "@ddd/adapters-pg/embedded/EmbeddedPostgres"
import { signal, signalAll } from "@ddd/adapters-pg/testing/PostgresSignals"
import { TestDatabase } from "@ddd/adapters-pg/testing/TestDatabase"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { join } from "node:path"
import { arrayAt, at, textAt } from "../../src/demo/Client.ts"
import { connect } from "../../src/demo/Socket.ts"
import { type Answer, type Call, call } from "../support/Call.ts"
import { databaseProxy, through } from "../support/DatabaseProxy.ts"
import { urlOf } from "../support/DatabaseUrl.ts"
import { dataFolder, ddd, type Env, eventually, get, serve, type Server } from "../support/Ddd.ts"

const internalToken = "internal-token-of-the-tests"
const webhookAuth = "the shop's word"

const environment = (DATA_DIR: string): Env => ({
  DATA_DIR,
  DEV_CLOCK_START: "2026-02-03T10:30:00.000Z",
  INTERNAL_API_TOKEN: internalToken,
  REVENUECAT_WEBHOOK_AUTH: webhookAuth,
  PRODUCT_CATALOG: "{\"funds_5\": \"5.00\"}",
  LOG_LEVEL: "info"
})

/** A player with $9.00. */
const fundedPlayer = Effect.fnUntraced(function*({ url }: Server) {
  const body = { email: "ada@example.com", username: "ada", password: "violet kettle sings" }
  const signedUp = yield* call(url, "POST", "/auth/sign-up", { body })
  assert.strictEqual(signedUp.status, 201, signedUp.text)
  const deposit = { userId: textAt(signedUp.json, "user", "id"), amount: "9.00", referenceId: "test:ada" }
  assert.strictEqual((yield* call(url, "POST", "/wallet/deposit", { token: internalToken, body: deposit })).status, 201)
  return textAt(signedUp.json, "tokens", "accessToken")
})

const purchase = (token: string, key: string): Call => ({
  token,
  body: { quantity: 1 },
  headers: { "idempotency-key": key }
})

/** What every kind of client asks for: players, operators, providers. */
const everyKind = ({ url }: Server, token: string) =>
  Effect.all({
    draw: call(url, "GET", "/lottery/current-draw"),
    wallet: call(url, "GET", "/wallet/transactions", { token }),
    ticket: call(url, "POST", "/lottery/purchase-ticket", purchase(token, "while-silent")),
    signIn: call(url, "POST", "/auth/sign-in", { body: { email: "ada@example.com", password: "violet kettle sings" } }),
    room: call(url, "POST", "/rooms", { token, body: { name: "Friday", maxParticipants: 5 } }),
    webhook: call(url, "POST", "/webhooks/revenuecat", {
      headers: { authorization: webhookAuth },
      body: { event: { id: "e1", type: "TEST", app_user_id: "x", event_timestamp_ms: 1 } }
    }),
    ready: call(url, "GET", "/readyz")
  }, { concurrency: "unbounded" })

/** Five seconds are promised; a machine that does much else has as many again. */
const promisedMillis = 5_000
const enoughMillis = 2 * promisedMillis

const assertUnavailable = (answers: Readonly<Record<string, Answer>>) => {
  for (const [kind, { headers, json, millis, status, text }] of Object.entries(answers)) {
    assert.strictEqual(status, 503, `${kind}: ${text}`)
    assert.include(["unavailable", "outcome_unknown"], at(json, "code"), kind)
    assert.match(String(headers["retry-after"]), /^[1-9]\d*$/, `${kind}: ${text}`)
    assert.isBelow(millis, enoughMillis, kind)
  }
}

/** That the server is as ever, and sold what was asked for once. */
const assertRecovered = Effect.fnUntraced(function*(server: Server, token: string, keys: ReadonlyArray<string>) {
  yield* eventually("the database is back", get(`${server.url}/readyz`), ({ status }) => status === 200)
  for (const key of keys) {
    const bought = yield* eventually(
      `a ticket under ${key}`,
      call(server.url, "POST", "/lottery/purchase-ticket", purchase(token, key)),
      ({ status }) => status !== 503
    )
    assert.strictEqual(bought.status, 201, bought.text)
  }
  const tickets = yield* eventually(
    "the tickets",
    call(server.url, "GET", "/lottery/tickets", { token }),
    ({ status }) => status === 200
  )
  assert.lengthOf(arrayAt(tickets.json, "items"), keys.length)
})

/** No stack, and no flood: a line for each kind of failure at once, another after a minute. */
const assertQuiet = ({ stderr, stdout }: Server) => {
  const said = stdout() + stderr()
  assert.notMatch(said, /^\s+at /m)
  assert.notMatch(said, /ERROR/)
  assert.isBelow(said.split("\n").filter((line) => /unavailable|listening/.test(line)).length, 30, said)
}

/** PostgreSQL of the test's own, all of whose processes can be stopped and continued as one. */
const ownPostgres = Effect.gen(function*() {
  const folder = yield* dataFolder
  const postgres = yield* EmbeddedPostgres.start(folder)
  const tell = (name: NodeJS.Signals) => signalAll(postgres.folder, name)
  yield* Effect.addFinalizer(() => Effect.sync(() => tell("SIGCONT")))
  return { admin: postgres.admin, tell }
})

describe("a database that is silent", () => {
  it.live(
    "is 503 within five seconds for whoever asks, is gone back to by itself, and keeps nobody from stopping",
    () =>
      Effect.gen(function*() {
        const { app, owner } = yield* TestDatabase.make
        const proxy = yield* databaseProxy(app)
        const server = yield* serve({
          ...environment(yield* dataFolder),
          DATABASE_URL: through(app, proxy.port),
          DATABASE_OWNER_URL: urlOf(owner)
        })
        const token = yield* fundedPlayer(server)

        const errors: Array<unknown> = []
        const socket = yield* connect(server.url, (message) => {
          if (at(message, "event") === "error") errors.push(at(message, "data", "code"))
        })
        proxy.set("silent")
        yield* socket.say({ type: "auth", token })
        yield* socket.say({ type: "subscribe", channel: "lobby:019c0000-0000-7000-8000-000000000000" })
        assertUnavailable(yield* everyKind(server, token))
        yield* socket.until("an answer to whom the database must be asked for", () => errors.length > 0)
        assert.deepStrictEqual(errors, ["unavailable"])
        // and by now no connection is left
        assertUnavailable(yield* everyKind(server, token))
        proxy.set("open")
        yield* assertRecovered(server, token, ["while-silent"])

        proxy.set("half-open")
        yield* assertRecovered(server, token, ["while-silent", "half-open"])
        proxy.reset()
        yield* assertRecovered(server, token, ["while-silent", "half-open", "reset"])
        assertQuiet(server)

        proxy.set("silent")
        const under = yield* Effect.forkChild(everyKind(server, token).pipe(Effect.ignoreCause))
        const begun = performance.now()
        assert.strictEqual(yield* server.stop("SIGTERM"), 0)
        assert.isBelow(performance.now() - begun, 20_000)
        assert.isDefined(under)
      }),
    180_000
  )

  it.live("is one whose processes are stopped, too", () =>
    Effect.gen(function*() {
      const { admin, tell } = yield* ownPostgres
      const { app, owner } = yield* Provision.provision(admin, "ddd_paused")
      const server = yield* serve({
        ...environment(yield* dataFolder),
        DATABASE_URL: urlOf(app),
        DATABASE_OWNER_URL: urlOf(owner)
      })
      const token = yield* fundedPlayer(server)
      tell("SIGSTOP")
      assertUnavailable(yield* everyKind(server, token))
      tell("SIGCONT")
      yield* assertRecovered(server, token, ["while-silent"])
      assertQuiet(server)
      tell("SIGSTOP")
      const begun = performance.now()
      assert.strictEqual(yield* server.stop("SIGTERM"), 0)
      assert.isBelow(performance.now() - begun, 20_000)
      tell("SIGCONT")
    }), 180_000)
})

it.live("a paused PostgreSQL of its own keeps no server from stopping", () =>
  Effect.gen(function*() {
    const DATA_DIR = yield* dataFolder
    const server = yield* serve(environment(DATA_DIR))
    const pids = signalAll(fs.realpathSync(join(DATA_DIR, "postgres")), "SIGSTOP")
    const begun = performance.now()
    assert.strictEqual(yield* server.stop("SIGTERM"), 0)
    assert.isBelow(performance.now() - begun, 20_000)
    // what it started, and can hear of its end no more
    for (const pid of pids.slice(1)) signal(pid, "SIGKILL")
  }), 180_000)

describe("a database that is not there", () => {
  it.live("is waited for by a server that starts, which says so", () =>
    Effect.gen(function*() {
      const { app, owner } = yield* TestDatabase.make
      const proxy = yield* databaseProxy(app)
      proxy.set("closed")
      yield* eventually("a first try", Effect.sync(proxy.refused), (refused) => refused > 0).pipe(
        Effect.andThen(Effect.sync(() => proxy.set("open"))),
        Effect.forkChild
      )
      const server = yield* serve({
        ...environment(yield* dataFolder),
        DATABASE_URL: through(app, proxy.port),
        DATABASE_OWNER_URL: urlOf(owner)
      })
      assert.include(server.stderr() + server.stdout(), "waiting for it for up to a minute")
      assert.strictEqual((yield* get(`${server.url}/readyz`)).status, 200)
    }), 180_000)

  it.live("is an error in a line for commands, with exit code 2", () =>
    Effect.gen(function*() {
      const { app } = yield* TestDatabase.make
      const proxy = yield* databaseProxy(app)
      const env = { ...environment(yield* dataFolder), DATABASE_URL: through(app, proxy.port) }
      for (const way of ["closed", "silent"] as const) {
        proxy.set(way)
        const { code, stderr } = yield* ddd(["audit"], env)
        assert.strictEqual(code, 2)
        assert.match(stderr, /^The database cannot be reached: .*DATABASE_URL\.$/m)
        assert.notMatch(stderr, /^\s+at /m)
      }
    }), 180_000)
})

describe("a DATABASE_URL of several servers", () => {
  it.live("leads to the one that takes writes, also once that is another", () =>
    Effect.gen(function*() {
      const { app, owner } = yield* TestDatabase.make
      const [one, two] = [yield* databaseProxy(app), yield* databaseProxy(app)]
      one.set("closed")
      const server = yield* serve({
        ...environment(yield* dataFolder),
        DATABASE_URL: through(app, one.port, two.port),
        DATABASE_OWNER_URL: urlOf(owner)
      })
      const token = yield* fundedPlayer(server)
      one.set("open")
      two.set("silent")
      yield* assertRecovered(server, token, ["after-failover"])
    }), 180_000)
})
