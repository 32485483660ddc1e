/** What must hold of draws, their tickets and their records (docs/fairness.md). */
import type { Sha256 } from "@ddd/core/hash/Hash"
import { opens } from "@ddd/core/proof/Commitment"
import { emptyRoot, nodeHash, root } from "@ddd/core/proof/Merkle"
import { parseNote } from "@ddd/core/proof/Note"
import { entropy, winningPosition } from "@ddd/core/proof/Outcome"
import { recordHash } from "@ddd/core/proof/Record"
import { parseRecord } from "@ddd/core/proof/RecordText"
import { fromHex, toHex } from "@ddd/core/values/Bytes"
import { type Check, ticketsIn } from "./IndexedRows.ts"
import { leafOf } from "./Leaves.ts"
import type { DrawRow } from "./Rows.ts"

export const positionsContiguous: Check = function*(index) {
  for (const { id, totalEntries } of index.draws) {
    const tickets = ticketsIn(index, id)
    const wrong = tickets.findIndex(({ position }, i) => position !== i + 1)
    if (wrong >= 0) {
      yield {
        subject: `draw ${id}`,
        detail: `ticket ${tickets[wrong]?.ticketId} stands where position ${wrong + 1} should`
      }
    }
    if (tickets.length !== totalEntries) {
      yield { subject: `draw ${id}`, detail: `counts ${totalEntries} entries, there are ${tickets.length} tickets` }
    }
  }
  for (const id of index.ticketsIn.keys()) {
    if (!index.drawById.has(id)) yield { subject: `draw ${id}`, detail: "has tickets and does not exist" }
  }
}

export const seedOpensCommitment: Check = function*({ draws }, { sha256 }) {
  for (const { commitmentHash, id, seed, status } of draws) {
    const subject = `draw ${id}`
    const bytes = seed === null ? undefined : fromHex(seed, 32)
    const commitment = fromHex(commitmentHash, 32)
    if (status === "drawn" && seed === null) yield { subject, detail: "is drawn and has no seed" }
    if (status !== "drawn" && status !== "void" && seed !== null) {
      yield { subject, detail: `is ${status} and shows its seed` }
    }
    if (seed !== null && (bytes === undefined || commitment === undefined || !opens(sha256, id, bytes, commitment))) {
      yield { subject, detail: "its seed does not open its commitment" }
    }
  }
}

export const sealValid: Check = function*({ tickets }, { sealerOf }) {
  for (const ticket of tickets) {
    const sealer = sealerOf(ticket.sealKeyId)
    const ownerCommit = fromHex(ticket.ownerCommit, 32)
    if (sealer === undefined) {
      yield {
        subject: `ticket ${ticket.ticketId}`,
        detail: `is sealed with ${ticket.sealKeyId}, which is not configured`
      }
    } else if (ownerCommit === undefined || !sealer.verify(ticket, { ticketHash: ticket.ticketHash, ownerCommit })) {
      yield { subject: `ticket ${ticket.ticketId}`, detail: "its seal is another ticket's" }
    }
  }
}

/** RFC 9162, section 2.1.1, word for word: not the way in which the sale carries its tree along. */
const treeHash = (sha256: Sha256, leaves: ReadonlyArray<Uint8Array>): Uint8Array => {
  const [first] = leaves
  if (first === undefined) return emptyRoot(sha256)
  if (leaves.length === 1) return first
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return nodeHash(sha256, treeHash(sha256, leaves.slice(0, split)), treeHash(sha256, leaves.slice(split)))
}

export const rootIsTickets: Check = function*(index, { sha256 }) {
  for (const draw of index.draws) {
    const { entriesRoot, frontier, id, notes } = draw
    const tickets = ticketsIn(index, id)
    // a seal that is no hash is found elsewhere; here it makes a root that fits nothing
    const leaves = tickets.map((ticket) => leafOf(sha256, ticket) ?? new Uint8Array(32))
    const expected = toHex(treeHash(sha256, leaves))
    if (frontier.size !== tickets.length || toHex(root(sha256, frontier)) !== expected) {
      yield { subject: `draw ${id}`, detail: `carries a tree of ${frontier.size} leaves that is not its tickets'` }
    }
    if (notes.lock === null) continue
    const lock = parseRecord(parseNote(notes.lock)?.text ?? "")
    if (lock?.type === "lock" && lock.root !== expected) {
      yield { subject: `draw ${id}`, detail: `its lock record signs ${lock.root}, its tickets make ${expected}` }
    }
    if (entriesRoot !== expected) {
      yield { subject: `draw ${id}`, detail: `says ${entriesRoot}, its tickets make ${expected}` }
    }
  }
}

export const winnerIsDerived: Check = function*(index, { sha256 }) {
  for (const draw of index.draws) {
    const subject = `draw ${draw.id}`
    if (draw.status !== "drawn") {
      if (draw.winningPosition !== null) yield { subject, detail: `is ${draw.status} and has a winner` }
      continue
    }
    const derived = derivedPosition(sha256, draw, ticketsIn(index, draw.id).length)
    if (derived !== draw.winningPosition) {
      yield { subject, detail: `position ${draw.winningPosition} won, what decides it gives ${derived ?? "none"}` }
    }
  }
}

/** Null where nobody entered; undefined where something that decides is missing. */
const derivedPosition = (sha256: Sha256, draw: DrawRow, entries: number): number | null | undefined => {
  const drawn = entropyOf(sha256, draw)
  return drawn === undefined ? undefined : winningPosition(drawn, entries) ?? null
}

/** What decides a drawn draw; undefined where something that does is missing. */
export const entropyOf = (sha256: Sha256, draw: DrawRow): Uint8Array | undefined => {
  const openText = parseNote(draw.notes.open)?.text
  const seed = draw.seed === null ? undefined : fromHex(draw.seed, 32)
  const { beaconSignature } = draw
  const beacon = beaconSignature === null ? new Uint8Array(0) : fromHex(beaconSignature, beaconSignature.length / 2)
  if (openText === undefined || seed === undefined || beacon === undefined) return undefined
  return entropy(sha256, { drawId: draw.id, openHash: recordHash(sha256, openText), seed, beaconSignature: beacon })
}

export const keysOnce: Check = function*(index) {
  const answered = new Map<string, string>()
  const owners = new Map(index.withdrawals.map(({ id, userId }) => [id, userId]))
  for (const { answer, key, userId } of index.answers) {
    const subject = `key ${key} of ${userId}`
    if (answer._tag === "Withdrawal") {
      const { withdrawalId } = answer
      if (owners.get(withdrawalId) !== userId) {
        yield { subject, detail: `answers with withdrawal ${withdrawalId}, which is none of that player's` }
      }
      const other = answered.get(withdrawalId)
      if (other !== undefined) yield { subject, detail: `answers with withdrawal ${withdrawalId}, as ${other} does` }
      answered.set(withdrawalId, subject)
      continue
    }
    // what was asked to be paid in moves nothing by itself
    if (answer._tag === "Checkout") continue
    const sold = answer.block
    const tickets = ticketsIn(index, sold.drawId)
    for (let position = sold.firstPosition as number; position < sold.firstPosition + sold.quantity; position++) {
      const ticket = tickets[position - 1]
      const place = `position ${position} of draw ${sold.drawId}`
      if (
        ticket?.userId !== userId || ticket.purchasedAt !== sold.purchasedAt ||
        ticket.totalEntriesAtPurchase !== sold.totalEntries
      ) yield { subject, detail: `answers with ${place}, which is not of that purchase` }
      const other = answered.get(place)
      if (other !== undefined) yield { subject, detail: `answers with ${place}, as ${other} does` }
      answered.set(place, subject)
    }
  }
}
