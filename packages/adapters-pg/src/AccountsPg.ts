/** Players and their sessions on PostgreSQL. */
import { houseUserId, userId } from "@ddd/core/Ids"
import type { Instant } from "@ddd/core/Instant"
import {
  Accounts,
  EmailTaken,
  type KycStatus,
  type NewSession,
  type SignInCandidate,
  type User,
  UsernameTaken
} from "@ddd/core/ports/Accounts"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { Now } from "@ddd/core/ports/Now"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Redacted } from "effect"
import { SqlError } from "effect/sql"
import { instantOf, walletOf, type WalletRow } from "./Rows.ts"
import { orUnavailable, retryConflicts } from "./Transaction.ts"

interface UserRow {
  readonly id: string
  readonly email: string
  readonly username: string
  readonly email_verified: boolean
  readonly created_at: Date
}

const userOf = (row: UserRow): User => ({
  id: userId(row.id),
  email: row.email,
  username: row.username,
  emailVerified: row.email_verified,
  createdAt: instantOf(row.created_at)
})

/** The constraint that a statement broke, where it broke one of uniqueness. */
const brokenUniqueness = (error: SqlError.SqlError): string | undefined =>
  error.reason._tag === "UniqueViolation" ? error.reason.constraint : undefined

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const { newId } = yield* Identifiers
  const now = yield* Now

  const insertSession = Effect.fnUntraced(function*(at: Instant, user: string, session: NewSession) {
    const sessionId = newId(at)
    yield* sql`
      INSERT INTO sessions (id, user_id, user_agent) VALUES (${sessionId}::uuid, ${user}::uuid, ${session.userAgent})`
    yield* sql`
      INSERT INTO refresh_tokens (token_hash, session_id) VALUES (${session.refreshTokenHash}, ${sessionId}::uuid)`
    return sessionId
  })

  return Accounts.of({
    signUp: Effect.fn("AccountsPg.signUp")(function*({ email, passwordHash, session, username }) {
      const at = yield* now.now
      const id = newId(at)
      return yield* Effect.gen(function*() {
        const [row] = yield* sql<UserRow>`
          INSERT INTO users (id, email, username, password_hash)
          VALUES (${id}::uuid, ${email}, ${username}, ${Redacted.value(passwordHash)})
          RETURNING id, email, username, email_verified, created_at`
        if (row === undefined) return yield* Effect.die(new Error("an INSERT gives its row back"))
        yield* sql`INSERT INTO wallets (id, user_id) VALUES (${newId(at)}::uuid, ${id}::uuid)`
        return { user: userOf(row), sessionId: yield* insertSession(at, id, session) }
      }).pipe(
        sql.withTransaction,
        retryConflicts,
        Effect.catchIf(
          SqlError.isSqlError,
          (error): Effect.Effect<never, SqlError.SqlError | EmailTaken | UsernameTaken> => {
            switch (brokenUniqueness(error)) {
              case "users_email_key":
                return Effect.fail(new EmailTaken({ email }))
              case "users_username_key":
                return Effect.fail(new UsernameTaken({ username }))
              default:
                return Effect.fail(error)
            }
          }
        )
      )
    }, orUnavailable),

    findForSignIn: Effect.fn("AccountsPg.findForSignIn")(function*(email) {
      const [row] = yield* sql<UserRow & { readonly password_hash: string; readonly is_active: boolean }>`
        SELECT id, email, username, email_verified, created_at, password_hash, is_active FROM users
        WHERE lower(email) = lower(${email}) AND id <> ${houseUserId}::uuid`
      return row === undefined ? null : {
        user: userOf(row),
        passwordHash: Redacted.make(row.password_hash),
        frozen: !row.is_active
      } satisfies SignInCandidate
    }, orUnavailable),

    openSession: Effect.fn("AccountsPg.openSession")(function*(user, session, passwordHash) {
      const at = yield* now.now
      return yield* Effect.gen(function*() {
        if (passwordHash !== null) {
          yield* sql`
            UPDATE users SET password_hash = ${Redacted.value(passwordHash)}, updated_at = app_now()
            WHERE id = ${user}::uuid`
        }
        return { sessionId: yield* insertSession(at, user, session) }
      }).pipe(sql.withTransaction, retryConflicts)
    }, orUnavailable),

    profile: Effect.fn("AccountsPg.profile")(function*(user) {
      const [row] = yield* sql<
        UserRow & WalletRow & { readonly kyc_status: KycStatus; readonly country: string | null }
      >`
        SELECT u.id, u.email, u.username, u.email_verified, u.created_at, u.kyc_status, u.country, w.user_id,
          (w.balance * 100)::bigint AS balance, (w.withdrawable * 100)::bigint AS withdrawable,
          (w.pending_withdrawal * 100)::bigint AS pending, w.seq, w.updated_at
        FROM users u JOIN wallets w ON w.user_id = u.id WHERE u.id = ${user}::uuid`
      return row === undefined
        ? null
        : { ...userOf(row), wallet: walletOf(row), kycStatus: row.kyc_status, country: row.country }
    }, orUnavailable)
  })
})

export const layer = Layer.effect(Accounts, make)
