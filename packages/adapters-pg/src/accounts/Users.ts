/** Rows of users. */
import type { User } from "@ddd/core/accounts/User"
import { userId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { SqlError } from "effect/sql"
import { instantOf } from "../Rows.ts"

export interface UserRow {
  readonly id: string
  readonly email: string
  readonly username: string
  readonly email_verified: boolean
  readonly created_at: Date
}

export const userOf = (row: UserRow): User => ({
  id: userId(row.id),
  email: row.email,
  username: row.username,
  emailVerified: row.email_verified,
  createdAt: instantOf(row.created_at)
})

export interface LockedUser extends UserRow {
  readonly password_hash: string
  readonly is_active: boolean
  readonly erased_at: Date | null
}

/**
 * Locks a user and gives it as it stands then. Whatever changes an identity begins with this, after the wallet's lock where it
 * needs that one, so that changes of one player follow one another.
 */
export const lockUser = (sql: PgClient.PgClient, id: string) =>
  Effect.map(
    sql<LockedUser>`
      SELECT id, email, username, email_verified, created_at, password_hash, is_active, erased_at FROM users
      WHERE id = ${id}::uuid FOR NO KEY UPDATE`,
    ([row]) => row
  )

/** Locks a wallet, as a sale does: what it decides by stays until the end of the transaction. */
export const lockWallet = (sql: PgClient.PgClient, id: string) =>
  sql`SELECT 1 FROM wallets WHERE user_id = ${id}::uuid FOR NO KEY UPDATE`

/** The constraint that a statement broke, where it broke one of uniqueness. */
export const brokenUniqueness = (error: unknown): string | undefined =>
  SqlError.isSqlError(error) && error.reason._tag === "UniqueViolation" ? error.reason.constraint : undefined
