/** Rows of the tables as the ports' values. */
import type { Draw, DrawKind, DrawNotes, DrawStatus } from "@ddd/core/draws/Draw"
import type { Seals } from "@ddd/core/draws/Seals"
import { showTicket, type StoredTicket, type Ticket, type TicketResult } from "@ddd/core/draws/Ticket"
import { type Cents, cents, formatCents, parseCents } from "@ddd/core/money/Money"
import type { Transaction, TransactionStatus } from "@ddd/core/money/Transaction"
import type { TransactionType, Wallet } from "@ddd/core/money/Wallet"
import type { AwaitingPrize, MaturingPrize } from "@ddd/core/money/Withdrawable"
import { toHex } from "@ddd/core/values/Bytes"
import { drawId, type Position, ticketId, userId } from "@ddd/core/values/Ids"
import {
  type Day,
  formatInstant,
  formatInstantOrNull,
  type Instant,
  instant,
  parseInstant
} from "@ddd/core/values/Instant"
import type { PgClient } from "@effect/sql-pg"
import { limitBookOf, type StoredLimits } from "../play/LimitRows.ts"

export const instantOf = (date: Date): Instant => instant(date.getTime())
export const instantOrNull = (date: Date | null): Instant | null => date === null ? null : instantOf(date)
export const centsOrNull = (value: bigint | null): Cents | null => value === null ? null : cents(value)

/** The signed records of a draw. */
export interface NotesRow {
  readonly open_note: string
  readonly lock_note: string | null
  readonly result_note: string | null
}

export const notesOf = (row: NotesRow): DrawNotes => ({
  open: row.open_note,
  lock: row.lock_note,
  result: row.result_note
})

/** A prize that rests, as JSON in its wallet's row. */
interface StoredPrize {
  readonly amount: string
  readonly at: string
}

/** A prize that waits for the identity check, likewise; `at`: of a room's, until when it rests besides. */
interface StoredAwaitingPrize {
  readonly amount: string
  readonly at: string | null
}

export interface WalletRow {
  readonly user_id: string
  readonly balance: bigint
  readonly withdrawable: bigint
  /** Null where no prize rests, and where none ever did. */
  readonly maturing: ReadonlyArray<StoredPrize> | null
  /** Null where no prize waits for the identity check. */
  readonly awaiting_identity: ReadonlyArray<StoredAwaitingPrize> | null
  readonly released_to: bigint
  readonly withdrawn: bigint
  readonly pending: bigint
  readonly debt: bigint
  readonly seq: bigint
  readonly updated_at: Date
  /** Null where nothing is limited. */
  readonly limits: StoredLimits | null
  readonly timed_out_until: Date | null
  readonly excluded_until: Date | null
  readonly born_on: Day | null
}

/** A wallet's columns, money in cents. */
export const walletColumns = (sql: PgClient.PgClient) =>
  sql.literal(`user_id, (balance * 100)::bigint AS balance, (withdrawable * 100)::bigint AS withdrawable, maturing,
    (pending_withdrawal * 100)::bigint AS pending, (debt * 100)::bigint AS debt, seq, updated_at, limits, timed_out_until, excluded_until,
    born_on, awaiting_identity, released_to, (withdrawn * 100)::bigint AS withdrawn`)

const prizeOf = ({ amount, at }: StoredPrize): MaturingPrize => {
  const [prize, maturesAt] = [parseCents(amount), parseInstant(at)]
  if (prize === undefined || maturesAt === undefined) throw new TypeError("a prize that rests is not stored as one")
  return { amount: prize, maturesAt }
}

const awaitingPrizeOf = ({ amount, at }: StoredAwaitingPrize): AwaitingPrize => {
  const [prize, maturesAt] = [parseCents(amount), at === null ? null : parseInstant(at)]
  if (prize === undefined || maturesAt === undefined) throw new TypeError("a prize that waits is not stored as one")
  return { amount: prize, maturesAt }
}

/** Prizes that rest as they are stored: a JSON text; null where none do. */
export const maturingText = (prizes: ReadonlyArray<MaturingPrize>): string | null =>
  prizes.length === 0
    ? null
    : JSON.stringify(
      prizes.map(({ amount, maturesAt }): StoredPrize => ({
        amount: formatCents(amount),
        at: formatInstant(maturesAt)
      }))
    )

/** The same of prizes that wait for the identity check. */
export const awaitingText = (prizes: ReadonlyArray<AwaitingPrize>): string | null =>
  prizes.length === 0
    ? null
    : JSON.stringify(
      prizes.map(({ amount, maturesAt }): StoredAwaitingPrize => ({
        amount: formatCents(amount),
        at: formatInstantOrNull(maturesAt)
      }))
    )

export const walletOf = (row: WalletRow): Wallet & { readonly updatedAt: Instant } => ({
  balance: cents(row.balance),
  withdrawable: cents(row.withdrawable),
  maturing: row.maturing?.map(prizeOf) ?? [],
  awaiting: row.awaiting_identity?.map(awaitingPrizeOf) ?? [],
  releasedTo: Number(row.released_to),
  withdrawn: row.withdrawn,
  pendingWithdrawal: cents(row.pending),
  debt: cents(row.debt),
  seq: Number(row.seq),
  limits: limitBookOf(row.limits),
  timedOutUntil: instantOrNull(row.timed_out_until),
  excludedUntil: instantOrNull(row.excluded_until),
  bornOn: row.born_on,
  updatedAt: instantOf(row.updated_at)
})

export interface TransactionRow {
  readonly id: string
  readonly user_id: string
  readonly type: TransactionType
  readonly amount: bigint
  readonly balance_after: bigint
  readonly status: TransactionStatus
  readonly reference_id: string | null
  readonly created_at: Date
  readonly wallet_seq: bigint
}

export const transactionColumns = (sql: PgClient.PgClient) =>
  sql.literal(
    `id, user_id, type, (amount * 100)::bigint AS amount, (balance_after * 100)::bigint AS balance_after, status,
    reference_id, created_at, wallet_seq`
  )

export const transactionOf = (row: TransactionRow): Transaction => ({
  id: row.id,
  type: row.type,
  amount: cents(row.amount),
  balanceAfter: cents(row.balance_after),
  status: row.status,
  referenceId: row.reference_id,
  createdAt: instantOf(row.created_at)
})

export interface DrawRow {
  readonly id: string
  readonly kind: DrawKind
  readonly draw_date: Day | null
  readonly status: DrawStatus
  readonly prize_pool: bigint
  readonly total_entries: number
  readonly commitment_hash: string
  readonly opens_at: Date
  readonly closes_at: Date | null
  readonly locked_at: Date | null
  readonly draw_at: Date | null
  readonly beacon_chain: string | null
  readonly beacon_round: bigint | null
  readonly entries_root: string | null
  readonly seed: string | null
  readonly winning_position: number | null
  readonly winning_ticket_id: string | null
  readonly drawn_at: Date | null
}

/** A draw's public columns, from `draws d`. */
export const drawColumns = (sql: PgClient.PgClient) =>
  sql.literal(`d.id, d.kind, d.draw_date, d.status, (d.prize_pool * 100)::bigint AS prize_pool, d.total_entries,
    d.commitment_hash, d.opens_at, d.closes_at, d.locked_at, d.draw_at, d.beacon_chain, d.beacon_round, d.entries_root, d.seed,
    d.winning_position, d.drawn_at,
    (SELECT w.ticket_id FROM tickets w WHERE w.draw_id = d.id AND w.position = d.winning_position) AS winning_ticket_id`)

export const drawOf = (row: DrawRow): Draw => ({
  id: drawId(row.id),
  kind: row.kind,
  drawDate: row.draw_date,
  status: row.status,
  prizePool: cents(row.prize_pool),
  totalEntries: row.total_entries,
  commitmentHash: row.commitment_hash,
  opensAt: instantOf(row.opens_at),
  closesAt: instantOrNull(row.closes_at),
  lockedAt: instantOrNull(row.locked_at),
  drawAt: instantOrNull(row.draw_at),
  // a room's round is known from its lock on: its open record says 0
  beacon: row.beacon_chain === null ? null : { chainHash: row.beacon_chain, round: Number(row.beacon_round ?? 0n) },
  entriesRoot: row.entries_root,
  seed: row.seed,
  winningPosition: row.winning_position === null ? null : row.winning_position as Position,
  winningTicketId: row.winning_ticket_id === null ? null : ticketId(row.winning_ticket_id),
  drawnAt: instantOrNull(row.drawn_at)
})

export interface TicketRow {
  readonly id: string
  readonly ticket_id: string
  readonly user_id: string
  readonly draw_id: string
  readonly draw_date: Day | null
  readonly position: number
  readonly total_entries_at_purchase: number
  readonly ticket_hash: string
  readonly owner_commit: Uint8Array
  readonly seal_key_id: string
  readonly created_at: Date
}

/** A ticket as its buyer sees it. The salt is derived, under the secret that the ticket was sealed with. */
export const ticketOf = (
  seals: Seals,
  row: TicketRow,
  result: TicketResult
): Ticket => {
  const publicId = ticketId(row.ticket_id)
  const stored: StoredTicket = {
    id: row.id,
    ticketId: publicId,
    userId: userId(row.user_id),
    drawId: drawId(row.draw_id),
    position: row.position as Position,
    totalEntriesAtPurchase: row.total_entries_at_purchase,
    ticketHash: row.ticket_hash,
    ownerCommit: toHex(row.owner_commit),
    purchasedAt: instantOf(row.created_at)
  }
  return showTicket(stored, row.draw_date, seals.sealerOf(row.seal_key_id).ownerSalt(publicId), result)
}
