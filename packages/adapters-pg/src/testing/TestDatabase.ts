/**
 * A database of its own for a test file, on the PostgreSQL of the test run, dropped with the scope.
 *
 * @example
 * layer(TestDatabase.layerMigrated({ key, migrate }))("wallets", (it) => {
 *   it.effect("…", () => Effect.gen(function*() {
 *     const { app } = yield* TestDatabase
 *   }))
 * })
 */
import { Context, Effect, Layer, type Scope } from "effect"
import type { SqlError } from "effect/sql"
import { randomBytes } from "node:crypto"
import {
  clone,
  drop,
  type PgConnection,
  provision,
  type ProvisionedDatabase,
  type ProvisionError,
  session
} from "../database/Provision.ts"
import { injectedAdmin, injectedPrefix } from "./ProvidedPostgres.ts"

/** How to make a migrated database, once a run. */
export interface Template<E> {
  /** Names what `migrate` makes: 1 to 32 lower-case letters, digits and "_", such as a hash of the migrations. */
  readonly key: string
  readonly migrate: (database: ProvisionedDatabase) => Effect.Effect<void, E>
}

const newName = (): string => `${injectedPrefix()}${randomBytes(6).toString("hex")}`

const dropAtEnd = (admin: PgConnection, { name }: ProvisionedDatabase): Effect.Effect<void> =>
  Effect.orDie(drop(admin, name))

/** The template of that key, made by whichever test file of the run asks first. */
const templateOf = <E>(
  admin: PgConnection,
  { key, migrate }: Template<E>
): Effect.Effect<ProvisionedDatabase, E | ProvisionError | SqlError.SqlError> =>
  Effect.gen(function*() {
    const name = `${injectedPrefix()}t_${key}`
    const sql = yield* session(admin)
    yield* sql`SELECT 1 FROM pg_advisory_lock(hashtextextended(${`ddd/template/${name}`}, 0))`
    const template = yield* provision(admin, name)
    // a migrated template takes no connections, which also makes it safe to copy
    const [state] = yield* sql<{ readonly migrated: boolean }>`
      SELECT NOT datallowconn AS migrated FROM pg_database WHERE datname = ${name}`
    if (state?.migrated !== true) {
      yield* migrate(template).pipe(Effect.onError(() => dropAtEnd(admin, template)))
      yield* sql.unsafe(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`)
    }
    return template
  }).pipe(Effect.scoped)

export class TestDatabase extends Context.Service<
  TestDatabase,
  ProvisionedDatabase & {
    /** Superuser, or the role of DATABASE_URL, at this database: for what no role of the application may do. */
    readonly admin: PgConnection
  }
>()("@ddd/adapters-pg/testing/TestDatabase") {
  /** An empty database with roles of its own (0.15 s). */
  static readonly make: Effect.Effect<TestDatabase["Service"], ProvisionError, Scope.Scope> = Effect.gen(function*() {
    const admin = injectedAdmin()
    const database = yield* Effect.acquireRelease(
      provision(admin, newName()),
      (made) => dropAtEnd(admin, made)
    )
    return { ...database, admin: { ...admin, database: database.name } }
  })

  /**
   * A copy of a migrated database (0.1 s; the first of a run takes what the migrations take). The roles are the template's,
   * shared by all of its copies.
   */
  static readonly migrated = <E>(
    template: Template<E>
  ): Effect.Effect<TestDatabase["Service"], E | ProvisionError | SqlError.SqlError, Scope.Scope> =>
    Effect.gen(function*() {
      const admin = injectedAdmin()
      const original = yield* templateOf(admin, template)
      const database = yield* Effect.acquireRelease(
        clone(admin, original, newName()),
        (made) => dropAtEnd(admin, made)
      )
      return { ...database, admin: { ...admin, database: database.name } }
    })

  static readonly layer: Layer.Layer<TestDatabase, ProvisionError> = Layer.effect(TestDatabase, TestDatabase.make)

  static readonly layerMigrated = <E>(
    template: Template<E>
  ): Layer.Layer<TestDatabase, E | ProvisionError | SqlError.SqlError> =>
    Layer.effect(TestDatabase, TestDatabase.migrated(template))
}
