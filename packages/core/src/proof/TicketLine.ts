/**
 * Reads the ticket lines of a proof bundle, fast: a draw has millions.
 *
 * `["ticketId","ticketHash","ownerCommit","purchasedAt"]` has one spelling, and but for the id every part has one length:
 * a line's length says where each part stands. So one pass over the bytes is the whole strict reading, and no text is made.
 */
import { crockford } from "../values/Ids.ts"
import { type Instant, instant, parseInstant } from "../values/Instant.ts"

/** The longest ticket line, without its newline: a daily draw's id with eight symbols. */
export const ticketLineMax = 186

/** A line without its id. */
const fixedLength = 165

/** A ticket line as read, written over by the next: nothing here outlives a call. */
export interface TicketLine {
  /** The length of the ticket id. */
  idLength: number
  /** The bytes of the id before its symbols, the last hyphen included. */
  prefixLength: number
  /** How many symbols the id has: 5 to 8. */
  symbolCount: number
  /** The symbols as a number: below 32^symbolCount. */
  symbols: number
  /** Not before 1970: a leaf holds it unsigned. */
  purchasedAt: Instant
}

const invalid = 255

const tableOf = (digits: string): Uint8Array => {
  const table = new Uint8Array(256).fill(invalid)
  for (const [value, digit] of [...digits].entries()) table[digit.charCodeAt(0)] = value
  return table
}

const hexValues = tableOf("0123456789abcdef")
const crockfordValues = tableOf(crockford)

const [quote, comma, hyphen, colon, dot] = [0x22, 0x2c, 0x2d, 0x3a, 0x2e]
const [letterT, letterZ, open, close] = [0x54, 0x5a, 0x5b, 0x5d]
const daily = [..."DDL-"].map((letter) => letter.charCodeAt(0))
const room = [..."ROOM-"].map((letter) => letter.charCodeAt(0))

const startsWith = (bytes: Uint8Array, at: number, text: ReadonlyArray<number>): boolean => {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false
  return true
}

/** The number that `count` decimal digits spell; NaN where one is none. */
const decimal = (bytes: Uint8Array, at: number, count: number): number => {
  let value = 0
  for (let i = at; i < at + count; i++) {
    const digit = bytes[i]! - 0x30
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

const isQuoteCommaQuote = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === quote && bytes[at + 1] === comma && bytes[at + 2] === quote

/**
 * A reader of ticket lines.
 *
 * `read` answers whether bytes `start` to `end` (no newline) are one; if so, it has filled `line`, and `body` with
 * ticketId ‖ ticketHash ‖ ownerCommit, as a leaf holds them.
 */
export const makeTicketLineReader = (body: Uint8Array): {
  readonly line: TicketLine
  readonly read: (bytes: Uint8Array, start: number, end: number) => boolean
} => {
  const line: TicketLine = {
    idLength: 0,
    prefixLength: 0,
    symbolCount: 0,
    symbols: 0,
    purchasedAt: instant(0)
  }

  const readId = (bytes: Uint8Array, at: number, length: number): boolean => {
    let prefix: number
    if (startsWith(bytes, at, daily)) {
      prefix = 13
      if (Number.isNaN(decimal(bytes, at + 4, 8))) return false
    } else if (startsWith(bytes, at, room)) {
      prefix = 12
      // A room's code has no 0 and no 1 (docs/api.md, "Rooms")
      for (let i = at + 5; i < at + 11; i++) {
        const value = crockfordValues[bytes[i]!]!
        if (value < 2 || value === invalid) return false
      }
    } else return false
    const count = length - prefix
    if (bytes[at + prefix - 1] !== hyphen || count < 5 || count > 8) return false
    let symbols = 0
    for (let i = at + prefix; i < at + length; i++) {
      const value = crockfordValues[bytes[i]!]!
      if (value === invalid) return false
      symbols = symbols * 32 + value
    }
    for (let i = 0; i < length; i++) body[i] = bytes[at + i]!
    line.idLength = length
    line.prefixLength = prefix
    line.symbolCount = count
    line.symbols = symbols
    return true
  }

  /** 64 hex digits at `at`, as 32 bytes into `body` at `to`. */
  const readHash = (bytes: Uint8Array, at: number, to: number): boolean => {
    let seen = 0
    for (let i = 0; i < 32; i++) {
      const high = hexValues[bytes[at + 2 * i]!]!
      const low = hexValues[bytes[at + 2 * i + 1]!]!
      seen |= high | low
      body[to + i] = high << 4 | low
    }
    return seen < 16
  }

  // Most tickets of a draw are of one day: its midnight is worked out once
  const dayBytes = new Uint8Array(10)
  let dayMillis: number | undefined
  const readDay = (bytes: Uint8Array, at: number): number | undefined => {
    let same = true
    for (let i = 0; i < 10; i++) same &&= dayBytes[i] === bytes[at + i]
    if (!same) {
      dayBytes.set(bytes.subarray(at, at + 10))
      const midnight = parseInstant(`${String.fromCharCode(...dayBytes)}T00:00:00.000Z`)
      dayMillis = midnight !== undefined && midnight >= 0 ? midnight : undefined
    }
    return dayMillis
  }

  const readTime = (bytes: Uint8Array, at: number): boolean => {
    const day = readDay(bytes, at)
    const hours = decimal(bytes, at + 11, 2)
    const minutes = decimal(bytes, at + 14, 2)
    const seconds = decimal(bytes, at + 17, 2)
    const millis = decimal(bytes, at + 20, 3)
    if (day === undefined || Number.isNaN(hours + minutes + seconds + millis)) return false
    if (hours > 23 || minutes > 59 || seconds > 59) return false
    if (bytes[at + 10] !== letterT || bytes[at + 13] !== colon || bytes[at + 16] !== colon) return false
    if (bytes[at + 19] !== dot || bytes[at + 23] !== letterZ) return false
    // An instant, since it is on a real day
    line.purchasedAt = day + hours * 3_600_000 + minutes * 60_000 + seconds * 1000 + millis as Instant
    return true
  }

  const read = (bytes: Uint8Array, start: number, end: number): boolean => {
    const idLength = end - start - fixedLength
    const hashAt = start + idLength + 5
    return idLength >= 17 && idLength <= 21 &&
      bytes[start] === open && bytes[start + 1] === quote &&
      readId(bytes, start + 2, idLength) &&
      isQuoteCommaQuote(bytes, hashAt - 3) &&
      readHash(bytes, hashAt, idLength) &&
      isQuoteCommaQuote(bytes, hashAt + 64) &&
      readHash(bytes, hashAt + 67, idLength + 32) &&
      isQuoteCommaQuote(bytes, hashAt + 131) &&
      readTime(bytes, hashAt + 134) &&
      bytes[end - 2] === quote && bytes[end - 1] === close
  }

  return { line, read }
}
