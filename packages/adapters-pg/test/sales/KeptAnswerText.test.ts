import type { KeptBody } from "@ddd/core/draws/KeptAnswers"
import type { SoldBlock } from "@ddd/core/draws/Sale"
import { cents, ticketPot, zero } from "@ddd/core/money/Money"
import { nameLengthMax, participantsMax, participantsMin, type Room } from "@ddd/core/rooms/Room"
import { codeLength, codeSymbols } from "@ddd/core/rooms/RoomCode"
import { drawId, position, type UserId, userId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { decodeKept, encodeKept } from "../../src/sales/KeptAnswerText.ts"

const draw = drawId("019a0000-0000-7000-8000-000000000001")
const user = (n: number): UserId => userId(`019a0000-0000-7000-9000-${n.toString(16).padStart(12, "0")}`)
const instants = fc.integer({ min: 0, max: Date.UTC(2100, 0) }).map(instant)
const amounts = fc.bigInt(0n, 10n ** 11n).map(cents)
const hex = fc.array(fc.constantFrom(..."0123456789abcdef"), { minLength: 64, maxLength: 64 })

const blocks: fc.Arbitrary<SoldBlock> = fc.record({
  drawId: fc.constant(draw),
  firstPosition: fc.integer({ min: 1, max: 10_000_000 }).map(position),
  quantity: fc.integer({ min: 1, max: 100 }),
  purchasedAt: instants,
  totalEntries: fc.integer({ min: 1, max: 10_000_000 }),
  wallet: fc.record({
    balance: amounts,
    withdrawable: amounts,
    maturing: fc.array(fc.record({ amount: amounts, maturesAt: instants }), { maxLength: 3 }),
    awaiting: fc.array(fc.record({ amount: amounts, maturesAt: fc.option(instants) }), { maxLength: 3 }),
    pendingWithdrawal: amounts,
    debt: fc.constant(zero),
    seq: fc.nat()
  })
})

/** A room in which something was just bought. */
const rooms: fc.Arbitrary<Room> = fc.record({
  code: fc.array(fc.constantFrom(...codeSymbols), { minLength: codeLength, maxLength: codeLength }),
  name: fc.string({ minLength: 1, maxLength: nameLengthMax, unit: "grapheme" }),
  maxParticipants: fc.integer({ min: participantsMin, max: participantsMax }),
  members: fc.array(
    fc.record({ username: fc.string({ unit: "grapheme" }), hasTicket: fc.boolean(), joinedAt: instants }),
    { minLength: 1, maxLength: participantsMax }
  ),
  commitment: hex,
  createdAt: instants
}).map(({ code, commitment, createdAt, maxParticipants, members, name }) => ({
  id: draw,
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

const bodies: fc.Arbitrary<KeptBody<Room>> = fc.oneof(
  blocks.map((block): KeptBody<Room> => ({ _tag: "Purchase", block })),
  fc.record({ block: blocks, room: rooms }).map((kept): KeptBody<Room> => ({ _tag: "RoomPurchase", ...kept })),
  fc.nat().map((n): KeptBody<Room> => ({ _tag: "Withdrawal", withdrawalId: user(n) }))
)

/** Answers as they were first stored, each beside its text: rows that were written so must be read so for ever. */
const noon = Date.UTC(2026, 1, 3, 12)
const block: SoldBlock = {
  drawId: draw,
  firstPosition: position(7),
  quantity: 3,
  purchasedAt: instant(noon + 5),
  totalEntries: 9,
  wallet: {
    balance: cents(1250n),
    withdrawable: cents(405n),
    maturing: [],
    awaiting: [],
    pendingWithdrawal: cents(100n),
    debt: zero,
    seq: 12
  }
}
const stored: ReadonlyArray<readonly [KeptBody<Room>, string]> = [
  [
    { _tag: "Purchase", block },
    `{"draw":"${draw}","first":7,"count":3,"at":"2026-02-03T12:00:00.005Z","entries":9,"balance":"12.50",` +
    `"withdrawable":"4.05","pending":"1.00","seq":12}`
  ],
  [
    {
      _tag: "Purchase",
      block: { ...block, wallet: { ...block.wallet, maturing: [{ amount: cents(190n), maturesAt: instant(noon) }] } }
    },
    `{"draw":"${draw}","first":7,"count":3,"at":"2026-02-03T12:00:00.005Z","entries":9,"balance":"12.50",` +
    `"withdrawable":"4.05","pending":"1.00","seq":12,"maturing":[{"amount":"1.90","at":"2026-02-03T12:00:00.000Z"}]}`
  ],
  [
    {
      _tag: "RoomPurchase",
      block: { ...block, firstPosition: position(1), quantity: 1, totalEntries: 1 },
      room: {
        id: draw,
        code: "K7M2QX",
        name: "Café „Zum Los“ 🎟",
        hostId: user(0),
        status: "open",
        prizePool: ticketPot,
        maxParticipants: 50,
        participants: [
          { userId: user(0), username: "ada", hasTicket: true, ticketPosition: position(1), joinedAt: instant(noon) },
          { userId: user(1), username: "bob", hasTicket: false, ticketPosition: null, joinedAt: instant(noon + 1) }
        ],
        commitmentHash: "ab".repeat(32),
        drawAt: null,
        seed: null,
        winnerId: null,
        winningPosition: null,
        createdAt: instant(noon)
      }
    },
    `{"draw":"${draw}","first":1,"count":1,"at":"2026-02-03T12:00:00.005Z","entries":1,"balance":"12.50",` +
    `"withdrawable":"4.05","pending":"1.00","seq":12,"room":{"id":"${draw}","code":"K7M2QX",` +
    `"name":"Café „Zum Los“ 🎟","host":"${user(0)}","status":"open","pool":"0.95","max":50,"participants":[` +
    `{"id":"${user(0)}","name":"ada","position":1,"joined":"2026-02-03T12:00:00.000Z"},` +
    `{"id":"${user(1)}","name":"bob","position":null,"joined":"2026-02-03T12:00:00.001Z"}],` +
    `"commitment":"${"ab".repeat(32)}","created":"2026-02-03T12:00:00.000Z"}}`
  ],
  [{ _tag: "Withdrawal", withdrawalId: user(5) }, `{"withdrawal":"${user(5)}"}`]
]

describe("a kept answer as text", () => {
  it("is the text that it always was, and is read from it", () => {
    for (const [body, text] of stored) {
      assert.strictEqual(encodeKept(body), text)
      assert.deepStrictEqual(decodeKept(text), body)
    }
  })

  it("is read back as it was, and as the kind that it is", () => {
    fc.assert(fc.property(bodies, (body) => {
      assert.deepStrictEqual(decodeKept(encodeKept(body)), body)
    }))
  })

  it("is of another kind where a part of it is missing", () => {
    fc.assert(fc.property(bodies, fc.nat(), (body, at) => {
      const stored: Record<string, unknown> = JSON.parse(encodeKept(body))
      const names = Object.keys(stored).filter((name) => !["room", "maturing", "awaiting"].includes(name))
      const { [names[at % names.length]!]: _, ...rest } = stored
      assert.strictEqual(decodeKept(JSON.stringify(rest)), "other")
    }))
    for (const text of ["", "0", "null", "[]", "{}", "other", `"text"`]) assert.strictEqual(decodeKept(text), "other")
  })

  it("is spoilt where a value has a form that it was not written in, and nothing is thrown", () => {
    fc.assert(fc.property(blocks, rooms, fc.nat(), (block, room, at) => {
      const stored = JSON.parse(encodeKept({ _tag: "RoomPurchase", block, room }))
      const spoilt = (changes: object) => decodeKept(JSON.stringify({ ...stored, ...changes }))
      const names = Object.keys(stored.room)
      const { [names[at % names.length]!]: _, ...rest } = stored.room
      assert.strictEqual(spoilt({ room: rest }), "spoilt")
      for (
        const changes of [
          { draw: "?" },
          { first: 0 },
          { at: "noon" },
          { balance: "much" },
          { withdrawable: "1" },
          { pending: "-" },
          { maturing: [{ amount: "1", at: "2026-02-03T12:00:00.000Z" }] },
          { awaiting: [{ amount: "1", at: null }] },
          { awaiting: [{ amount: "1.00", at: "noon" }] },
          { maturing: [{ amount: "1.00", at: "soon" }] },
          { room: null },
          { room: { ...stored.room, id: "no id" } },
          { room: { ...stored.room, host: "nobody" } },
          { room: { ...stored.room, status: "scheduled" } },
          { room: { ...stored.room, pool: "all" } },
          { room: { ...stored.room, created: "once" } },
          { room: { ...stored.room, participants: [{ id: "?", name: "", position: null, joined: "once" }] } }
        ]
      ) {
        assert.strictEqual(spoilt(changes), "spoilt", JSON.stringify(changes))
      }
    }))
    assert.strictEqual(decodeKept(`{"withdrawal":"?"}`), "spoilt")
  })
})
