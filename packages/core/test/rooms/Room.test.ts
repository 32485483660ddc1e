import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { drawStatuses } from "../../src/draws/Draw.ts"
import { roomPrefix } from "../../src/draws/TicketId.ts"
import {
  codeLength,
  codeOf,
  codeSymbols,
  drawAheadMillisMax,
  mayClose,
  mayExecute,
  mayJoin,
  mayLeave,
  mayStart,
  parseCode,
  type RoomRefusal,
  type RoomState,
  roomStatus
} from "../../src/rooms/Room.ts"
import { type UserId, userId } from "../../src/values/Ids.ts"
import { isTicketId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"

const noon = instant(Date.UTC(2026, 1, 3, 12))
const user = (n: number): UserId => userId(`019a0000-0000-7000-9000-00000000000${n}`)
const [host, guest, stranger] = [user(0), user(1), user(9)]

const room = (rest: Partial<RoomState> = {}): RoomState => ({
  hostId: host,
  status: "open",
  maxParticipants: 3,
  members: [{ userId: host, hasTicket: false }, { userId: guest, hasTicket: false }],
  drawAt: null,
  isRoundMissing: false,
  ...rest
})

const withTicket = room({ members: [{ userId: host, hasTicket: true }, { userId: guest, hasTicket: true }] })
const locked = room({ status: "locked", drawAt: noon })

/** Any room of at most eight, its host among them. */
const rooms = fc.record({
  status: fc.constantFrom(...drawStatuses),
  maxParticipants: fc.integer({ min: 2, max: 10 }),
  tickets: fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
  drawAt: fc.option(fc.integer({ min: -5, max: 5 }), { nil: null })
}).map(({ drawAt, tickets, ...rest }) =>
  room({
    ...rest,
    members: tickets.map((hasTicket, i) => ({ userId: user(i), hasTicket })),
    drawAt: drawAt === null ? null : instant(noon + drawAt)
  })
)

const tag = (refusal: RoomRefusal | { readonly _tag: "Done" } | null): string => refusal?._tag ?? "Done anew"
const statusIn = (refusal: RoomRefusal | { readonly _tag: "Done" } | null) =>
  refusal?._tag === "WrongState" ? refusal.status : tag(refusal)

describe("a room's code", () => {
  const codes = fc.array(fc.constantFrom(...codeSymbols), { minLength: codeLength, maxLength: codeLength })
    .map((symbols) => symbols.join(""))

  it("is read in any case, and begins its tickets' ids", () => {
    fc.assert(fc.property(codes, fc.infiniteStream(fc.boolean()), (code, lower) => {
      const typed = [...code].map((symbol) => lower.next().value === true ? symbol.toLowerCase() : symbol).join("")
      assert.strictEqual(parseCode(typed), code)
      assert.isTrue(isTicketId(`${roomPrefix(code)}-7K3QX`))
    }))
  })

  it("is not read from anything else", () => {
    for (
      const text of [
        "",
        "ABCDE",
        "ABCDEFG",
        "ABCDE0",
        "ABCDE1",
        "ABCDEI",
        "ABCDEL",
        "ABCDEO",
        "ABCDEU ",
        " ABCDE",
        "ABC\nDE",
        "ÀBCDEF",
        "ſBCDEF"
      ]
    ) {
      assert.isUndefined(parseCode(text), JSON.stringify(text))
    }
    fc.assert(fc.property(fc.string(), (text) => {
      const code = parseCode(text)
      assert.isTrue(code === undefined || code === text.toUpperCase() && code.length === codeLength)
    }))
  })

  it("is made of random bytes, each symbol as likely as another", () => {
    const counts = new Map<string, number>()
    for (let byte = 0; byte < 256; byte++) {
      const code = codeOf(new Uint8Array(codeLength).fill(byte))
      if (code === undefined) continue
      assert.strictEqual(parseCode(code), code)
      counts.set(code.charAt(0), (counts.get(code.charAt(0)) ?? 0) + 1)
    }
    assert.deepStrictEqual([...counts.keys()].toSorted(), [...codeSymbols].toSorted())
    assert.strictEqual(new Set(counts.values()).size, 1)
  })

  it("takes other bytes for those that would favour a symbol, and is none where they are too few", () => {
    const useless = 256 - 256 % codeSymbols.length
    assert.isUndefined(codeOf(new Uint8Array(100).fill(useless)))
    assert.isUndefined(codeOf(Uint8Array.of(0, 1, 2, 3, 4)))
    assert.isUndefined(codeOf(Uint8Array.of(0, 1, useless, 2, 3, 4)))
    assert.strictEqual(codeOf(Uint8Array.of(0, 1, 255, 2, 3, 4, 5, 6)), codeSymbols.slice(0, codeLength))
  })
})

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

describe("whoever is no member", () => {
  it("is told of no room, whatever they ask and whatever its state", () => {
    fc.assert(fc.property(rooms, fc.option(fc.integer(), { nil: null }), (any, drawAt) => {
      const at = drawAt === null ? null : instant(noon + drawAt)
      const refusals = [
        mayLeave(any, stranger),
        mayClose(any, stranger),
        mayStart(any, stranger, at, noon),
        mayExecute(any, stranger, noon)
      ]
      assert.deepStrictEqual(refusals, Array.from(refusals, () => ({ _tag: "NoRoom" })))
    }))
  })

  it("comes in while it is open and has a place", () => {
    fc.assert(fc.property(rooms, (any) => {
      const isOpen = any.status === "open" || any.status === "scheduled"
      const refusal = mayJoin(any, stranger)
      if (!isOpen) assert.strictEqual(statusIn(refusal), roomStatus(any.status, any.members.length))
      else if (any.members.length >= any.maxParticipants) assert.deepStrictEqual(refusal, { _tag: "RoomFull" })
      else assert.isNull(refusal)
    }))
  })
})

describe("a member", () => {
  it("does not come in twice, and does nothing that is the host's", () => {
    fc.assert(fc.property(rooms.filter(({ members }) => members.length > 1), (any) => {
      assert.deepStrictEqual(mayJoin(any, guest), { _tag: "AlreadyMember" })
      assert.strictEqual(tag(mayClose(any, guest)), "Forbidden")
      assert.strictEqual(tag(mayStart(any, guest, null, noon)), "Forbidden")
      assert.strictEqual(tag(mayExecute(any, guest, noon)), "Forbidden")
    }))
  })

  it("goes before they buy and before the lock, unless they are the host", () => {
    assert.isNull(mayLeave(room(), guest))
    assert.deepStrictEqual(mayLeave(withTicket, guest), { _tag: "AlreadyHasTicket" })
    assert.strictEqual(statusIn(mayLeave(locked, guest)), "locked")
    for (const any of [room(), withTicket, locked]) assert.strictEqual(tag(mayLeave(any, host)), "Forbidden")
  })
})

describe("the host", () => {
  it("closes a room until it is locked; a closed one stays as it is", () => {
    assert.isNull(mayClose(withTicket, host))
    assert.strictEqual(statusIn(mayClose(locked, host)), "locked")
    assert.strictEqual(statusIn(mayClose(room({ status: "drawn" }), host)), "drawn")
    assert.deepStrictEqual(mayClose(room({ status: "void" }), host), { _tag: "Done" })
  })

  it("starts the draw once, at a time within a day", () => {
    const starts = (drawAt: number | null) =>
      mayStart(room(), host, drawAt === null ? null : instant(noon + drawAt), noon)
    for (const drawAt of [null, 0, 1, drawAheadMillisMax]) assert.isNull(starts(drawAt))
    for (const drawAt of [-1, drawAheadMillisMax + 1]) {
      assert.deepStrictEqual(starts(drawAt), {
        _tag: "BadTime",
        earliest: noon,
        latest: instant(noon + drawAheadMillisMax)
      })
    }
    for (const status of ["locked", "drawn", "void"] as const) {
      // too late is told before a bad time
      assert.strictEqual(tag(mayStart(room({ status }), host, instant(0), noon)), "WrongState")
    }
  })

  it("draws a locked room from its time on; a drawn one stays as it is", () => {
    assert.isNull(mayExecute(locked, host, noon))
    assert.isNull(mayExecute(locked, host, instant(noon + 1)))
    assert.strictEqual(statusIn(mayExecute(locked, host, instant(noon - 1))), "locked")
    assert.strictEqual(statusIn(mayExecute(room(), host, noon)), "open")
    assert.strictEqual(statusIn(mayExecute(room({ status: "void" }), host, noon)), "closed")
    assert.deepStrictEqual(mayExecute(room({ status: "drawn", drawAt: noon }), host, noon), { _tag: "Done" })
  })

  it("waits for the beacon's round, once the room's time has come", () => {
    const waiting = { ...locked, isRoundMissing: true }
    assert.deepStrictEqual(mayExecute(waiting, host, noon), { _tag: "BeaconPending" })
    assert.strictEqual(statusIn(mayExecute(waiting, host, instant(noon - 1))), "locked")
    assert.strictEqual(tag(mayExecute(waiting, guest, noon)), "Forbidden")
    assert.deepStrictEqual(mayExecute(waiting, stranger, noon), { _tag: "NoRoom" })
  })
})
