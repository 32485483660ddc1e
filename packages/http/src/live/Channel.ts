/**
 * What the subscribers of one channel are sent, and what each of them has had.
 *
 * A channel keeps the newest message of each subject, not a history: who reads too slowly is sent, once there is room
 * again, what is newest then, and never learns what was in between. So a slow reader costs no memory, and a message is
 * encoded once for everybody. Who has had everything is sent to by the engine, all at once; who has not, by the channel.
 */

/** One connection, as far as a channel is concerned. */
export interface Reader {
  readonly send: (message: string) => void
  /** Is sent what is published to `topic` from now on. */
  readonly join: (topic: string) => void
  readonly leave: (topic: string) => void
  /** Whether everything sent so far has been taken: only then is it sent more. */
  readonly ready: () => boolean
}

/** How many subjects are remembered; beyond, the one that changed longest ago is forgotten. */
const subjectsMax = 16

interface Message {
  readonly version: number
  readonly text: string
}

interface Progress {
  /** It has had, or may do without, every message up to this version, */
  readonly version: number
  /** but for the newest one of this subject. */
  readonly lacks?: string | undefined
}

export class Channel<R extends Reader = Reader> {
  /** By which the engine knows those who have had everything. */
  readonly topic: string
  /** The newest message of each subject, oldest change first. */
  readonly #newest = new Map<string, Message>()
  /** Those who are sent to by the engine. */
  readonly #abreast = new Set<R>()
  /** How far each of the others has come. */
  readonly #behind = new Map<R, Progress>()
  #version = 0
  /** Everything up to this version has been published. */
  #published = 0
  #isPublishing = false

  constructor(topic: string) {
    this.topic = topic
  }

  /** How many readers there are. */
  get size(): number {
    return this.#abreast.size + this.#behind.size
  }

  /**
   * Adds a reader. It gets what is published from now on; and first, where `snapshot` names a subject, its newest message, once it has taken
   * what it was sent before.
   */
  subscribe(reader: R, snapshot?: string): void {
    this.unsubscribe(reader)
    if (!reader.ready()) {
      this.#behind.set(reader, { version: this.#published, lacks: snapshot })
      return
    }
    const message = snapshot === undefined ? undefined : this.#newest.get(snapshot)
    if (message !== undefined) reader.send(message.text)
    this.#place(reader, this.#published)
  }

  unsubscribe(reader: R): void {
    this.#behind.delete(reader)
    if (this.#abreast.delete(reader)) reader.leave(this.topic)
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

  /** `text` is the newest message of `subject`, and whoever subscribes has it already. */
  recall(subject: string, text: string): void {
    this.#newest.set(subject, { version: this.#published, text })
  }

  /**
   * Publishes what has not been yet, by `publish`, which sends a part with each step; so does this. One at a time: where it is being done
   * already, nothing is left to do.
   */
  *publish(publish: (topic: string, message: string) => Iterable<void>): Iterable<void> {
    if (this.#isPublishing) return
    this.#isPublishing = true
    try {
      while (this.#published < this.#version) {
        const version = this.#version
        const due = Array.from(this.#newest.values()).filter((message) => message.version > this.#published)
        for (const { text } of due) yield* publish(this.topic, text)
        this.#published = version
      }
    } finally {
      this.#isPublishing = false
    }
  }

  /** `reader` does not take what is published as fast as it comes: it is sent no more until `catchUp`. */
  fallBehind(reader: R): void {
    if (!this.#abreast.delete(reader)) return
    reader.leave(this.topic)
    // what is being published it may have had, or not: it gets it again rather than never
    this.#behind.set(reader, { version: this.#published })
  }

  /** Sends `reader` what it has not had. To be called when there is room again. */
  catchUp(reader: R): void {
    const had = this.#behind.get(reader)
    if (had === undefined || !reader.ready()) return
    for (const [subject, message] of this.#newest) {
      if (message.version > had.version || subject === had.lacks) reader.send(message.text)
    }
    this.#behind.delete(reader)
    this.#place(reader, this.#version)
  }

  *readers(): Iterable<R> {
    yield* this.#abreast
    yield* this.#behind.keys()
  }

  /** Where a reader belongs that has been sent what is newest, or at least up to `version`. */
  #place(reader: R, version: number): void {
    if (reader.ready()) {
      this.#abreast.add(reader)
      reader.join(this.topic)
    } else this.#behind.set(reader, { version })
  }
}
