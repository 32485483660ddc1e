/** An allowance that fills as time goes by: so much at once, and so much a second after that. */

export interface BucketSize {
  /** What may come at once. */
  readonly atOnce: number
  /** What may come in a second, after that. */
  readonly perSecond: number
}

/**
 * It fills by the time that has gone by, whenever it is asked, and by no timer: a server that was held up itself does not take what came
 * meanwhile, as fast as it may, for a flood. Times are milliseconds of the monotonic clock.
 */
export class TokenBucket {
  readonly #size: BucketSize
  #left: number
  #filledAt: number

  constructor(size: BucketSize, now = performance.now()) {
    this.#size = size
    this.#left = size.atOnce
    this.#filledAt = now
  }

  /** Takes one; false where none is left. */
  take(now = performance.now()): boolean {
    this.#fill(now)
    if (this.#left < 1) return false
    this.#left--
    return true
  }

  /** Whether it is as a new one is. */
  isFull(now = performance.now()): boolean {
    this.#fill(now)
    return this.#left === this.#size.atOnce
  }

  #fill(now: number): void {
    this.#left = Math.min(this.#size.atOnce, this.#left + (now - this.#filledAt) / 1_000 * this.#size.perSecond)
    this.#filledAt = now
  }
}
