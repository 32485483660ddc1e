/** Rows of users: read, locked, and what their uniqueness refuses. */
import type { AccountFields } from "@ddd/core/accounts/AccountChange"
import { emailIdentity, pickAddressed } from "@ddd/core/accounts/EmailAddress"
import type { TakenNames, WantedNames } from "@ddd/core/accounts/TakenNames"
import { type Account, playersAccount, type User } from "@ddd/core/accounts/User"
import type { UserSummary } from "@ddd/core/ports/Accounts"
import { type UserId, userId } from "@ddd/core/values/Ids"
import type { Instant } from "@ddd/core/values/Instant"
import type { KycStatus } from "@ddd/core/values/KycStatus"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { SqlError } from "effect/sql"
import { instantOf, walletColumns, type WalletRow } from "../database/Rows.ts"
import { mayBeAddressed, writeIdentity } from "./EmailIdentityRows.ts"

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

/** A player as operators see them. */
export interface SummaryRow extends UserRow {
  readonly is_active: boolean
  readonly erased_at: Date | null
}

/** Of `users u`. */
export const summaryColumns = (sql: PgClient.PgClient) =>
  sql.literal("u.id, u.email, u.username, u.email_verified, u.created_at, u.is_active, u.erased_at")

export const summaryOf = (row: SummaryRow): UserSummary => ({
  ...userOf(row),
  frozen: !row.is_active,
  erased: row.erased_at !== null
})

/** All that stands in a player's own row, and the wallet. */
export interface ProfileRow extends UserRow, WalletRow {
  readonly kyc_status: KycStatus
  readonly country: string | null
  readonly age_verified: boolean
  readonly kyc_at: Date | null
  readonly kyc_reference: string | null
  readonly is_active: boolean
}

/** Undefined for an unknown or erased user. */
export const readProfileRow = (sql: PgClient.PgClient, user: UserId) =>
  Effect.map(
    sql<ProfileRow>`
      SELECT u.id, u.email, u.username, u.email_verified, u.created_at, u.kyc_status, u.country, u.age_verified, u.is_active,
        u.kyc_at, u.kyc_reference, w.*
      FROM users u JOIN LATERAL (SELECT ${walletColumns(sql)} FROM wallets WHERE user_id = u.id) w ON true
      WHERE u.id = ${user}::uuid AND u.erased_at IS NULL`,
    ([row]) => row
  )

/** What such a row says of who the player is. */
export const personOf = (row: ProfileRow) => ({
  ...userOf(row),
  kycStatus: row.kyc_status,
  country: row.country,
  ageVerified: row.age_verified
})

interface AccountRow extends UserRow {
  readonly password_hash: string
  readonly is_active: boolean
  readonly erased_at: Date | null
}

/** What is stored where no password opens an account: the text of no hash. */
const noPassword = "!"

/** The stored hash of a password; null where none opens the account. */
export const passwordHashOf = (row: Pick<AccountRow, "password_hash">): Redacted.Redacted | null =>
  row.password_hash === noPassword ? null : Redacted.make(row.password_hash)

const accountOf = (row: AccountRow): Account => ({
  user: userOf(row),
  passwordHash: passwordHashOf(row),
  frozen: !row.is_active,
  erased: row.erased_at !== null
})

/**
 * Locks a user's row and gives the account as it stands then; null where there is none. Whatever changes an identity begins with
 * this, after the wallet's lock where it needs that one, so that changes of one player follow one another.
 */
export const lockAccount = (sql: PgClient.PgClient, id: string) =>
  Effect.map(
    sql<AccountRow>`
      SELECT id, email, username, email_verified, created_at, password_hash, is_active, erased_at FROM users
      WHERE id = ${id}::uuid FOR NO KEY UPDATE`,
    ([row]) => row === undefined ? null : accountOf(row)
  )

/** The player's account among users that an address may mean. */
const addressedOf = (email: string) =>
  Effect.map((rows: ReadonlyArray<AccountRow>) => {
    const meant = pickAddressed(email, rows)
    return meant === null ? null : playersAccount(accountOf(meant))
  })

/** The same by the address; null also where it is no player's. */
export const lockAccountOf = (sql: PgClient.PgClient, email: string) =>
  addressedOf(email)(sql<AccountRow>`
    SELECT id, email, username, email_verified, created_at, password_hash, is_active, erased_at FROM users
    WHERE ${mayBeAddressed(sql, email)} ORDER BY id FOR NO KEY UPDATE`)

/** The same without a lock, for who may change meanwhile. */
export const readAccountOf = (sql: PgClient.PgClient, email: string) =>
  addressedOf(email)(sql<AccountRow>`
    SELECT id, email, username, email_verified, created_at, password_hash, is_active, erased_at FROM users
    WHERE ${mayBeAddressed(sql, email)} ORDER BY id`)

/** Locks a wallet, as a sale does: what it decides by stays until the end of the transaction. */
export const lockWallet = (sql: PgClient.PgClient, id: string) =>
  sql`SELECT 1 FROM wallets WHERE user_id = ${id}::uuid FOR NO KEY UPDATE`

/** Which of the wanted address and name another than `except` has. Locks nothing. */
export const readTaken = (
  sql: PgClient.PgClient,
  { email, username }: WantedNames,
  except: string
): Effect.Effect<TakenNames, SqlError.SqlError> =>
  Effect.map(
    sql<TakenNames>`
      SELECT
        EXISTS (SELECT FROM users WHERE lower(email) = lower(${email ?? null}) AND id <> ${except}::uuid)
          OR EXISTS (SELECT FROM email_identities
            WHERE identity = ${email === undefined ? null : emailIdentity(email)} AND user_id <> ${except}::uuid)
          -- that of a player who was barred when they gave it up
          OR EXISTS (SELECT FROM excluded_names WHERE digest = excluded_digest('mailbox', ${
      email === undefined ? null : emailIdentity(email)
    }) AND until > app_now()) AS email,
        EXISTS (SELECT FROM users WHERE lower(username) = lower(${
      username ?? null
    }) AND id <> ${except}::uuid) AS username`,
    ([row]) => ({ email: row?.email === true, username: row?.username === true })
  )

const uniqueFields: Readonly<Record<string, keyof TakenNames>> = {
  users_email_key: "email",
  email_identities_key: "email",
  users_username_key: "username"
}

/** What another user has, where a statement failed because of that. */
export const takenField = (error: unknown): keyof TakenNames | undefined =>
  SqlError.isSqlError(error) && error.reason._tag === "UniqueViolation"
    ? uniqueFields[error.reason.constraint]
    : undefined

const dateOrNull = (at: Instant | null): Date | null => at === null ? null : new Date(at)

/** Overwrites fields of a user; what is absent stays. */
export const updateUser = (sql: PgClient.PgClient, id: string, fields: Partial<AccountFields>) => {
  const { ageVerified, country, email, emailVerified, erasedAt, frozen, passwordHash, username } = fields
  const { identityAt, identityReference, kycStatus } = fields
  const columns = {
    email,
    username,
    password_hash: passwordHash === null ? noPassword : passwordHash && Redacted.value(passwordHash),
    email_verified: emailVerified,
    is_active: frozen === undefined ? undefined : !frozen,
    kyc_status: kycStatus,
    kyc_at: identityAt === undefined ? undefined : dateOrNull(identityAt),
    kyc_reference: identityReference,
    country,
    age_verified: ageVerified,
    erased_at: erasedAt === undefined ? undefined : new Date(erasedAt)
  }
  const changed = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined))
  return Object.keys(changed).length === 0 ? Effect.void : Effect.gen(function*() {
    yield* sql`UPDATE users SET ${sql.update(changed)}, updated_at = app_now() WHERE id = ${id}::uuid`
    if (email !== undefined) yield* writeIdentity(sql, id, email)
  })
}
