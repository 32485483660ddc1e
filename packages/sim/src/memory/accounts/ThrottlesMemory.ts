/** Counters of failed sign-ins and of wrong codes, in memory. */
import { homeOf, networkOf } from "@ddd/core/accounts/Network"
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

/** What the keys of networks begin with that an account is known to sign in from. */
export const knownNetworksOf = (account: string): string => `sign_in ${account} `

const keysOf = ({ account, act, ip }: Attempt) => {
  const [who, network, home] = [account, networkOf(ip), homeOf(ip)]
  return {
    account: `${act} account ${who}`,
    network: `${act} network ${network}`,
    account_and_home: `${act} ${who} home ${home}`,
    account_and_network: `${act} ${who} ${network}`
  } satisfies Record<ThrottleKind, string>
}

export const layer: Layer.Layer<Throttles, never, Store> = Layer.effect(
  Throttles,
  Effect.gen(function*() {
    const store = yield* Store

    const countersOf = (attempt: Attempt): ReadonlyArray<ThrottleCounter> => {
      const keys = keysOf(attempt)
      const isKnown = (key: string) => {
        const seenAt = store.knownNetworks.get(key)
        return remembersNetworks(attempt.act) && seenAt !== undefined && store.now() - seenAt < knownNetworkMillis
      }
      const origin = { isHomeKnown: isKnown(keys.account_and_home), isNetworkKnown: isKnown(keys.account_and_network) }
      return countersFor(attempt.act, origin)
        .map((kind) => ({ kind, key: keys[kind], state: store.throttles.get(keys[kind]) ?? null }))
    }
    const remember = (attempt: Attempt): void => {
      const { account_and_home: home, account_and_network: network } = keysOf(attempt)
      for (const key of [home, network]) store.knownNetworks.set(key, store.now())
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
          if (remembersNetworks(attempt.act)) remember(attempt)
        })),

      remember: (attempt) => store.exclusive(Effect.sync(() => remember(attempt))),

      takenBack: (attempt) => store.exclusive(Effect.sync(() => write(takeBack(countersOf(attempt)))))
    })
  })
)
