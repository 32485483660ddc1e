import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { cents } from "../../src/money/Money.ts"
import { type RoomFacts, roomOf, roomStatus } from "../../src/rooms/Room.ts"
import { drawId, position } from "../../src/values/Ids.ts"
import { noon, user } from "../support/rooms.ts"

describe("a room's status", () => {
  it("is waiting while the host is alone, and its draw's from the lock on", () => {
    assert.strictEqual(roomStatus("open", 1), "waiting")
    assert.strictEqual(roomStatus("open", 2), "open")
    for (const members of [1, 2, 50]) {
      const statuses = (["locked", "drawn", "void"] as const).map((status) => roomStatus(status, members))
      assert.deepStrictEqual(statuses, ["locked", "drawn", "closed"])
    }
  })
})

describe("a room, as its members see it", () => {
  /** A room whose members have tickets at these positions. */
  const facts = (positions: ReadonlyArray<number | null>, winning: number | null): RoomFacts => ({
    room: {
      id: drawId("019a0000-0000-7000-8000-000000000001"),
      code: "K7M2QX",
      name: "Friday",
      hostId: user(0),
      maxParticipants: 9,
      createdAt: noon
    },
    draw: {
      status: winning === null ? "open" : "drawn",
      prizePool: cents(95n),
      commitmentHash: "c".repeat(64),
      seed: null,
      winningPosition: winning === null ? null : position(winning),
      drawAt: null
    },
    members: positions.map((at, i) => ({
      userId: user(i),
      username: `player ${i}`,
      ticketPosition: at === null ? null : position(at),
      joinedAt: noon
    }))
  })

  it("shows each member's ticket, in the order in which they came", () => {
    const { participants } = roomOf(facts([2, null, 1], null))
    assert.deepStrictEqual(
      participants.map(({ ticketPosition, userId }) => [userId, ticketPosition]),
      [[user(0), position(2)], [user(1), null], [user(2), position(1)]]
    )
  })

  it("names as its winner the member whose ticket stands at the winning position, and nobody before", () => {
    const orders = fc.shuffledSubarray([1, 2, 3, 4, 5], { minLength: 1 })
    fc.assert(fc.property(orders, fc.nat(), (positions, nth) => {
      const winning = positions[nth % positions.length] ?? 1
      assert.strictEqual(roomOf(facts(positions, winning)).winnerId, user(positions.indexOf(winning)))
      assert.isNull(roomOf(facts(positions, null)).winnerId)
    }))
    // a room without a ticket has no winner though it is drawn
    const unsold = facts([null, null], null)
    assert.isNull(roomOf({ ...unsold, draw: { ...unsold.draw, status: "drawn" } }).winnerId)
  })
})
