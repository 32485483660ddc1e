/**
 * Databases and their two roles.
 *
 * A database `<name>` has a role that owns it and migrates it, `<name>_owner`, and a role that the application runs as,
 * `<name>_app`, which may connect and nothing else: what it may do with which table is said by the migrations. Roles belong
 * to the whole server, so their names derive from the database's, and two databases never meet.
 */
import type { PgClient } from "@effect/sql-pg"
import { Data, Effect, type Layer, Redacted, type Scope } from "effect"
import { Reactivity } from "effect/reactivity"
import type { SqlClient, SqlError } from "effect/sql"
import { createHmac, randomBytes } from "node:crypto"
import { type ClientConfig, layerPool, makeSession, type Waits, workWaits } from "./Client.ts"
import { portDefault, readConnectionUrl } from "./ConnectionUrl.ts"
import { scramVerifier } from "./ScramVerifier.ts"
import { readServerKind, unfitServerText } from "./ServerKind.ts"
import { AllServers, type Servers } from "./Servers.ts"

/** How to reach a database as somebody. What is said here goes before what the URL says. */
export interface PgConnection {
  /** The server, and how to talk to it (TLS, time-outs): a libpq URI. */
  readonly url?: Redacted.Redacted
  /** The server where there is no URL: a name, an address, or the folder of a Unix socket. */
  readonly host?: string
  readonly port?: number
  readonly username: string
  /** None where the server asks for none. */
  readonly password?: Redacted.Redacted
  readonly database: string
}

/** A database that is there, and the two ways in. */
export interface ProvisionedDatabase {
  readonly name: string
  /** Owns the database and its public schema: migrations. */
  readonly owner: PgConnection
  /** The application. Owns nothing. */
  readonly app: PgConnection
}

/**
 * A database cannot be provided. The message says why and what to do.
 *
 * - `url`: a connection URL that cannot be used.
 * - `name`: a name that PostgreSQL would cut or that would need quotes everywhere.
 * - `server`: a server of the wrong version or encoding.
 * - `privileges`: the given role may not create databases and roles.
 * - `sql`: the server refused or is out of reach.
 */
export class ProvisionError extends Data.TaggedError("ProvisionError")<{
  readonly reason: "url" | "name" | "server" | "privileges" | "sql"
  readonly message: string
  readonly cause?: unknown
}> {}

/** The connection that a URL such as DATABASE_URL says. It must name a user and a database. */
export const fromUrl = (url: Redacted.Redacted): Effect.Effect<PgConnection, ProvisionError> =>
  Effect.suspend(() => {
    const { database = "", username = "" } = readConnectionUrl(url) ?? {}
    return username !== "" && database !== "" ? Effect.succeed({ url, username, database }) : Effect.fail(
      new ProvisionError({
        reason: "url",
        message:
          "The database URL must read postgres://user:password@host:5432/database, and name a user and a database. " +
          "Several servers stand as host1:5432,host2:5432."
      })
    )
  })

export interface ClientOptions {
  readonly applicationName?: string
  readonly waits?: Waits
  /** Servers that other clients of this process know; by themselves unless given. */
  readonly servers?: AllServers
}

export interface PoolOptions extends ClientOptions {
  readonly maxConnections?: number
  /** Whether statements are prepared by name. */
  readonly prepare?: boolean
}

/** Where a connection leads; throws for a URL that `fromUrl` does not take. */
const serversOf = ({ host, port, url }: PgConnection, all: AllServers): Servers => {
  const read = url === undefined ? undefined : readConnectionUrl(url)
  if (url !== undefined && read === undefined) throw new Error("the database URL cannot be used")
  const addresses = host === undefined
    ? read?.servers ?? [{ host: "localhost", port: port ?? portDefault }]
    : [{ host, port: port ?? portDefault }]
  return all.of(addresses, read?.tls ?? "never", read?.writable ?? true)
}

const clientConfig = (connection: PgConnection, options: ClientOptions): ClientConfig => {
  const read = connection.url === undefined ? undefined : readConnectionUrl(connection.url)
  return {
    servers: serversOf(connection, options.servers ?? new AllServers()),
    username: connection.username,
    password: connection.password ??
      (read === undefined || read.password === "" ? undefined : Redacted.make(read.password)),
    database: connection.database,
    applicationName: options.applicationName ?? read?.applicationName ?? "ddd",
    startupOptions: read?.options,
    prepare: true,
    waits: options.waits ?? workWaits
  }
}

/** A pooled, pipelining client: of ten connections, and in no hurry, unless the options say otherwise. */
export const layer = (
  connection: PgConnection,
  options: PoolOptions = {}
): Layer.Layer<PgClient.PgClient | SqlClient.SqlClient, SqlError.SqlError> =>
  layerPool({
    ...clientConfig(connection, options),
    prepare: options.prepare ?? true,
    maxConnections: options.maxConnections ?? 10
  })

/** A client with one connection, so that its statements share a session. */
export const session = (
  connection: PgConnection,
  options: ClientOptions = {}
): Effect.Effect<PgClient.PgClient, SqlError.SqlError, Scope.Scope> =>
  Effect.suspend(() => makeSession(clientConfig(connection, options))).pipe(Effect.provide(Reactivity.layer))

/** Longest suffix of a derived name: `_owner`. PostgreSQL cuts names at 63 bytes without an error. */
const nameLengthMax = 63 - "_owner".length

/** Fails for a name that no database of ours can have. */
export const checkName = (name: string): Effect.Effect<void, ProvisionError> =>
  /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name) && name.length <= nameLengthMax ? Effect.void : Effect.fail(
    new ProvisionError({
      reason: "name",
      message:
        `A database cannot be called ${
          JSON.stringify(name)
        }: a name has up to ${nameLengthMax} letters, digits, "_" and "-", ` +
        "and does not begin with a digit."
    })
  )

/** A name that `checkName` let pass, as SQL. */
const quoted = (name: string): string => `"${name}"`

/** The same for every process that has the same administrator's password, so that they do not lock one another out. */
const passwordOf = (admin: PgConnection, role: string): Redacted.Redacted => {
  const secret = admin.password === undefined
    ? admin.url && readConnectionUrl(admin.url)?.password
    : Redacted.value(admin.password)
  return Redacted.make(
    secret
      ? createHmac("sha256", secret).update(`ddd/role/v1\n${role}`).digest("base64url")
      : randomBytes(24).toString("base64url")
  )
}

/** A session of the administrator's, and whether it is a superuser; refuses a server or a role that will not do. */
const adminSession = Effect.fnUntraced(function*(admin: PgConnection) {
  const sql = yield* session(admin)
  const kind = yield* readServerKind(sql)
  if (!kind.fits) return yield* new ProvisionError({ reason: "server", message: unfitServerText(kind) })
  const [server = { isSuperuser: false, able: false }] = yield* sql<{
    readonly isSuperuser: boolean
    readonly able: boolean
  }>`SELECT rolsuper AS "isSuperuser", rolcreatedb AND rolcreaterole AS able FROM pg_roles WHERE rolname = current_user`
  if (!server.isSuperuser && !server.able) {
    return yield* new ProvisionError({
      reason: "privileges",
      message: `Role ${admin.username} may not create databases and roles. ` +
        `As a superuser say: ALTER ROLE "${admin.username}" CREATEDB CREATEROLE`
    })
  }
  return { sql, isSuperuser: server.isSuperuser }
})

const sqlFailed = (cause: SqlError.SqlError): ProvisionError =>
  new ProvisionError({ reason: "sql", message: `The database server did not do its part: ${sentence(cause)}`, cause })

/** Whether this role may create databases and roles on this server; the error says why not. */
export const checkAdmin = (admin: PgConnection): Effect.Effect<void, ProvisionError> =>
  adminSession(admin).pipe(
    Effect.scoped,
    Effect.asVoid,
    Effect.catchTag("SqlError", (cause) => Effect.fail(sqlFailed(cause)))
  )

/** Runs `task` in a session of the administrator's, while no other process that came this way works on the same database. */
export const administer = <A>(
  admin: PgConnection,
  database: string,
  task: (sql: PgClient.PgClient, isSuperuser: boolean) => Effect.Effect<A, SqlError.SqlError>
): Effect.Effect<A, ProvisionError> =>
  Effect.gen(function*() {
    yield* checkName(database)
    const { isSuperuser, sql } = yield* adminSession(admin)
    // ends with the session
    yield* sql`SELECT 1 FROM pg_advisory_lock(hashtextextended(${`ddd/provision/${database}`}, 0))`
    return yield* task(sql, isSuperuser)
  }).pipe(Effect.scoped, Effect.catchTag("SqlError", (cause) => Effect.fail(sqlFailed(cause))))

/** The server's own words, which stand in the cause of the reason. */
const sentence = ({ reason }: SqlError.SqlError): string =>
  reason.cause instanceof Error ? reason.cause.message : reason.message

const roleOf = (admin: PgConnection, role: string, database: string): PgConnection => ({
  ...admin,
  username: role,
  password: passwordOf(admin, role),
  database
})

/** The two ways into a database that this administrator provides, whether or not it is there: asks nobody. */
const rolesOf = (admin: PgConnection, database: string): ProvisionedDatabase => ({
  name: database,
  owner: roleOf(admin, `${database}_owner`, database),
  app: roleOf(admin, `${database}_app`, database)
})

/** The application's way into a database that `provision` made with an administrator who has a password. */
export const appOf = (admin: PgConnection, database: string): PgConnection => rolesOf(admin, database).app

/** Only the two roles may connect. Such grants are not copied with a database. */
const createDatabase = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  database: string,
  from: { readonly template: string; readonly owner: string; readonly app: string }
) {
  const exists = yield* sql`SELECT 1 FROM pg_database WHERE datname = ${database}`
  if (exists.length === 0) {
    yield* sql.unsafe(
      `CREATE DATABASE ${quoted(database)} OWNER ${quoted(from.owner)} TEMPLATE ${quoted(from.template)}`
    )
  }
  yield* sql.unsafe(`REVOKE ALL ON DATABASE ${quoted(database)} FROM PUBLIC`)
  yield* sql.unsafe(`GRANT CONNECT ON DATABASE ${quoted(database)} TO ${quoted(from.app)}`)
})

/**
 * Makes a database and its two roles, or makes sure of them: doing it again, or from several processes at once, changes
 * nothing but the passwords where the administrator has none to derive them from.
 *
 * `admin` connects to any other database, as a superuser or as a role with CREATEDB and CREATEROLE. PostgreSQL 15 or later.
 */
export const provision = (admin: PgConnection, database: string): Effect.Effect<ProvisionedDatabase, ProvisionError> =>
  administer(admin, database, (sql, isSuperuser) =>
    Effect.gen(function*() {
      const { app, owner } = rolesOf(admin, database)
      for (const { password, username } of [owner, app]) {
        const exists = yield* sql`SELECT 1 FROM pg_roles WHERE rolname = ${username}`
        if (exists.length === 0) yield* sql.unsafe(`CREATE ROLE ${quoted(username)}`)
        if (password !== undefined) {
          yield* sql.unsafe(`ALTER ROLE ${quoted(username)} LOGIN PASSWORD '${scramVerifier(password)}'`)
        }
        // who is no superuser must be a member, to create a database for the one and to end the sessions of both
        if (!isSuperuser) yield* sql.unsafe(`GRANT ${quoted(username)} TO CURRENT_USER`)
      }
      // template0: its public schema belongs to the database's owner, and nobody else may create in it
      yield* createDatabase(sql, database, { template: "template0", owner: owner.username, app: app.username })
      return { name: database, owner, app }
    }))

/** A copy of a provisioned database, for the same two roles. Nobody may be connected to the original meanwhile. */
export const clone = (
  admin: PgConnection,
  original: ProvisionedDatabase,
  name: string
): Effect.Effect<ProvisionedDatabase, ProvisionError> =>
  administer(admin, name, (sql) =>
    createDatabase(sql, name, {
      template: original.name,
      owner: original.owner.username,
      app: original.app.username
    }).pipe(
      Effect.as({
        name,
        owner: { ...original.owner, database: name },
        app: { ...original.app, database: name }
      })
    ))

/** Drops a database, whoever is connected to it, and its own roles; what is not there is dropped already. */
export const drop = (admin: PgConnection, database: string): Effect.Effect<void, ProvisionError> =>
  administer(admin, database, (sql) =>
    Effect.gen(function*() {
      yield* sql.unsafe(`DROP DATABASE IF EXISTS ${quoted(database)} WITH (FORCE)`)
      yield* sql.unsafe(`DROP ROLE IF EXISTS ${quoted(`${database}_app`)}, ${quoted(`${database}_owner`)}`)
    }))
