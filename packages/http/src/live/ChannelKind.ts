/**
 * Which channels there are, who may listen to them, what their newest state is.
 *
 * `draw` is public; `lobby:<roomId>` is for the room's members, `wallet` is each player's own. What a client calls a channel is not always
 * what it is known by here: there is a `wallet` for each player.
 */
import { isUuid } from "@ddd/core/values/Ids"
import { Effect } from "effect"
import { encodeEvent, type Fault } from "./Events.ts"
import type { LiveSource, LiveSourceUnavailable } from "./LiveSource.ts"

/** What a channel sends. */
export interface ChannelState {
  /** The event, as it is sent. */
  readonly text: string
  /** The ids of the users who may see it; absent: everybody. Any other reader is authorised again before it is sent. */
  readonly audience?: ReadonlySet<string>
}

export interface ChannelKind {
  /** What a channel is known by, of which a client of `userId` (undefined: nobody signed in) speaks as `channel`. */
  readonly named?: (channel: string, userId: string | undefined) => string
  /** Whether what a client calls a channel is of this kind. */
  readonly matches: (name: string) => boolean
  /** A private channel is left when the token that opened it expires. */
  readonly private: boolean
  /** Why `userId` (undefined: nobody signed in) may not listen to `name`; null: they may. */
  readonly authorise: (name: string, userId: string | undefined) => Effect.Effect<Fault | null, LiveSourceUnavailable>
  /**
   * For each of these channels that there is a text, another one whenever its state is another: asked about many at once, in case that the
   * news of a change was lost.
   */
  readonly marks: (names: ReadonlyArray<string>) => Effect.Effect<ReadonlyMap<string, string>, LiveSourceUnavailable>
  /** The newest state, as the event that is sent on subscribing and after each change; null where there is none: then it is `nothing`. */
  readonly state: (name: string) => Effect.Effect<ChannelState | null, LiveSourceUnavailable>
}

/** The channel of the draw on sale. */
export const drawChannel = "draw"

export const drawKind = (source: LiveSource["Service"]): ChannelKind => {
  const state: ChannelKind["state"] = (name) =>
    Effect.map(source.drawUpdate, (update) => {
      if (update === null) return null
      const { drawId, prizePool, totalEntries } = update
      return { text: encodeEvent("draw:update", { drawId, prizePool, totalEntries }, name) }
    })
  return {
    matches: (name) => name === drawChannel,
    private: false,
    authorise: () => Effect.succeed(null),
    marks: () => Effect.map(state(drawChannel), (now) => new Map(now === null ? [] : [[drawChannel, now.text]])),
    state
  }
}

const lobbyPrefix = "lobby:"

/** The channel of a room, by the room's id. */
export const lobbyChannel = (roomId: string): string => `${lobbyPrefix}${roomId}`

const roomIdOf = (name: string): string => name.slice(lobbyPrefix.length)

const noUser: Fault = { code: "unauthenticated", detail: "Say who you are first: send auth with an access token." }
/** The same answer for a room that does not exist and for one of which the player is no member. */
const noChannel: Fault = { code: "not_found", detail: "There is no such channel for you." }

export const lobbyKind = (source: LiveSource["Service"]): ChannelKind => ({
  // by its id alone: a code would make a second channel of one room
  matches: (name) => name.startsWith(lobbyPrefix) && isUuid(roomIdOf(name)),
  private: true,
  authorise: (name, userId) =>
    userId === undefined
      ? Effect.succeed(noUser)
      : Effect.map(source.isMember(roomIdOf(name), userId), (isMember) => isMember ? null : noChannel),
  marks: (names) =>
    Effect.map(
      source.roomMarks(names.map(roomIdOf)),
      (marks) => new Map(Array.from(marks, ([id, mark]) => [lobbyChannel(id), mark]))
    ),
  state: (name) =>
    Effect.map(source.roomUpdate(roomIdOf(name)), (update) =>
      update === null ? null : {
        text: encodeEvent("lobby:update", update, name),
        audience: new Set(update.participants.map(({ userId }) => userId))
      })
})

const walletChannel = "wallet"
const walletPrefix = `${walletChannel} of `

const walletOf = (userId: string): string => `${walletPrefix}${userId}`

/** What clients call the channel `name`. */
export const channelCalled = (name: string): string => name.startsWith(walletPrefix) ? walletChannel : name

export const walletKind = (source: LiveSource["Service"]): ChannelKind => {
  const states = (names: ReadonlyArray<string>) =>
    Effect.map(
      source.walletUpdates(names.map((name) => name.slice(walletPrefix.length))),
      (updates) =>
        new Map(Array.from(updates, ([userId, update]) => [
          walletOf(userId),
          encodeEvent("wallet", update, walletChannel)
        ]))
    )
  return {
    named: (_, userId) => userId === undefined ? walletChannel : walletOf(userId),
    matches: (channel) => channel === walletChannel,
    private: true,
    authorise: (_, userId) => Effect.succeed(userId === undefined ? noUser : null),
    marks: states,
    state: (name) =>
      Effect.map(states([name]), (found) => {
        const text = found.get(name)
        return text === undefined ? null : { text }
      })
  }
}
