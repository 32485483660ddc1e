/** Those who are written to, on PostgreSQL. */
import type { MailedTokenPurpose } from "@ddd/core/accounts/MailedToken"
import { type MailRecipient, MailRecipients } from "@ddd/core/ports/MailRecipients"
import { userId } from "@ddd/core/values/Ids"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { instantOf } from "../database/Rows.ts"
import { orUnavailable } from "../database/Transaction.ts"

interface MailedTokenRow {
  readonly user_id: string
  readonly purpose: MailedTokenPurpose
  readonly email: string
  readonly previous_email: string | null
  readonly expires_at: Date
  readonly usable: boolean
}

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient

  return MailRecipients.of({
    recipient: Effect.fn("MailRecipientsPg.recipient")(function*(user) {
      const [row] = yield* sql<MailRecipient>`
        SELECT email, username FROM users WHERE id = ${user}::uuid AND erased_at IS NULL`
      return row ?? null
    }, orUnavailable),

    mailedToken: Effect.fn("MailRecipientsPg.mailedToken")(function*(id) {
      const [row] = yield* sql<MailedTokenRow>`
        SELECT t.user_id, t.purpose, t.email, t.previous_email, t.expires_at,
          t.used_at IS NULL AND t.expires_at > app_now() AS usable
        FROM mailed_tokens t JOIN users u ON u.id = t.user_id
        WHERE t.id = ${id}::uuid AND t.email IS NOT NULL AND u.erased_at IS NULL`
      return row === undefined ? null : {
        userId: userId(row.user_id),
        purpose: row.purpose,
        email: row.email,
        previousEmail: row.previous_email,
        expiresAt: instantOf(row.expires_at),
        usable: row.usable
      }
    }, orUnavailable)
  })
})

export const layer = Layer.effect(MailRecipients, make)
