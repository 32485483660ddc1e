/**
 * Which channels there are, who may listen to them, what their newest state is.
 *
 * `draw` is public. Rooms will bring `lobby:<roomId>`: a private kind, whose `authorise` asks for membership.
 */
import { Effect } from "effect"
import type { LiveSource, LiveSourceUnavailable } from "./LiveSource.ts"
import { encodeEvent, type Fault } from "./Protocol.ts"

export interface ChannelKind {
  /** Whether a channel of this name is of this kind. */
  readonly matches: (name: string) => boolean
  /** A private channel is left when the token that opened it expires. */
  readonly private: boolean
  /** Fails where `userId` (undefined: nobody signed in) may not listen to `name`. */
  readonly authorise: (name: string, userId: string | undefined) => Effect.Effect<void, Fault>
  /** The newest state, as the event that is sent on subscribing and after each change; null where there is none. */
  readonly state: (name: string) => Effect.Effect<string | null, LiveSourceUnavailable>
}

/** The channel of the draw on sale. */
export const drawChannel = "draw"

export const drawKind = (source: LiveSource["Service"]): ChannelKind => ({
  matches: (name) => name === drawChannel,
  private: false,
  authorise: () => Effect.void,
  state: (name) =>
    Effect.map(source.drawUpdate, (update) => {
      if (update === null) return null
      const { drawId, prizePool, totalEntries } = update
      return encodeEvent("draw:update", { drawId, prizePool, totalEntries }, name)
    })
})
