/** Counters of failed sign-ins and of wrong codes, in memory. */
import { networkOf } from "@ddd/core/accounts/Network"
import {
  afterAttempt,
  afterSuccess,
  knowsNetworks,
  ruleOf,
  type ThrottleKind,
  throttleKinds,
  type ThrottleState,
  waitMillis
} from "@ddd/core/accounts/Throttle"
import { type Attempt, Throttles } from "@ddd/core/ports/Throttles"
import { dayMillis, type Instant } from "@ddd/core/values/Instant"
import { Effect, Layer } from "effect"
import { Store } from "./Store.ts"

/** How long a network is known after the last sign-in from there. */
const knownMillis = 90 * dayMillis

const keysOf = ({ account, act, ip }: Attempt) => {
  const [who, network] = [account.toLowerCase(), networkOf(ip)]
  return {
    account: `${act} account ${who}`,
    network: `${act} network ${network}`,
    account_and_network: `${act} ${who} ${network}`
  } satisfies Record<ThrottleKind, string>
}

interface Counter {
  readonly kind: ThrottleKind
  readonly key: string
  readonly state: ThrottleState | null
}

export const layer: Layer.Layer<Throttles, never, Store> = Layer.effect(
  Throttles,
  Effect.gen(function*() {
    const store = yield* Store

    /** The counters that bind an attempt: where the owner has signed in from, the account's does not. */
    const countersOf = (attempt: Attempt): ReadonlyArray<Counter> => {
      const keys = keysOf(attempt)
      const seenAt = store.knownNetworks.get(keys.account_and_network)
      const known = seenAt !== undefined && store.now() - seenAt < knownMillis
      return throttleKinds.filter((kind) => kind !== "account" || !known)
        .map((kind) => ({ kind, key: keys[kind], state: store.throttles.get(keys[kind]) ?? null }))
    }
    const change = (attempt: Attempt, next: (counter: Counter, now: Instant) => ThrottleState | null): void => {
      for (const counter of countersOf(attempt)) {
        const state = next(counter, store.now())
        if (state === null) store.throttles.delete(counter.key)
        else store.throttles.set(counter.key, state)
      }
    }

    return Throttles.of({
      admit: (attempt) =>
        store.exclusive(Effect.sync(() => {
          const now = store.now()
          const waits = countersOf(attempt).map(({ kind, state }) => ({ kind, wait: waitMillis(state, now) }))
          const longest = waits.reduce((a, b) => b.wait > a.wait ? b : a)
          if (longest.wait > 0) {
            return { _tag: "Throttled", kind: longest.kind, retryAfter: Math.ceil(longest.wait / 1000) } as const
          }
          change(attempt, ({ kind, state }) => afterAttempt(ruleOf(attempt.act, kind), state, now))
          return { _tag: "Admitted" } as const
        })),

      succeeded: (attempt) =>
        store.exclusive(Effect.sync(() => {
          change(attempt, ({ kind, state }, now) => state === null ? null : afterSuccess(attempt.act, kind, state, now))
          if (knowsNetworks(attempt.act)) {
            store.knownNetworks.set(keysOf(attempt).account_and_network, store.now())
          }
        })),

      takenBack: (attempt) =>
        store.exclusive(Effect.sync(() => {
          change(
            attempt,
            ({ state }) => state === null ? null : { ...state, failures: Math.max(0, state.failures - 1) }
          )
        }))
    })
  })
)
