/** How a request counted, and what its client is told of that: in headers (draft-ietf-httpapi-ratelimit-headers-10), or by a refusal. */
import type { RequestCount } from "@ddd/core/accounts/RequestLimits"
import type { UserId } from "@ddd/core/values/Ids"
import { Problem } from "../problems/Problem.ts"
import type { ClassCounters } from "./RequestLimits.ts"

/** Headers of an answer, beside its others. */
export type LimitHeaders = Readonly<Record<string, string>>

/** One too many: `whose` requests were counted. Nothing of the request was looked at. */
const refusal = (whose: string, requestClass: string, { reset }: RequestCount): Problem<"rate_limited"> =>
  new Problem(
    "rate_limited",
    `Too many requests of the kind ${requestClass} came from ${whose}. Nothing was changed; try again in ${reset} s.`,
    { retryAfter: reset }
  )

/** A request that its network may send, or not. Its player counts once known. */
export class CountedRequest {
  /** Why it is not served. */
  readonly refusal: Problem<"rate_limited"> | undefined
  readonly #counters: ClassCounters
  readonly #ofNetwork: RequestCount
  #ofPlayer: RequestCount | undefined

  constructor(counters: ClassCounters, ofNetwork: RequestCount) {
    this.#counters = counters
    this.#ofNetwork = ofNetwork
    this.refusal = ofNetwork.isOver ? refusal("this network", counters.requestClass, ofNetwork) : undefined
  }

  /** Counts it for its player too. Gives why it is not served. */
  async countPlayer(player: UserId): Promise<Problem<"rate_limited"> | undefined> {
    const count = this.#counters.countPlayer
    if (count === undefined) return undefined
    const counted = this.#ofPlayer = await count(player)
    return counted.isOver ? refusal("this player", this.#counters.requestClass, counted) : undefined
  }

  headers(): LimitHeaders {
    const { policy, requestClass } = this.#counters
    const { remaining, reset } = this.#ofNetwork
    const network = `"${requestClass}";r=${remaining};t=${reset}`
    const player = this.#ofPlayer
    return {
      "ratelimit-policy": policy,
      ratelimit: player === undefined
        ? network
        : `${network}, "${requestClass}-user";r=${player.remaining};t=${player.reset}`
    }
  }
}
