/**
 * The client of a database, none of whose waits is without a bound: for a connection, for its being made, for an answer, for the end of a
 * transaction.
 *
 * It is `@effect/sql-pg`'s pool and codecs on streams of our own (`ServerSocket`), put together here since the package's own client waits
 * for a connection for as long as it takes, and has a failed `ROLLBACK` die.
 */
import { count, counter, gauge } from "@ddd/core/values/Measure"
import { PgClient, PgConnection, PgPool } from "@effect/sql-pg"
import { type Duration, Effect, type Layer, type Scope } from "effect"
import type { Reactivity } from "effect/reactivity"
import { SqlClient, type SqlConnection, SqlError, Statement } from "effect/sql"
import { commitError } from "./Failure.ts"
import type { Servers } from "./Servers.ts"
import { ServerSocket } from "./ServerSocket.ts"

/** How long what is done on a connection may take. */
export interface Waits {
  /** For a connection, free or newly made. */
  readonly connection: Duration.Input
  /** A statement, as the server sees it: `statement_timeout`, in milliseconds; null for no bound of the server's. */
  readonly statementMillis: number | null
  /** For a lock that somebody else has: `lock_timeout`, in milliseconds; null for none. */
  readonly lockMillis: number | null
  /** A transaction that does nothing: `idle_in_transaction_session_timeout`, in milliseconds; null for none. */
  readonly idleMillis: number | null
  /** For the server's next sign of life while an answer is due, in milliseconds: longer than a statement may take. */
  readonly silenceMillis: number
}

/** For whoever waits for an answer: two seconds and a half of work, and an answer within five seconds whatever the database does. */
export const requestWaits: Waits = {
  connection: "1250 millis",
  statementMillis: 2_500,
  lockMillis: 2_000,
  idleMillis: 10_000,
  silenceMillis: 3_500
}

/** For what nobody waits for at the moment: the clockwork, jobs, commands. */
export const workWaits: Waits = {
  connection: "10 seconds",
  statementMillis: 300_000,
  lockMillis: 60_000,
  idleMillis: 60_000,
  silenceMillis: 310_000
}

/** For steps that take as long as their tables are long: migrations. */
export const longWaits: Waits = {
  connection: "10 seconds",
  statementMillis: null,
  lockMillis: null,
  idleMillis: null,
  silenceMillis: 4 * 3_600_000
}

/** How long a connection may take to be made; who waits for it may give up before. */
const connectTimeout: Duration.Input = "4 seconds"

export interface ClientConfig {
  readonly servers: Servers
  readonly username: string
  readonly password: PgConnection.Config["password"]
  readonly database: string
  readonly applicationName: string
  /** Settings of the session as the URL says them. */
  readonly startupOptions: string | undefined
  readonly prepare: boolean
  readonly waits: Waits
}

export interface PoolConfig extends ClientConfig {
  readonly maxConnections: number
}

const sessionSettings = ({ idleMillis, lockMillis, statementMillis }: Waits): Record<string, string> => ({
  ...(statementMillis === null ? {} : { statement_timeout: String(statementMillis) }),
  ...(lockMillis === null ? {} : { lock_timeout: String(lockMillis) }),
  ...(idleMillis === null ? {} : { idle_in_transaction_session_timeout: String(idleMillis) })
})

const driverConfig = (config: ClientConfig) => ({
  username: config.username,
  password: config.password,
  database: config.database,
  applicationName: config.applicationName,
  startupOptions: config.startupOptions,
  startupParameters: sessionSettings(config.waits),
  prepare: config.prepare,
  connectTimeout,
  // spoken below the driver
  ssl: false,
  stream: () => new ServerSocket(config.servers, config.waits.silenceMillis)
})

const connectionError = (message: string): SqlError.SqlError =>
  new SqlError.SqlError({
    reason: new SqlError.ConnectionError({ cause: new Error(message), message, operation: "connect" })
  })

/** The wait for a connection: bounded, and for each of the servers where the first one is not the primary. */
const acquisition = <A>(get: Effect.Effect<A, SqlError.SqlError, Scope.Scope>, { servers, waits }: ClientConfig) => {
  const others = servers.addresses.length - 1
  const found = others === 0 ? get : Effect.retry(get, {
    while: ({ reason }) => reason._tag === "ConnectionError",
    times: others
  })
  return Effect.timeoutOrElse(found, {
    duration: waits.connection,
    orElse: () => Effect.fail(connectionError("no connection to the database was free or could be made in time"))
  })
}

/** A connection as `SqlClient` takes it. */
class Session implements SqlConnection.Connection {
  readonly inner: PgConnection.PgConnection

  constructor(inner: PgConnection.PgConnection) {
    this.inner = inner
  }

  execute: SqlConnection.Connection["execute"] = (sql, params) =>
    Effect.map(this.inner.query(sql, params), ({ rows }) => rows)

  executeRaw: SqlConnection.Connection["executeRaw"] = (sql, params) => this.inner.query(sql, params)

  executeUnprepared: SqlConnection.Connection["executeUnprepared"] = (sql, params) =>
    Effect.map(this.inner.query(sql, params, false), ({ rows }) => rows)

  executeValues: SqlConnection.Connection["executeValues"] = (sql, params) => this.inner.queryValues(sql, params)

  executeValuesUnprepared: SqlConnection.Connection["executeValuesUnprepared"] = (sql, params) =>
    this.inner.queryValues(sql, params, false)

  executeStream: SqlConnection.Connection["executeStream"] = (sql, params) => this.inner.stream(sql, params)
}

const isRolledBack = (result: unknown): boolean =>
  typeof result === "object" && result !== null && "command" in result && result.command === "ROLLBACK"

/** `COMMIT`; an aborted transaction answers `ROLLBACK` to it, which is an error. */
const commit = (connection: SqlConnection.Connection): Effect.Effect<void, SqlError.SqlError> =>
  Effect.mapError(connection.executeRaw("COMMIT", []), commitError).pipe(
    Effect.filterOrElse((result) => !isRolledBack(result), () => {
      const message = "the transaction was rolled back at its COMMIT"
      return Effect.fail(
        new SqlError.SqlError({
          reason: new SqlError.UnknownError({ cause: new Error(message), message, operation: "commit" })
        })
      )
    }),
    Effect.asVoid
  )

const PgJson = Statement.custom<PgClient.PgCustom>("PgJson")

interface Connections {
  /** For one statement, or several of anybody's at a time. */
  readonly shared: Effect.Effect<PgConnection.PgConnection, SqlError.SqlError, Scope.Scope>
  readonly exclusive: Effect.Effect<PgConnection.PgConnection, SqlError.SqlError, Scope.Scope>
  /** A connection that is in an unknown state is not used again. */
  readonly discard: (connection: PgConnection.PgConnection) => Effect.Effect<void>
}

const makeClient = Effect.fnUntraced(function*(
  config: PgClient.PgClientConfig,
  { discard, exclusive, shared }: Connections
): Effect.fn.Return<PgClient.PgClient, never, Scope.Scope | Reactivity.Reactivity> {
  const sessionOf = (connection: PgConnection.PgConnection) => new Session(connection)
  const acquirer = Effect.map(shared, sessionOf)
  const transactionAcquirer = Effect.map(exclusive, sessionOf)
  const client = yield* SqlClient.make({
    acquirer,
    transactionAcquirer,
    compiler: PgClient.makeCompiler(),
    driver: "@effect/sql-pg",
    spanAttributes: [["db.system.name", "postgresql"], ["db.namespace", config.database ?? ""]]
  })
  const run = (connection: SqlConnection.Connection, statement: string) => connection.execute(statement, [], undefined)
  // a server that does not roll back when it is told to does so when the connection ends; a savepoint that cannot be released is one of
  // a lost connection or of an aborted transaction, as the next statement, or COMMIT, finds
  const tidy = (connection: SqlConnection.Connection, statement: string) =>
    Effect.catch(
      Effect.asVoid(run(connection, statement)),
      () => connection instanceof Session ? discard(connection.inner) : Effect.void
    )
  const withTransaction = SqlClient.makeWithTransaction<SqlClient.TransactionConnection, SqlConnection.Connection>({
    transactionService: client.transactionService,
    spanAttributes: [["db.system.name", "postgresql"]],
    acquireConnection: (restore) => restore(transactionAcquirer),
    begin: (connection, statement) =>
      statement === undefined ? run(connection, "BEGIN") : connection.executeUnprepared(statement, [], undefined),
    savepoint: (connection, id) => run(connection, `SAVEPOINT effect_sql_${id}`),
    releaseSavepoint: (connection, id) => tidy(connection, `RELEASE SAVEPOINT effect_sql_${id}`),
    commit,
    rollback: (connection) => tidy(connection, "ROLLBACK"),
    rollbackSavepoint: (connection, id) => tidy(connection, `ROLLBACK TO SAVEPOINT effect_sql_${id}`)
  })
  return Object.assign(client, {
    withTransaction,
    [PgClient.TypeId]: PgClient.TypeId,
    config,
    json: (value: unknown) => Statement.fragment([PgJson(value)]),
    listen: (channel: string) => Effect.flatMap(exclusive, (connection) => connection.listen(channel)),
    notify: (channel: string, payload: string) =>
      Effect.scoped(
        Effect.flatMap(shared, (connection) =>
          Effect.asVoid(connection.query("SELECT pg_notify($1, $2)", [channel, payload])))
      )
  })
})

/** Counts the connections of a pool, and who waits for one. */
const measurePool = Effect.fnUntraced(function*({ applicationName, maxConnections }: PoolConfig) {
  let open = 0
  let waiting = 0
  const labels = { pool: applicationName }
  const failed = counter(
    "ddd_database_waits_failed_total",
    "Waits for a connection that ended without one: none was free or could be made in time.",
    labels
  )
  yield* gauge("ddd_database_connections", "Connections that are open, or being made.", () => open, labels)
  yield* gauge("ddd_database_connections_max", "The most that there may be.", () => maxConnections, labels)
  yield* gauge("ddd_database_waiting", "Statements and transactions that wait for a connection.", () => waiting, labels)
  return {
    opened: (socket: ServerSocket): ServerSocket => {
      open++
      return socket.once("close", () => open--)
    },
    waited: <A>(acquire: Effect.Effect<A, SqlError.SqlError, Scope.Scope>) =>
      Effect.suspend(() => {
        waiting++
        return Effect.onExit(acquire, (exit) => {
          waiting--
          if (exit._tag === "Failure") count(failed)
          return Effect.void
        })
      })
  }
})

/** A client on a pool of connections that share their statements; a transaction, a stream or a channel has one of its own. */
const makePool = Effect.fnUntraced(function*(config: PoolConfig) {
  const driver = { ...driverConfig(config), multiplex: true, maxConnections: config.maxConnections }
  const measures = yield* measurePool(config)
  const pool = yield* PgPool.make({ ...driver, stream: () => measures.opened(driver.stream()) })
  return yield* makeClient(driver, {
    shared: measures.waited(acquisition(pool.get, config)),
    exclusive: measures.waited(acquisition(pool.reserve, config)),
    discard: pool.invalidate
  })
})

/** A client with one connection, so that its statements share a session; when that is lost, every statement fails. */
export const makeSession = Effect.fnUntraced(function*(config: ClientConfig) {
  const driver = driverConfig(config)
  const connection = yield* acquisition(PgConnection.make(driver), config)
  return yield* makeClient(driver, {
    shared: Effect.succeed(connection),
    exclusive: connection.pin,
    discard: () => Effect.void
  })
})

/** The same as layers: `PgClient`, and the `SqlClient` that it is. */
export const layerPool = (
  config: PoolConfig
): Layer.Layer<PgClient.PgClient | SqlClient.SqlClient, SqlError.SqlError> => PgClient.layerFrom(makePool(config))
