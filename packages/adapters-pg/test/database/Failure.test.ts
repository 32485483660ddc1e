import { Unavailable } from "@ddd/core/ports/Unavailable"
import { assert, describe, it as alone, layer } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Redacted } from "effect"
import { readConnectionUrl } from "../../src/database/ConnectionUrl.ts"
import { session } from "../../src/database/Provision.ts"
import { orUnavailable, transact } from "../../src/database/Transaction.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"
import { someoneWaits } from "../support/LockWaits.ts"

const unavailable = {
  "25006": "read_only_sql_transaction",
  "25P03": "idle_in_transaction_session_timeout",
  "28000": "invalid_authorization_specification",
  "40001": "serialization_failure",
  "40003": "statement_completion_unknown",
  "40P01": "deadlock_detected",
  "53000": "insufficient_resources",
  "53100": "disk_full",
  "53200": "out_of_memory",
  "53300": "too_many_connections",
  "55P03": "lock_not_available",
  "57014": "query_canceled",
  "57P01": "admin_shutdown",
  "57P02": "crash_shutdown",
  "57P03": "cannot_connect_now",
  "57P05": "idle_session_timeout",
  "58030": "io_error",
  "08006": "connection_failure"
}

const defects = {
  "22012": "division_by_zero",
  "23505": "unique_violation",
  "42501": "insufficient_privilege",
  P0001: "raise_exception"
}

layer(TestDatabase.layer)("an error of the database", (it) => {
  const raised = (code: string) =>
    Effect.gen(function*() {
      const sql = yield* session((yield* TestDatabase).app)
      return yield* Effect.exit(
        orUnavailable(sql.unsafe(`DO $$ BEGIN RAISE EXCEPTION 'so' USING ERRCODE = '${code}'; END $$`))
      )
    }).pipe(Effect.scoped)

  for (const [code, name] of Object.entries(unavailable)) {
    it.effect(`is unavailability where it is ${name}, ${code}`, () =>
      Effect.gen(function*() {
        const error = Cause.squash(
          (yield* raised(code)).pipe((exit) => Exit.isFailure(exit) ? exit.cause : Cause.empty)
        )
        assert.instanceOf(error, Unavailable)
        assert.notStrictEqual(error.mayHaveHappened, true)
      }))
  }

  for (const [code, name] of Object.entries(defects)) {
    it.effect(`is a defect of this program where it is ${name}, ${code}`, () =>
      Effect.gen(function*() {
        const exit = yield* raised(code)
        assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
      }))
  }

  it.effect("ends a transaction as unavailability where its session was ended, and its ROLLBACK cannot be", () =>
    Effect.gen(function*() {
      const { admin, app } = yield* TestDatabase
      const [victim, killer] = [yield* session(app), yield* session(admin)]
      const exit = yield* Effect.exit(
        transact(victim)(Effect.gen(function*() {
          const [own] = yield* victim<{ readonly pid: number }>`SELECT pg_backend_pid() AS pid`
          yield* killer`SELECT pg_terminate_backend(${own?.pid ?? 0})`
          return yield* victim`SELECT 1`
        }))
      )
      assert.isTrue(
        Exit.isFailure(exit) && !Cause.hasDies(exit.cause) && Cause.squash(exit.cause) instanceof Unavailable
      )
    }).pipe(Effect.scoped))

  it.effect("leaves no doubt where COMMIT was refused, and says that there is one where it was not answered", () =>
    Effect.gen(function*() {
      const { admin, app, owner } = yield* TestDatabase
      const [sql, tables, killer] = [yield* session(app), yield* session(owner), yield* session(admin)]
      yield* tables`CREATE TABLE once (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)`
      yield* tables`GRANT ALL ON once TO PUBLIC`
      const twice = yield* Effect.exit(transact(sql)(sql`INSERT INTO once VALUES (1), (1)`))
      assert.isTrue(Exit.isFailure(twice) && Cause.hasDies(twice.cause), String(twice))
      const lost = yield* Effect.flip(
        transact(sql)(Effect.gen(function*() {
          const [own] = yield* sql<{ readonly pid: number }>`SELECT pg_backend_pid() AS pid`
          yield* killer`SELECT pg_terminate_backend(${own?.pid ?? 0}, 60000)`
        }))
      )
      assert.instanceOf(lost, Unavailable)
      assert.strictEqual(lost.mayHaveHappened, true)
    }).pipe(Effect.scoped))
})

alone.live("a transaction that is interrupted while its session ends is no defect", () =>
  Effect.gen(function*() {
    const { admin, app } = yield* TestDatabase
    const [victim, killer, holder] = [yield* session(app), yield* session(admin), yield* session(app)]
    yield* holder`SELECT pg_advisory_lock(7)`
    const fiber = yield* Effect.forkChild(transact(victim)(victim`SELECT pg_advisory_xact_lock(7)`))
    yield* someoneWaits(killer)
    yield* killer`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`
    yield* Fiber.interrupt(fiber)
    const exit = yield* Fiber.await(fiber)
    assert.isTrue(Exit.isFailure(exit) && !Cause.hasDies(exit.cause), String(exit))
  }).pipe(Effect.scoped, Effect.provide(TestDatabase.layer)))

describe("a database's URL", () => {
  const read = (text: string) => readConnectionUrl(Redacted.make(text))

  alone("names one server or several, in their order, each with its port", () => {
    assert.deepStrictEqual(read("postgres://ann:a%40b@one,two:5433,[::1]:5434/lottery")?.servers, [
      { host: "one", port: 5432 },
      { host: "two", port: 5433 },
      { host: "::1", port: 5434 }
    ])
    assert.deepStrictEqual(read("postgresql://ann@/lottery?host=/tmp,two&port=5433")?.servers, [
      { host: "/tmp", port: 5433 },
      { host: "two", port: 5433 }
    ])
    assert.strictEqual(read("postgres://ann:a%40b@one,two/lottery")?.password, "a@b")
  })

  alone("is none where a server, a port or a mode of TLS is not one", () => {
    for (
      const text of [
        "mysql://ann@one/lottery",
        "postgres://ann@one:0/lottery",
        "postgres://ann@one,two:port/lottery",
        "postgres://ann@one/lottery?sslmode=perhaps",
        "one"
      ]
    ) assert.isUndefined(read(text), text)
  })

  alone("seeks the server that takes writes, unless it says that any will do", () => {
    assert.isTrue(read("postgres://ann@one,two/lottery?target_session_attrs=read-write")?.writable)
    assert.isTrue(read("postgres://ann@one,two/lottery")?.writable)
    assert.isFalse(read("postgres://ann@one/lottery?target_session_attrs=any")?.writable)
  })
})
