/**
 * The channels that somebody listens to.
 *
 * Each has one fiber, which reads the newest state when something changed, at most 20 times a second. In case that the news of a change
 * was lost, all that were not asked about for 3 s are each second, in one question for each kind. The state is encoded once and published by the engine to every reader that has taken all it was sent;
 * the others get the newest when they have.
 */
import { logFailure } from "@ddd/core/work/SeldomLog"
import { Effect, Latch, type Scope } from "effect"
import type { Sockets } from "../engine/Sockets.ts"
import { Channel, type Reader } from "./Channel.ts"
import { channelCalled, type ChannelKind } from "./ChannelKind.ts"
import { encodeEvent } from "./Events.ts"
import { isSourceUnavailable, type LiveSourceUnavailable } from "./LiveSource.ts"

/** The least time between two states of a channel: 20 a second. */
const pace = "50 millis"
/** How long a lost notification may go unnoticed, in seconds; longer where there are more than 6,000 channels. */
const unaskedSecondsMax = 3
/** The most channels that are asked about in a second. */
const askedMax = 2_000
/** How long until a state that could not be read is read again. */
const retryInterval = "3 seconds"
/** A reader that knows where it reads. */
export interface Subscriber extends Reader {
  /** The names of its channels; kept here. */
  readonly channels: Set<string>
  /** Who reads; undefined: nobody signed in. */
  readonly userId: string | undefined
  /** Called once it has lost the channel `name`, which it may not listen to any more. */
  readonly dismissed: (name: string) => void
}

interface Topic {
  readonly kind: ChannelKind
  readonly channel: Channel<Subscriber>
  /** Open while something may have changed since the state was read, or nobody listens any more. */
  readonly stale: Latch.Latch
  /** What its kind last told that it is known by; undefined: it was not asked yet. */
  mark: string | undefined
}

export class Topics {
  readonly #topics = new Map<string, Topic>()
  readonly #greetings = new Map<string, ReadonlyMap<string, string>>()
  readonly #scope: Scope.Scope
  readonly #publish: Sockets["Service"]["publish"]

  /** Its fibers end with `scope`. */
  constructor(scope: Scope.Scope, publish: Sockets["Service"]["publish"]) {
    this.#scope = scope
    this.#publish = publish
  }

  /** How many channels somebody listens to. */
  get size(): number {
    return this.#topics.size
  }

  /** `subscriber` listens to the channel `name` from now on, and is sent first what it is greeted with, and the newest state. */
  listen(subscriber: Subscriber, name: string, kind: ChannelKind): Effect.Effect<void> {
    return Effect.suspend(() => {
      subscriber.channels.add(name)
      const greetings = this.#greetings.get(name) ?? new Map<string, string>()
      for (const text of greetings.values()) subscriber.send(text)
      const known = this.#topics.get(name)
      if (known !== undefined) {
        known.channel.subscribe(subscriber, state)
        return Effect.void
      }
      const topic: Topic = { kind, channel: new Channel(name), stale: Latch.makeUnsafe(false), mark: undefined }
      for (const [subject, text] of greetings) topic.channel.recall(subject, text)
      topic.channel.subscribe(subscriber) // the state follows, once it has been read
      this.#topics.set(name, topic)
      return Effect.forkIn(this.#keepFresh(name, topic), this.#scope)
    })
  }

  leave(subscriber: Subscriber, name: string): void {
    subscriber.channels.delete(name)
    const topic = this.#topics.get(name)
    topic?.channel.unsubscribe(subscriber)
    if (topic?.channel.size === 0) topic.stale.openUnsafe()
  }

  leaveAll(subscriber: Subscriber): void {
    for (const name of subscriber.channels) this.leave(subscriber, name)
  }

  /** Gives the names of those that it has left. */
  leavePrivate(subscriber: Subscriber): ReadonlyArray<string> {
    const names = [...subscriber.channels].filter((name) => this.#topics.get(name)?.kind.private === true)
    for (const name of names) this.leave(subscriber, name)
    return names
  }

  /** Something that was published to `subscriber` waits to be read. */
  fallBehind(subscriber: Subscriber): void {
    for (const name of subscriber.channels) this.#topics.get(name)?.channel.fallBehind(subscriber)
  }

  /** There is room again: sends what `subscriber` has not had. */
  catchUp(subscriber: Subscriber): void {
    for (const name of subscriber.channels) this.#topics.get(name)?.channel.catchUp(subscriber)
  }

  /** The state of `name` may have changed. */
  touch(name: string): void {
    this.#topics.get(name)?.stale.openUnsafe()
  }

  /** From now on, who comes to `name` is sent these first: what is newest of some subjects, by their names. */
  greet(name: string, greetings: ReadonlyMap<string, string>): void {
    this.#greetings.set(name, greetings)
  }

  /** Tells who listens to `name`, at once, what is new of `subject`. Those who come later have `greet`. */
  publish(name: string, subject: string, message: string): Effect.Effect<void> {
    return Effect.suspend(() => {
      const topic = this.#topics.get(name)
      return topic?.channel.put(subject, message) === true ? this.#deliver(topic.channel) : Effect.void
    })
  }

  /** To be called once a second: asks about those whose turn it is whether they have changed, and has those read that have. */
  readonly askAbout: Effect.Effect<void> = Effect.suspend(() => {
    const turns = Math.min(askedMax, Math.ceil(this.#topics.size / unaskedSecondsMax))
    const due: Array<[name: string, topic: Topic]> = []
    for (const entry of this.#topics) {
      if (due.length === turns) break
      due.push(entry)
    }
    for (const [name, topic] of due) {
      this.#topics.delete(name)
      this.#topics.set(name, topic) // its next turn is after everybody else's
    }
    const byKind = Map.groupBy(due, ([, { kind }]) => kind)
    return Effect.forEach(byKind, ([kind, asked]) =>
      Effect.map(kind.marks(asked.map(([name]) => name)), (marks) => {
        for (const [name, topic] of asked) {
          const mark = marks.get(name)
          if (mark !== topic.mark) topic.stale.openUnsafe()
          topic.mark = mark
        }
      }), { discard: true }).pipe(
        Effect.catchCause((cause) =>
          logFailure("Whether channels have changed could not be asked", cause, isSourceUnavailable)
        )
      )
  })

  #keepFresh(name: string, topic: Topic): Effect.Effect<void> {
    const { channel, kind, stale } = topic
    const round = Effect.gen({ self: this }, function*() {
      stale.closeUnsafe()
      if (channel.size === 0) return
      const newest = yield* kind.state(name)
      if (newest?.audience !== undefined) yield* this.#dismissOthers(name, topic, newest.audience)
      if (channel.put(state, newest?.text ?? nothingOn(name))) yield* this.#deliver(channel)
      yield* Effect.sleep(pace)
      yield* stale.await
    }).pipe(
      Effect.catchCause((cause) =>
        Effect.andThen(
          logFailure(`The newest state of the channel ${name} could not be read`, cause, isSourceUnavailable),
          Effect.sleep(retryInterval)
        )
      )
    )
    const goesOn = () => {
      if (channel.size === 0) this.#topics.delete(name) // in one step with the question, so that nobody joins in between
      return channel.size > 0
    }
    return Effect.repeat(round, { while: goesOn })
  }

  /** Sends what is new, with turns for the other work of the process in between. */
  #deliver(channel: Channel<Subscriber>): Effect.Effect<void> {
    return Effect.suspend(() => {
      const parts = channel.publish(this.#publish)[Symbol.iterator]()
      return Effect.gen(function*() {
        while (parts.next().done !== true) yield* Effect.yieldNow
      }).pipe(Effect.ensuring(Effect.sync(() => parts.return?.())))
    })
  }

  /**
   * Whoever may not listen any more leaves, before anything newer is sent. Who is not of `audience` is asked about, not thrown out:
   * they may have come since the state was read. So no lost news of a member's leaving lets them listen on.
   */
  #dismissOthers(
    name: string,
    { channel, kind }: Topic,
    audience: ReadonlySet<string>
  ): Effect.Effect<void, LiveSourceUnavailable> {
    return Effect.gen({ self: this }, function*() {
      for (const reader of channel.readers()) {
        if (reader.userId !== undefined && audience.has(reader.userId)) continue
        if ((yield* kind.authorise(name, reader.userId)) === null) continue
        this.leave(reader, name)
        reader.dismissed(name)
      }
    })
  }
}

/** Whoever subscribes is told as soon as there was nothing to be found: until then it is not known what is newest. */
const nothingOn = (name: string): string => encodeEvent("nothing", { channel: channelCalled(name) })

/** The subject of a channel's state; every other one has a name of its own. */
const state = "state"
