/** The rows of the memory adapters, but for those that the auditor reads (`audit/Rows.ts`). */
import type { MailedToken } from "@ddd/core/accounts/MailedToken"
import type { SecurityEventType } from "@ddd/core/accounts/SecurityEvent"
import type { Session, SessionEndReason, SessionId } from "@ddd/core/accounts/Session"
import type { User } from "@ddd/core/accounts/User"
import type { Notice } from "@ddd/core/draws/Notices"
import type { PayoutAccount } from "@ddd/core/money/PayoutAccount"
import type { Withdrawal } from "@ddd/core/money/Withdrawal"
import type { MessageKey } from "@ddd/core/push/Delivery"
import type { UserId } from "@ddd/core/values/Ids"
import type { Instant } from "@ddd/core/values/Instant"
import type { Job } from "@ddd/core/values/Job"
import type { KycStatus } from "@ddd/core/values/KycStatus"
import type { Redacted } from "effect"
import type { AnswerRow, RoomRow } from "../audit/Rows.ts"

export interface UserRow extends User {
  /** The house has none: it cannot sign in. */
  readonly passwordHash: Redacted.Redacted | null
  readonly frozen: boolean
  readonly kycStatus: KycStatus
  readonly identityAt: Instant | null
  readonly identityReference: string | null
  readonly country: string | null
  readonly ageVerified: boolean
  readonly erasedAt: Instant | null
}

/** What is to be told on a device. */
export interface PushMessageRow extends MessageKey, Pick<Notice, "until"> {
  /** When it is to be sent, or its receipt read. */
  readonly dueAt: Instant
  readonly attempts: number
  /** Null until it was sent. */
  readonly sent: { readonly receiptId: string; readonly pushToken: string; readonly at: Instant } | null
}

export interface SessionRow extends Session {
  readonly userId: UserId
  readonly endedAt: Instant | null
  readonly endReason: SessionEndReason | null
}

export interface RefreshTokenRow {
  readonly sessionId: SessionId
  readonly issuedAt: Instant
  readonly usedAt: Instant | null
}

export interface MailedTokenRow extends MailedToken {
  readonly tokenHash: string
}

export interface SecurityEventRow {
  readonly id: string
  readonly at: Instant
  readonly type: SecurityEventType
  readonly userId: UserId | null
  readonly sessionId: string | null
  /** Whom an event is about that no player is known for. */
  readonly subject: string | null
  /** What is sealed where it is stored for good: gone once the player is erased. */
  readonly details: Readonly<Record<string, unknown>> | null
}

export interface KeptAnswerRow extends AnswerRow {
  readonly keptAt: Instant
}

export interface JobRow {
  readonly id: string
  readonly job: Job
  readonly createdAt: Instant
}

export interface WithdrawalRow extends Withdrawal {
  /** When it is to be claimed next; null where nothing is left to do. */
  readonly dueAt: Instant | null
  /** Until when a turn that is under way is its own; null where nobody is at it. */
  readonly claimedUntil: Instant | null
}

export interface PayoutAccountRow extends PayoutAccount {
  readonly createdAt: Instant
  /** When it is asked for next, while it is pending. */
  readonly checkAt: Instant
}

export interface LobbyRow extends RoomRow {
  readonly name: string
  readonly createdAt: Instant
  /** When the clockwork draws it, whether or not its host comes back; null before the lock. */
  readonly autoDrawAt: Instant | null
  /** Since when its host is frozen or erased; null while there is one. */
  readonly hostGoneAt: Instant | null
  /** In the order in which they came. */
  readonly members: ReadonlyArray<{ readonly userId: UserId; readonly joinedAt: Instant }>
}
