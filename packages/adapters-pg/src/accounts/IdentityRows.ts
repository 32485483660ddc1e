/** What is stored of identity checks, and what the database leaves to who knows them. */
import type { Identity } from "@ddd/core/accounts/IdentityCheck"
import type { Wallet } from "@ddd/core/money/Wallet"
import type { UserId } from "@ddd/core/values/Ids"
import type { KycStatus } from "@ddd/core/values/KycStatus"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { awaitingText, instantOrNull, maturingText } from "../database/Rows.ts"

/**
 * Says, for this transaction, that this server knows identity checks: of no other the database takes another date of birth than was said
 * before, nor that a message about a check was acted on (docs/decisions/0056).
 */
export const knowsIdentityChecks = (sql: PgClient.PgClient) =>
  sql`SELECT set_config('ddd.knows', 'identity checks', true)`

/** A player's check, of `users u`. */
export interface IdentityRow {
  readonly kyc_status: KycStatus
  readonly kyc_at: Date | null
  readonly kyc_reference: string | null
  readonly age_verified: boolean
}

export const identityColumns = (sql: PgClient.PgClient) =>
  sql.literal("u.kyc_status, u.kyc_at, u.kyc_reference, u.age_verified")

export const identityOf = (row: IdentityRow): Identity => ({
  status: row.kyc_status,
  at: instantOrNull(row.kyc_at),
  reference: row.kyc_reference
})

/** Writes what a check changes of a wallet, which is locked. */
export const writeChecked = Effect.fnUntraced(function*(sql: PgClient.PgClient, user: UserId, wallet: Wallet) {
  yield* knowsIdentityChecks(sql)
  yield* sql`
    UPDATE wallets SET born_on = ${wallet.bornOn}::date, maturing = ${maturingText(wallet.maturing)}::text::jsonb,
      awaiting_identity = ${awaitingText(wallet.awaiting)}::text::jsonb, released_to = ${wallet.releasedTo}::bigint,
      updated_at = app_now()
    WHERE user_id = ${user}::uuid`
})
