import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import type { KeptBody } from "../../src/draws/KeptAnswers.ts"
import type { SoldBlock } from "../../src/draws/Sale.ts"
import { resultBeforeDraw } from "../../src/draws/Ticket.ts"
import { cents, ticketPrice, zero } from "../../src/money/Money.ts"
import { emptyWallet } from "../../src/money/Wallet.ts"
import type { Room } from "../../src/rooms/Room.ts"
import { buyInRoom, type RoomPurchaseFacts, roomReceiptOf } from "../../src/rooms/RoomPurchase.ts"
import { answerKeyOf, type KeptAnswer } from "../../src/values/Idempotency.ts"
import { drawId, type Position, position, ticketId, type UserId } from "../../src/values/Ids.ts"
import { noon, stranger, user } from "../support/rooms.ts"

const id = drawId("019a0000-0000-7000-8000-000000000001")
const numbering = (at: Position) => ticketId(`ROOM-K7M2QX-0000${at}`)
const key = { key: "k", fingerprint: "f" }

/** A room of as many members as `holders`, who have tickets where they say so, bought one after the other. */
const roomOf = (holders: ReadonlyArray<boolean>): Room => {
  let sold = 0
  const participants = holders.map((hasTicket, i) => ({
    userId: user(i),
    username: `player ${i}`,
    hasTicket,
    ticketPosition: hasTicket ? position(++sold) : null,
    joinedAt: noon
  }))
  return {
    id,
    code: "K7M2QX",
    name: "Friday",
    hostId: user(0),
    status: "open",
    prizePool: cents(95n * BigInt(sold)),
    maxParticipants: 9,
    participants,
    commitmentHash: "c".repeat(64),
    drawAt: null,
    seed: null,
    winnerId: null,
    winningPosition: null,
    createdAt: noon
  }
}

const factsOf = (room: Room, rest: Partial<RoomPurchaseFacts> = {}): RoomPurchaseFacts => ({
  clock: noon,
  pool: {
    draw: { id, status: "open", opensAt: noon, closesAt: null },
    totalEntries: room.participants.filter(({ hasTicket }) => hasTicket).length,
    lastPurchasedAt: null,
    isFollowed: true,
    ticketsPerPlayerMax: null,
    minAge: null,
    isPaused: false
  },
  room,
  buyer: { wallet: { ...emptyWallet, balance: ticketPrice }, frozen: false, held: null },
  kept: new Map(),
  numbering,
  ...rest
})

const holders = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 })

const refusalOf = (facts: RoomPurchaseFacts, userId: UserId): string => {
  const decided = buyInRoom(facts, { userId, idempotency: key })
  return Result.isFailure(decided) ? decided.failure._tag : decided.success._tag
}

describe("a purchase in a room", () => {
  it("sells each member one ticket, and answers with the room in which they have it", () => {
    fc.assert(fc.property(holders, fc.nat(), (tickets, nth) => {
      const buyer = nth % tickets.length
      const room = roomOf(tickets)
      const decided = buyInRoom(factsOf(room), { userId: user(buyer), idempotency: null })
      if (tickets[buyer] === true) {
        assert.deepStrictEqual(decided, Result.fail({ _tag: "AlreadyHasTicket" }))
        return
      }
      assert(Result.isSuccess(decided) && decided.success._tag === "Sold")
      const { answer, sale } = decided.success
      const at = position(tickets.filter((has) => has).length + 1)
      assert.deepStrictEqual(sale.tickets.map((ticket) => [ticket.userId, ticket.position]), [[user(buyer), at]])
      assert.deepStrictEqual(answer.room, {
        ...room,
        prizePool: cents(95n * BigInt(at)),
        participants: room.participants.with(buyer, {
          ...room.participants[buyer]!,
          hasTicket: true,
          ticketPosition: at
        })
      })
    }))
  })

  it("is refused to whoever is no member as if there were no such room, and by every rule of a sale", () => {
    const room = roomOf([false, false])
    assert.strictEqual(refusalOf(factsOf(room), stranger), "NoRoom")
    const wallet = { ...emptyWallet, balance: zero }
    assert.strictEqual(
      refusalOf(factsOf(room, { buyer: { wallet, frozen: false, held: null } }), user(1)),
      "InsufficientFunds"
    )
    assert.strictEqual(
      refusalOf(factsOf(room, { buyer: { wallet, frozen: true, held: null } }), user(1)),
      "AccountFrozen"
    )
    assert.strictEqual(refusalOf(factsOf(room, { buyer: null }), user(1)), "UnknownBuyer")
    for (const status of ["locked", "drawn", "void"] as const) {
      const { draw, ...pool } = factsOf(room).pool
      const facts = factsOf(room, { pool: { ...pool, draw: { ...draw, status } } })
      assert.strictEqual(refusalOf(facts, user(1)), "DrawClosed")
    }
  })

  it("is answered again as it was kept, whatever became of the room, and refused under a key of another kind", () => {
    const block: SoldBlock = {
      drawId: id,
      firstPosition: position(1),
      quantity: 1,
      purchasedAt: noon,
      totalEntries: 1,
      wallet: { ...emptyWallet, seq: 2 }
    }
    const room = roomOf([false, true, false])
    const answer: KeptBody<Room> = { _tag: "RoomPurchase", block, room: roomOf([false, true]) }
    const keptAs = (answer: KeptBody<Room> | null, fingerprint = "f"): RoomPurchaseFacts => {
      const kept: ReadonlyMap<string, KeptAnswer<KeptBody<Room>>> = new Map([
        [answerKeyOf(user(1), key.key), { fingerprint, answer }]
      ])
      const { draw, ...pool } = factsOf(room).pool
      return factsOf(room, { kept, pool: { ...pool, draw: { ...draw, status: "drawn" } } })
    }
    const decided = buyInRoom(keptAs(answer), { userId: user(1), idempotency: key })
    assert.deepStrictEqual(decided, Result.succeed({ _tag: "Replayed", answer }))
    assert.strictEqual(refusalOf(keptAs(answer, "other"), user(1)), "KeyReused")
    assert.strictEqual(refusalOf(keptAs({ _tag: "Purchase", block }), user(1)), "KeyReused")
    assert.strictEqual(refusalOf(keptAs({ _tag: "Withdrawal", withdrawalId: id }), user(1)), "KeyReused")
    assert.strictEqual(refusalOf(keptAs(null), user(1)), "KeyReused")
  })

  it("has a receipt that is equal in every field but replayed", () => {
    const decided = buyInRoom(factsOf(roomOf([false])), { userId: user(0), idempotency: key })
    assert(Result.isSuccess(decided) && decided.success._tag === "Sold")
    const { answer } = decided.success
    const ticket = {
      id: "row",
      ticketId: numbering(position(1)),
      userId: user(0),
      drawId: id,
      drawDate: null,
      position: position(1),
      totalEntriesAtPurchase: 1,
      ticketHash: "0".repeat(64),
      ownerCommit: "1".repeat(64),
      ownerSalt: "2".repeat(64),
      purchasedAt: noon,
      ...resultBeforeDraw
    }
    const first = roomReceiptOf(decided.success, ticket)
    assert.deepStrictEqual(first, {
      ticket,
      wallet: {
        balance: zero,
        withdrawable: zero,
        maturing: [],
        awaiting: [],
        pendingWithdrawal: zero,
        debt: zero,
        updatedAt: noon
      },
      room: answer.room,
      replayed: false
    })
    assert.deepStrictEqual(roomReceiptOf({ _tag: "Replayed", answer }, ticket), { ...first, replayed: true })
  })
})
