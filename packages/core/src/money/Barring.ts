/**
 * How long a player does not play: a time-out, or having excluded themselves.
 *
 * Both stand in the wallet's row, so that a sale reads them under the wallet's lock. Who is barred buys nothing and makes or joins no room;
 * withdrawing, exporting and closing the account go on as ever.
 */
import type { Instant } from "../values/Instant.ts"

/** Until when a player is barred, by either; null where they never were. Either may be over. */
export interface Barring {
  readonly timedOutUntil: Instant | null
  readonly excludedUntil: Instant | null
}

export const notBarred: Barring = { timedOutUntil: null, excludedUntil: null }

/** What bars a player now. */
export interface Barred {
  readonly by: "time-out" | "exclusion"
  readonly until: Instant
}

/** Why something is refused to a player who is barred. Nothing was changed. */
export interface PlayerBarred extends Barred {
  readonly _tag: "PlayerBarred"
}

/** Whether an exclusion runs at `now`. */
export const isExcludedAt = ({ excludedUntil }: Pick<Barring, "excludedUntil">, now: Instant): boolean =>
  excludedUntil !== null && excludedUntil > now

/** The refusal of what a player who is barred at `now` asks for; null where they may play. */
export const refusalOfBarred = (barring: Barring, now: Instant): PlayerBarred | null => {
  const barred = barredAt(barring, now)
  return barred === null ? null : { _tag: "PlayerBarred", ...barred }
}

/** What bars a player at `now`; of both, what lasts longer. Null where they may play. */
export const barredAt = ({ excludedUntil, timedOutUntil }: Barring, now: Instant): Barred | null => {
  const last = excludedUntil !== null && (timedOutUntil === null || excludedUntil >= timedOutUntil)
    ? { by: "exclusion", until: excludedUntil } as const
    : timedOutUntil === null
    ? null
    : { by: "time-out", until: timedOutUntil } as const
  return last === null || last.until <= now ? null : last
}
