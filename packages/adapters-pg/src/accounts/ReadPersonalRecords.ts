/** Reads all that is held about a player. To be run in a transaction that sees one state of the database. */
import type { MailedTokenPurpose } from "@ddd/core/accounts/MailedToken"
import type { PersonalRecords } from "@ddd/core/accounts/PersonalExport"
import type { SessionEndReason } from "@ddd/core/accounts/Session"
import type { KycStatus } from "@ddd/core/accounts/User"
import type { TicketStatus } from "@ddd/core/draws/Ticket"
import type { PayoutAccountStatus } from "@ddd/core/money/PayoutAccount"
import { type StoredProvider, unrecordedProvider } from "@ddd/core/money/ProviderId"
import { toHex } from "@ddd/core/values/Bytes"
import { drawId, type Position, ticketId, type UserId } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import {
  centsOrNull,
  instantOf,
  instantOrNull,
  type TicketRow,
  transactionColumns,
  transactionOf,
  type TransactionRow,
  walletColumns,
  walletOf,
  type WalletRow
} from "../database/Rows.ts"
import { fundingColumns, fundingOf, type FundingRow } from "../money/FundingSteps.ts"
import { withdrawalColumns, withdrawalOf, type WithdrawalRow } from "../money/WithdrawalRows.ts"
import { excessColumns, excessOf, type ExcessRow } from "../play/LimitRows.ts"
import { userOf, type UserRow } from "./AccountRows.ts"
import type { SecurityEvents } from "./SecurityEvents.ts"

/** All events of a player: there are a few a day. */
const eventsMax = 1_000_000

/** Null for an unknown or erased user. */
export const readPersonalRecords = Effect.fnUntraced(function*(
  sql: PgClient.PgClient,
  events: SecurityEvents,
  user: UserId
) {
  const [row] = yield* sql<
    UserRow & { readonly kyc_status: KycStatus; readonly country: string | null; readonly is_active: boolean }
  >`
    SELECT id, email, username, email_verified, created_at, kyc_status, country, is_active FROM users
    WHERE id = ${user}::uuid AND erased_at IS NULL`
  const [wallet] = yield* sql<WalletRow>`SELECT ${walletColumns(sql)} FROM wallets WHERE user_id = ${user}::uuid`
  if (row === undefined || wallet === undefined) return null

  const transactions = yield* sql<TransactionRow & { readonly metadata: Readonly<Record<string, unknown>> | null }>`
    SELECT ${transactionColumns(sql)}, metadata FROM transactions WHERE user_id = ${user}::uuid ORDER BY wallet_seq`
  const fundings = yield* sql<FundingRow>`
    SELECT ${fundingColumns(sql)} FROM fundings WHERE user_id = ${user}::uuid ORDER BY created_at, reference`
  const excesses = yield* sql<ExcessRow>`
    SELECT ${excessColumns(sql)} FROM deposit_excesses WHERE user_id = ${user}::uuid ORDER BY transaction_id`
  const buyerNames = yield* sql<{ readonly name: string }>`
    SELECT name FROM buyer_names WHERE user_id = ${user}::uuid ORDER BY name`
  const [payoutAccount] = yield* sql<{
    readonly account: string
    readonly provider: StoredProvider | null
    readonly status: PayoutAccountStatus
    readonly created_at: Date
  }>`SELECT account, provider, status, created_at FROM payout_accounts WHERE user_id = ${user}::uuid`
  const withdrawals = yield* sql<WithdrawalRow>`
    SELECT ${withdrawalColumns(sql)} FROM withdrawals w WHERE w.user_id = ${user}::uuid ORDER BY w.id`
  const tickets = yield* sql<TicketRow & { readonly status: TicketStatus; readonly prize_amount: bigint | null }>`
    SELECT id, ticket_id, user_id, draw_id, draw_date, position, total_entries_at_purchase, ticket_hash, owner_commit,
      seal_key_id, created_at, status, (prize_amount * 100)::bigint AS prize_amount
    FROM tickets_with_result WHERE user_id = ${user}::uuid ORDER BY id`
  const sessions = yield* sql<{
    readonly id: string
    readonly created_at: Date
    readonly last_used_at: Date
    readonly ended_at: Date | null
    readonly end_reason: SessionEndReason | null
    readonly user_agent: string | null
  }>`
    SELECT id, created_at, last_used_at, ended_at, end_reason, user_agent FROM sessions
    WHERE user_id = ${user}::uuid ORDER BY id`
  const mailedTokens = yield* sql<{
    readonly purpose: MailedTokenPurpose
    readonly email: string | null
    readonly created_at: Date
    readonly expires_at: Date
    readonly used_at: Date | null
  }>`
    SELECT purpose, email, created_at, expires_at, used_at FROM mailed_tokens WHERE user_id = ${user}::uuid ORDER BY id`
  const [kept] = yield* sql<{ readonly count: bigint }>`
    SELECT count(*) AS count FROM idempotency_keys WHERE user_id = ${user}::uuid`
  const rooms = yield* sql<{
    readonly id: string
    readonly code: string
    readonly name: string
    readonly is_host: boolean
    readonly joined_at: Date
  }>`
    SELECT l.id, l.code, l.name, l.host_id = m.user_id AS is_host, m.joined_at
    FROM lobby_members m JOIN lobbies l ON l.id = m.lobby_id WHERE m.user_id = ${user}::uuid ORDER BY m.joined_at`

  return {
    user: { ...userOf(row), kycStatus: row.kyc_status, country: row.country, frozen: !row.is_active },
    wallet: walletOf(wallet),
    transactions: transactions.map((movement) => ({ ...transactionOf(movement), metadata: movement.metadata })),
    fundings: fundings.map(fundingOf),
    depositExcesses: excesses.map(excessOf),
    buyerNames: buyerNames.map(({ name }) => name),
    payoutAccount: payoutAccount === undefined ? null : {
      account: payoutAccount.account,
      provider: payoutAccount.provider ?? unrecordedProvider(payoutAccount.account),
      status: payoutAccount.status,
      createdAt: instantOf(payoutAccount.created_at)
    },
    withdrawals: withdrawals.map(withdrawalOf),
    tickets: tickets.map((ticket) => ({
      id: ticket.id,
      ticketId: ticketId(ticket.ticket_id),
      drawId: drawId(ticket.draw_id),
      drawDate: ticket.draw_date,
      position: ticket.position as Position,
      totalEntriesAtPurchase: ticket.total_entries_at_purchase,
      ticketHash: ticket.ticket_hash,
      ownerCommit: toHex(ticket.owner_commit),
      status: ticket.status,
      prizeAmount: centsOrNull(ticket.prize_amount),
      purchasedAt: instantOf(ticket.created_at)
    })),
    sessions: sessions.map((session) => ({
      id: session.id,
      createdAt: instantOf(session.created_at),
      lastUsedAt: instantOf(session.last_used_at),
      endedAt: instantOrNull(session.ended_at),
      endReason: session.end_reason,
      userAgent: session.user_agent
    })),
    securityEvents: (yield* events.read(user, eventsMax)).toReversed().map(({ at, details, id, sessionId, type }) => ({
      id,
      at,
      type,
      sessionId,
      details
    })),
    mailedTokens: mailedTokens.map((token) => ({
      purpose: token.purpose,
      email: token.email,
      createdAt: instantOf(token.created_at),
      expiresAt: instantOf(token.expires_at),
      usedAt: instantOrNull(token.used_at)
    })),
    idempotencyKeys: Number(kept?.count ?? 0n),
    rooms: rooms.map((room) => ({
      id: room.id,
      code: room.code,
      name: room.name,
      isHost: room.is_host,
      joinedAt: instantOf(room.joined_at)
    }))
  } satisfies PersonalRecords
})
