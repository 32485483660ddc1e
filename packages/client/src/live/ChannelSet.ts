/** All that can be listened to: the draw, the wallet, and rooms by their ids. */
import { at } from "../http/Transport.ts"
import { type AnyChannel, Channel } from "./Channels.ts"
import {
  type DrawUpdate,
  isDrawUpdate,
  isRoomUpdate,
  isWalletUpdate,
  type LiveEvent,
  type RoomUpdate,
  type WalletUpdate
} from "./Events.ts"

export class ChannelSet {
  readonly draw = new Channel<DrawUpdate>("draw", false)
  readonly wallet = new Channel<WalletUpdate>("wallet", true)
  readonly #rooms = new Map<string, Channel<RoomUpdate>>()

  room(roomId: string): Channel<RoomUpdate> {
    const room = this.#rooms.get(roomId) ?? new Channel<RoomUpdate>(`lobby:${roomId}`, true)
    this.#rooms.set(roomId, room)
    return room
  }

  all(): ReadonlyArray<AnyChannel> {
    return [this.draw, ...this.privates()]
  }

  /** Those of who is signed in. */
  privates(): ReadonlyArray<AnyChannel> {
    return [this.wallet, ...this.#rooms.values()]
  }

  named(name: unknown): AnyChannel | undefined {
    return this.all().find((channel) => channel.name === name)
  }

  /** Forgets a room. */
  drop(channel: AnyChannel): void {
    for (const [id, room] of this.#rooms) if (room === channel) this.#rooms.delete(id)
  }

  clear(): void {
    this.draw.listeners.clear()
    this.wallet.listeners.clear()
    this.#rooms.clear()
  }

  /** Takes what an event tells of a channel, if it does. */
  take({ data, event }: LiveEvent): void {
    if (event === "draw:update" && isDrawUpdate(data)) this.draw.take(data)
    else if (event === "wallet" && isWalletUpdate(data)) this.wallet.take(data)
    else if (event === "nothing") this.named(at(data, "channel"))?.take(null)
    else if (event === "lobby:update" && isRoomUpdate(data)) this.#rooms.get(data.roomId)?.take(data)
  }
}
