/**
 * Finds WebSockets whose client is gone without a word: after 30 s of silence it is asked (ping), after 60 s dropped.
 *
 * One sweep a second for all of them, in place of a timer each.
 */
import { Effect, type Scope } from "effect"
import { eachSecond } from "./EachSecond.ts"

/** What the heartbeat does to one connection. */
export interface Pulse {
  readonly ping: () => void
  /** Ends the connection without a close frame: the client would not read it. */
  readonly drop: () => void
}

/** Seconds. */
export interface Patience {
  /** Of silence, that is without any frame from the client. */
  readonly pingAfter: number
  /** Of silence. */
  readonly dropAfter: number
  /** That a client may leave all of an answer unread, or all that it was sent over a WebSocket. */
  readonly unread: number
}

export const defaultPatience: Patience = { pingAfter: 30, dropAfter: 60, unread: 30 }

export class Heartbeat {
  /** Sweeps so far, which is the clock here: it stands still while the process does, so that no client is dropped for a pause of ours. */
  #now = 0
  readonly #heardAt = new Map<Pulse, number>()
  readonly #patience: Patience

  constructor(patience: Patience) {
    this.#patience = patience
  }

  /** The client sent something. The first call begins to watch the connection. */
  heard(pulse: Pulse): void {
    this.#heardAt.set(pulse, this.#now)
  }

  /** The connection is closed. */
  forget(pulse: Pulse): void {
    this.#heardAt.delete(pulse)
  }

  /** To be called once a second. */
  sweep(): void {
    this.#now++
    for (const [pulse, heardAt] of this.#heardAt) {
      const silence = this.#now - heardAt
      if (silence >= this.#patience.dropAfter) pulse.drop()
      else if (silence % this.#patience.pingAfter === 0) pulse.ping()
    }
  }
}

/** A heartbeat that sweeps until the scope closes. */
export const make = (patience: Patience): Effect.Effect<Heartbeat, never, Scope.Scope> =>
  Effect.gen(function*() {
    const heartbeat = new Heartbeat(patience)
    yield* eachSecond(() => heartbeat.sweep())
    return heartbeat
  })
