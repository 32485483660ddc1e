/** The timers of a device whose time is a test's: when they are run is said by who extends it. */

interface Timer {
  readonly at: number
  readonly work: () => void
}

export class DeviceTimers {
  readonly #timers = new Set<Timer>()
  /** Unix milliseconds. */
  protected time = Date.now()

  now(): number {
    return this.time
  }

  setTimeout(work: () => void, millis: number): unknown {
    const timer = { at: this.time + millis, work }
    this.#timers.add(timer)
    this.added()
    return timer
  }

  clearTimeout(timer: unknown): void {
    for (const each of this.#timers) if (each === timer) this.#timers.delete(each)
  }

  /** Called with each timer that is set. */
  protected added(): void {}

  protected get hasTimers(): boolean {
    return this.#timers.size > 0
  }

  /** Those that are due by then, in their order. */
  protected dueBy(until: number): ReadonlyArray<Timer> {
    return [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)
  }

  /** Goes to the instant of a timer, and runs it, unless it was cleared. */
  protected run(timer: Timer): void {
    if (!this.#timers.delete(timer)) return
    this.time = Math.max(this.time, timer.at)
    timer.work()
  }
}
