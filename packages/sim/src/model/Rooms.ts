/**
 * Rooms as streams of requests find them: the smallest model that predicts each answer, and its comparison with an adapter.
 *
 * It knows who is in a room, who has a ticket, when what is due, and what each player has; nothing of draws, records or seeds.
 *
 * Over 300 lines: the model, its prediction and the comparison with an adapter are one small thing, read together.
 */
import { Ledger } from "@ddd/core/ports/Ledger"
import { Rooms } from "@ddd/core/ports/Rooms"
import type { Room, RoomStatus } from "@ddd/core/rooms/Room"
import type { RoomReceipt } from "@ddd/core/rooms/RoomPurchase"
import type { DrawId, UserId } from "@ddd/core/values/Ids"
import { type Instant, instant } from "@ddd/core/values/Instant"
import { assert } from "@effect/vitest"
import { Effect, Result } from "effect"
import * as fc from "fast-check"
import {
  buyInRoom,
  closeRoom,
  executeDraw,
  inMillis,
  leaveRoom,
  makeRoom,
  roomAnswer,
  roomNow,
  startDraw
} from "../scenario/RoomSteps.ts"
import { catchUp, dollars, fundedPlayer, present } from "../scenario/Steps.ts"
import { World } from "../World.ts"

const hour = 3_600_000
const day = 24 * hour

/** Of four players, the last cannot pay more than one ticket. */
const purses = [6, 6, 3, 1]

/** `player` is one of `purses`; `room` is taken modulo the rooms there are. */
export type RoomCommand =
  | { readonly _tag: "Create"; readonly player: number; readonly maxParticipants: number }
  | { readonly _tag: "Join"; readonly player: number; readonly room: number; readonly knowsCode: boolean }
  | { readonly _tag: "Buy"; readonly player: number; readonly room: number; readonly isKeyed: boolean }
  /** `drawAfter` in milliseconds; null: no time is named. */
  | { readonly _tag: "Start"; readonly player: number; readonly room: number; readonly drawAfter: number | null }
  | { readonly _tag: "Leave" | "Execute" | "Close"; readonly player: number; readonly room: number }
  | { readonly _tag: "Pass"; readonly millis: number }
  | { readonly _tag: "RunDue" }

const player = fc.nat({ max: purses.length - 1 })
const room = fc.nat({ max: 3 })

/** Rooms have hosts of their own more often than not, and so have what only hosts do. */
const host = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: player })

const command: fc.Arbitrary<RoomCommand> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      _tag: fc.constant("Create" as const),
      player: host,
      maxParticipants: fc.integer({ min: 2, max: 4 })
    })
  },
  {
    weight: 6,
    arbitrary: fc.record({
      _tag: fc.constant("Join" as const),
      player,
      room,
      knowsCode: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) })
    })
  },
  {
    weight: 8,
    arbitrary: fc.record({ _tag: fc.constant("Buy" as const), player, room, isKeyed: fc.boolean() })
  },
  {
    weight: 3,
    arbitrary: fc.record({
      _tag: fc.constant("Start" as const),
      player: host,
      room,
      drawAfter: fc.constantFrom(null, null, hour, 20 * hour, -hour, 25 * hour)
    })
  },
  { weight: 2, arbitrary: fc.record({ _tag: fc.constant("Leave" as const), player, room }) },
  { weight: 4, arbitrary: fc.record({ _tag: fc.constant("Execute" as const), player: host, room }) },
  { weight: 1, arbitrary: fc.record({ _tag: fc.constant("Close" as const), player: host, room }) },
  {
    weight: 3,
    arbitrary: fc.record({ _tag: fc.constant("Pass" as const), millis: fc.constantFrom(hour, 8 * hour, day, 30 * day) })
  },
  { weight: 3, arbitrary: fc.record({ _tag: fc.constant("RunDue" as const) }) }
)

/** Streams that begin with a room. */
export const roomStreams = (maxCommands: number): fc.Arbitrary<ReadonlyArray<RoomCommand>> =>
  fc.array(command, { maxLength: maxCommands, size: "max" }).map((commands) => [
    { _tag: "Create", player: 0, maxParticipants: 3 },
    ...commands
  ])

interface ExpectedRoom {
  readonly id: DrawId
  readonly code: string
  readonly host: number
  readonly maxParticipants: number
  state: "open" | "locked" | "drawn" | "closed"
  /** In the order in which they came. */
  members: Array<number>
  /** In the order of positions. */
  readonly holders: Array<number>
  readonly createdAt: Instant
  firstTicketAt: Instant | null
  drawAt: Instant | null
  /** When the server draws it. */
  autoDrawAt: Instant | null
}

interface ExpectedPlayer {
  readonly id: UserId
  /** In cents. */
  balance: bigint
  /** What was bought under a key, by room. */
  readonly bought: Map<DrawId, RoomReceipt>
}

const statusOf = ({ members, state }: ExpectedRoom): RoomStatus =>
  state !== "open" ? state : members.length > 1 ? "open" : "waiting"

/** Why a request is refused; null where it is done. `now` is no later than the room's clock when it is decided, by less than an hour. */
const predict = (
  command: Extract<RoomCommand, { readonly room: number }>,
  room: ExpectedRoom,
  { balance }: ExpectedPlayer,
  now: Instant
): string | null => {
  const isMember = room.members.includes(command.player)
  const isOpen = room.state === "open"
  const isDone = (state: ExpectedRoom["state"]): boolean => room.state === state
  const hasTicket = room.holders.includes(command.player)
  if (command._tag === "Join") {
    if (!command.knowsCode) return "NoRoom"
    if (isMember) return "AlreadyMember"
    if (!isOpen) return "WrongState"
    return room.members.length < room.maxParticipants ? null : "RoomFull"
  }
  if (!isMember) return "NoRoom"
  switch (command._tag) {
    case "Leave":
      if (command.player === room.host) return "Forbidden"
      if (hasTicket) return "AlreadyHasTicket"
      return isOpen ? null : "WrongState"
    case "Buy":
      if (!isOpen) return "DrawClosed"
      if (hasTicket) return "AlreadyHasTicket"
      return balance < 100n ? "InsufficientFunds" : null
    case "Start":
      if (command.player !== room.host) return "Forbidden"
      if (!isOpen) return "WrongState"
      if (command.drawAfter !== null && (command.drawAfter < 0 || command.drawAfter > day)) return "BadTime"
      return room.holders.length < 2 ? "TooFewHolders" : null
    case "Execute":
      if (command.player !== room.host) return "Forbidden"
      if (isDone("drawn")) return null
      return isDone("locked") && now >= present(room.drawAt) ? null : "WrongState"
    case "Close":
      if (command.player !== room.host) return "Forbidden"
      return isOpen || isDone("closed") ? null : "WrongState"
  }
}

/**
 * Plays a stream against the adapters, each answer compared with the one expected, and at the end each room and wallet. `run` names
 * what it makes up. Others may have rooms in the same world.
 */
export const playRooms = Effect.fnUntraced(function*(commands: ReadonlyArray<RoomCommand>, run: string) {
  const rooms = yield* Rooms
  const ledger = yield* Ledger
  const world = yield* World
  const players = yield* Effect.forEach(
    purses,
    (purse, i) =>
      Effect.map(fundedPlayer(`${run}.${i}`, dollars(purse)), (id): ExpectedPlayer => ({
        id,
        balance: dollars(purse),
        bought: new Map()
      }))
  )
  const expected: Array<ExpectedRoom> = []
  const playerAt = (index: number) => present(players[index])

  const assertRoom = (actual: Room, room: ExpectedRoom): void => {
    assert.strictEqual(actual.status, statusOf(room))
    assert.deepStrictEqual([actual.hostId, actual.code], [playerAt(room.host).id, room.code])
    assert.strictEqual(actual.prizePool, BigInt(room.holders.length) * 95n)
    assert.strictEqual(actual.drawAt, room.drawAt)
    assert.deepStrictEqual(
      actual.participants.map(({ hasTicket, ticketPosition, userId }) => [userId, hasTicket, ticketPosition]),
      room.members.map((member) => {
        const position = room.holders.indexOf(member) + 1
        return [playerAt(member).id, position > 0, position > 0 ? position : null]
      })
    )
    const isDecided = room.state === "drawn" && room.holders.length > 0
    assert.strictEqual(actual.winnerId !== null, isDecided)
    if (room.state !== "closed") assert.strictEqual(actual.seed !== null, room.state === "drawn")
  }

  /** What the server or the host did: the prize is paid to whom the room names. */
  const drawn = (room: ExpectedRoom, { winnerId }: Room): void => {
    room.state = "drawn"
    if (winnerId === null) return
    const winner = players[present(room.holders.find((holder) => playerAt(holder).id === winnerId))]
    present(winner).balance += BigInt(room.holders.length) * 95n
  }

  const closed = (room: ExpectedRoom): void => {
    room.state = "closed"
    for (const holder of room.holders) playerAt(holder).balance += 100n
  }

  const create = Effect.fnUntraced(function*(player: number, maxParticipants: number) {
    const made = yield* makeRoom(playerAt(player).id, maxParticipants)
    const room: ExpectedRoom = {
      id: made.id,
      code: made.code,
      host: player,
      maxParticipants,
      state: "open",
      members: [player],
      holders: [],
      createdAt: made.createdAt,
      firstTicketAt: null,
      drawAt: null,
      autoDrawAt: null
    }
    expected.push(room)
    assertRoom(made, room)
  })

  const buys = Effect.fnUntraced(function*(room: ExpectedRoom, player: number, isKeyed: boolean) {
    const { bought, id } = playerAt(player)
    const receipt = yield* buyInRoom(id, room, isKeyed ? { key: `${run} ${room.id}` } : {})
    const earlier = isKeyed ? bought.get(room.id) : undefined
    if (earlier !== undefined) {
      assert.deepStrictEqual(receipt, { ...earlier, replayed: true })
      return
    }
    assert.isFalse(receipt.replayed)
    room.holders.push(player)
    room.firstTicketAt ??= receipt.ticket.purchasedAt
    playerAt(player).balance -= 100n
    assert.strictEqual(receipt.wallet.balance, playerAt(player).balance)
    if (isKeyed) bought.set(room.id, receipt)
    assertRoom(receipt.room, room)
  })

  const request = (command: Extract<RoomCommand, { readonly room: number }>, room: ExpectedRoom) => {
    const { id } = playerAt(command.player)
    switch (command._tag) {
      case "Join":
        return Effect.map(
          rooms.join({ userId: id, room: room.id, code: command.knowsCode ? room.code : "222222" }),
          (joined) => {
            room.members.push(command.player)
            assertRoom(joined, room)
          }
        )
      case "Leave":
        return Effect.map(leaveRoom(id, room), () => {
          room.members = room.members.filter((member) => member !== command.player)
        })
      case "Buy":
        return buys(room, command.player, command.isKeyed)
      case "Start":
        return Effect.gen(function*() {
          const asked = command.drawAfter === null ? null : yield* inMillis(command.drawAfter)
          const locked = yield* startDraw(id, room, asked)
          room.state = "locked"
          room.drawAt = asked ?? present(locked.drawAt)
          room.autoDrawAt = asked ?? instant(room.drawAt + day)
          assertRoom(locked, room)
        })
      case "Execute":
        return Effect.map(executeDraw(id, room), (executed) => {
          if (room.state !== "drawn") drawn(room, executed)
          assertRoom(executed, room)
        })
      case "Close":
        return Effect.map(closeRoom(id, room), (after) => {
          if (room.state !== "closed") closed(room)
          assertRoom(after, room)
        })
    }
  }

  /** What the clockwork finds to do. */
  const runDue = Effect.gen(function*() {
    yield* catchUp
    const now = yield* world.now
    for (const room of expected) {
      if (room.state === "locked" && room.autoDrawAt !== null && room.autoDrawAt <= now) {
        drawn(room, yield* roomNow(room))
      } else if (room.state === "open" && (room.firstTicketAt ?? room.createdAt) + 30 * day <= now) {
        closed(room)
      }
    }
  })

  for (const command of commands) {
    switch (command._tag) {
      case "Create":
        yield* create(command.player, command.maxParticipants)
        break
      case "Pass":
        yield* world.advance(command.millis)
        break
      case "RunDue":
        yield* runDue
        break
      default: {
        const room = present(expected[command.room % expected.length])
        const player = playerAt(command.player)
        // the earlier answer comes first, whatever became of the room
        const isReplay = command._tag === "Buy" && command.isKeyed && player.bought.has(room.id)
        const refusal = isReplay ? null : predict(command, room, player, yield* world.now)
        const answer = yield* roomAnswer(request(command, room))
        assert.strictEqual(Result.isFailure(answer) ? answer.failure._tag : null, refusal, JSON.stringify(command))
      }
    }
  }

  yield* runDue
  for (const room of expected) {
    const actual = yield* roomNow(room)
    assertRoom(actual, room)
    for (const [index, { id }] of players.entries()) {
      const seen = yield* rooms.find({ userId: id, room: room.code })
      assert.deepStrictEqual(seen, room.members.includes(index) ? actual : null)
    }
  }
  for (const { balance, id } of players) assert.strictEqual((yield* ledger.wallet(id)).balance, balance)
})
