/**
 * A draw's life: `scheduled → open → locked → drawn`; `scheduled → locked` where no program ran in its hours; and to `void` from each but
 * `drawn`: a room that is closed, or a draw that cannot be decided.
 *
 * A draw is a row with due times. What is due follows from the row and the clock alone, so any node may do it
 * (docs/design.md, "The clockwork").
 */
import type { Cents } from "../money/Money.ts"
import type { DrawId, Position, TicketId } from "../values/Ids.ts"
import { type Day, dayAfter, dayOf, dayStart, type Instant } from "../values/Instant.ts"

export const drawStatuses = ["scheduled", "open", "locked", "drawn", "void"] as const
export type DrawStatus = typeof drawStatuses[number]

export type DrawKind = "daily" | "room"

/** A draw as the public may see it: what is not known yet is null, the seed above all (docs/api.md, "Draw"). */
export interface Draw {
  readonly id: DrawId
  readonly kind: DrawKind
  /** The selling day; null exactly for rooms. */
  readonly drawDate: Day | null
  readonly status: DrawStatus
  readonly prizePool: Cents
  readonly totalEntries: number
  readonly commitmentHash: string
  readonly opensAt: Instant
  readonly closesAt: Instant | null
  readonly lockedAt: Instant | null
  /** When the outcome is due; known from the lock on. */
  readonly drawAt: Instant | null
  readonly beacon: { readonly chainHash: string; readonly round: number } | null
  readonly entriesRoot: string | null
  readonly seed: string | null
  readonly winningPosition: Position | null
  readonly winningTicketId: TicketId | null
  readonly drawnAt: Instant | null
}

/** The signed notes of a draw, as far as they are published. A void note stands in `result`. */
export interface DrawNotes {
  readonly open: string
  readonly lock: string | null
  readonly result: string | null
}

/** What the row of a draw does not say after a backup was put back. */
export interface Relockable {
  /** Whether its lock was published all the same: its seed may be known, so nothing is sold in it. */
  readonly wasLocked?: boolean
}

/** Whether tickets are sold at `clock`, whatever the status still says of times that have passed. */
export const onSale = (draw: Pick<Draw, "status" | "opensAt" | "closesAt"> & Relockable, clock: Instant): boolean =>
  draw.wasLocked !== true && (draw.status === "open" || draw.status === "scheduled") &&
  draw.opensAt <= clock && (draw.closesAt === null || clock < draw.closesAt)

/** Whether a daily draw is in the draw history at `clock`: from the end of its sales on, although it may wait for its outcome still. */
export const isInHistory = ({ closesAt, kind }: Pick<Draw, "closesAt" | "kind">, clock: Instant): boolean =>
  kind === "daily" && closesAt !== null && closesAt <= clock

/** How many days ahead of today open records are published (docs/design.md, "The clockwork": a week). */
export const daysAhead = 7

/** A day that is to have a draw, and when its sales begin and end. */
export interface PlannedDay {
  readonly date: Day
  readonly opensAt: Instant
  readonly closesAt: Instant
}

/**
 * The days whose open records are to be published at `clock`, given the newest published one.
 *
 * The first draw of a log opens at `clock`; every other opens at its midnight, which must still be to come: a day that
 * began before its record was published gets no draw, and the chain of `previous` skips it. So does a day of `lost`: its record was
 * published, and is gone with its seed.
 */
export const daysToPublish = (
  clock: Instant,
  newest: Day | null,
  lost: ReadonlySet<Day> = new Set()
): ReadonlyArray<PlannedDay> => {
  const today = dayOf(clock)
  const days: Array<PlannedDay> = []
  for (let ahead = 0; ahead <= daysAhead; ahead++) {
    const date = dayAfter(today, ahead)
    if ((newest !== null && date <= newest) || lost.has(date)) continue
    const midnight = dayStart(date)
    if (newest !== null && midnight <= clock) continue
    days.push({ date, opensAt: midnight > clock ? midnight : clock, closesAt: dayStart(dayAfter(date)) })
  }
  return days
}
