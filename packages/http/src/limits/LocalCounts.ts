/**
 * Counts requests in this process' own memory, in windows of time, by rate-limiter-flexible.
 *
 * A key takes some 600 bytes until its window is over, and strangers choose the keys: who has a /32 of IPv6 has sixteen million networks.
 * So within a window only so many keys have a place of their own; those that come later share what is coarser: a provider's network, and in
 * the end one key for all. Whoever has a place keeps it, so that a flood from many networks takes nothing from those that were there before.
 */
import type { PolicyName, Quota, RequestCount } from "@ddd/core/accounts/RequestLimits"
import { requestCount } from "@ddd/core/accounts/RequestLimits"
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible"

/** Keys of a policy with a place of their own in a window, and coarser keys. */
export const placesMax = { own: 10_000, coarser: 2_500 } as const

/** What all others are counted by. */
const others = "others"

/** The keys that have come in this window, up to a number of them. */
class Places {
  readonly #taken = new Set<string>()
  readonly #max: number
  readonly #windowMillis: number
  #begunAt = performance.now()

  constructor(max: number, seconds: number) {
    this.#max = max
    this.#windowMillis = seconds * 1_000
  }

  /** Whether the key has a place, or gets one. */
  has(key: string): boolean {
    const now = performance.now()
    if (now - this.#begunAt >= this.#windowMillis) {
      this.#begunAt = now
      this.#taken.clear()
    }
    if (this.#taken.has(key)) return true
    if (this.#taken.size >= this.#max) return false
    this.#taken.add(key)
    return true
  }
}

/** What is counted, and what it is a part of, for when there is no place. */
export interface CountedKey {
  readonly own: string
  readonly coarser: () => string
}

export class LocalCounts {
  readonly #quota: Quota
  readonly #limiter: RateLimiterMemory
  readonly #own: Places
  readonly #coarser: Places

  constructor(policy: PolicyName, quota: Quota) {
    this.#quota = quota
    this.#limiter = new RateLimiterMemory({ keyPrefix: policy, points: quota.quantity, duration: quota.seconds })
    this.#own = new Places(placesMax.own, quota.seconds)
    this.#coarser = new Places(placesMax.coarser, quota.seconds)
  }

  /** The key by which a request is counted. */
  placeOf({ coarser, own }: CountedKey): string {
    if (this.#own.has(own)) return own
    const key = coarser()
    return this.#coarser.has(key) ? key : others
  }

  /** Counts one more request under a key that `placeOf` gave. */
  count(place: string): Promise<RequestCount> {
    return this.#limiter.consume(place).then(this.#counted, this.#over)
  }

  readonly #counted = (window: RateLimiterRes): RequestCount => requestCount(this.#quota, false, window)

  readonly #over = (window: unknown): RequestCount => {
    if (!(window instanceof RateLimiterRes)) throw window
    return requestCount(this.#quota, true, window)
  }
}
