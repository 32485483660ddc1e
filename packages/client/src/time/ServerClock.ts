/**
 * The server's time, which decides when sales close, whatever this device's clock says.
 *
 * Told by the WebSocket, to the millisecond, and by the `Date` of answers, to the second, which counts only while the WebSocket has told nothing
 * for ten minutes. Kept as what the device's clock is behind: where somebody sets that clock, it is right again with the next answer.
 */
import type { Clock } from "../Ports.ts"

/** For how long what the WebSocket told counts alone. Milliseconds. */
const exactMillis = 600_000

export class ServerClock {
  readonly #clock: Clock
  #behind: number | undefined
  #exactAt: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The server's time, in milliseconds since the Unix epoch; the device's until the server has told it. */
  now(): number {
    return this.#clock.now() + (this.#behind ?? 0)
  }

  /** Whether the server has told its time. */
  get isKnown(): boolean {
    return this.#behind !== undefined
  }

  /** The server said that it was `millis`, between these two times of the device. */
  tell(millis: number, askedAt: number, answeredAt: number): void {
    this.#behind = millis - (askedAt + answeredAt) / 2
    this.#exactAt = answeredAt
  }

  /** The same of an answer's `Date`, which has no milliseconds. */
  tellSeconds(date: string | null, askedAt: number, answeredAt: number): void {
    const millis = date === null ? Number.NaN : Date.parse(date)
    if (Number.isNaN(millis)) return
    const exact = this.#exactAt !== undefined && Math.abs(answeredAt - this.#exactAt) < exactMillis
    if (!exact) this.#behind = millis + 500 - (askedAt + answeredAt) / 2
  }
}
