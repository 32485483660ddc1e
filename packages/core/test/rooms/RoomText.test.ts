import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { cents, ticketPot } from "../../src/money/Money.ts"
import {
  codeLength,
  codeSymbols,
  nameLengthMax,
  participantsMax,
  participantsMin,
  type Room
} from "../../src/rooms/Room.ts"
import { decodeRoom, encodeRoom } from "../../src/rooms/RoomText.ts"
import { drawId, position, type UserId, userId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"

const user = (n: number): UserId => userId(`019a0000-0000-7000-9000-${n.toString(16).padStart(12, "0")}`)
const instants = fc.integer({ min: 0, max: Date.UTC(2100, 0) }).map(instant)
const hex = fc.array(fc.constantFrom(..."0123456789abcdef"), { minLength: 64, maxLength: 64 })

/** A room in which something was just bought. */
const rooms: fc.Arbitrary<Room> = fc.record({
  code: fc.array(fc.constantFrom(...codeSymbols), { minLength: codeLength, maxLength: codeLength }),
  name: fc.string({ minLength: 1, maxLength: nameLengthMax, unit: "grapheme" }),
  maxParticipants: fc.integer({ min: participantsMin, max: participantsMax }),
  members: fc.array(
    fc.record({ username: fc.string({ unit: "grapheme" }), hasTicket: fc.boolean(), joinedAt: instants }),
    {
      minLength: 1,
      maxLength: participantsMax
    }
  ),
  commitment: hex,
  createdAt: instants
}).map(({ code, commitment, createdAt, maxParticipants, members, name }) => ({
  id: drawId("019a0000-0000-7000-8000-000000000001"),
  code: code.join(""),
  name,
  hostId: user(0),
  status: members.length > 1 ? "open" : "waiting",
  prizePool: cents(ticketPot * BigInt(members.filter(({ hasTicket }) => hasTicket).length)),
  maxParticipants,
  participants: members.map((member, i) => ({
    userId: user(i),
    ...member,
    ticketPosition: member.hasTicket ? position(i + 1) : null
  })),
  commitmentHash: commitment.join(""),
  drawAt: null,
  seed: null,
  winnerId: null,
  winningPosition: null,
  createdAt
}))

describe("a room as text", () => {
  it("is read back as it was, through JSON", () => {
    fc.assert(fc.property(rooms, (room) => {
      assert.deepStrictEqual(decodeRoom(JSON.parse(JSON.stringify(encodeRoom(room)))), room)
    }))
  })

  it("is not read from what is none", () => {
    fc.assert(fc.property(rooms, fc.nat(), (room, at) => {
      const kept = encodeRoom(room)
      const names = Object.keys(kept)
      const missing = names[at % names.length]
      assert.isUndefined(decodeRoom(Object.fromEntries(Object.entries(kept).filter(([name]) => name !== missing))))
      assert.isUndefined(decodeRoom({ ...kept, id: "no id" }))
      assert.isUndefined(decodeRoom({ ...kept, status: "scheduled" }))
    }))
    for (const nothing of [undefined, null, "", 0, [], {}]) assert.isUndefined(decodeRoom(nothing))
  })
})
