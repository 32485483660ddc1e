/**
 * Everything that is stored, row by row, as the auditor reads it.
 *
 * The rows are those of docs/design.md, "Tables", whatever holds them.
 */
import type { Draw, DrawNotes } from "@ddd/core/draws/Draw"
import type { KeptBody } from "@ddd/core/draws/KeptAnswers"
import type { StoredTicket } from "@ddd/core/draws/Ticket"
import type { Adjustment } from "@ddd/core/money/Adjustment"
import type { Approval } from "@ddd/core/money/FourEyes"
import type { Funding } from "@ddd/core/money/Funding"
import type { TransactionStatus } from "@ddd/core/money/Transaction"
import type { Movement, Wallet } from "@ddd/core/money/Wallet"
import type { Withdrawal } from "@ddd/core/money/Withdrawal"
import type { OperatorEntry } from "@ddd/core/ports/OperatorLog"
import type { Frontier } from "@ddd/core/proof/Merkle"
import type { Room } from "@ddd/core/rooms/Room"
import type { DrawId, UserId } from "@ddd/core/values/Ids"
import type { Instant } from "@ddd/core/values/Instant"
import type { KycStatus } from "@ddd/core/values/KycStatus"

export interface WalletRow extends Wallet {
  readonly userId: UserId
  readonly updatedAt: Instant
}

export interface TransactionRow extends Movement {
  readonly id: string
  readonly userId: UserId
  readonly status: TransactionStatus
  readonly createdAt: Instant
}

export interface DrawRow extends Omit<Draw, "winningTicketId"> {
  readonly notes: DrawNotes
  /** The right edge of the ticket tree. */
  readonly frontier: Frontier
  /** The newest ticket's `purchasedAt`; null before the first. */
  readonly lastPurchasedAt: Instant | null
  /** The id of the sealing secret that numbers the draw's tickets. */
  readonly sealKeyId: string
  /** The beacon round's signature in hex; null where there is none (yet). */
  readonly beaconSignature: string | null
  /** When the tree's tiles stood; null until then. */
  readonly tiledAt: Instant | null
  /** Of a void that has begun, and whose tickets are paid back in steps; null where none has. */
  readonly beganVoid: BeganVoid | null
}

export interface BeganVoid {
  readonly begunAt: Instant
  /** The signed record, which is published once all tickets are paid back. */
  readonly note: string
  /** How many tickets are paid back: those at the positions 1 to this one. */
  readonly refundedEntries: number
}

export interface TicketRow extends StoredTicket {
  /** The id of the sealing secret. */
  readonly sealKeyId: string
  /** The number of the buyer's movement that paid for it. */
  readonly walletSeq: number
}

/** A kept answer. */
export interface AnswerRow {
  readonly userId: UserId
  readonly key: string
  readonly fingerprint: string
  readonly answer: KeptBody<Room>
}

/** A room; its draw has the same id. */
export interface RoomRow {
  readonly id: DrawId
  readonly code: string
  readonly hostId: UserId
  readonly maxParticipants: number
  readonly members: ReadonlyArray<{ readonly userId: UserId }>
}

/** A wallet that an operator adjusted. */
export interface AdjustmentRow extends Adjustment {
  readonly transactionId: string
  readonly logId: string
  /** Null where nobody else had to approve it. */
  readonly approvalId: string | null
}

/** One consistent view of the whole store. Order within an array means nothing. */
export interface Rows {
  readonly users: ReadonlyArray<{ readonly id: UserId; readonly kycStatus: KycStatus }>
  readonly wallets: ReadonlyArray<WalletRow>
  readonly transactions: ReadonlyArray<TransactionRow>
  readonly draws: ReadonlyArray<DrawRow>
  readonly tickets: ReadonlyArray<TicketRow>
  readonly answers: ReadonlyArray<AnswerRow>
  readonly rooms: ReadonlyArray<RoomRow>
  /** What was said of money from outside: one row a reference. */
  readonly fundings: ReadonlyArray<Funding>
  /** One row for each movement of type `withdrawal`, of the same id. */
  readonly withdrawals: ReadonlyArray<Withdrawal>
  /** One row for each movement of type `adjustment`. */
  readonly adjustments: ReadonlyArray<AdjustmentRow>
  readonly approvals: ReadonlyArray<Approval>
  readonly operatorLog: ReadonlyArray<Pick<OperatorEntry, "id">>
}
