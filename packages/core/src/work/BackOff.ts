/** When what failed is tried again: each thing by itself, after a pause that doubles. */
import type { Instant } from "../values/Instant.ts"

export interface Failing {
  /** The pause before the next try. */
  readonly delayMillis: number
  /** When it failed first, by the clock that decides: it has never succeeded since. */
  readonly since: Instant
}

export interface BackOffs {
  /** Whether it is too early to try again. `clock` is the process' own, in milliseconds, here and below. */
  readonly isWaiting: (name: string, clock: number) => boolean
  /** It was tried at `clock` and failed; `at` is the same by the clock that decides. */
  readonly failed: (name: string, clock: number, at: Instant) => Failing
  readonly succeeded: (name: string) => void
}

/** Nothing has failed yet. Pauses go from `minMillis` to `maxMillis`. */
export const makeBackOffs = (minMillis: number, maxMillis: number): BackOffs => {
  const failing = new Map<string, Failing & { readonly untilMillis: number }>()
  return {
    isWaiting: (name, clock) => clock < (failing.get(name)?.untilMillis ?? clock),
    failed: (name, clock, at) => {
      const before = failing.get(name)
      const delayMillis = before === undefined ? minMillis : Math.min(before.delayMillis * 2, maxMillis)
      const now = { delayMillis, untilMillis: clock + delayMillis, since: before?.since ?? at }
      failing.set(name, now)
      return now
    },
    succeeded: (name) => {
      failing.delete(name)
    }
  }
}
