/**
 * A device's clock that goes as fast as it is told at each moment, and stands still while something is asked: so that a test of many minutes
 * takes seconds, and none of its answers is late because the machine is busy.
 */

import { DeviceTimers } from "./DeviceTimers.ts"

/** How much of the machine's time passes between two looks, at least, and how much counts where it was more. Milliseconds. */
const tickMillis = 5

export class TickClock extends DeviceTimers {
  readonly #speed: () => number
  #asked = 0
  #isTicking = false

  /** `speed`: how many times as fast as the machine's, asked at each tick. */
  constructor(speed: () => number) {
    super()
    this.#speed = speed
  }

  protected override added(): void {
    if (!this.#isTicking) this.#tickSoon()
  }

  /** Time stands still until this has come. */
  async during<A>(asked: Promise<A>): Promise<A> {
    this.#asked++
    try {
      return await asked
    } finally {
      this.#asked--
    }
  }

  #tick(): void {
    if (this.#asked === 0) {
      const until = this.time + tickMillis * this.#speed()
      for (const timer of this.dueBy(until)) this.run(timer)
      this.time = until
    }
    if (!this.hasTimers) this.#isTicking = false
    else this.#tickSoon()
  }

  #tickSoon(): void {
    this.#isTicking = true
    setTimeout(() => this.#tick(), tickMillis)
  }
}
