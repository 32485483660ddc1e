/** What must hold of rooms and who is in them (docs/api.md, "Rooms"). */
import type { UserId } from "@ddd/core/values/Ids"
import { type Check, ticketsIn } from "./IndexedRows.ts"

export const roomMembers: Check = function*(index) {
  const rooms = new Set(index.rooms.map(({ id }) => id))
  for (const { id, kind } of index.draws) {
    if (kind === "room" && !rooms.has(id)) {
      yield { subject: `draw ${id}`, detail: "is a room's, and there is no such room" }
    }
  }
  for (const { hostId, id, maxParticipants, members } of index.rooms) {
    const subject = `room ${id}`
    if (index.drawById.get(id)?.kind !== "room") yield { subject, detail: "has no draw of its own" }
    const inside = new Set<UserId>()
    for (const { userId } of members) {
      if (inside.has(userId)) yield { subject, detail: `${userId} is in it twice` }
      inside.add(userId)
    }
    if (members.length > maxParticipants) {
      yield { subject, detail: `takes ${maxParticipants} members and has ${members.length}` }
    }
    if (!inside.has(hostId)) yield { subject, detail: `its host ${hostId} is no member` }
    const holders = new Set<UserId>()
    for (const { ticketId, userId } of ticketsIn(index, id)) {
      if (!inside.has(userId)) yield { subject, detail: `ticket ${ticketId} is of ${userId}, who is no member` }
      if (holders.has(userId)) yield { subject, detail: `ticket ${ticketId} is not the only one of ${userId}` }
      holders.add(userId)
    }
  }
}
