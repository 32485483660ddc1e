/**
 * What an error of the database means: the one place that knows its SQLSTATEs and how connections fail.
 *
 * Source: PostgreSQL's documentation, appendix A; `src/backend/utils/errcodes.txt`.
 */
import { visible } from "@ddd/core/values/Visible"
import { makeSeldomLog } from "@ddd/core/work/SeldomLog"
import type { Effect } from "effect"
import { SqlError } from "effect/sql"
import { StillStandby } from "./Servers.ts"

/**
 * - `conflict`: the transaction was chosen as the victim of another. It was rolled back, and may be run again at once.
 * - `unavailable`: the database is out of reach, out of time or out of resources, takes no writes, or ends this session. It may be
 *   asked again later.
 * - `defect`: it refused what this program asked, which it should not have asked.
 */
type FailureKind = "conflict" | "unavailable" | "defect"

/** Whole classes of SQLSTATEs that say nothing of what was asked. */
const unavailableClasses = new Set([
  "08", // connection exception
  "28", // invalid authorization: a password that was changed, a rule of pg_hba.conf
  "53", // insufficient resources: disk full, out of memory, too many connections
  "58" // system error: input and output
])

const unavailableStates = new Set([
  "25006", // read_only_sql_transaction: a standby, or one that still recovers
  "25P03", // idle_in_transaction_session_timeout
  "25P04", // transaction_timeout
  "3D000", // invalid_catalog_name: restored under another name at this moment
  "40003", // statement_completion_unknown
  "55P03", // lock_not_available: lock_timeout
  "57014", // query_canceled: statement_timeout
  "57P01", // admin_shutdown, and pg_terminate_backend
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now: starting, stopping, recovering
  "57P04", // database_dropped
  "57P05" // idle_session_timeout
])

/** After these severities the session is over, whatever the reason. */
const lastSeverities = new Set(["FATAL", "PANIC"])

const unavailableReasons = new Set([
  "ConnectionError",
  "AuthenticationError",
  "LockTimeoutError",
  "StatementTimeoutError"
])

const textOf = (cause: unknown, name: "code" | "severity" | "severityUnlocalized"): string | undefined => {
  const text: unknown = typeof cause === "object" && cause !== null ? Reflect.get(cause, name) : undefined
  return typeof text === "string" ? text : undefined
}

/** The SQLSTATE, where the server itself answered. */
export const sqlState = ({ reason }: SqlError.SqlError): string | undefined => textOf(reason.cause, "code")

const failureKind = (error: SqlError.SqlError): FailureKind => {
  const { _tag, cause } = error.reason
  if (_tag === "DeadlockError" || _tag === "SerializationError") return "conflict"
  if (unavailableReasons.has(_tag)) return "unavailable"
  const state = sqlState(error)
  if (state === undefined) return "defect"
  const severity = textOf(cause, "severityUnlocalized") ?? textOf(cause, "severity") ?? ""
  return unavailableClasses.has(state.slice(0, 2)) || unavailableStates.has(state) || lastSeverities.has(severity)
    ? "unavailable"
    : "defect"
}

/** Deadlock, serialization failure: the whole transaction may be run again. */
export const mayRunAgain = (error: unknown): boolean => SqlError.isSqlError(error) && failureKind(error) === "conflict"

/** Whether the database could not be asked, or did not answer in time, or not as it would at another time. */
export const isUnavailable = (error: unknown): boolean => SqlError.isSqlError(error) && failureKind(error) !== "defect"

/** Whether the server says that it takes connections soon: it starts, or recovers. */
export const isStarting = (error: SqlError.SqlError): boolean =>
  sqlState(error) === "57P03" || error.reason.cause instanceof StillStandby

/** What a transaction's last statement is called in the errors of whether it was done: `COMMIT` was sent, and not answered. */
const commitOperation = "commit"

/**
 * The error of a `COMMIT`. Whether the transaction was committed is not known where its answer did not come, or came from a session that
 * ends: a server that is told to stop may commit first. Any other error of the server's own is an answer: it was not.
 */
export const commitError = (error: SqlError.SqlError): SqlError.SqlError =>
  failureKind(error) !== "unavailable" ? error : new SqlError.SqlError({
    reason: new SqlError.ConnectionError({
      cause: error.reason.cause,
      message: "the database did not say whether it committed",
      operation: commitOperation
    })
  })

/** Whether the transaction that failed so may have been committed all the same. */
export const mayHaveCommitted = (error: unknown): boolean =>
  SqlError.isSqlError(error) && error.reason._tag === "ConnectionError" && error.reason.operation === commitOperation

/** The same error where it was found out that the transaction was not committed. */
export const notCommitted = (error: SqlError.SqlError): SqlError.SqlError =>
  !mayHaveCommitted(error) ? error : new SqlError.SqlError({
    reason: new SqlError.ConnectionError({
      cause: error.reason.cause,
      message: "the transaction was not committed",
      operation: "query"
    })
  })

/** The cause in a few words, for people: the server's own, or why it could not be reached. */
export const failureText = (error: SqlError.SqlError): string => {
  const { cause, message } = error.reason
  const why = cause instanceof Error && cause.message !== "" ? cause.message : message ?? error.reason._tag
  const state = sqlState(error)
  return visible(state === undefined ? why : `${why} (${state})`)
}

const log = makeSeldomLog("Warn")

/** Says in one line that the database is unavailable, and why: at once, then once a minute for as long as it goes on, by SQLSTATE. */
export const tellUnavailable = (error: SqlError.SqlError): Effect.Effect<void> =>
  log(sqlState(error) ?? error.reason._tag, `the database is unavailable: ${failureText(error)}`)
