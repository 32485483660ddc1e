/**
 * Verifies a proof bundle: all of docs/fairness.md, "What a verifier checks", on a stream of bytes.
 *
 * Trusts nothing but what it is given in the options, needs no network, and runs in Node and in a browser. A bundle of any
 * size is read once; memory grows by eight bytes a ticket.
 */
import type { Sha256 } from "../hash/Hash.ts"
import { ticketPot, ticketPrice } from "../money/Money.ts"
import { drandHashes, quicknetHash } from "./Beacon.ts"
import type { VerifierKey } from "./Note.ts"
import type { Terms } from "./Outcome.ts"
import { type BundleRecords, decodeHeader, readRecords } from "./Proof.ts"
import { checkRecords, type SeenLock } from "./RecordChecks.ts"
import { type HeldTicket, makeTicketTally, type TicketTally } from "./TicketChecks.ts"
import { ticketLineMax } from "./TicketLine.ts"
import { type CheckId, type Finding, judge, type Stage, unreadable, type Verdict } from "./Verdict.ts"

/** What the reader knows from elsewhere. */
export interface VerifyOptions {
  /** The operator's keys (`parseVerifierKey`). None: the bundle's own, and the level stays ARITHMETIC. */
  readonly keys?: ReadonlyArray<VerifierKey>
  /** The hash of the beacon chain, 64 hex digits; drand's quicknet unless given. */
  readonly chainHash?: string
  /** The price of a ticket and its share of the pot; 100 and 95 cents unless given. */
  readonly terms?: Terms
  readonly ticket?: HeldTicket
  readonly seen?: SeenLock
  /** Called now and then with the number of tickets read so far. */
  readonly onProgress?: (tickets: number) => void
  /** Called once the records are read, before the first ticket, with what they show by themselves. Checks 5, 6, 9 and 11 are not over then. */
  readonly onRecords?: (records: BundleRecords, findings: ReadonlyArray<Finding>) => void
}

/** The bytes of a bundle, in pieces of any size. */
export type VerifySource = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/** The longest first line that is read, in bytes: three records with a hundred signatures each take a tenth of it. */
const headerLengthMax = 1 << 20

const newline = 0x0a

/** Takes lines where they lie, for the time of the call; none is copied but those that two chunks share. */
interface LineSink {
  /** False: no more lines are wanted. */
  readonly line: (bytes: Uint8Array, start: number, end: number) => boolean
  /** The most bytes that the next line may have. */
  readonly lengthMax: () => number
}

type Ending = "complete" | "stopped" | "too long" | { readonly unfinished: Uint8Array }

const readLines = async (source: VerifySource, sink: LineSink): Promise<Ending> => {
  // The beginning of a line whose end has not come yet
  let begun = new Uint8Array(1024)
  let begunLength = 0

  const keep = (bytes: Uint8Array): void => {
    const length = begunLength + bytes.length
    if (length > begun.length) {
      const larger = new Uint8Array(length * 2)
      larger.set(begun.subarray(0, begunLength))
      begun = larger
    }
    begun.set(bytes, begunLength)
    begunLength = length
  }

  const push = (chunk: Uint8Array): "stopped" | "too long" | undefined => {
    let start = 0
    for (;;) {
      const end = chunk.indexOf(newline, start)
      const length = begunLength + (end < 0 ? chunk.length : end) - start
      if (length > sink.lengthMax()) return "too long"
      if (end < 0) break
      let wanted: boolean
      if (begunLength === 0) wanted = sink.line(chunk, start, end)
      else {
        keep(chunk.subarray(start, end))
        begunLength = 0
        wanted = sink.line(begun, 0, length)
      }
      if (!wanted) return "stopped"
      start = end + 1
    }
    keep(chunk.subarray(start))
    return undefined
  }

  for await (const chunk of source) {
    const ending = push(chunk)
    if (ending !== undefined) return ending
  }
  return begunLength === 0 ? "complete" : { unfinished: begun.subarray(0, begunLength) }
}

const decodeUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const stageOf = ({ end, lock }: BundleRecords): Stage =>
  end?.record.type === "void" ? "void" : end !== null ? "drawn" : lock !== null ? "locked" : "open"

const malformed = (detail: string): Finding => ({ id: 1, ok: false, detail })

/** What is known of a bundle while it is read. */
type Reading =
  | { readonly _tag: "Start" }
  | { readonly _tag: "Malformed"; readonly why: string }
  | {
    readonly _tag: "Records"
    readonly records: BundleRecords
    /** What the records show by themselves. */
    readonly findings: ReadonlyArray<Finding>
    readonly tally: TicketTally | null
  }

const policyOf = (options: VerifyOptions) => ({
  keys: options.keys ?? [],
  chainHash: options.chainHash ?? quicknetHash,
  terms: options.terms ?? { price: ticketPrice, pot: ticketPot },
  seen: options.seen
})

const readHeader = (hash: Sha256, bytes: Uint8Array, options: VerifyOptions): Reading => {
  const text = decodeUtf8(bytes)
  const header = text === undefined ? undefined : decodeHeader(text)
  if (header === undefined) return { _tag: "Malformed", why: "The first line is not a proof bundle's." }
  const records = readRecords(hash, header)
  if (typeof records === "string") return { _tag: "Malformed", why: records }
  const { lock } = records
  const tally = lock === null ? null : makeTicketTally(hash, { ...records, lock }, options.ticket)
  const findings = checkRecords(hash, records, policyOf(options))
  options.onRecords?.(records, findings)
  return { _tag: "Records", records, findings, tally }
}

const progressEvery = 1 << 16

/** The tickets could not be judged, for this reason. */
const withoutTickets = (ids: ReadonlyArray<CheckId>, detail: string): ReadonlyArray<Finding> =>
  ids.map((id) => ({ id, ok: null, detail }))

const makeReader = (hash: Sha256, options: VerifyOptions) => {
  let reading: Reading = { _tag: "Start" }
  let badLine: string | undefined

  const takeTicket = (tally: TicketTally | null, bytes: Uint8Array, start: number, end: number): boolean => {
    if (tally === null) badLine = "There are tickets before the lock."
    else if (!tally.take(bytes, start, end)) badLine = `Line ${tally.count() + 2} is not a ticket.`
    else if (tally.count() % progressEvery === 0) options.onProgress?.(tally.count())
    return badLine === undefined
  }

  const sink: LineSink = {
    lengthMax: () => reading._tag === "Start" ? headerLengthMax : ticketLineMax,
    line: (bytes, start, end) => {
      if (reading._tag === "Records") return takeTicket(reading.tally, bytes, start, end)
      reading = readHeader(hash, bytes.subarray(start, end), options)
      return reading._tag === "Records"
    }
  }

  const concludeStart = (ending: Ending): Verdict => {
    if (ending === "complete") return unreadable("There is nothing to read.")
    const why = ending === "too long"
      ? `The first line is longer than ${headerLengthMax} bytes.`
      : "The bundle breaks off in its first line."
    return judge([malformed(why)], undefined)
  }

  const concludeRecords = (
    { findings, records, tally }: Extract<Reading, { readonly _tag: "Records" }>,
    ending: Ending
  ): Verdict => {
    const broken = badLine ??
      (ending === "too long" ? "A line is too long for a ticket." : undefined) ??
      (ending === "complete" || ending === "stopped" ? undefined : "The last line does not end.")
    const standing = {
      stage: stageOf(records),
      pinned: policyOf(options).keys.length > 0,
      beacon: records.open.record.beacon !== null,
      drand: drandHashes.some((each) => each === records.open.record.beacon?.chainHash)
    }
    if (broken !== undefined) {
      return judge(
        [malformed(broken), ...findings, ...withoutTickets([5, 6, 9, 11], "The tickets could not all be read.")],
        standing
      )
    }
    const tickets = tally?.findings() ?? withoutTickets([5, 11], "There are no tickets before the lock.")
    return judge([{ id: 1, ok: true, detail: "Every line has its one spelling." }, ...findings, ...tickets], standing)
  }

  const conclude = (ending: Ending): Verdict => {
    switch (reading._tag) {
      case "Start":
        return concludeStart(ending)
      case "Malformed":
        return judge([malformed(reading.why)], undefined)
      case "Records":
        return concludeRecords(reading, ending)
    }
  }

  return { sink, conclude }
}

/**
 * Verifies the bundle that `source` yields.
 *
 * Never rejects. A source that fails, or has nothing in it, is `UNREADABLE` (exit code 2); what can be read is judged.
 */
export const verifyBundle = async (
  hash: Sha256,
  source: VerifySource,
  options: VerifyOptions = {}
): Promise<Verdict> => {
  const reader = makeReader(hash, options)
  let ending: Ending
  try {
    ending = await readLines(source, reader.sink)
  } catch (cause) {
    return unreadable(
      `The bundle could not be read to its end: ${cause instanceof Error ? cause.message : String(cause)}`
    )
  }
  return reader.conclude(ending)
}
