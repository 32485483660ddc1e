/** Rows of mailed tokens: counted, read, made, used and cancelled. */
import { emailIdentity, isSameAddress, parseEmail } from "@ddd/core/accounts/EmailAddress"
import { mailHistoryNeeded, mailWaitMillis } from "@ddd/core/accounts/MailAllowance"
import {
  type MailedToken,
  mailedTokenMillis,
  type MailedTokenPurpose,
  type NewMailedToken,
  type TokensToCancel
} from "@ddd/core/accounts/MailedToken"
import type { MailedTokens } from "@ddd/core/ports/MailedTokens"
import { type UserId, userId } from "@ddd/core/values/Ids"
import type { Instant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { SqlError } from "effect/sql"
import {
  clockOf,
  type ClocksDisagree,
  requireAgreement,
  wallClockColumn,
  type WallClockRow
} from "../database/ClockCheck.ts"
import { instantOf, instantOrNull } from "../database/Rows.ts"
import { readTaken } from "./AccountRows.ts"

type Write = Effect.Effect<void, SqlError.SqlError>

/** A token that somebody shows, and the clock when it was read. */
export interface ShownToken {
  readonly token: MailedToken
  readonly now: Instant
  /** Whether another player than the token's has its address. */
  readonly taken: boolean
}

export interface MailedTokenRows {
  /**
   * How long the next mail to an address must wait, in milliseconds; 0: it may be sent. Locks the address: of those who ask at the
   * same time, each counts the one before.
   */
  readonly waitOf: (email: string) => Effect.Effect<number, SqlError.SqlError>
  /** The same of the notices that the addresses of a locked user got, when others were to replace them. */
  readonly noticeWaitOf: (userId: UserId) => Effect.Effect<number, SqlError.SqlError>
  /** Whose token it is, whether or not it still works. That never changes. */
  readonly ownerOf: (tokenHash: string) => Effect.Effect<UserId | undefined, SqlError.SqlError>
  readonly shown: (tokenHash: string) => Effect.Effect<ShownToken | null, ClocksDisagree | SqlError.SqlError>
  /** A locked user's unused token of a purpose, whether or not it is too old by now. */
  readonly unusedOf: (
    userId: UserId,
    purpose: MailedTokenPurpose
  ) => Effect.Effect<MailedToken | null, SqlError.SqlError>
  readonly use: (id: string) => Write
  readonly cancel: (userId: string, tokens: TokensToCancel) => Write
  /** Cancels the unused tokens of its purpose too. For a user who does not exist it does the same work and makes nothing. */
  readonly issue: (userId: string, token: NewMailedToken) => Effect.Effect<void, ClocksDisagree | SqlError.SqlError>
}

interface SentRow {
  readonly created_at: Date
  readonly clock: Date
}

export interface TokenRow {
  readonly id: string
  readonly user_id: string
  readonly purpose: MailedTokenPurpose
  readonly email: string | null
  readonly previous_email: string | null
  readonly created_at: Date
  readonly expires_at: Date
  readonly used_at: Date | null
}

export const tokenOf = (row: TokenRow): MailedToken => ({
  id: row.id,
  userId: userId(row.user_id),
  purpose: row.purpose,
  email: row.email,
  previousEmail: row.previous_email,
  createdAt: instantOf(row.created_at),
  expiresAt: instantOf(row.expires_at),
  usedAt: instantOrNull(row.used_at)
})

const waitAfter = (sent: ReadonlyArray<SentRow>): number =>
  sent[0] === undefined ? 0 : mailWaitMillis(sent.map((row) => instantOf(row.created_at)), instantOf(sent[0].clock))

export const makeMailedTokenRows = (sql: PgClient.PgClient, tokens: MailedTokens["Service"]): MailedTokenRows => {
  const since = sql`(SELECT app_now() - ${mailHistoryNeeded.withinMillis}::float8 * interval '1 millisecond')`
  const cancel: MailedTokenRows["cancel"] = Effect.fnUntraced(function*(user, { exceptTo, purpose }) {
    const unused = yield* sql<{ readonly id: string; readonly email: string | null }>`
      SELECT id, email FROM mailed_tokens WHERE user_id = ${user}::uuid AND purpose = ${purpose} AND used_at IS NULL`
    const ended = unused.filter(({ email }) => exceptTo === null || email === null || !isSameAddress(email, exceptTo))
    yield* sql`UPDATE mailed_tokens SET used_at = app_now() WHERE id = ANY (${ended.map(({ id }) => id)}::uuid[])`
  })
  return {
    waitOf: Effect.fnUntraced(function*(email) {
      yield* sql`SELECT 1 FROM pg_advisory_xact_lock(hashtextextended('mail ' || ${emailIdentity(email)}, 0))`
      const sent = yield* sql<SentRow>`
        SELECT created_at, app_now() AS clock FROM mailed_tokens
        WHERE lower(email) = ANY (ARRAY[lower(${email}), lower(${
        parseEmail(email) ?? email
      })]) AND created_at > ${since}
        ORDER BY created_at DESC LIMIT ${mailHistoryNeeded.mails}`
      return waitAfter(sent)
    }),

    noticeWaitOf: (user) =>
      Effect.map(
        sql<SentRow>`
          SELECT created_at, app_now() AS clock FROM mailed_tokens
          WHERE user_id = ${user}::uuid AND purpose = 'verify_email' AND created_at > ${since} AND previous_email IS NOT NULL
          ORDER BY created_at DESC LIMIT ${mailHistoryNeeded.mails}`,
        waitAfter
      ),

    ownerOf: (tokenHash) =>
      Effect.map(
        sql<{ readonly user_id: string }>`SELECT user_id FROM mailed_tokens WHERE token_hash = ${tokenHash}`,
        ([row]) => row === undefined ? undefined : userId(row.user_id)
      ),

    shown: Effect.fnUntraced(function*(tokenHash) {
      const [row] = yield* requireAgreement(
        yield* sql<TokenRow & WallClockRow & { readonly clock: Date }>`
          SELECT id, user_id, purpose, email, previous_email, created_at, expires_at, used_at, app_now() AS clock, ${
          wallClockColumn(sql)
        }
          FROM mailed_tokens WHERE token_hash = ${tokenHash}`
      )
      if (row === undefined) return null
      const { email } = yield* readTaken(sql, row.email === null ? {} : { email: row.email }, row.user_id)
      return { token: tokenOf(row), now: instantOf(row.clock), taken: email }
    }),

    unusedOf: (user, purpose) =>
      Effect.map(
        sql<TokenRow>`
          SELECT id, user_id, purpose, email, previous_email, created_at, expires_at, used_at FROM mailed_tokens
          WHERE user_id = ${user}::uuid AND purpose = ${purpose} AND used_at IS NULL ORDER BY id DESC LIMIT 1`,
        ([row]) => row === undefined ? null : tokenOf(row)
      ),

    use: (id) => Effect.asVoid(sql`UPDATE mailed_tokens SET used_at = app_now() WHERE id = ${id}::uuid`),

    cancel,

    issue: Effect.fnUntraced(function*(user, { email, id, previousEmail, purpose }) {
      yield* clockOf(sql)
      yield* cancel(user, { purpose, exceptTo: null })
      yield* sql`
        INSERT INTO mailed_tokens (id, token_hash, user_id, purpose, email, previous_email, expires_at)
        SELECT ${id}::uuid, ${tokens.hashOf(tokens.tokenOf(id))}, u.id, ${purpose}, ${email}, ${previousEmail},
          app_now() + ${mailedTokenMillis[purpose]}::float8 * interval '1 millisecond'
        FROM users u WHERE u.id = ${user}::uuid`
    })
  }
}
