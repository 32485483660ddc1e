import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { quicknet } from "../../src/proof/Beacon.ts"
import { type BundleTicket, decodeHeader, encodeHeader, encodeTicket } from "../../src/proof/Proof.ts"
import { makeTicketLineReader } from "../../src/proof/TicketLine.ts"
import { concat, fromHex, toHex, utf8Bytes } from "../../src/values/Bytes.ts"
import { isTicketId } from "../../src/values/Ids.ts"
import { type Instant, instant, parseInstant } from "../../src/values/Instant.ts"
import { makeBundle } from "../support/bundles.ts"

const { header } = makeBundle({ beacon: true, kind: "room" })
const line = encodeHeader(header).slice(0, -1)

describe("Proof", () => {
  it("reads back the headers that it writes", () => {
    for (const each of [header, { ...header, chain: quicknet }, { ...header, lock: null, result: null, chain: null }]) {
      assert.deepStrictEqual(decodeHeader(encodeHeader(each).slice(0, -1)), each)
    }
  })

  it("takes no other spelling of a header", () => {
    const malformed = [
      ` ${line}`,
      `${line} `,
      line.replace(`","open"`, `", "open"`),
      line.replace(`"vkey"`, `"x":1,"vkey"`),
      line.replace(`}}`, `},"x":null}`),
      line.replace(`"vkey"`, `"drawId":"${header.drawId}","vkey"`),
      line.replace("ddd/open/v1\\n", "ddd/open/v1\\u000a"),
      line.replace("ddd/open/v1", "ddd\\/open/v1"),
      line.replace("draws.example.com+", "draws.example.c\\u006fm+"),
      line.replace(`"period":3`, `"period":3.0`),
      line.replace(`"period":3`, `"period":"3"`),
      line.replace(`"period":3`, `"period":3e0`),
      line.replace(`"beaconID":"test"`, `"beaconID":null`),
      line.replace(/"chain":\{.*\}\}/, `"chain":[]}`),
      line.replace(/"lock":"[^"]*"/, `"lock":""`).replace(`"lock":"",`, ""),
      line.replace(/"lock":"[^"]*"/, `"lock":1`),
      line.replace(header.drawId, header.drawId.toUpperCase())
    ]
    for (const text of malformed) {
      assert.notStrictEqual(text, line)
      assert.isUndefined(decodeHeader(text), text)
    }
    for (
      const text of [
        "",
        "null",
        "{}",
        "[1]",
        "1",
        line.slice(0, -1),
        line.replace("proof/v1", "proof/v2"),
        `\ufeff${line}`
      ]
    ) {
      assert.isUndefined(decodeHeader(text), text)
    }
  })

  it("refuses to write text that would need another escape", () => {
    for (const vkey of ["a\"b", "a\\b", "a\tb", "a\ud800b"]) {
      assert.throws(() => encodeHeader({ ...header, vkey }), TypeError)
    }
  })
})

/** What a ticket line says, read the long way: as JSON, part by part, and written back. */
const readTicket = (text: string): BundleTicket | undefined => {
  let parts: unknown
  try {
    parts = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Array.isArray(parts) || parts.length !== 4 || !parts.every((part) => typeof part === "string")) return undefined
  const [ticketId = "", ticketHash = "", ownerCommit = "", time = ""] = parts
  const purchasedAt = parseInstant(time)
  if (!isTicketId(ticketId) || purchasedAt === undefined || purchasedAt < 0) return undefined
  if (fromHex(ticketHash, 32) === undefined || fromHex(ownerCommit, 32) === undefined) return undefined
  const ticket = { ticketId, ticketHash, ownerCommit, purchasedAt }
  return encodeTicket(ticket) === `${text}\n` ? ticket : undefined
}

describe("TicketLine", () => {
  const body = new Uint8Array(100)
  const reader = makeTicketLineReader(body)
  const hex = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex)
  const ids = fc.oneof(
    fc.stringMatching(/^DDL-[0-9]{8}-[0-9A-HJKMNP-TV-Z]{5,8}$/),
    fc.stringMatching(/^ROOM-[2-9A-HJKMNPQRSTVWXYZ]{6}-[0-9A-HJKMNP-TV-Z]{5,8}$/)
  ).filter(isTicketId)
  const tickets = fc.record({
    ticketId: ids,
    ticketHash: hex,
    ownerCommit: hex,
    purchasedAt: fc.integer({ min: 0, max: 253_402_300_799_999 }).map(instant)
  })

  /** The line's reading, or undefined, from the midst of other bytes. */
  const read = (text: string): BundleTicket | undefined => {
    const around = utf8Bytes(`x\n${text}\n["`)
    const end = around.length - 3
    if (!reader.read(around, 2, end)) return undefined
    const { idLength, purchasedAt } = reader.line
    const ticketId = Buffer.from(body.subarray(0, idLength)).toString()
    assert(isTicketId(ticketId))
    return {
      ticketId,
      ticketHash: toHex(body.subarray(idLength, idLength + 32)),
      ownerCommit: toHex(body.subarray(idLength + 32, idLength + 64)),
      purchasedAt
    }
  }

  it("reads every line that is written, whatever it read before", () => {
    fc.assert(fc.property(tickets, (ticket) => {
      assert.deepStrictEqual(read(encodeTicket(ticket).slice(0, -1)), ticket)
    }))
  })

  it("tells ids apart by prefix, number of symbols and their value", () => {
    fc.assert(fc.property(tickets, tickets, (a, b) => {
      const [keyA, keyB] = [a, b].map(({ ticketId }) => {
        assert.isDefined(read(encodeTicket({ ...a, ticketId }).slice(0, -1)))
        const { prefixLength, symbolCount, symbols } = reader.line
        assert.strictEqual(prefixLength + symbolCount, ticketId.length)
        assert.isBelow(symbols, 32 ** symbolCount)
        return `${ticketId.slice(0, prefixLength)} ${symbolCount} ${symbols}`
      })
      assert.strictEqual(keyA === keyB, a.ticketId === b.ticketId)
    }))
  })

  it("agrees with the long way on every line that is almost one", () => {
    const characters = fc.constantFrom(
      "",
      "0",
      "9",
      "a",
      "A",
      "f",
      "g",
      "I",
      "L",
      "O",
      "U",
      "Z",
      "-",
      ":",
      "\"",
      ",",
      "[",
      "]",
      " ",
      "\\",
      "é",
      "\r",
      "\0"
    )
    const places = fc.integer({ min: 0, max: 190 })
    fc.assert(
      fc.property(tickets, places, fc.nat(2), characters, (ticket, at, drop, put) => {
        const text = encodeTicket(ticket).slice(0, -1)
        const altered = text.slice(0, at) + put + text.slice(at + drop)
        assert.deepStrictEqual(read(altered), readTicket(altered))
      }),
      { numRuns: 3000 }
    )
  })

  it("takes no time that is not real or that a leaf cannot hold", () => {
    const at = (time: string) => `["DDL-20260203-7K3QX","${"0a".repeat(32)}","${"0b".repeat(32)}","${time}"]`
    assert.strictEqual<Instant | undefined>(read(at("1970-01-01T00:00:00.000Z"))?.purchasedAt, instant(0))
    for (
      const time of [
        "1969-12-31T23:59:59.999Z",
        "2026-02-30T00:00:00.000Z",
        "2026-02-30T00:00:00.001Z",
        "2026-02-03T24:00:00.000Z",
        "2026-02-03T23:60:00.000Z",
        "2026-02-03T23:59:60.000Z"
      ]
    ) {
      assert.isUndefined(read(at(time)), time)
    }
    // after a bad day, a good line is good again
    assert.isDefined(read(at("2026-02-03T23:59:59.999Z")))
  })

  it("does not look past the end of a line", () => {
    const text = encodeTicket({
      ticketId: "ROOM-K7M2QX-00000" as BundleTicket["ticketId"],
      ticketHash: "00".repeat(32),
      ownerCommit: "00".repeat(32),
      purchasedAt: instant(0)
    })
    const bytes = concat(utf8Bytes(text.slice(0, -1)))
    for (let end = 0; end < bytes.length; end++) assert.isFalse(reader.read(bytes, 0, end))
    assert.isTrue(reader.read(bytes, 0, bytes.length))
  })
})
