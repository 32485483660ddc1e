/**
 * Counts requests by the networks they come from, before anything of them but their head is read, and by the players who send them.
 *
 * What is rare is counted for all processes together; where their store does not answer, by each process for itself, and for some seconds
 * without asking again: a flood is held off then too, at most one request waits for the store, and what a request gets to hear of the store
 * is its own handler's to say (docs/decisions/0064).
 */
import { networkOf, providerOf } from "@ddd/core/accounts/Network"
import {
  isShared,
  playerPolicy,
  type PolicyName,
  type Quota,
  type RequestClass,
  requestClasses,
  type RequestCount,
  type RequestLimits
} from "@ddd/core/accounts/RequestLimits"
import { SharedCounts } from "@ddd/core/ports/SharedCounts"
import type { UserId } from "@ddd/core/values/Ids"
import { makeRecent } from "@ddd/core/values/Recent"
import { visible } from "@ddd/core/values/Visible"
import { makeSeldomLog } from "@ddd/core/work/SeldomLog"
import { Cause, Duration, Effect } from "effect"
import type { Problem } from "../problems/Problem.ts"
import { type CountedClass, CountedRequest, type LimitHeaders, tooMany } from "./CountedRequest.ts"
import { type CountedKey, LocalCounts } from "./LocalCounts.ts"

type Count = (key: CountedKey) => Promise<RequestCount>

/** What counts the requests of a class. */
interface ClassCounters extends CountedClass {
  readonly countNetwork: Count
}

/** A request, as far as it counts. */
export interface Countable {
  readonly method: string
  /** Path and query. */
  readonly url: string
  /** The client's address. */
  readonly address: string
  /** It asks for a WebSocket. */
  readonly isHandshake: boolean
}

/** What engines count requests by. */
export interface Limiting {
  /** Counts a request. Undefined where nothing limits it. Never rejects. */
  readonly count: (request: Countable) => Promise<CountedRequest> | undefined
  /**
   * Counts something small that is read over a WebSocket, for its player where one is signed in, else for the network of `address`. Gives
   * why it is not served; undefined at once where nothing limits it. Never rejects.
   */
  readonly countRead: (
    address: string,
    player: UserId | undefined
  ) => Promise<Problem<"rate_limited"> | undefined> | undefined
  /** The headers of the answer to what could not be read, and so not be counted. */
  readonly uncounted: LimitHeaders
}

/** Counts nothing. */
export const unlimited: Limiting = { count: () => undefined, countRead: () => undefined, uncounted: {} }

/** The class of what a method asks for at a URL; null where nothing limits it. */
export type ClassOf = (method: string, url: string) => RequestClass | null

/** What is read over a WebSocket counts as, and a request that cannot be read. */
const readClass = "read"

const policyText = (name: PolicyName, { quantity, seconds }: Quota): string => `"${name}";q=${quantity};w=${seconds}`

const networkKey = (address: string): CountedKey => ({ own: networkOf(address), coarser: () => providerOf(address) })

/** The keys of addresses that asked lately: to read an address takes longer than to count it. */
const recentMax = 4_096

const defects = makeSeldomLog("Error")

/** Says seldom why requests cannot be counted together; that the store is away its adapter says. */
const tellDefect = (policy: PolicyName, cause: Cause.Cause<unknown>): Effect.Effect<void> =>
  Cause.hasDies(cause)
    ? defects(policy, `requests of ${policy} are not counted together: ${visible(String(Cause.squash(cause)))}`)
    : Effect.void

/** For how long a store that failed is not asked again: whoever asks it may wait for it. */
const awayFor = Duration.toNanosUnsafe("5 seconds")

/**
 * Asks a store, or takes `otherwise` while it is away: for some time after it failed, and then until the one request that asks it again has
 * an answer.
 */
const makeWhileThere = () => {
  /** By the monotonic clock; undefined while the store is there. */
  let awayUntil: bigint | undefined
  return <A, E>(ask: Effect.Effect<A, E>, otherwise: Effect.Effect<A>): Effect.Effect<A> =>
    Effect.clockWith((clock) => {
      const leave = () => {
        awayUntil = clock.monotonicTimeNanosUnsafe() + awayFor
      }
      if (awayUntil !== undefined) {
        if (clock.monotonicTimeNanosUnsafe() < awayUntil) return otherwise
        leave()
      }
      return Effect.matchCauseEffect(ask, {
        onSuccess: (answer) => {
          awayUntil = undefined
          return Effect.succeed(answer)
        },
        onFailure: () => {
          leave()
          return otherwise
        }
      })
    })
}

/** Those without a place of their own count with some others: their ids end at random. */
const playerKey = (player: UserId): CountedKey => ({ own: player, coarser: () => player.slice(-2) })

/** What counts by `limits`; the classes of requests are `classOf`'s. */
export const make = (limits: RequestLimits | "off", classOf: ClassOf): Effect.Effect<Limiting, never, SharedCounts> =>
  limits === "off" ? Effect.succeed(unlimited) : Effect.gen(function*() {
    const { counter } = yield* SharedCounts
    const run = Effect.runPromiseWith(yield* Effect.context())
    const whileThere = makeWhileThere()

    const counterOf = (policy: PolicyName): Count => {
      const local = new LocalCounts(policy, limits[policy])
      if (!isShared(policy)) return (key) => local.count(local.placeOf(key))
      const shared = counter(policy, limits[policy])
      return (key) => {
        const place = local.placeOf(key)
        return run(whileThere(
          Effect.tapCause(shared(place), (cause) => tellDefect(policy, cause)),
          Effect.promise(() => local.count(place))
        ))
      }
    }
    const countersOf = (requestClass: RequestClass): ClassCounters => {
      const ofPlayer = playerPolicy(requestClass)
      const countPlayer = ofPlayer === undefined ? undefined : counterOf(ofPlayer)
      const policies = ofPlayer === undefined ? [requestClass] : [requestClass, ofPlayer] as const
      return {
        requestClass,
        policy: policies.map((policy) => policyText(policy, limits[policy])).join(", "),
        countNetwork: counterOf(requestClass),
        countPlayer: countPlayer === undefined ? undefined : (player) => countPlayer(playerKey(player))
      }
    }
    const counters = new Map(requestClasses.map((requestClass) => [requestClass, countersOf(requestClass)]))
    const keyOf = makeRecent(recentMax, networkKey)

    return {
      count: ({ address, isHandshake, method, url }) => {
        const requestClass = isHandshake ? "live" : classOf(method, url)
        const ofClass = requestClass === null ? undefined : counters.get(requestClass)
        return ofClass?.countNetwork(keyOf(address)).then((count) => new CountedRequest(ofClass, count))
      },
      countRead: async (address, player) => {
        const ofClass = counters.get(readClass)
        const count = player === undefined
          ? await ofClass?.countNetwork(keyOf(address))
          : await ofClass?.countPlayer?.(player)
        return count?.isOver === true
          ? tooMany(player === undefined ? "this network" : "this player", readClass, count)
          : undefined
      },
      uncounted: { "ratelimit-policy": counters.get(readClass)?.policy ?? "" }
    }
  })
