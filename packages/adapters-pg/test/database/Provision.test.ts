import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import type { SqlError } from "effect/sql"
import { randomBytes } from "node:crypto"
import {
  clone,
  drop,
  fromUrl,
  layer,
  type PgConnection,
  provision,
  type ProvisionedDatabase,
  session
} from "../../src/database/Provision.ts"
import { injectedAdmin, injectedPrefix } from "../../src/testing/ProvidedPostgres.ts"
import { TestDatabase } from "../../src/testing/TestDatabase.ts"

const newName = () => `${injectedPrefix()}${randomBytes(6).toString("hex")}`

const dropped = (name: string) => Effect.addFinalizer(() => Effect.orDie(drop(injectedAdmin(), name)))

const sqlState = ({ reason }: SqlError.SqlError): unknown =>
  typeof reason.cause === "object" && reason.cause !== null && "code" in reason.cause ? reason.cause.code : undefined

const insufficientPrivilege = "42501"

/** The SQLSTATE that a statement is refused with. */
const refusal = (as: PgConnection, statement: string) =>
  session(as).pipe(
    Effect.andThen((sql) => sql.unsafe(statement)),
    Effect.flip,
    Effect.map(sqlState),
    Effect.scoped
  )

const succeeds = (as: PgConnection, statement: string) =>
  session(as).pipe(Effect.andThen((sql) => sql.unsafe(statement)), Effect.scoped)

const rolesLike = (prefix: string) =>
  session(injectedAdmin()).pipe(
    Effect.andThen((sql) =>
      sql<{ readonly name: string }>`
        SELECT rolname AS name FROM pg_roles WHERE starts_with(rolname, ${prefix})
        UNION ALL SELECT datname FROM pg_database WHERE starts_with(datname, ${prefix}) ORDER BY name`
    ),
    Effect.map((rows) => rows.map(({ name }) => name)),
    Effect.scoped
  )

describe("provision", () => {
  it.effect("the owner makes tables, the application makes none and owns none", () =>
    Effect.gen(function*() {
      const { app, owner } = yield* TestDatabase.make
      yield* succeeds(owner, "CREATE TABLE pots (cents bigint)")
      assert.strictEqual(yield* refusal(app, "CREATE TABLE mine (cents bigint)"), insufficientPrivilege)
      assert.strictEqual(yield* refusal(app, "CREATE SCHEMA mine"), insufficientPrivilege)
      assert.strictEqual(yield* refusal(app, "SELECT * FROM pots"), insufficientPrivilege)
      assert.strictEqual(yield* refusal(app, `SET ROLE "${owner.username}"`), insufficientPrivilege)
      yield* succeeds(owner, `GRANT SELECT ON pots TO "${app.username}"`)
      assert.deepStrictEqual(yield* succeeds(app, "SELECT * FROM pots"), [])
    }))

  it.effect("the roles of one database may not connect to another", () =>
    Effect.gen(function*() {
      const one = yield* TestDatabase.make
      const other = yield* TestDatabase.make
      assert.strictEqual(yield* refusal({ ...one.app, database: other.name }, "SELECT 1"), insufficientPrivilege)
      assert.strictEqual(yield* refusal({ ...one.owner, database: other.name }, "SELECT 1"), insufficientPrivilege)
    }))

  it.effect("a role with CREATEDB and CREATEROLE is administrator enough", () =>
    Effect.gen(function*() {
      const name = newName()
      const clerk: PgConnection = { ...injectedAdmin(), username: `${name}_clerk`, password: Redacted.make("clerk") }
      yield* Effect.acquireRelease(
        succeeds(injectedAdmin(), `CREATE ROLE "${clerk.username}" LOGIN CREATEDB CREATEROLE PASSWORD 'clerk'`),
        () => Effect.orDie(succeeds(injectedAdmin(), `DROP ROLE "${clerk.username}"`))
      )
      const original = yield* provision(clerk, name)
      yield* provision(clerk, name)
      yield* succeeds(original.owner, "CREATE TABLE pots (cents bigint)")
      const copy = yield* clone(clerk, original, `${name}_copy`)
      // a session that is open when its database is dropped
      yield* (yield* session(copy.app))`SELECT 1`
      yield* drop(clerk, copy.name)
      yield* drop(clerk, name)
      assert.deepStrictEqual(yield* rolesLike(`${name}_copy`), [])
      assert.deepStrictEqual(yield* rolesLike(name), [clerk.username])
    }))

  it.effect("a role that may not create is told what it lacks", () =>
    Effect.gen(function*() {
      const { app } = yield* TestDatabase.make
      const error = yield* Effect.flip(provision(app, newName()))
      assert.strictEqual(error.reason, "privileges")
      assert.include(error.message, `ALTER ROLE "${app.username}" CREATEDB CREATEROLE`)
    }))

  it.effect("many at once make one database, and all of them may use it", () =>
    Effect.gen(function*() {
      const name = newName()
      yield* dropped(name)
      const all: ReadonlyArray<ProvisionedDatabase> = yield* Effect.all(
        Array.from({ length: 8 }, () => provision(injectedAdmin(), name)),
        { concurrency: "unbounded" }
      )
      yield* Effect.forEach(all, ({ app, owner }) =>
        Effect.andThen(succeeds(app, "SELECT 1"), succeeds(owner, "SELECT 1")))
    }))

  it.effect("a name that PostgreSQL would cut, or that needs care in SQL, is refused", () =>
    Effect.gen(function*() {
      for (const name of ["", "1st", "a\"b", "a'b", "a.b", "a b", "pöt", "x".repeat(58)]) {
        assert.strictEqual((yield* Effect.flip(provision(injectedAdmin(), name))).reason, "name", name)
      }
      const longest = newName().padEnd(57, "x")
      yield* dropped(longest)
      const { app } = yield* provision(injectedAdmin(), longest)
      assert.strictEqual(app.username.length, 61)
      yield* succeeds(app, "SELECT 1")
    }))

  it.effect("dropping what is not there is done already", () => drop(injectedAdmin(), newName()))
})

describe("fromUrl", () => {
  it.effect("names the user and the database, and leaves the rest to the URL", () =>
    Effect.gen(function*() {
      const url = Redacted.make("postgres://ann%40x:p%2Fw@db.example:6432/lottery?sslmode=require")
      assert.deepStrictEqual(yield* fromUrl(url), { url, username: "ann@x", database: "lottery" })
    }))

  it.effect("refuses a URL without a user, without a database, or of something else, and does not repeat it", () =>
    Effect.gen(function*() {
      for (
        const url of [
          "postgres://h/db",
          "postgres://u:secret@h",
          "mysql://u:secret@h/db",
          "u:secret@h",
          "postgres://u:secret%@h/%"
        ]
      ) {
        const error = yield* Effect.flip(fromUrl(Redacted.make(url)))
        assert.strictEqual(error.reason, "url", url)
        assert.notInclude(error.message, "secret")
      }
    }))

  it.effect("derived roles go to the same server as the URL", () =>
    Effect.gen(function*() {
      const { host, password, port, url, username } = injectedAdmin()
      const whole = url ??
        Redacted.make(
          `postgres:///postgres?${
            new URLSearchParams({
              user: username,
              password: password === undefined ? "" : Redacted.value(password),
              host: host ?? "localhost",
              port: String(port ?? 5432)
            }).toString()
          }`
        )
      const admin = yield* fromUrl(whole)
      const name = newName()
      yield* dropped(name)
      const { app } = yield* provision(admin, name)
      const rows = yield* Effect.andThen(PgClient.PgClient, (sql) => sql`SELECT current_user AS name`).pipe(
        Effect.provide(layer(app))
      )
      assert.deepStrictEqual(rows, [{ name: `${name}_app` }])
    }))
})

describe("TestDatabase", () => {
  const template = {
    key: "provision_test",
    migrate: ({ app, owner }: ProvisionedDatabase) =>
      succeeds(owner, `CREATE TABLE pots AS SELECT 95 AS cents`).pipe(
        Effect.andThen(succeeds(owner, `GRANT SELECT, INSERT ON pots TO "${app.username}"`)),
        Effect.asVoid
      )
  }

  it.effect("copies of a template have its tables and grants, and do not meet", () =>
    Effect.gen(function*() {
      const [one, other] = yield* Effect.all([TestDatabase.migrated(template), TestDatabase.migrated(template)], {
        concurrency: 2
      })
      yield* succeeds(one.app, "INSERT INTO pots VALUES (5)")
      assert.deepStrictEqual(yield* succeeds(one.app, "SELECT sum(cents)::int AS total FROM pots"), [{ total: 100 }])
      assert.deepStrictEqual(yield* succeeds(other.app, "SELECT sum(cents)::int AS total FROM pots"), [{ total: 95 }])
      assert.strictEqual(yield* refusal(other.app, "DELETE FROM pots"), insufficientPrivilege)
    }))

  it.effect("a migration that fails leaves no template behind", () =>
    Effect.gen(function*() {
      const failing = { key: "failing", migrate: () => Effect.fail("broken" as const) }
      assert.strictEqual(yield* Effect.flip(TestDatabase.migrated(failing)), "broken")
      assert.deepStrictEqual(yield* rolesLike(`${injectedPrefix()}t_failing`), [])
    }).pipe(Effect.scoped))

  it.effect("leaves neither database nor roles behind", () =>
    Effect.gen(function*() {
      const { name } = yield* Effect.scoped(TestDatabase.make)
      assert.deepStrictEqual(yield* rolesLike(name), [])
    }))
})
