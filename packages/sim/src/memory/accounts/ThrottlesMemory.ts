/** Counters of failed sign-ins and of wrong codes, in memory. */
import { networkOf } from "@ddd/core/accounts/Network"
import {
  admit,
  countersFor,
  type CounterWrite,
  countSuccess,
  knownNetworkMillis,
  remembersNetworks,
  takeBack,
  type ThrottleCounter,
  type ThrottleKind
} from "@ddd/core/accounts/Throttle"
import { type Admission, type Attempt, Throttles } from "@ddd/core/ports/Throttles"
import { Effect, Layer, Result } from "effect"
import { Store } from "../Store.ts"

const keysOf = ({ account, act, ip }: Attempt) => {
  const [who, network] = [account, networkOf(ip)]
  return {
    account: `${act} account ${who}`,
    network: `${act} network ${network}`,
    account_and_network: `${act} ${who} ${network}`
  } satisfies Record<ThrottleKind, string>
}

export const layer: Layer.Layer<Throttles, never, Store> = Layer.effect(
  Throttles,
  Effect.gen(function*() {
    const store = yield* Store

    const countersOf = (attempt: Attempt): ReadonlyArray<ThrottleCounter> => {
      const keys = keysOf(attempt)
      const seenAt = store.knownNetworks.get(keys.account_and_network)
      return countersFor(seenAt !== undefined && store.now() - seenAt < knownNetworkMillis)
        .map((kind) => ({ kind, key: keys[kind], state: store.throttles.get(keys[kind]) ?? null }))
    }
    const write = (changed: ReadonlyArray<CounterWrite>): void => {
      for (const { key, state } of changed) {
        if (state === null) store.throttles.delete(key)
        else store.throttles.set(key, state)
      }
    }

    return Throttles.of({
      admit: (attempt) =>
        store.exclusive(Effect.sync((): Admission => {
          const admitted = admit(attempt.act, countersOf(attempt), store.now())
          if (Result.isFailure(admitted)) return { _tag: "Throttled", ...admitted.failure }
          write(admitted.success)
          return { _tag: "Admitted" }
        })),

      succeeded: (attempt) =>
        store.exclusive(Effect.sync(() => {
          write(countSuccess(attempt.act, countersOf(attempt), store.now()))
          if (remembersNetworks(attempt.act)) {
            store.knownNetworks.set(keysOf(attempt).account_and_network, store.now())
          }
        })),

      takenBack: (attempt) => store.exclusive(Effect.sync(() => write(takeBack(countersOf(attempt)))))
    })
  })
)
