/** Rooms as operators see them: which one is meant, as JSON, and in columns. */
import { formatCents } from "@ddd/core/money/Money"
import { readingsOf } from "@ddd/core/operators/Search"
import { Lookup } from "@ddd/core/ports/Lookup"
import { Rooms } from "@ddd/core/ports/Rooms"
import type { Room } from "@ddd/core/rooms/Room"
import { parseCode } from "@ddd/core/rooms/RoomCode"
import { drawId, isUuid, type UserId } from "@ddd/core/values/Ids"
import { formatInstant, formatInstantOrNull } from "@ddd/core/values/Instant"
import { visible, visibleData } from "@ddd/core/values/Visible"
import { Data, Effect } from "effect"
import { style } from "../../terminal/Output.ts"
import { aligned, fitted } from "../../terminal/Table.ts"

/** There is no such room. */
export class NoSuchRoom extends Data.TaggedError("NoSuchRoom")<{ readonly message: string }> {}

const byCode = Effect.fnUntraced(function*(code: string) {
  const found = (yield* (yield* Lookup).find(readingsOf(code))).find(({ kind }) => kind === "room")
  return found === undefined ? null : yield* (yield* Rooms).byId(drawId(found.id))
})

/** The room that an operator names by its id or its code, in any case. */
export const findRoom = Effect.fnUntraced(function*(text: string) {
  const id = text.toLowerCase()
  const code = parseCode(text)
  const room = isUuid(id)
    ? yield* (yield* Rooms).byId(drawId(id))
    : code === undefined
    ? null
    : yield* byCode(code)
  return room ??
    (yield* new NoSuchRoom({
      message: `There is no room ${visible(text)}: give an id or a code as \`ddd room list\` shows it.`
    }))
})

/** All that a room's members see of it; money and times as the API spells them. */
export const roomJson = (room: Room) => ({
  ...room,
  prizePool: formatCents(room.prizePool),
  participants: room.participants.map((each) => ({ ...each, joinedAt: formatInstant(each.joinedAt) })),
  drawAt: formatInstantOrNull(room.drawAt),
  createdAt: formatInstant(room.createdAt)
})

const statusText = ({ status }: Room): string =>
  status === "open" || status === "waiting" ? style.green(status) : status === "closed" ? style.red(status) : status

const nameOf = ({ participants }: Room, userId: UserId | null): string =>
  participants.find((each) => each.userId === userId)?.username ?? ""

const ticketsOf = ({ participants }: Room): number => participants.filter(({ hasTicket }) => hasTicket).length

/** One line a room, newest first. */
export const roomTable = (rooms: ReadonlyArray<Room>): string =>
  fitted([
    ["CREATED", "CODE", "STATUS", "MEMBERS", "TICKETS", "POT", "HOST", "WINNER", "ID", "NAME"],
    ...visibleData(rooms).map((room) => [
      formatInstant(room.createdAt),
      room.code,
      statusText(room),
      `${room.participants.length}/${room.maxParticipants}`,
      String(ticketsOf(room)),
      `$${formatCents(room.prizePool)}`,
      nameOf(room, room.hostId),
      nameOf(room, room.winnerId),
      style.dim(room.id),
      room.name
    ])
  ], { right: [3, 4, 5], yields: [9, 6, 7, 0, 4, 3] })

const line = (name: string, value: string | null): ReadonlyArray<ReadonlyArray<string>> =>
  value === null ? [] : [[style.dim(name), value]]

/** One room at length, with its members in the order in which they came, and what was published of it. */
export const roomText = (found: Room, records: ReadonlyArray<string>): string => {
  const room = visibleData(found)
  return [
    aligned([
      ...line("room", room.id),
      ...line("code", room.code),
      ...line("name", room.name),
      ...line("host", `${nameOf(room, room.hostId)} ${style.dim(room.hostId)}`),
      ...line("status", statusText(room)),
      ...line("members", `${room.participants.length} of ${room.maxParticipants}, ${ticketsOf(room)} with a ticket`),
      ...line("pot", `$${formatCents(room.prizePool)}`),
      ...line("created", formatInstant(room.createdAt)),
      ...line("draws", formatInstantOrNull(room.drawAt)),
      ...line("commitment", room.commitmentHash),
      ...line("seed", room.seed),
      ...line(
        "winner",
        room.winnerId === null
          ? null
          : `${nameOf(room, room.winnerId)} ${style.dim(room.winnerId)} at position ${room.winningPosition}`
      ),
      ...line("records", records.join(", "))
    ]),
    "",
    aligned([
      ["JOINED", "TICKET", "MEMBER", "ID"],
      ...room.participants.map((each) => [
        formatInstant(each.joinedAt),
        each.ticketPosition === null ? "" : String(each.ticketPosition),
        each.username,
        style.dim(each.userId)
      ])
    ], [1])
  ].join("\n")
}
