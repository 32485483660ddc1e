/** How a request counted, and what its client is told of that: in headers (draft-ietf-httpapi-ratelimit-headers-10), or by a refusal. */
import type { RequestClass, RequestCount } from "@ddd/core/accounts/RequestLimits"
import type { UserId } from "@ddd/core/values/Ids"
import { Problem } from "../problems/Problem.ts"

/** A class of requests, as far as a request of it needs to know. */
export interface CountedClass {
  readonly requestClass: RequestClass
  /** The header `RateLimit-Policy`. */
  readonly policy: string
  /** Undefined where players are not counted. */
  readonly countPlayer: ((player: UserId) => Promise<RequestCount>) | undefined
}

/** Headers of an answer, beside its others. */
export type LimitHeaders = Readonly<Record<string, string>>

/** One too many: `whose` requests were counted. Nothing of the request was looked at. */
export const tooMany = (whose: string, requestClass: string, { reset }: RequestCount): Problem<"rate_limited"> =>
  new Problem(
    "rate_limited",
    `Too many requests of the kind ${requestClass} came from ${whose}. Nothing was changed; try again in ${reset} s.`,
    { retryAfter: reset }
  )

/** A request that its network may send, or not. Its player counts once known. */
export class CountedRequest {
  /** Why it is not served. */
  readonly refusal: Problem<"rate_limited"> | undefined
  readonly #of: CountedClass
  readonly #ofNetwork: RequestCount
  #ofPlayer: RequestCount | undefined

  constructor(of: CountedClass, ofNetwork: RequestCount) {
    this.#of = of
    this.#ofNetwork = ofNetwork
    this.refusal = ofNetwork.isOver ? tooMany("this network", of.requestClass, ofNetwork) : undefined
  }

  /** Counts it for its player too. Gives why it is not served. */
  async countPlayer(player: UserId): Promise<Problem<"rate_limited"> | undefined> {
    const count = this.#of.countPlayer
    if (count === undefined) return undefined
    const counted = this.#ofPlayer = await count(player)
    return counted.isOver ? tooMany("this player", this.#of.requestClass, counted) : undefined
  }

  headers(): LimitHeaders {
    const { policy, requestClass } = this.#of
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
