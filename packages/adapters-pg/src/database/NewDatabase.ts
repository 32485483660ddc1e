/**
 * A database for production, made once: as SQL for whoever administers the server, or by an administrator's hand.
 *
 * Unlike `Provision.provision` it touches nothing that is there: a role that a server uses keeps its password.
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
}

/** The names of the roles of a database; fails for a name that it cannot have. */
export const roleNames = (name: string): Effect.Effect<{ owner: string; app: string }, ProvisionError> =>
  Effect.as(checkName(name), { owner: `${name}_owner`, app: `${name}_app` })

/** Names that `checkName` let pass. */
const quoted = (name: string): string => `"${name}"`

const rolesSql = ({ app, owner }: NewDatabase): ReadonlyArray<string> =>
  [owner, app].map(({ password, username }) =>
    `CREATE ROLE ${quoted(username)} LOGIN PASSWORD '${scramVerifier(password)}'`
  )

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
    ...[...rolesSql(database), ...databaseSql(database)].map((statement) => `${statement};`)
  ].join("\n")

/** Makes it; fails where any of it is there already, and leaves nothing behind where it fails. */
export const makeNewDatabase = (admin: PgConnection, database: NewDatabase): Effect.Effect<void, ProvisionError> =>
  Effect.gen(function*() {
    const { app, name, owner } = database
    const roles = [owner.username, app.username]
    const isThere = yield* administer(admin, name, (sql, isSuperuser) =>
      Effect.gen(function*() {
        const there = yield* sql`
          SELECT datname FROM pg_database WHERE datname = ${name}
          UNION ALL SELECT rolname FROM pg_roles WHERE rolname = ANY(${roles}::text[])`
        if (there.length > 0) return true
        yield* Effect.forEach([
          ...rolesSql(database),
          // who is no superuser must be a member, to create a database for a role
          ...isSuperuser ? [] : [`GRANT ${quoted(owner.username)} TO CURRENT_USER`],
          ...databaseSql(database)
        ], (statement) =>
          sql.unsafe(statement), { discard: true }).pipe(
            Effect.onError(() =>
              Effect.ignore(
                Effect.andThen(
                  sql.unsafe(`DROP DATABASE IF EXISTS ${quoted(name)}`),
                  sql.unsafe(`DROP ROLE IF EXISTS ${roles.map(quoted).join(", ")}`)
                )
              )
            )
          )
        return false
      }))
    if (!isThere) return
    return yield* new ProvisionError({
      reason: "name",
      message:
        `The server has a database ${name}, or a role ${
          roles.join(" or ")
        }, already: whoever uses them would be locked out. ` +
        "Choose another name, or go on with the settings of that one."
    })
  })
