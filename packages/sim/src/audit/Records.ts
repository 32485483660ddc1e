/** What must hold of the signed records: signed, chained, and saying what the tables say (docs/fairness.md, "Records"). */
import type { Sha256 } from "@ddd/core/hash/Hash"
import { cents, ticketFee, ticketPot, ticketPrice } from "@ddd/core/money/Money"
import { parseNote } from "@ddd/core/proof/Note"
import { type DrawRecord, type OpenRecord, recordHashHex } from "@ddd/core/proof/Record"
import { formatRecord, parseRecord } from "@ddd/core/proof/RecordText"
import { toHex } from "@ddd/core/values/Bytes"
import { entropyOf } from "./Draws.ts"
import { type Check, ticketsIn } from "./IndexedRows.ts"
import type { DrawRow, TicketRow } from "./Rows.ts"

export const recordsSigned: Check = function*(index, { isSigned, sha256 }) {
  let previous: string | null = null
  for (const draw of index.draws.toSorted((a, b) => (a.drawDate ?? "") < (b.drawDate ?? "") ? -1 : 1)) {
    const { beganVoid, id, kind, notes, status } = draw
    const subject = `draw ${id}`
    for (const place of ["open", "lock", "result"] as const) {
      const note = notes[place]
      if (note !== null && !isSigned(note)) yield { subject, detail: `its ${place} record is not signed by the log` }
    }
    if (beganVoid !== null) {
      if (!isSigned(beganVoid.note)) yield { subject, detail: "the void record that is kept is not signed by the log" }
      const isOver = status === "void"
      if (
        status !== "locked" && !isOver && (status !== "open" || beganVoid.begunAt < (draw.closesAt ?? Infinity)) ||
        isOver && (beganVoid.note !== notes.result || draw.totalEntries !== beganVoid.refundedEntries)
      ) {
        yield { subject, detail: `is ${status}, though its void began` }
      }
    }
    const locked = status === "locked" || status === "drawn"
    if (locked && notes.lock === null || (status === "scheduled" || status === "open") && notes.lock !== null) {
      yield { subject, detail: `is ${status} ${notes.lock === null ? "without" : "with"} a lock record` }
    }
    if ((status === "drawn" || status === "void") !== (notes.result !== null)) {
      yield { subject, detail: `is ${status} ${notes.result === null ? "without" : "with"} a last record` }
    }
    for (
      const [place, said, meant] of recordsOf(sha256, draw, ticketsIn(index, id), kind === "daily" ? previous : null)
    ) {
      if (said !== meant) yield { subject, detail: `its ${place} record says ${firstDifference(said, meant)}` }
    }
    if (kind === "daily") previous = textOrEmpty(notes.open)
  }
}

/** The text that a note signs; empty where it is no note: an audit finds what is wrong, and does not stop at it. */
const textOrEmpty = (note: string): string => parseNote(note)?.text ?? ""

/** Each record there is, as its note says it and as the tables mean it (empty where they mean none). */
const recordsOf = function*(
  sha256: Sha256,
  draw: DrawRow,
  tickets: ReadonlyArray<TicketRow>,
  previous: string | null
): Iterable<readonly [place: string, said: string, meant: string]> {
  const { lock, open, result } = draw.notes
  const openText = textOrEmpty(open)
  const lockText = lock === null ? null : textOrEmpty(lock)
  const hashOf = (text: string) => recordHashHex(sha256, text)
  const textFrom = (record: DrawRecord | undefined) => record === undefined ? "" : formatRecord(record)

  yield ["open", openText, textFrom(openRecordOf(draw, previous === null ? null : hashOf(previous)))]

  if (lockText !== null) {
    const { beacon, drawAt, entriesRoot, lockedAt } = draw
    const meant = lockedAt === null || drawAt === null || entriesRoot === null ? undefined : {
      type: "lock" as const,
      draw: draw.id,
      open: hashOf(openText),
      locked: lockedAt,
      draws: drawAt,
      entries: draw.totalEntries,
      root: entriesRoot,
      pool: draw.prizePool,
      beacon
    }
    yield ["lock", lockText, textFrom(meant)]
  }

  if (result !== null) {
    yield [
      "result",
      textOrEmpty(result),
      textFrom(lastRecordOf(sha256, draw, tickets, textOrEmpty(result), openText, lockText))
    ]
  }
}

const openRecordOf = (draw: DrawRow, previous: string | null): OpenRecord | undefined => {
  const { beacon, closesAt, commitmentHash, drawDate, id, kind, opensAt } = draw
  const terms = {
    type: "open",
    draw: id,
    opens: opensAt,
    price: ticketPrice,
    pot: ticketPot,
    commitment: commitmentHash
  } as const
  if (kind === "room") {
    if (drawDate !== null || closesAt !== null) return undefined
    const unknownRound = beacon === null ? null : { ...beacon, round: 0 }
    return { ...terms, kind, date: null, closes: null, beacon: unknownRound, previous: null }
  }
  return drawDate === null || closesAt === null
    ? undefined
    : { ...terms, kind, date: drawDate, closes: closesAt, beacon, previous }
}

const lastRecordOf = (
  sha256: Sha256,
  draw: DrawRow,
  tickets: ReadonlyArray<TicketRow>,
  said: string,
  openText: string,
  lockText: string | null
): DrawRecord | undefined => {
  const { beacon, beaconSignature, id, prizePool, seed, status, totalEntries, winningPosition } = draw
  const lock = lockText === null ? null : recordHashHex(sha256, lockText)
  if (status === "void") {
    const record = parseRecord(said)
    // the reason stands nowhere else
    const reason = record?.type === "void" ? record.reason : "seed"
    const refund = cents(BigInt(totalEntries) * ticketPrice)
    return { type: "void", draw: id, open: recordHashHex(sha256, openText), lock, reason, seed, refund }
  }
  const entropy = entropyOf(sha256, draw)
  const winner = tickets.find(({ position }) => position === winningPosition)
  if (lock === null || seed === null || entropy === undefined || (beacon === null) !== (beaconSignature === null)) {
    return undefined
  }
  return {
    type: "result",
    draw: id,
    lock,
    seed,
    beacon: beacon === null || beaconSignature === null ? null : { round: beacon.round, signature: beaconSignature },
    entropy: toHex(entropy),
    winner: winner === undefined ? null : { position: winner.position, ticketId: winner.ticketId },
    prize: prizePool,
    fee: cents(BigInt(totalEntries) * ticketFee)
  }
}

const firstDifference = (said: string, meant: string): string => {
  const lines = said.split("\n")
  const others = meant.split("\n")
  const at = lines.findIndex((line, i) => line !== others[i])
  return `"${lines[at] ?? ""}", the tables "${others[at] ?? ""}"`
}
