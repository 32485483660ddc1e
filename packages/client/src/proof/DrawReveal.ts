/** Where a draw is on its way to its winner, as this device has found it out. */

/** What a lock record fixes. */
export interface LockedDraw {
  /** How many tickets take part. */
  readonly entries: number
  /** What the winner gets. */
  readonly prizePool: string
  /** When the beacon's round is due, or without a beacon the outcome. RFC 3339, by the server's clock. */
  readonly dueAt: string
  readonly hasBeacon: boolean
  /** Whether this device had the lock record before that, by its own clock: it cannot have been made to suit the outcome then. */
  readonly isWitnessed: boolean
}

export type DrawReveal =
  /** Nothing is known of it yet. */
  | { readonly phase: "unknown" }
  | { readonly phase: "open"; readonly closesAt: string }
  /** Its sales are over; the lock record is not there yet. */
  | { readonly phase: "closed" }
  /** What decides it is not due yet. */
  | LockedDraw & { readonly phase: "locked" }
  /** It is due, and not there yet. */
  | LockedDraw & { readonly phase: "awaiting" }
  /** The round's signature is there, and genuine: nobody can change the winner any more, and the seed is secret still. */
  | LockedDraw & { readonly phase: "fixed" }
  /** The seed is revealed, and the winner was computed on this device. */
  | LockedDraw & {
    readonly phase: "drawn"
    /** Null where nobody entered. */
    readonly winningPosition: number | null
    /** Null where nobody is signed in, or the player has more tickets than were looked at. */
    readonly isMine: boolean | null
    /** Whether the server says the same. */
    readonly agrees: boolean
    /** The id of the draw that is on sale now; null where none is known. */
    readonly next: string | null
  }
  /** Every ticket is refunded, says the server. */
  | { readonly phase: "void"; readonly next: string | null }
  /** What was told cannot be so: no winner is shown. `check` is the one of docs/fairness.md that fails. */
  | { readonly phase: "refuted"; readonly check: number; readonly detail: string }
