/** Rows of mailed tokens: made, counted, used, and made useless. */
import { mailsKnown, mailWaitMillis } from "@ddd/core/accounts/MailAllowance"
import { mailedTokenMillis, type MailedTokenPurpose } from "@ddd/core/accounts/MailedToken"
import type { Identifiers } from "@ddd/core/ports/Identifiers"
import type { MailedTokens } from "@ddd/core/ports/MailedTokens"
import type { UserId } from "@ddd/core/values/Ids"
import type { Instant } from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { SqlError } from "effect/sql"
import { instantOf } from "../Rows.ts"

export interface MailedLinks {
  /**
   * How long the next mail to an address must wait, in milliseconds; 0: it may be sent. Locks the address: of those who ask at the
   * same time, each counts the one before.
   */
  readonly waitOf: (email: string) => Effect.Effect<number, SqlError.SqlError>
  /** The same of the notices that the addresses of a locked user got, when others were to replace them. */
  readonly noticeWaitOf: (userId: UserId) => Effect.Effect<number, SqlError.SqlError>
  /**
   * Makes a token for a user, which is mailed to `email`; earlier ones of that purpose stop working. Gives its id. For a user who
   * does not exist it does the same work and makes nothing.
   */
  readonly issue: (
    at: Instant,
    userId: string,
    purpose: MailedTokenPurpose,
    email: string,
    previousEmail?: string
  ) => Effect.Effect<string, SqlError.SqlError>
  /** Whose token it is, whether or not it still works. */
  readonly ownerOf: (
    purpose: MailedTokenPurpose,
    tokenHash: string
  ) => Effect.Effect<string | undefined, SqlError.SqlError>
  /** Uses a token that still works, once, whoever else tries; gives the address that it was made for. */
  readonly use: (purpose: MailedTokenPurpose, tokenHash: string) => Effect.Effect<string | undefined, SqlError.SqlError>
  /** Makes all unused tokens of a purpose useless. */
  readonly cancel: (userId: UserId, purpose: MailedTokenPurpose) => Effect.Effect<void, SqlError.SqlError>
  /** Forgets the addresses that wait to be put in force. */
  readonly cancelNewAddresses: (userId: UserId) => Effect.Effect<void, SqlError.SqlError>
}

interface SentRow {
  readonly created_at: Date
  readonly clock: Date
}

export const makeMailedLinks = (
  sql: PgClient.PgClient,
  newId: Identifiers["Service"]["newId"],
  tokens: MailedTokens["Service"]
): MailedLinks => {
  const cancel = (user: string, purpose: MailedTokenPurpose) =>
    Effect.asVoid(sql`
      UPDATE mailed_tokens SET used_at = app_now()
      WHERE user_id = ${user}::uuid AND purpose = ${purpose} AND used_at IS NULL`)
  const since = sql`app_now() - ${mailsKnown.withinMillis}::float8 * interval '1 millisecond'`
  const waitAfter = (sent: ReadonlyArray<SentRow>): number =>
    sent[0] === undefined ? 0 : mailWaitMillis(sent.map((row) => instantOf(row.created_at)), instantOf(sent[0].clock))
  return {
    waitOf: Effect.fnUntraced(function*(email) {
      yield* sql`SELECT 1 FROM pg_advisory_xact_lock(hashtextextended('mail ' || lower(${email}), 0))`
      const sent = yield* sql<SentRow>`
        SELECT created_at, app_now() AS clock FROM mailed_tokens
        WHERE lower(email) = lower(${email}) AND created_at > ${since}
        ORDER BY created_at DESC LIMIT ${mailsKnown.mails}`
      return waitAfter(sent)
    }),

    noticeWaitOf: (user) =>
      Effect.map(
        sql<SentRow>`
          SELECT created_at, app_now() AS clock FROM mailed_tokens
          WHERE user_id = ${user}::uuid AND purpose = 'verify_email' AND created_at > ${since} AND previous_email IS NOT NULL
          ORDER BY created_at DESC LIMIT ${mailsKnown.mails}`,
        waitAfter
      ),

    issue: Effect.fnUntraced(function*(at, user, purpose, email, previousEmail) {
      const id = newId(at)
      yield* cancel(user, purpose)
      yield* sql`
        INSERT INTO mailed_tokens (id, token_hash, user_id, purpose, email, previous_email, expires_at)
        SELECT ${id}::uuid, ${tokens.hashOf(tokens.tokenOf(id))}, u.id, ${purpose}, ${email}, ${previousEmail ?? null},
          app_now() + ${mailedTokenMillis[purpose]}::float8 * interval '1 millisecond'
        FROM users u WHERE u.id = ${user}::uuid`
      return id
    }),

    ownerOf: (purpose, tokenHash) =>
      Effect.map(
        sql<{ readonly user_id: string }>`
          SELECT user_id FROM mailed_tokens WHERE token_hash = ${tokenHash} AND purpose = ${purpose}`,
        ([row]) => row?.user_id
      ),

    use: (purpose, tokenHash) =>
      Effect.map(
        sql<{ readonly email: string }>`
          UPDATE mailed_tokens SET used_at = app_now()
          WHERE token_hash = ${tokenHash} AND purpose = ${purpose} AND used_at IS NULL AND expires_at > app_now()
            AND email IS NOT NULL
          RETURNING email`,
        ([row]) => row?.email
      ),

    cancel,

    cancelNewAddresses: (user) =>
      Effect.asVoid(sql`
        UPDATE mailed_tokens t SET used_at = app_now() FROM users u
        WHERE u.id = ${user}::uuid AND t.user_id = u.id AND t.purpose = 'verify_email' AND t.used_at IS NULL
          AND lower(t.email) <> lower(u.email)`)
  }
}
