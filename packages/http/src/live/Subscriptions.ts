/** Which channels a connection may listen to, and its coming and going. */
import { Effect } from "effect"
import type { ChannelKind } from "./ChannelKind.ts"
import type { Connection } from "./Connection.ts"
import type { Fault } from "./Events.ts"
import type { LiveSourceUnavailable } from "./LiveSource.ts"
import { tokenExpired } from "./SignIns.ts"
import type { Topics } from "./Topics.ts"

/** The most channels that one connection listens to (docs/api.md, "WebSocket"). */
export const channelsMax = 128

const tooManyChannels: Fault = {
  code: "limit_exceeded",
  detail: `A connection listens to ${channelsMax} channels at most. Leave one first.`
}

export class Subscriptions {
  readonly #kinds: ReadonlyArray<ChannelKind>
  readonly #topics: Topics

  constructor(kinds: ReadonlyArray<ChannelKind>, topics: Topics) {
    this.#kinds = kinds
    this.#topics = topics
  }

  /** Confirms, then sends the channel's newest state. Fails where whoever is signed in may not listen. */
  subscribe(connection: Connection, channel: string): Effect.Effect<void, Fault> {
    return Effect.gen({ self: this }, function*() {
      const kind = yield* this.#kindOf(channel)
      const { user } = connection
      const name = kind.named?.(channel, user?.userId) ?? channel
      if (connection.channels.size >= channelsMax && !connection.channels.has(name)) {
        return yield* Effect.fail(tooManyChannels)
      }
      const fault = yield* Effect.catchTag(kind.authorise(name, user?.userId), "LiveSourceUnavailable", notNow)
      if (fault !== null) return yield* Effect.fail(fault)
      // the token may have expired meanwhile: its private channels are gone, and this one would stay
      if (kind.private && connection.user !== user) return yield* Effect.fail(tokenExpired)
      connection.answer("subscribed", { channel })
      yield* this.#topics.listen(connection, name, kind)
    })
  }

  /** Confirms, whether or not the connection listened to the channel. */
  unsubscribe(connection: Connection, channel: string): Effect.Effect<void, Fault> {
    return Effect.map(this.#kindOf(channel), (kind) => {
      this.#topics.leave(connection, kind.named?.(channel, connection.userId) ?? channel)
      connection.answer("unsubscribed", { channel })
    })
  }

  #kindOf(channel: string): Effect.Effect<ChannelKind, Fault> {
    const kind = this.#kinds.find((each) => each.matches(channel))
    return kind === undefined
      ? Effect.fail({ code: "not_found", detail: "There is no such channel." })
      : Effect.succeed(kind)
  }
}

const notNow = ({ cause, message }: LiveSourceUnavailable): Effect.Effect<Fault> =>
  Effect.as(Effect.logDebug(message, cause), {
    code: "unavailable",
    detail: "Whether you may listen to this channel cannot be found out now; try again."
  })
