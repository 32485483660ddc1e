/**
 * What one connection of HTTP may cost a second.
 *
 * Everyone is served by one thread: whoever sends as fast as they can would be served as fast as that, and the others
 * late. What is beyond the allowance waits for the next second.
 */

/** The most that is taken of one connection in a second. */
export const perSecond = {
  /** Far more than a client, or a proxy's connection that carries many clients, has answered one after the other. */
  requests: 1_000,
  /** Of all that arrives: heads, bodies, frames. */
  bytes: 4 * 1024 * 1024
} as const

/** A count that begins anew each second. */
export class Allowance {
  #left: number
  readonly #max: number

  constructor(max: number) {
    this.#max = max
    this.#left = max
  }

  /** Whether nothing is left. */
  get isUsedUp(): boolean {
    return this.#left <= 0
  }

  use(amount: number): void {
    this.#left -= amount
  }

  /** A second has gone by. What was used beyond the last one's counts for this one. */
  renew(): void {
    this.#left = Math.min(this.#max, this.#left + this.#max)
  }
}
