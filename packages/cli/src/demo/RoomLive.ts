/** A member of a room who hears what becomes of it. */
import { Effect } from "effect"
import { arrayAt, at, textAt } from "./Client.ts"
import type { Player } from "./Player.ts"
import { connect, type Socket } from "./Socket.ts"

/** What a member is told (docs/api.md, "WebSocket"). */
export interface RoomUpdate {
  readonly prizePool: string
  readonly members: number
  /** From the lock on. */
  readonly status: string | null
  /** The signed note, while it is locked or drawn. */
  readonly lock: string | null
  readonly winnerId: string | null
}

export interface RoomLive {
  readonly updates: ReadonlyArray<RoomUpdate>
  readonly until: Socket["until"]
}

const textOrNull = (json: unknown, ...path: ReadonlyArray<string>): string | null => {
  const value = at(json, ...path)
  return typeof value === "string" ? value : null
}

/** Connects to the server at `siteUrl` as a member, and waits for the room's first state; the scope disconnects. */
export const watchRoom = Effect.fn("RoomLive.watch")(
  function*(siteUrl: string, { token }: Pick<Player, "token">, roomId: string) {
    const updates: Array<RoomUpdate> = []
    let authenticated = false
    const { say, until } = yield* connect(siteUrl, (message) => {
      if (at(message, "event") === "error") throw new Error(`The server says: ${textAt(message, "data", "detail")}`)
      if (at(message, "event") === "authenticated") authenticated = true
      if (at(message, "event") !== "lobby:update" || at(message, "data", "roomId") !== roomId) return
      updates.push({
        prizePool: textAt(message, "data", "prizePool"),
        members: arrayAt(message, "data", "participants").length,
        status: textOrNull(message, "data", "status"),
        lock: textOrNull(message, "data", "lock"),
        winnerId: textOrNull(message, "data", "winnerId")
      })
    })
    yield* say({ type: "auth", token })
    yield* until("the sign-in", () => authenticated)
    yield* say({ type: "subscribe", channel: `lobby:${roomId}` })
    yield* until("the room", () => updates.length > 0)
    const live: RoomLive = { updates, until }
    return live
  }
)
