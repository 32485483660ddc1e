/**
 * How failed sign-ins make the next one wait.
 *
 * Three counters see each attempt: one of the account as tried from one network, one of the network, and one of the account from
 * everywhere. The last does not bind networks that its owner has signed in from before, so that a stranger, however many
 * machines they have, can never lock an account for good (OWASP ASVS 5, 6.3).
 *
 * An attempt counts as failed until it has succeeded: a burst of guesses at once gains nothing on guesses one by one.
 */
import { type Instant, instant } from "./Instant.ts"

/** What is counted. */
export const throttleKinds = ["account_and_network", "network", "account"] as const
export type ThrottleKind = typeof throttleKinds[number]

export interface ThrottleRule {
  /** So many failures cost nothing. */
  readonly free: number
  /** The first wait; each further failure doubles it. */
  readonly firstWaitMillis: number
  readonly waitMillisMax: number
  /** After so long without a failure all is forgotten. */
  readonly forgetMillis: number
}

const minute = 60_000

export const throttleRules: Record<ThrottleKind, ThrottleRule> = {
  account_and_network: { free: 5, firstWaitMillis: 1_000, waitMillisMax: 15 * minute, forgetMillis: 60 * minute },
  network: { free: 50, firstWaitMillis: 1_000, waitMillisMax: 15 * minute, forgetMillis: 60 * minute },
  account: { free: 50, firstWaitMillis: 1_000, waitMillisMax: 15 * minute, forgetMillis: 60 * minute }
}

/** A counter as it is stored. */
export interface ThrottleState {
  readonly failures: number
  readonly failedAt: Instant
  readonly waitUntil: Instant
}

/** How long an attempt at `now` must still wait, in milliseconds; 0: it may be made. */
export const waitMillis = (state: ThrottleState | null, now: Instant): number =>
  state === null ? 0 : Math.max(0, state.waitUntil - now)

/** The counter after one more attempt at `now`, counted as failed. */
export const afterAttempt = (rule: ThrottleRule, state: ThrottleState | null, now: Instant): ThrottleState => {
  const forgotten = state === null || now - state.failedAt >= rule.forgetMillis
  const failures = forgotten ? 1 : state.failures + 1
  const over = failures - rule.free
  const wait = over <= 0 ? 0 : Math.min(rule.firstWaitMillis * 2 ** Math.min(over - 1, 30), rule.waitMillisMax)
  return { failures, failedAt: now, waitUntil: instant(now + wait) }
}

/** The counter once an attempt that it counts has succeeded: the attempt, and the wait that it began, are taken back. */
export const afterSuccess = (state: ThrottleState, now: Instant): ThrottleState | null =>
  state.failures <= 1
    ? null
    : { ...state, failures: state.failures - 1, waitUntil: instant(Math.min(state.waitUntil, now)) }
