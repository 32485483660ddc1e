import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import { unsaidBirth } from "../../src/money/Age.ts"
import { notBarred } from "../../src/money/Barring.ts"
import {
  createRoom,
  hostedRoomsMax,
  joinedRoomsMax,
  joinRoom,
  leaveRoom,
  roomsADayMax,
  type RoomUser
} from "../../src/rooms/Membership.ts"
import { roomStatus } from "../../src/rooms/Room.ts"
import { houseUserId, type UserId } from "../../src/values/Ids.ts"
import { dayAfter, dayOf, dayStart } from "../../src/values/Instant.ts"
import { guest, host, locked, noon, room, rooms, stranger, withTicket } from "../support/rooms.ts"

const player = (userId: UserId): RoomUser => ({
  userId,
  isFrozen: false,
  isErased: false,
  ...notBarred,
  ...unsaidBirth
})

const few = { hosted: hostedRoomsMax - 1, joined: joinedRoomsMax - 1, madeToday: roomsADayMax - 1 }

/** Who may play in no room. */
const barred: ReadonlyArray<RoomUser | null> = [
  null,
  player(houseUserId),
  { ...player(stranger), isFrozen: true },
  { ...player(stranger), isErased: true }
]

describe("a new room", () => {
  it("has its host for its first member, from the instant at which it is made", () => {
    const asked = { hostId: host, name: "Friday", maxParticipants: 2 }
    assert.deepStrictEqual(
      createRoom(asked, player(host), few, null, noon),
      Result.succeed({ ...asked, createdAt: noon, members: [{ userId: host, joinedAt: noon }] })
    )
    for (const user of barred) {
      assert.deepStrictEqual(createRoom(asked, user, few, null, noon), Result.fail({ _tag: "UnknownUser" }))
    }
  })
})

describe("a player with many rooms", () => {
  const asked = { hostId: host, name: "Friday", maxParticipants: 2 }
  const [hosted, joined] = [{ ...few, hosted: hostedRoomsMax }, { ...few, joined: joinedRoomsMax }]

  it("makes a hundred a day, however soon each is over, and comes into as many as there are", () => {
    const many = { ...few, madeToday: roomsADayMax }
    assert.deepStrictEqual(
      createRoom(asked, player(host), many, null, noon),
      Result.fail({ _tag: "TooManyRoomsToday", max: roomsADayMax, again: dayStart(dayAfter(dayOf(noon))) })
    )
    assert.isTrue(Result.isSuccess(joinRoom(room(), stranger, player(stranger), many, null, noon)))
  })

  it("makes no further one, and comes into none, before some are over", () => {
    assert.deepStrictEqual(
      createRoom(asked, player(host), hosted, null, noon),
      Result.fail({ _tag: "TooManyRooms", which: "hosted", max: hostedRoomsMax })
    )
    const refused = Result.fail({ _tag: "TooManyRooms", which: "joined", max: joinedRoomsMax } as const)
    assert.deepStrictEqual(createRoom(asked, player(host), joined, null, noon), refused)
    assert.deepStrictEqual(joinRoom(room(), stranger, player(stranger), joined, null, noon), refused)
    assert.isTrue(Result.isSuccess(joinRoom(room(), stranger, player(stranger), hosted, null, noon)))
  })
})

describe("whoever is no member", () => {
  it("comes in while the room is open and has a place", () => {
    fc.assert(fc.property(rooms, (any) => {
      const decided = joinRoom(any, stranger, player(stranger), few, null, noon)
      if (any.status !== "open" && any.status !== "scheduled") {
        const status = roomStatus(any.status, any.members.length)
        assert.deepStrictEqual(
          decided,
          Result.fail({ _tag: "WrongState", status, why: "nobody can join it any more" })
        )
      } else if (any.members.length >= any.maxParticipants) {
        assert.deepStrictEqual(decided, Result.fail({ _tag: "RoomFull" }))
      } else assert.deepStrictEqual(decided, Result.succeed({ userId: stranger, joinedAt: noon }))
    }))
  })

  it("is told of no room where they may play in none, whatever its state", () => {
    fc.assert(fc.property(rooms, fc.constantFrom(...barred), (any, user) => {
      assert.deepStrictEqual(joinRoom(any, stranger, user, few, null, noon), Result.fail({ _tag: "NoRoom" }))
    }))
  })

  it("leaves no room, and is told of none", () => {
    fc.assert(fc.property(rooms, (any) => {
      assert.deepStrictEqual(leaveRoom(any, stranger), Result.fail({ _tag: "NoRoom" }))
    }))
  })
})

describe("a member", () => {
  it("does not come in twice", () => {
    fc.assert(fc.property(rooms.filter(({ members }) => members.length > 1), (any) => {
      assert.deepStrictEqual(
        joinRoom(any, guest, player(guest), few, null, noon),
        Result.fail({ _tag: "AlreadyMember" })
      )
    }))
  })

  it("goes before they buy and before the lock, unless they are the host", () => {
    assert.deepStrictEqual(leaveRoom(room(), guest), Result.succeed(guest))
    assert.deepStrictEqual(leaveRoom(withTicket, guest), Result.fail({ _tag: "AlreadyHasTicket" }))
    assert.deepStrictEqual(
      leaveRoom(locked, guest),
      Result.fail({ _tag: "WrongState", status: "locked", why: "its members are fixed" })
    )
    for (const any of [room(), withTicket, locked]) {
      const decided = leaveRoom(any, host)
      assert(Result.isFailure(decided) && decided.failure._tag === "Forbidden")
    }
  })
})
