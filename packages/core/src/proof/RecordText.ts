/**
 * The text of a draw's records, to the byte (docs/fairness.md, "Records").
 *
 * Every value has one spelling, so a record that can be read is written back as the same bytes.
 */
import { type Cents, isCents } from "../money/Money.ts"
import { fromHex } from "../values/Bytes.ts"
import { type DrawId, isTicketId, isUuid, type Position } from "../values/Ids.ts"
import { type Day, formatInstant, type Instant, parseDay, parseInstant } from "../values/Instant.ts"
import type { BeaconRef, DrawRecord, LockRecord, OpenRecord, OpenTerms, ResultRecord, VoidRecord } from "./Record.ts"

/** How a value is spelled: `parse` takes exactly what `format` writes, and answers `undefined` for anything else. */
interface Spelling<A> {
  readonly parse: (text: string) => A | undefined
  readonly format: (value: A) => string
}

const text = <A extends string>(is: (text: string) => text is A): Spelling<A> => ({
  parse: (text) => is(text) ? text : undefined,
  format: (value) => value
})

const oneOf = <const A extends string>(...words: ReadonlyArray<A>): Spelling<A> =>
  text((word): word is A => words.some((one) => one === word))

const optional = <A>(absent: string, of: Spelling<A>): Spelling<A | null> => ({
  parse: (text) => text === absent ? null : of.parse(text),
  format: (value) => value === null ? absent : of.format(value)
})

/** Two values with a space between. */
const pair = <A, B, C>(
  first: Spelling<A>,
  second: Spelling<B>,
  join: (first: A, second: B) => C,
  split: (value: C) => readonly [A, B]
): Spelling<C> => ({
  parse: (text) => {
    const space = text.indexOf(" ")
    const a = space < 0 ? undefined : first.parse(text.slice(0, space))
    const b = space < 0 ? undefined : second.parse(text.slice(space + 1))
    return a === undefined || b === undefined ? undefined : join(a, b)
  },
  format: (value) => {
    const [a, b] = split(value)
    return `${first.format(a)} ${second.format(b)}`
  }
})

const hex = (length: number): Spelling<string> => text((word): word is string => fromHex(word, length) !== undefined)

const digits = /^(?:0|[1-9]\d{0,15})$/

const count: Spelling<number> = {
  parse: (text) => digits.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined,
  format: (value) => value.toFixed(0)
}

const amount: Spelling<Cents> = {
  parse: (text) => {
    const value = digits.test(text) ? BigInt(text) : undefined
    return value !== undefined && isCents(value) ? value : undefined
  },
  format: (value) => value.toString()
}

const drawId = text((word): word is DrawId => isUuid(word))
const time: Spelling<Instant> = { parse: parseInstant, format: formatInstant }
const day: Spelling<Day> = { parse: parseDay, format: (value) => value }
const position: Spelling<Position> = {
  parse: (text) => text === "0" ? undefined : count.parse(text) as Position | undefined,
  format: count.format
}

const beaconRef = pair(
  hex(32),
  count,
  (chainHash, round): BeaconRef => ({ chainHash, round }),
  ({ chainHash, round }) => [chainHash, round]
)
const beaconSignature = pair(
  count,
  hex(48),
  (round, signature): NonNullable<ResultRecord["beacon"]> => ({ round, signature }),
  ({ round, signature }) => [round, signature]
)
const winner = pair(
  position,
  text(isTicketId),
  (position, ticketId): NonNullable<ResultRecord["winner"]> => ({ position, ticketId }),
  ({ position, ticketId }) => [position, ticketId]
)

/** The lines of a record: `ddd/<type>/v1`, then each key in the order of `fields`. */
const record = <R extends { readonly type: DrawRecord["type"] }>(
  type: R["type"],
  fields: { readonly [K in Exclude<keyof R, "type">]: Spelling<R[K]> }
): Spelling<R> => {
  const keys = Object.keys(fields) as Array<Exclude<keyof R, "type"> & string>
  return {
    parse: (text) => {
      const lines = text.split("\n")
      // The text ends with a newline, so the last piece is empty
      if (lines.length !== keys.length + 2 || lines.at(-1) !== "" || lines[0] !== `ddd/${type}/v1`) return undefined
      const values: Record<string, unknown> = { type }
      for (const [i, key] of keys.entries()) {
        const line = lines[i + 1]!
        if (!line.startsWith(`${key} `)) return undefined
        const value = fields[key].parse(line.slice(key.length + 1))
        if (value === undefined) return undefined
        values[key] = value
      }
      // Each key of `fields` has its value now, of the type that its spelling parses
      return values as R
    },
    format: (value) => `ddd/${type}/v1\n${keys.map((key) => `${key} ${fields[key].format(value[key])}\n`).join("")}`
  }
}

/** An open record line by line, before it is known that the lines fit its kind. */
interface OpenLines extends OpenTerms {
  readonly kind: "daily" | "room"
  readonly date: Day | null
  readonly closes: Instant | null
  readonly previous: string | null
}

const openLines = record<OpenLines>("open", {
  draw: drawId,
  kind: oneOf("daily", "room"),
  date: optional("-", day),
  opens: time,
  closes: optional("-", time),
  price: amount,
  pot: amount,
  commitment: hex(32),
  beacon: optional("none", beaconRef),
  previous: optional("none", hex(32))
})

const open: Spelling<OpenRecord> = {
  parse: (text) => {
    const lines = openLines.parse(text)
    if (lines === undefined) return undefined
    const { closes, date, kind, previous, ...terms } = lines
    if (kind === "daily" && date !== null && closes !== null) return { ...terms, kind, date, closes, previous }
    if (kind === "room" && date === null && closes === null && previous === null) {
      return { ...terms, kind, date, closes, previous }
    }
    return undefined
  },
  format: openLines.format
}

const lock = record<LockRecord>("lock", {
  draw: drawId,
  open: hex(32),
  locked: time,
  draws: time,
  entries: count,
  root: hex(32),
  pool: amount,
  beacon: optional("none", beaconRef)
})

const result = record<ResultRecord>("result", {
  draw: drawId,
  lock: hex(32),
  seed: hex(32),
  beacon: optional("none", beaconSignature),
  entropy: hex(32),
  winner: optional("none", winner),
  prize: amount,
  fee: amount
})

const voided = record<VoidRecord>("void", {
  draw: drawId,
  open: hex(32),
  lock: optional("none", hex(32)),
  reason: oneOf("beacon", "seed", "deadline", "closed"),
  seed: optional("none", hex(32)),
  refund: amount
})

/** The text of a record. */
export const formatOpen = (value: OpenRecord): string => open.format(value)
/** The text of a record. */
export const formatLock = (value: LockRecord): string => lock.format(value)
/** The text of a record. */
export const formatResult = (value: ResultRecord): string => result.format(value)
/** The text of a record. */
export const formatVoid = (value: VoidRecord): string => voided.format(value)

/** The text of any record. */
export const formatRecord = (value: DrawRecord): string => {
  switch (value.type) {
    case "open":
      return formatOpen(value)
    case "lock":
      return formatLock(value)
    case "result":
      return formatResult(value)
    case "void":
      return formatVoid(value)
  }
}

/** Reads a record's text; `undefined` for anything that is not spelled exactly as `formatRecord` spells it. */
export const parseRecord = (text: string): DrawRecord | undefined =>
  open.parse(text) ?? lock.parse(text) ?? result.parse(text) ?? voided.parse(text)
