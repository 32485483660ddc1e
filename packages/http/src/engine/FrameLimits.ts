/**
 * How many WebSocket frames of any kind are taken: of a connection, and of all that a network has together (docs/api.md, "WebSocket";
 * docs/decisions/0112).
 *
 * The first few frames of each connection, and one a second, are its own: whoever else floods from its network, a quiet client is heard.
 */
import { TokenBucket } from "./TokenBucket.ts"

/** Of one connection: an app that comes back subscribes to all its rooms at once. */
export const framesOfConnection = { atOnce: 400, perSecond: 100 } as const
/** Of one connection, whatever its network sends. */
export const framesOfItsOwn = { atOnce: 16, perSecond: 1 } as const
/** Of all connections of a network together, beside what is their own. */
export const framesOfNetwork = { atOnce: 4_000, perSecond: 1_000 } as const

/** What networks may still send. Who comes back finds what was left, until it would be full again. */
export class NetworkFrames {
  readonly #buckets = new Map<string, TokenBucket>()

  of(network: string): TokenBucket {
    const known = this.#buckets.get(network)
    if (known !== undefined) return known
    const bucket = new TokenBucket(framesOfNetwork)
    this.#buckets.set(network, bucket)
    return bucket
  }

  /** To be called now and then: forgets those of which nothing is to be remembered. `isThere`: whether a network has connections. */
  sweep(isThere: (network: string) => boolean): void {
    for (const [network, bucket] of this.#buckets) {
      if (!isThere(network) && bucket.isFull()) this.#buckets.delete(network)
    }
  }
}

/** What one connection may still send. */
export class FrameLimit {
  readonly #connection = new TokenBucket(framesOfConnection)
  readonly #own = new TokenBucket(framesOfItsOwn)
  readonly #network: TokenBucket | undefined

  /** Without the bucket of a network it is not bounded by one. */
  constructor(network: TokenBucket | undefined) {
    this.#network = network
  }

  /** Counts a frame; false where it is one too many. */
  take(now = performance.now()): boolean {
    if (!this.#connection.take(now)) return false
    return this.#own.take(now) || this.#network === undefined || this.#network.take(now)
  }
}
