/** Those who are written to, on PostgreSQL. */
import { mailedTokenState } from "@ddd/core/accounts/MailedToken"
import { type MailRecipient, MailRecipients } from "@ddd/core/ports/MailRecipients"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { instantOf } from "../database/Rows.ts"
import { orUnavailable } from "../database/Transaction.ts"
import { tokenOf, type TokenRow } from "./MailedTokenRows.ts"

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient

  return MailRecipients.of({
    recipient: Effect.fn("MailRecipientsPg.recipient")(function*(user) {
      const [row] = yield* sql<MailRecipient>`
        SELECT email, email_verified AS "isVerified", username FROM users WHERE id = ${user}::uuid AND erased_at IS NULL`
      return row ?? null
    }, orUnavailable),

    mailedToken: Effect.fn("MailRecipientsPg.mailedToken")(function*(id) {
      const [row] = yield* sql<TokenRow & { readonly erased_at: Date | null; readonly clock: Date }>`
        SELECT t.id, t.user_id, t.purpose, t.email, t.previous_email, t.created_at, t.expires_at, t.used_at, u.erased_at, app_now() AS clock
        FROM mailed_tokens t JOIN users u ON u.id = t.user_id WHERE t.id = ${id}::uuid`
      return row === undefined
        ? null
        : mailedTokenState(tokenOf(row), { isErased: row.erased_at !== null, now: instantOf(row.clock) })
    }, orUnavailable)
  })
})

export const layer = Layer.effect(MailRecipients, make)
