/** Which PostgreSQL a server is, and whether this program works on it. */
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { SqlError } from "effect/sql"

/** What a server is. */
export interface ServerKind {
  /** As it says it: `15.14 (Debian 15.14-0+deb12u1)`. */
  readonly version: string
  /** The first part of it. */
  readonly major: number
  readonly encoding: string
  /** Whether this program works on it. */
  readonly fits: boolean
}

/** Reads what the server of a session is. */
export const readServerKind = (sql: PgClient.PgClient): Effect.Effect<ServerKind, SqlError.SqlError> =>
  Effect.map(
    sql<ServerKind>`
      SELECT current_setting('server_version') AS version, current_setting('server_encoding') AS encoding,
        current_setting('server_version_num')::int / 10000 AS major,
        current_setting('server_version_num')::int >= 150000 AND current_setting('server_encoding') = 'UTF8' AS fits`,
    ([kind]) => kind ?? { version: "unknown", major: 0, encoding: "unknown", fits: false }
  )

/** What is said of a server that does not fit. */
export const unfitServerText = ({ encoding, version }: ServerKind): string =>
  `PostgreSQL 15 or later with encoding UTF8 is needed; this one has version ${version} and encoding ${encoding}.`
