/** Port: the draws, their records, and the steps of the clockwork. */
import { Context, Data, type Effect, type Stream } from "effect"
import type { AwaitedRound } from "../draws/AwaitedRounds.ts"
import type { Draw, DrawNotes } from "../draws/Draw.ts"
import type { StepAhead, StepToDo } from "../draws/DrawSteps.ts"
import type { PauseRefusal } from "../draws/Pausing.ts"
import type { Ticket, TicketStatus } from "../draws/Ticket.ts"
import type { Cents } from "../money/Money.ts"
import type { ChainInfo } from "../proof/Beacon.ts"
import type { DrawId, Position, TicketId, UserId } from "../values/Ids.ts"
import type { Day, Instant } from "../values/Instant.ts"
import type { OperatorAct } from "../values/OperatorAct.ts"
import type { Page, PageRequest } from "../values/Page.ts"
import type { Unavailable } from "./Unavailable.ts"

/** A step that is to be done. */
export type DueStep = StepToDo & {
  readonly drawId: DrawId
  readonly dueAt: Instant
}

/** A step that falls due by the clock alone: any but `abandon`, before which somebody must have tried something in vain. */
export interface DueByClock extends StepAhead {
  readonly drawId: DrawId
}

/** A step could not be done now; it stays due. */
export class StepFailed extends Data.TaggedError("StepFailed")<{
  readonly due: DueStep
  readonly message: string
  readonly cause?: unknown
}> {}

/** What anyone may learn of a ticket by its public id; never its buyer. */
export interface TicketCheck {
  readonly ticketId: TicketId
  readonly drawId: DrawId
  readonly drawDate: Day | null
  readonly position: Position
  readonly ticketHash: string
  /** Whether the seal, computed again from what is stored, is the stored one. */
  readonly sealValid: boolean
  /** Null until the draw is locked and its tiles stand. Hashes in hex. */
  readonly inclusion: {
    readonly leafIndex: number
    readonly treeSize: number
    readonly rootHash: string
    readonly proof: ReadonlyArray<string>
  } | null
}

/** A draw's bundle: the notes, and from the lock on the lines of its tickets in position order, as `encodeTicket` spells them. */
export interface ProofSource {
  readonly drawId: DrawId
  readonly notes: DrawNotes
  /** What is known of the beacon's chain that it names; null: it names none, or nothing. */
  readonly chain: ChainInfo | null
  /** The signature of the beacon's round, in hex; null without a beacon, and until it is there. */
  readonly beaconSignature: string | null
  /** Some thousand whole lines at a time. */
  readonly lines: Stream.Stream<string, Unavailable>
}

/** The newest drawn draw, and who won it; `winner` is null where nobody had entered. */
export interface LastWinner {
  readonly draw: Draw
  readonly winner: {
    /** Null once the account is erased. */
    readonly username: string | null
    readonly ticketId: TicketId
    readonly position: Position
    readonly prizeAmount: Cents
  } | null
}

/** The sales of a draw cannot be paused or resumed. Nothing was changed. */
export class PauseRefused extends Data.TaggedError("PauseRefused")<{ readonly refusal: PauseRefusal }> {}

export interface TicketFilter {
  readonly drawId: DrawId | null
  readonly status: TicketStatus | null
}

export class Draws extends Context.Service<Draws, {
  /**
   * Publishes the open records that are to stand by now: a week of daily draws ahead, the first one of a log at once.
   * Safe to call at any time from any node; gives the draws it made.
   */
  readonly publishAhead: Effect.Effect<ReadonlyArray<DrawId>, Unavailable>
  /** What is due by the clock, oldest first. */
  readonly due: Effect.Effect<ReadonlyArray<DueByClock>, Unavailable>
  /** When the next step falls due that is not due yet; null where none is known. */
  readonly nextDueAt: Effect.Effect<Instant | null, Unavailable>
  /**
   * Does a due step, once, under the draw's lock, whoever else tries at the same time; false where it was done already or
   * is not due by the clock. `lock` publishes the lock record; `settle` reveals the seed, pays winner and house, and
   * publishes the result, all in one transaction; `expire` declares the draw void and gives every ticket's price back, and so does
   * `abandon`, a week after the outcome was due, where the round is missing or the seed cannot be opened, whichever its reason says: it is
   * for whoever has tried that in vain, and is never among what is due. An operator may abandon a draw after a day whose chain is
   * retired; who it was is kept with it (`voidedEarly`). Where a void is too much for one transaction, `abandon` begins it, and `refund` is
   * due until it has ended: each time that it is done some tickets' prices go back, once each, and in the end the draw is void.
   */
  readonly perform: (due: DueStep) => Effect.Effect<boolean, StepFailed | Unavailable>
  /** The rounds that locked draws whose outcome is due wait for, the longest awaited first. */
  readonly awaitedRounds: Effect.Effect<ReadonlyArray<AwaitedRound>, Unavailable>
  /**
   * Keeps the signature of a round, which the caller has verified, for every locked draw that waits for it: once, and unchanged ever
   * after; `DrawEvents` tells of each. Gives how many draws waited.
   */
  readonly storeRound: (chainHash: string, round: number, signature: Uint8Array) => Effect.Effect<number, Unavailable>

  /** The daily draw on sale now. */
  readonly current: Effect.Effect<Draw | null, Unavailable>
  readonly byId: (id: DrawId) => Effect.Effect<Draw | null, Unavailable>
  /** The daily draw of a day; null where none was published. */
  readonly byDay: (day: Day) => Effect.Effect<Draw | null, Unavailable>
  /** Daily draws whose sales are over, those too that wait for their outcome, newest first (`isInHistory`); the cursor is a day. */
  readonly history: (page: PageRequest) => Effect.Effect<Page<Draw>, Unavailable>
  readonly lastWinner: Effect.Effect<LastWinner | null, Unavailable>
  readonly notes: (id: DrawId) => Effect.Effect<DrawNotes | null, Unavailable>
  readonly proof: (id: DrawId) => Effect.Effect<ProofSource | null, Unavailable>
  /** When a server last said that it follows the chain of that hash, by the way of `publishAhead`; null where none did. */
  readonly chainFollowedAt: (chainHash: string) => Effect.Effect<Instant | null, Unavailable>
  /** Which operator declared a draw void before its time, and when; null where none did. */
  readonly voidedEarly: (id: DrawId) => Effect.Effect<{ readonly by: string; readonly at: Instant } | null, Unavailable>

  /** Pauses the sales of a daily draw, or resumes them; false where they are so already, and for an unknown draw. */
  readonly setPaused: (
    id: DrawId,
    paused: boolean,
    act: OperatorAct
  ) => Effect.Effect<boolean, PauseRefused | Unavailable>
  /** Since when the sales of a draw are paused; null where they are not. */
  readonly pausedAt: (id: DrawId) => Effect.Effect<Instant | null, Unavailable>

  /** A player's tickets, newest first; the cursor is a ticket's id. */
  readonly ticketsOf: (
    userId: UserId,
    filter: TicketFilter,
    page: PageRequest
  ) => Effect.Effect<Page<Ticket>, Unavailable>
  /** By public id; a room's ticket is there for the room's members alone. `viewer` is who asks, null for anybody. */
  readonly checkTicket: (ticketId: TicketId, viewer: UserId | null) => Effect.Effect<TicketCheck | null, Unavailable>
}>()("@ddd/core/ports/Draws") {}
