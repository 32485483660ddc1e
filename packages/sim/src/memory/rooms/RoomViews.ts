/** Rooms as they are read from memory: for their members, for the decisions about them, for operators. */
import { isRoundMissing } from "@ddd/core/draws/AwaitedRounds"
import { emptyWallet } from "@ddd/core/money/Wallet"
import type { RoomRequest } from "@ddd/core/ports/Rooms"
import type { OpenRooms, RoomUser } from "@ddd/core/rooms/Membership"
import { type Room, roomOf } from "@ddd/core/rooms/Room"
import { parseRoomName } from "@ddd/core/rooms/RoomCode"
import { isOpen, type RoomState } from "@ddd/core/rooms/RoomState"
import type { UserId } from "@ddd/core/values/Ids"
import { dayOf } from "@ddd/core/values/Instant"
import type { DrawRow, TicketRow } from "../../audit/Rows.ts"
import type { Store } from "../Store.ts"
import type { LobbyRow } from "../StoredRows.ts"

export const makeRoomViews = (store: Store["Service"]) => {
  const drawOf = ({ id }: LobbyRow): DrawRow => {
    const draw = store.draws.get(id)
    if (draw === undefined) throw new Error(`room ${id} has no draw`)
    return draw
  }

  const ticketsIn = ({ id }: LobbyRow): ReadonlyArray<TicketRow> => store.tickets.get(id) ?? []

  const asRoom = (lobby: LobbyRow): Room => {
    const draw = drawOf(lobby)
    const positions = new Map(ticketsIn(lobby).map(({ position, userId }) => [userId, position]))
    return roomOf({
      room: lobby,
      draw,
      members: lobby.members.map(({ joinedAt, userId }) => ({
        userId,
        username: store.users.get(userId)?.username ?? "",
        ticketPosition: positions.get(userId) ?? null,
        joinedAt
      }))
    })
  }

  const stateOf = (lobby: LobbyRow): RoomState => {
    const draw = drawOf(lobby)
    const holders = new Set(ticketsIn(lobby).map(({ userId }) => userId))
    return {
      hostId: lobby.hostId,
      status: draw.status,
      maxParticipants: lobby.maxParticipants,
      members: lobby.members.map(({ userId }) => ({ userId, hasTicket: holders.has(userId) })),
      drawAt: draw.drawAt,
      isRoundMissing: isRoundMissing(draw)
    }
  }

  const userOf = (userId: UserId): RoomUser | null => {
    const user = store.users.get(userId)
    const { bornOn, excludedUntil, timedOutUntil } = store.wallets.get(userId) ?? emptyWallet
    return user === undefined
      ? null
      : { userId, isFrozen: user.frozen, isErased: user.erasedAt !== null, excludedUntil, timedOutUntil, bornOn }
  }

  /** The rooms of a player that are not locked yet. */
  const openRoomsOf = (userId: UserId): OpenRooms => {
    const open = [...store.lobbies.values()].filter((lobby) => isMember(lobby, userId) && isOpen(drawOf(lobby)))
    return { hosted: open.filter(({ hostId }) => hostId === userId).length, joined: open.length }
  }

  /** How many rooms a player has made since this UTC day began. */
  const madeTodayBy = (userId: UserId): number =>
    [...store.lobbies.values()].filter(({ createdAt, hostId }) =>
      hostId === userId && dayOf(createdAt) === dayOf(store.now())
    ).length

  /** By id or code, whoever asks. */
  const lookUp = (room: string): LobbyRow | undefined => {
    const { code, id } = parseRoomName(room)
    return [...store.lobbies.values()].find((lobby) => lobby.id === id || lobby.code === code)
  }

  const isMember = (lobby: LobbyRow, userId: UserId): boolean =>
    lobby.members.some((member) => member.userId === userId)

  const asMember = ({ room, userId }: RoomRequest): LobbyRow | undefined => {
    const lobby = lookUp(room)
    return lobby !== undefined && isMember(lobby, userId) ? lobby : undefined
  }

  const newestFirst = (): ReadonlyArray<LobbyRow> => [...store.lobbies.values()].toReversed()

  return {
    asMember,
    userOf,
    asRoom,
    drawOf,
    isMember,
    lookUp,
    madeTodayBy,
    newestFirst,
    openRoomsOf,
    stateOf,
    ticketsIn
  }
}
