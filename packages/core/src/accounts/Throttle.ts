/**
 * How failed sign-ins, and wrong codes of rooms, make the next attempt wait.
 *
 * Three counters see each attempt: one of the account as tried from one network, one of the network, and one of the account from
 * everywhere. The last does not bind networks that its owner has signed in or up from before, so that a stranger, however many
 * machines they have, can never lock an account for good (OWASP ASVS 5, 6.3). Where they came from the very same address before (IPv6:
 * the same /56), only the account's own failures from there bind, so that neither can a neighbour in the network. Whoever tries a room's
 * code is the account, so nobody is exempt there.
 *
 * Sign-ups are counted by network alone, as many as there are: none is a failure.
 *
 * An attempt counts as failed until it has succeeded: a burst of guesses at once gains nothing on guesses one by one.
 */
import { Result } from "effect"
import { type Instant, instant } from "../values/Instant.ts"
import { keptMillis } from "../values/Retention.ts"

/** What is tried. Attempts at the one never count for the other. */
export type ThrottledAct = "sign_in" | "sign_up" | "room_code"

/** Whether networks that an account has succeeded from are remembered, and exempt from the account's own counter. */
export const remembersNetworks = (act: ThrottledAct): boolean => act === "sign_in"

/** How long a network is known after the last success from there. */
export const knownNetworkMillis = keptMillis["known networks"]

/** What is counted. */
export const throttleKinds = ["account_and_home", "account_and_network", "network", "account"] as const
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
/** A counter that is not looked at any more may be removed. */
const forgetMillis = keptMillis.throttles

export const throttleRules: Record<ThrottleKind, ThrottleRule> = {
  account_and_home: { free: 5, firstWaitMillis: 1_000, waitMillisMax: 15 * minute, forgetMillis },
  account_and_network: { free: 5, firstWaitMillis: 1_000, waitMillisMax: 15 * minute, forgetMillis },
  network: { free: 50, firstWaitMillis: 1_000, waitMillisMax: 15 * minute, forgetMillis },
  account: { free: 50, firstWaitMillis: 1_000, waitMillisMax: 15 * minute, forgetMillis }
}

/** Failures of a network that cost nothing where rooms' codes are tried: as many friends as fit behind one address come at once. */
const networkFreeOfCodes = 500

/**
 * Sign-ups of a network that cost nothing, and how they wait beyond. A carrier has thousands of households behind one address: its
 * players sign up at least once a minute, whatever others do there.
 */
const signUpRule: ThrottleRule = { free: 30, firstWaitMillis: 1_000, waitMillisMax: minute, forgetMillis }

/** What is known of where an attempt comes from: that its account has succeeded from the same home, or network, lately. */
export interface KnownOrigin {
  readonly isHomeKnown: boolean
  readonly isNetworkKnown: boolean
}

/** The counters that bind an attempt. */
export const countersFor = (
  act: ThrottledAct,
  { isHomeKnown, isNetworkKnown }: KnownOrigin
): ReadonlyArray<ThrottleKind> => {
  if (act === "sign_up") return ["network"]
  if (isHomeKnown) return ["account_and_home"]
  return isNetworkKnown ? ["account_and_network", "network"] : ["account_and_network", "network", "account"]
}

/** The rule of a counter: of sign-ins those above, of rooms' codes the same but for networks. */
export const ruleOf = (act: ThrottledAct, kind: ThrottleKind): ThrottleRule => {
  if (act === "sign_up") return signUpRule
  return act === "room_code" && kind === "network"
    ? { ...throttleRules.network, free: networkFreeOfCodes }
    : throttleRules[kind]
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

/** A counter that binds an attempt; `state` is null where nothing is counted. */
export interface ThrottleCounter {
  readonly kind: ThrottleKind
  readonly key: string
  readonly state: ThrottleState | null
}

/** What is written of a counter; null: it is forgotten. */
export interface CounterWrite {
  readonly key: string
  readonly state: ThrottleState | null
}

/** Nothing was counted; the same attempt may be made after so many seconds. `kind`: the counter that makes it wait longest. */
export interface Throttled {
  readonly kind: ThrottleKind
  readonly retryAfter: number
}

/** The counter after one more attempt at `now`, counted as failed. */
export const afterAttempt = (rule: ThrottleRule, state: ThrottleState | null, now: Instant): ThrottleState => {
  const forgotten = state === null || now - state.failedAt >= rule.forgetMillis
  const failures = forgotten ? 1 : state.failures + 1
  const over = failures - rule.free
  const wait = over <= 0 ? 0 : Math.min(rule.firstWaitMillis * 2 ** Math.min(over - 1, 30), rule.waitMillisMax)
  return { failures, failedAt: now, waitUntil: instant(now + wait) }
}

/**
 * The counter once an attempt that it counts has succeeded; null: it is forgotten.
 *
 * The attempt, and the wait that it began, are taken back. The right password tells that the earlier failures were the owner's own;
 * a right code tells nothing of the wrong ones: whoever has a room of their own would go on for ever.
 */
export const afterSuccess = (
  act: ThrottledAct,
  kind: ThrottleKind,
  state: ThrottleState,
  now: Instant
): ThrottleState | null =>
  state.failures <= 1 || (act === "sign_in" && (kind === "account_and_network" || kind === "account_and_home"))
    ? null
    : { ...state, failures: state.failures - 1, waitUntil: instant(Math.min(state.waitUntil, now)) }

/**
 * Counts an attempt as failed before it is made, on all the counters that bind it; or says how long to wait. The counters, one at
 * least, are read under their locks.
 */
export const admit = (
  act: ThrottledAct,
  counters: ReadonlyArray<ThrottleCounter>,
  now: Instant
): Result.Result<ReadonlyArray<CounterWrite>, Throttled> => {
  const longest = counters.reduce((a, b) => waitMillis(b.state, now) > waitMillis(a.state, now) ? b : a)
  const wait = waitMillis(longest.state, now)
  return wait > 0
    ? Result.fail({ kind: longest.kind, retryAfter: Math.ceil(wait / 1_000) })
    : Result.succeed(counters.map(({ key, kind, state }) => ({
      key,
      state: afterAttempt(ruleOf(act, kind), state, now)
    })))
}

/** What becomes of the counters of an attempt that has succeeded. */
export const countSuccess = (
  act: ThrottledAct,
  counters: ReadonlyArray<ThrottleCounter>,
  now: Instant
): ReadonlyArray<CounterWrite> =>
  counters.map(({ key, kind, state }) => ({ key, state: state === null ? null : afterSuccess(act, kind, state, now) }))

/** Takes back an attempt that was admitted and not made: one failure less on each counter; waits stand as they are. */
export const takeBack = (counters: ReadonlyArray<ThrottleCounter>): ReadonlyArray<CounterWrite> =>
  counters.map(({ key, state }) => ({
    key,
    state: state === null ? null : { ...state, failures: Math.max(0, state.failures - 1) }
  }))
