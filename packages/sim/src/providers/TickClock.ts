/**
 * A device's clock that goes as fast as it is told at each moment, and stands still while something is asked: so that a test of many minutes
 * takes seconds, and none of its answers is late because the machine is busy.
 */

/** How much of the machine's time passes between two looks, at least, and how much counts where it was more. Milliseconds. */
const tickMillis = 5

interface Timer {
  readonly at: number
  readonly work: () => void
}

export class TickClock {
  readonly #speed: () => number
  readonly #timers = new Set<Timer>()
  #now = Date.now()
  #asked = 0
  #isTicking = false

  /** `speed`: how many times as fast as the machine's, asked at each tick. */
  constructor(speed: () => number) {
    this.#speed = speed
  }

  now(): number {
    return this.#now
  }

  setTimeout(work: () => void, millis: number): unknown {
    const timer = { at: this.#now + millis, work }
    this.#timers.add(timer)
    if (!this.#isTicking) this.#tickSoon()
    return timer
  }

  clearTimeout(timer: unknown): void {
    for (const each of this.#timers) if (each === timer) this.#timers.delete(each)
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
      const until = this.#now + tickMillis * this.#speed()
      const due = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)
      for (const timer of due) {
        // one before it may have cleared it
        if (!this.#timers.delete(timer)) continue
        this.#now = Math.max(this.#now, timer.at)
        timer.work()
      }
      this.#now = until
    }
    if (this.#timers.size === 0) this.#isTicking = false
    else this.#tickSoon()
  }

  #tickSoon(): void {
    this.#isTicking = true
    setTimeout(() => this.#tick(), tickMillis)
  }
}
