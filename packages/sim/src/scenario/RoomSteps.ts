/** What tests of rooms do over and over, as hosts and members. */
import type { PurchaseRefusal } from "@ddd/core/draws/Sale"
import type { StepFailed } from "@ddd/core/ports/Draws"
import { type RoomRefused, Rooms } from "@ddd/core/ports/Rooms"
import type { OutcomeUnknown, PurchaseRefused } from "@ddd/core/ports/Sales"
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import { participantsMax, type Room } from "@ddd/core/rooms/Room"
import type { RoomRefusal } from "@ddd/core/rooms/RoomState"
import type { UserId } from "@ddd/core/values/Ids"
import { type Instant, instant } from "@ddd/core/values/Instant"
import { assert } from "@effect/vitest"
import { Effect, Result } from "effect"
import { World } from "../World.ts"
import { hashOf, present } from "./Steps.ts"

/** A room as it is asked for: by its id. */
type RoomId = Pick<Room, "id">

export const makeRoom = (hostId: UserId, maxParticipants = participantsMax) =>
  Rooms.use((rooms) => rooms.create({ hostId, name: "a room", maxParticipants }))

export const joinRoom = (userId: UserId, { code, id }: Pick<Room, "id" | "code">) =>
  Rooms.use((rooms) => rooms.join({ userId, room: id, code }))

/** A new room of the first of these players, in which they all are. */
export const roomOf = Effect.fnUntraced(function*(
  [host, ...guests]: readonly [UserId, ...ReadonlyArray<UserId>],
  maxParticipants = participantsMax
) {
  let room = yield* makeRoom(host, maxParticipants)
  for (const guest of guests) room = yield* joinRoom(guest, room)
  return room
})

export const leaveRoom = (userId: UserId, { id }: RoomId) => Rooms.use((rooms) => rooms.leave({ userId, room: id }))

export interface RoomBuyOptions {
  /** Under a key a repeat is recognised; the fingerprint tells one request from another. */
  readonly key?: string
  readonly fingerprint?: string
}

export const buyInRoom = (userId: UserId, { id }: RoomId, options: RoomBuyOptions = {}) =>
  Rooms.use((rooms) => {
    const { fingerprint = `a ticket in ${id}`, key } = options
    const idempotency = key === undefined ? null : { key, fingerprint: hashOf(fingerprint) }
    return rooms.purchase({ userId, room: id, idempotency })
  })

/** Each of these members buys their ticket, one after the other. */
export const buyForAll = (members: ReadonlyArray<UserId>, room: RoomId) =>
  Effect.forEach(members, (member) => buyInRoom(member, room))

export const closeRoom = (userId: UserId, { id }: RoomId) => Rooms.use((rooms) => rooms.close({ userId, room: id }))

export const startDraw = (userId: UserId, { id }: RoomId, drawAt: Instant | null = null) =>
  Rooms.use((rooms) => rooms.start({ userId, room: id, drawAt }))

export const executeDraw = (userId: UserId, { id }: RoomId) => Rooms.use((rooms) => rooms.execute({ userId, room: id }))

/** The room of that id as it is now, which must exist. */
export const roomNow = ({ id }: RoomId) => Rooms.use((rooms) => Effect.map(rooms.byId(id), present))

/** The instant that lies `millis` after the world's. */
export const inMillis = (millis: number) => World.use(({ now }) => Effect.map(now, (at) => instant(at + millis)))

type Unanswered = OutcomeUnknown | StepFailed | Unavailable
type Asked<A, R> = Effect.Effect<A, RoomRefused | PurchaseRefused | Unanswered, R>
type Refusal = RoomRefusal | PurchaseRefusal

/** What a room answers, or why it refuses. */
export const roomAnswer = <A, R>(asked: Asked<A, R>): Effect.Effect<Result.Result<A, Refusal>, Unanswered, R> =>
  asked.pipe(
    Effect.map((answer): Result.Result<A, Refusal> => Result.succeed(answer)),
    Effect.catchTags({
      RoomRefused: ({ refusal }) => Effect.succeed(Result.fail(refusal)),
      PurchaseRefused: ({ refusal }) => Effect.succeed(Result.fail(refusal))
    })
  )

/** Why a room refuses, as it must. */
export const roomRefusal = <A, R>(asked: Asked<A, R>): Effect.Effect<Refusal, Unanswered, R> =>
  Effect.map(
    roomAnswer(asked),
    (answer) => Result.isFailure(answer) ? answer.failure : assert.fail("what must be refused was done")
  )

/** The name of a room's refusal, as it must be. */
export const refusedAs = <A, R>(asked: Asked<A, R>) => Effect.map(roomRefusal(asked), ({ _tag }) => _tag)
