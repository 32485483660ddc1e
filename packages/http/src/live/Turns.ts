/**
 * Serves what clients have sent, of all connections in turns: one message of each that waits, and so many in all before the event loop has
 * its turn. So requests, purchases among them, are served as well, whatever is sent here.
 */

/** One who has messages to be served. */
export interface Waiting {
  /** Serves one message. Returns whether the next one can be served already. */
  readonly serveOne: () => boolean
}

/** Messages of a turn: some milliseconds of work. */
export const messagesOfTurn = 64

export class Turns {
  /** In the order in which they are served. */
  readonly #waiting = new Set<Waiting>()
  readonly #begin: () => void
  #left = messagesOfTurn
  #isScheduled = false

  /** `begin` is called at the beginning of each turn. */
  constructor(begin: () => void = () => {}) {
    this.#begin = begin
  }

  /** Serves a message of `one` at once, where there is room in this turn and nobody else waits; otherwise when its turn has come. */
  add(one: Waiting): void {
    if (this.#waiting.size === 0 && this.#left > 0) this.#serve(one)
    else this.#waiting.add(one)
    this.#schedule()
  }

  /** Serves nothing more of it. */
  remove(one: Waiting): void {
    this.#waiting.delete(one)
  }

  #serve(one: Waiting): void {
    this.#left--
    if (one.serveOne()) this.#waiting.add(one)
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(this.#turn)
  }

  readonly #turn = (): void => {
    this.#isScheduled = false
    this.#left = messagesOfTurn
    this.#begin()
    // who has more to be served comes again at the end
    for (const one of this.#waiting) {
      if (this.#left <= 0) break
      this.#waiting.delete(one)
      this.#serve(one)
    }
    if (this.#waiting.size > 0 || this.#left < messagesOfTurn) this.#schedule()
  }
}
