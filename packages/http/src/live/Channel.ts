/**
 * What the subscribers of one channel are sent, and what each of them has had.
 *
 * A channel keeps the newest message of each subject, not a history: who reads too slowly is sent, once there is room
 * again, what is newest then, and never learns what was in between. So a slow reader costs no memory, and a message is
 * encoded once for everybody.
 */

/** One connection, as far as a channel is concerned. */
export interface Reader {
  readonly send: (message: string) => void
  /** Whether everything sent so far has been taken: only then is it sent more. */
  readonly ready: () => boolean
}

/** How many subjects are remembered; beyond, the one that changed longest ago is forgotten. */
const subjectsMax = 16

interface Message {
  readonly version: number
  readonly text: string
}

export class Channel<R extends Reader = Reader> {
  /** The newest message of each subject, oldest change first. */
  readonly #newest = new Map<string, Message>()
  /** How far each reader has come: it has had, or may do without, every message up to this version. */
  readonly #readers = new Map<R, number>()
  #version = 0

  /** How many readers there are. */
  get size(): number {
    return this.#readers.size
  }

  /**
   * Adds a reader. It gets what is published from now on; and first, where `snapshot` names a subject, its newest message.
   */
  subscribe(reader: R, snapshot?: string): void {
    this.#readers.set(reader, this.#version)
    const message = snapshot === undefined ? undefined : this.#newest.get(snapshot)
    if (message !== undefined) reader.send(message.text)
  }

  unsubscribe(reader: R): void {
    this.#readers.delete(reader)
  }

  /** Makes `text` the newest message of `subject`. Returns whether it differs from the one before. Sends it to no reader yet. */
  put(subject: string, text: string): boolean {
    if (this.#newest.get(subject)?.text === text) return false
    this.#newest.delete(subject)
    this.#newest.set(subject, { version: ++this.#version, text })
    if (this.#newest.size > subjectsMax) {
      for (const oldest of this.#newest.keys()) {
        this.#newest.delete(oldest)
        break
      }
    }
    return true
  }

  /** Sends `reader` what it has not had. To be called when there is room again. */
  catchUp(reader: R): void {
    const had = this.#readers.get(reader)
    if (had === undefined || had === this.#version || !reader.ready()) return
    this.#readers.set(reader, this.#version)
    for (const message of this.#newest.values()) {
      if (message.version > had) reader.send(message.text)
    }
  }

  readers(): Iterable<R> {
    return this.#readers.keys()
  }
}
