/**
 * The checks of a proof bundle that need its tickets (docs/fairness.md, "What a verifier checks"): 5, 11, and what checks 6 and 9 say of
 * tickets. Line by line, in memory that grows by eight bytes a ticket.
 */
import type { Sha256 } from "../hash/Hash.ts"
import { equalBytes, fromHex, toHex, utf8Bytes } from "../values/Bytes.ts"
import { type DistinctNumbers, makeDistinctNumbers } from "../values/DistinctNumbers.ts"
import { isUuid, type Position, type UserId } from "../values/Ids.ts"
import { formatInstant } from "../values/Instant.ts"
import { makeLeafComposer, ownerCommit } from "./Leaf.ts"
import type { BundleRecords } from "./Proof.ts"
import { makeTicketLineReader } from "./TicketLine.ts"
import { makeTreeBuilder } from "./TreeBuilder.ts"
import type { Finding } from "./Verdict.ts"

/** The ticket that the reader holds. */
export interface HeldTicket {
  readonly ticketId: string
  /** Where it must stand, if the holder knows. */
  readonly position?: number
  /** What shows whose it is: the buyer's salt (64 hex digits) and user id. Without, the ticket need only be there. */
  readonly owner?: { readonly salt: string; readonly userId: string }
}

export interface TicketTally {
  /** Takes the next line (no newline); false where it is no ticket line. */
  readonly take: (bytes: Uint8Array, start: number, end: number) => boolean
  /** How many lines were taken. */
  readonly count: () => number
  /** What the tickets show. Called once, after the last line. */
  readonly findings: () => ReadonlyArray<Finding>
}

const startsWith = (bytes: Uint8Array, text: Uint8Array): boolean => {
  // From the end: ids of one draw differ there
  for (let i = text.length - 1; i >= 0; i--) if (bytes[i] !== text[i]) return false
  return true
}

const ascii = (bytes: Uint8Array, length: number): string => String.fromCharCode(...bytes.subarray(0, length))

/** A tally of the tickets of a locked draw. */
export const makeTicketTally = (
  hash: Sha256,
  records: BundleRecords & { readonly lock: NonNullable<BundleRecords["lock"]> },
  held: HeldTicket | undefined
): TicketTally => {
  const { end, header: { drawId }, lock: { record: lock }, open: { record: open } } = records
  const winner = end?.record.type === "result" ? end.record.winner : null
  // A daily draw sells until it closes, a room until it is locked, that instant included
  const soldBefore = open.closes ?? lock.locked + 1

  const heldId = held === undefined ? undefined : utf8Bytes(held.ticketId)

  const { body, compose } = makeLeafComposer(drawId)
  const { line, read } = makeTicketLineReader(body)
  // The numbers of ids that begin alike; a draw's all do, unless the bundle lies
  const numbersByPrefix = new Map<string, DistinctNumbers>()
  let lastPrefix = new Uint8Array(0)
  let numbers = makeDistinctNumbers(0)

  const tree = makeTreeBuilder(hash)
  let count = 0
  let latest = open.opens as number
  let untimely: string | undefined
  let winnerAtPosition: string | undefined
  let heldAt: number | undefined
  let heldCommit: Uint8Array | undefined

  const noteNumber = (): void => {
    const { prefixLength, symbolCount, symbols } = line
    let same = lastPrefix.length === prefixLength
    for (let i = 0; same && i < prefixLength; i++) same = lastPrefix[i] === body[i]
    if (!same) {
      lastPrefix = body.slice(0, prefixLength)
      const prefix = ascii(body, prefixLength)
      numbers = numbersByPrefix.get(prefix) ?? makeDistinctNumbers(numbersByPrefix.size === 0 ? lock.entries : 0)
      numbersByPrefix.set(prefix, numbers)
    }
    // Eight symbols are 40 bits; the count above them tells "00000" from "000000"
    numbers.add(symbolCount * 2 ** 40 + symbols)
  }

  const take = (bytes: Uint8Array, start: number, stop: number): boolean => {
    if (!read(bytes, start, stop)) return false
    count++
    // Beyond the locked number it is wrong anyway, and however many may come, they take no memory
    if (count <= lock.entries) noteNumber()
    const { idLength, purchasedAt } = line
    if (purchasedAt < latest || purchasedAt >= soldBefore) {
      untimely ??= `The ticket at position ${count} was sold at ${formatInstant(purchasedAt)}.`
    }
    latest = Math.max(latest, purchasedAt)
    if (count === winner?.position) winnerAtPosition = ascii(body, idLength)
    if (heldId?.length === idLength && startsWith(body, heldId)) {
      heldAt ??= count
      heldCommit ??= body.slice(idLength + 32, idLength + 64)
    }
    // A count of lines is a position
    tree.add(compose(count as Position, idLength, purchasedAt))
    return true
  }

  const locked = (): ReadonlyArray<Finding> => {
    const treeRoot = toHex(tree.root())
    const repeated = [...numbersByPrefix.values()].some((each) => each.repeated() !== undefined)
    const wrongs = [
      count === lock.entries ? "" : `The bundle has ${count} tickets, the lock record ${lock.entries}.`,
      repeated ? "A ticket id stands twice." : "",
      treeRoot === lock.root ? "" : "The tickets' root is not the lock record's."
    ].filter((sentence) => sentence !== "")
    const ok = wrongs.length === 0
    return [{ id: 5, ok, detail: ok ? `${count} tickets, and their root is the lock record's.` : wrongs.join(" ") }]
  }

  const sold = (): ReadonlyArray<Finding> => [
    untimely === undefined
      ? { id: 6, ok: true, detail: "Every ticket was sold in time and in order." }
      : { id: 6, ok: false, detail: `${untimely} That is out of time or out of order.` }
  ]

  const won = (): ReadonlyArray<Finding> => {
    if (winner === null) return []
    const ok = winnerAtPosition === winner.ticketId
    const detail = ok
      ? `It is ${winner.ticketId}'s.`
      : `It is ${winnerAtPosition ?? "nobody"}'s, not ${winner.ticketId}'s.`
    return [{ id: 9, ok, detail }]
  }

  const holder = (): Finding => {
    if (held === undefined) return { id: 11, ok: null, detail: "You named no ticket." }
    if (heldAt === undefined || heldCommit === undefined) {
      return { id: 11, ok: false, detail: `There is no ticket ${held.ticketId}.` }
    }
    if (held.position !== undefined && held.position !== heldAt) {
      return { id: 11, ok: false, detail: `It stands at position ${heldAt}, not ${held.position}.` }
    }
    if (held.owner === undefined) {
      return { id: 11, ok: true, detail: `It stands at position ${heldAt}; whose it is was not asked.` }
    }
    const { salt: saltText, userId: owner } = held.owner
    const salt = fromHex(saltText, 32)
    const ok = salt !== undefined && isUuid(owner) &&
      equalBytes(heldCommit, ownerCommit(hash, salt, drawId, owner as UserId))
    return {
      id: 11,
      ok,
      detail: `It stands at position ${heldAt}, and the salt ${ok ? "shows" : "does not show"} that it is yours.`
    }
  }

  return { take, count: () => count, findings: () => [...locked(), ...sold(), ...won(), holder()] }
}
