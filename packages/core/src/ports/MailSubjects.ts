/** Port: what mails about tickets, wins, rooms, withdrawals and identity checks are made from, read when they are written. */
import { Context, type Effect } from "effect"
import type { DrawStatus } from "../draws/Draw.ts"
import type { Cents } from "../money/Money.ts"
import type { PayoutAccountStatus } from "../money/PayoutAccount.ts"
import type { WithdrawalStatus } from "../money/Withdrawal.ts"
import type { VoidReason } from "../proof/Record.ts"
import type { DrawId, Position, TicketId, UserId } from "../values/Ids.ts"
import type { Day, Instant } from "../values/Instant.ts"
import type { KycStatus } from "../values/KycStatus.ts"
import type { Unavailable } from "./Unavailable.ts"

/** How many tickets of a purchase a mail lists; of the others it says how many they are. */
export const mailedTicketsMax = 20

/** One mail is about what was bought in a draw within so many milliseconds. */
export const mailedTicketsMillis = 60_000

export interface MailedTicket {
  readonly ticketId: TicketId
  readonly position: Position
}

/** What a player bought in one draw within a minute. */
export interface BoughtTickets {
  /** Null for a room. */
  readonly drawDate: Day | null
  readonly status: DrawStatus
  /** How many were bought: at least 1. */
  readonly count: number
  /** The first `mailedTicketsMax` of them, by position. */
  readonly tickets: ReadonlyArray<MailedTicket>
  /** When the outcome is due; for a daily draw that is still on sale, when its sales end. Null: a room's host has not said. */
  readonly drawAt: Instant | null
  /** As it stands now. */
  readonly prizePool: Cents
}

/** A draw that a player has won. */
export interface Win extends MailedTicket {
  /** Null for a room. */
  readonly drawDate: Day | null
  readonly prize: Cents
  readonly drawnAt: Instant
}

/** A daily draw that was declared void, as one of those is told of it who had tickets in it. */
export interface VoidDraw {
  readonly drawDate: Day
  /** What came back to that player. */
  readonly refunded: Cents
  readonly reason: VoidReason
}

/** A room that was closed before it was drawn, as one of those is told of it who had a ticket in it. */
export interface ClosedRoom {
  /** What its host called it is in no mail: it is text that another player chose. */
  readonly code: string
  /** What came back to that member. */
  readonly refunded: Cents
  readonly reason: VoidReason
}

/** A withdrawal as it stands now. What went wrong with it is written for operators, and so is not in it. */
export interface MailedWithdrawal {
  readonly userId: UserId
  readonly amount: Cents
  readonly askedAt: Instant
  readonly status: WithdrawalStatus
  /** How far the player's account with the payout provider is now. */
  readonly payoutAccount: PayoutAccountStatus | "none"
}

export class MailSubjects extends Context.Service<MailSubjects, {
  /** What a player bought in a draw within `mailedTicketsMillis` from `from` on, Unix milliseconds. Null where that is nothing. */
  readonly tickets: (userId: UserId, drawId: DrawId, from: number) => Effect.Effect<BoughtTickets | null, Unavailable>
  /** Null where the draw is not drawn, or somebody else has won it. */
  readonly win: (userId: UserId, drawId: DrawId) => Effect.Effect<Win | null, Unavailable>
  /** Null where the draw is a room, or not void, or the player had no ticket in it. */
  readonly voidDraw: (userId: UserId, drawId: DrawId) => Effect.Effect<VoidDraw | null, Unavailable>
  /** Null where the draw is no room, or not void, or the player had no ticket in it. */
  readonly closedRoom: (userId: UserId, drawId: DrawId) => Effect.Effect<ClosedRoom | null, Unavailable>
  /** How the identity check of a player stands; null for who is unknown or erased. */
  readonly identity: (userId: UserId) => Effect.Effect<KycStatus | null, Unavailable>
  /** Null for an unknown withdrawal. */
  readonly withdrawal: (id: string) => Effect.Effect<MailedWithdrawal | null, Unavailable>
}>()("@ddd/core/ports/MailSubjects") {}
