import { PgClient } from "@effect/sql-pg"
import { assert, it, vi } from "@effect/vitest"
import { Effect, Latch, Redacted, type Scope } from "effect"
import { connect, createServer, type NetConnectOpts } from "node:net"
import { join } from "node:path"
import { requestWaits, workWaits } from "../../src/database/Client.ts"
import { failureText, isStarting } from "../../src/database/Failure.ts"
import { layer, type PgConnection, session } from "../../src/database/Provision.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"

const targetOf = ({ host = "127.0.0.1", port = 5432, url }: PgConnection): NetConnectOpts => {
  if (url !== undefined) {
    const { hostname, port: own } = new URL(Redacted.value(url))
    return { host: hostname, port: Number(own || "5432") }
  }
  return host.startsWith("/") ? { path: join(host, `.s.PGSQL.${port}`) } : { host, port }
}

/** A way to the database on a port of this machine; `isStandby`: that says of it that it takes no writes. Counts who comes. */
const way = (
  target: PgConnection,
  isStandby: boolean
): Effect.Effect<{ readonly port: number; readonly came: () => number }, never, Scope.Scope> =>
  Effect.callback<{ port: number; came: () => number }, never, Scope.Scope>((resume) => {
    let came = 0
    const listener = createServer((client) => {
      came++
      const server = connect(targetOf(target))
      const end = () => {
        client.destroy()
        server.destroy()
      }
      for (const socket of [client, server]) socket.on("error", end).on("close", end)
      client.on("data", (chunk) => server.write(chunk))
      server.on("data", (chunk) =>
        client.write(
          isStandby
            ? Buffer.from(chunk.toString("latin1").replace("in_hot_standby\0off\0", "in_hot_standby\0on\0\0"), "latin1")
            : chunk
        ))
    })
    listener.listen(0, "127.0.0.1", () => {
      const bound = listener.address()
      resume(Effect.as(
        Effect.addFinalizer(() => Effect.sync(() => listener.close())),
        { port: typeof bound === "object" && bound !== null ? bound.port : 0, came: () => came }
      ))
    })
  })

const urlOf = (
  { database, password, username }: PgConnection,
  ports: ReadonlyArray<number>
): PgConnection => {
  const secret = password === undefined ? "" : encodeURIComponent(Redacted.value(password))
  const url = `postgres://${username}:${secret}@${ports.map((port) => `127.0.0.1:${port}`).join(",")}/${database}`
  return { url: Redacted.make(url), username, database }
}

it.live("nobody waits for a free connection without a bound", () =>
  Effect.gen(function*() {
    const { app } = yield* TestDatabase
    const [isHeld, isOver] = [yield* Latch.make(false), yield* Latch.make(false)]
    yield* Effect.gen(function*() {
      const sql = yield* PgClient.PgClient
      const holder = yield* Effect.forkChild(sql.withTransaction(Effect.andThen(isHeld.open, isOver.await)))
      yield* isHeld.await
      for (const wait of [sql`SELECT 1`, sql.withTransaction(sql`SELECT 1`)]) {
        const error = yield* Effect.flip(wait)
        assert.strictEqual(error.reason._tag, "ConnectionError")
        assert.include(failureText(error), "no connection to the database was free")
      }
      yield* isOver.open
      yield* sql`SELECT 1`
      assert.isDefined(holder)
    }).pipe(Effect.provide(layer(app, { maxConnections: 1, waits: { ...requestWaits, connection: "200 millis" } })))
  }).pipe(Effect.scoped, Effect.provide(TestDatabase.layer)))

it.live("a connection has one timer for its silence, however many statements it is asked", () =>
  Effect.gen(function*() {
    const { app } = yield* TestDatabase
    const statements = 200
    yield* Effect.gen(function*() {
      const sql = yield* PgClient.PgClient
      const timers = vi.spyOn(globalThis, "setTimeout")
      yield* Effect.addFinalizer(() => Effect.sync(() => timers.mockRestore()))
      for (let nth = 0; nth < statements; nth++) yield* sql`SELECT 1`
      // those that last: of waits as long as a connection may be silent
      const lasting = timers.mock.calls.filter(([, millis = 0]) => millis > workWaits.silenceMillis / 2)
      assert.isBelow(lasting.length, statements / 10)
    }).pipe(Effect.scoped, Effect.provide(layer(app, { maxConnections: 1, waits: workWaits })))
  }).pipe(Effect.scoped, Effect.provide(TestDatabase.layer)))

it.live("of several servers the one that takes writes is found", () =>
  Effect.gen(function*() {
    const { app } = yield* TestDatabase
    const [standby, primary] = [yield* way(app, true), yield* way(app, false)]
    const sql = yield* session(urlOf(app, [standby.port, primary.port]))
    assert.lengthOf(yield* sql`SELECT 1`, 1)
    assert.deepStrictEqual([standby.came(), primary.came()], [1, 1])
  }).pipe(Effect.scoped, Effect.provide(TestDatabase.layer)))

it.live("a server that takes no writes is an error that says so", () =>
  Effect.gen(function*() {
    const { app } = yield* TestDatabase
    const { port } = yield* way(app, true)
    const error = yield* Effect.flip(session(urlOf(app, [port])))
    assert.isTrue(isStarting(error))
    assert.include(failureText(error), `127.0.0.1:${port} takes no writes`)
  }).pipe(Effect.scoped, Effect.provide(TestDatabase.layer)))
