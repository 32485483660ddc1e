/**
 * A database for production, made once: as SQL for whoever administers the server, or by an administrator's hand.
 *
 * Unlike `Provision.provision` it touches nothing that is there: a role that a server uses keeps its password. Where a database is to be made
 * anew, for settings that are there, its roles may be.
 */
import { Effect, type Redacted } from "effect"
import { administer, checkName, type PgConnection, ProvisionError } from "./Provision.ts"
import { scramVerifier } from "./ScramVerifier.ts"

/** A database that is to be, its two roles and their passwords. */
export interface NewDatabase {
  readonly name: string
  /** Owns it, and migrates. */
  readonly owner: { readonly username: string; readonly password: Redacted.Redacted }
  /** The application: may connect, and what the migrations grant it. */
  readonly app: { readonly username: string; readonly password: Redacted.Redacted }
  /** Whether the roles may be there, and are left as they are then. */
  readonly keepsRoles: boolean
}

/** The names of the roles of a database; fails for a name that it cannot have. */
export const roleNames = (name: string): Effect.Effect<{ owner: string; app: string }, ProvisionError> =>
  Effect.as(checkName(name), { owner: `${name}_owner`, app: `${name}_app` })

/** Names that `checkName` let pass. */
const quoted = (name: string): string => `"${name}"`

type Role = NewDatabase["app"]

const roleSql = ({ password, username }: Role): string =>
  `CREATE ROLE ${quoted(username)} LOGIN PASSWORD '${scramVerifier(password)}'`

/** The same for psql, where the role may be there. */
const roleUnlessThere = (role: Role): string =>
  `SELECT '${roleSql(role).replaceAll("'", "''")}' WHERE NOT EXISTS (\n` +
  `  SELECT FROM pg_roles WHERE rolname = '${role.username}') \\gexec`

// in the order of bytes, which no upgrade of the system changes; what a letter's other case is, as Unicode says
const databaseSql = ({ app, name, owner }: NewDatabase): ReadonlyArray<string> => [
  `CREATE DATABASE ${quoted(name)} OWNER ${quoted(owner.username)} ` +
  "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'",
  `REVOKE ALL ON DATABASE ${quoted(name)} FROM PUBLIC`,
  `GRANT CONNECT ON DATABASE ${quoted(name)} TO ${quoted(app.username)}`
]

/** What makes it, for psql, as a superuser. It holds no password, but what PostgreSQL keeps of them. */
export const newDatabaseSql = (database: NewDatabase): string =>
  [
    "\\set ON_ERROR_STOP on",
    ...[database.owner, database.app].map((role) => database.keepsRoles ? roleUnlessThere(role) : `${roleSql(role)};`),
    ...databaseSql(database).map((statement) => `${statement};`)
  ].join("\n")

/** Makes it; fails where any of it is there already, and leaves nothing behind where it fails. */
export const makeNewDatabase = (admin: PgConnection, database: NewDatabase): Effect.Effect<void, ProvisionError> =>
  Effect.gen(function*() {
    const { app, keepsRoles, name, owner } = database
    const roles = [owner.username, app.username]
    const isThere = yield* administer(admin, name, (sql, isSuperuser) =>
      Effect.gen(function*() {
        const there = yield* sql`
          SELECT datname FROM pg_database WHERE datname = ${name}
          UNION ALL SELECT rolname FROM pg_roles WHERE rolname = ANY(${keepsRoles ? [] : roles}::text[])`
        if (there.length > 0) return true
        const known = yield* sql<{ readonly name: string }>`
          SELECT rolname AS name FROM pg_roles WHERE rolname = ANY(${roles}::text[])`
        const missing = [owner, app].filter(({ username }) => !known.some((role) => role.name === username))
        yield* Effect.forEach([
          ...missing.map(roleSql),
          // who is no superuser must be a member, to create a database for a role
          ...isSuperuser ? [] : [`GRANT ${quoted(owner.username)} TO CURRENT_USER`],
          ...databaseSql(database)
        ], (statement) =>
          sql.unsafe(statement), { discard: true }).pipe(
            Effect.onError(() =>
              Effect.ignore(
                Effect.andThen(
                  sql.unsafe(`DROP DATABASE IF EXISTS ${quoted(name)}`),
                  Effect.forEach(missing, ({ username }) =>
                    sql.unsafe(`DROP ROLE IF EXISTS ${quoted(username)}`))
                )
              )
            )
          )
        return false
      }))
    if (!isThere) return
    return yield* new ProvisionError({
      reason: "name",
      message: keepsRoles
        ? `The server has a database ${name} already, which is left as it is: rename it first, or drop it.`
        : `The server has a database ${name}, or a role ${
          roles.join(" or ")
        }, already: whoever uses them would be locked out. ` +
          "Choose another name, or go on with the settings of that one."
    })
  })
