/** Days of a lottery as its operator publishes them: signed records that name each other, and bundles that hold. */
import { beaconDelayMillis, roundFor } from "@ddd/core/Beacon"
import { fromHex, toHex, utf8Bytes } from "@ddd/core/Bytes"
import { commit } from "@ddd/core/Commitment"
import { drawId, type Position, ticketId } from "@ddd/core/Ids"
import { type Day, dayAfter, dayStart, instant } from "@ddd/core/Instant"
import { makeLeafComposer } from "@ddd/core/Leaf"
import { append, emptyFrontier, root } from "@ddd/core/Merkle"
import { ticketPot, ticketPrice } from "@ddd/core/Money"
import { formatNote, formatVerifierKey, keyId, signedBytes } from "@ddd/core/Note"
import { entropy, takings, winningPosition } from "@ddd/core/Outcome"
import { type BundleTicket, encodeHeader, encodeTicket } from "@ddd/core/Proof"
import { type DrawRecord, formatRecord, recordHash, recordHashHex } from "@ddd/core/Record"
import { fastSha256 } from "@ddd/core/Sha256Batch"
import * as BeaconStandIn from "@ddd/sim/providers/BeaconStandIn"
import { createPrivateKey, createPublicKey, sign } from "node:crypto"

export interface Signer {
  readonly vkey: string
  readonly note: (text: string) => string
}

/** A key of an operator, from one byte. */
export const makeSigner = (fill: number, name = "draws.example.com"): Signer => {
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, fill)])
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" })
  const publicKey = new Uint8Array(createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(-32))
  const id = keyId(fastSha256, name, publicKey)
  return {
    vkey: formatVerifierKey(fastSha256, name, publicKey),
    note: (text) =>
      formatNote(text, [{ name, id, signature: new Uint8Array(sign(null, signedBytes(text), privateKey)) }])
  }
}

export const operator = makeSigner(7)

export type Stage = "open" | "locked" | "drawn" | "void"

export interface DayOptions {
  readonly day: Day
  readonly stage?: Stage
  readonly entries?: number
  /** The open record's hash of the day before; null for the log's first. */
  readonly previous: string | null
  readonly beacon?: boolean
  readonly signer?: Signer
  /** Tells apart what is published of one day twice. */
  readonly fill?: number
}

/** All that a server shows of a day. */
export interface PlayedDay {
  readonly day: Day
  readonly stage: Stage
  readonly openHash: string
  readonly notes: { readonly open: string; readonly lock: string | null; readonly result: string | null }
  readonly bundle: string
  readonly told: object
  /** When its lock record was made, by the operator's clock. */
  readonly locked: number
}

const ticketsOf = (day: Day, entries: number, fill: number): ReadonlyArray<BundleTicket> =>
  Array.from({ length: entries }, (_, i) => ({
    ticketId: ticketId(`DDL-${day.replaceAll("-", "")}-${i.toString(8).padStart(5, "0")}`),
    ticketHash: toHex(fastSha256(utf8Bytes(`seal ${fill} ${i}`))),
    ownerCommit: toHex(fastSha256(utf8Bytes(`owner ${fill} ${i}`))),
    purchasedAt: instant(dayStart(day) + i)
  }))

const leafOf = (id: ReturnType<typeof drawId>) => {
  const { body, compose } = makeLeafComposer(id)
  return ({ ownerCommit, purchasedAt, ticketHash, ticketId }: BundleTicket, index: number): Uint8Array => {
    body.set(utf8Bytes(ticketId))
    body.set(fromHex(ticketHash, 32) ?? [], ticketId.length)
    body.set(fromHex(ownerCommit, 32) ?? [], ticketId.length + 32)
    return fastSha256(compose(index + 1 as Position, ticketId.length, purchasedAt))
  }
}

export const playDay = (options: DayOptions): PlayedDay => {
  const { beacon = false, day, entries = 3, fill = 0, previous, signer = operator, stage = "drawn" } = options
  const id = drawId(
    `019a0000-0000-7000-8000-${day.replaceAll("-", "").padStart(10, "0")}${String(fill).padStart(2, "0")}`
  )
  const seed = new Uint8Array(32).fill(3)
  const opens = dayStart(day)
  const closes = dayStart(dayAfter(day))
  const draws = instant(closes + (beacon ? beaconDelayMillis : 0))
  const locked = instant(closes + 12)
  const round = roundFor(BeaconStandIn.chain, draws)
  const ref = beacon ? { chainHash: BeaconStandIn.hash, round } : null
  const note = (record: DrawRecord): string => signer.note(formatRecord(record))

  const open: DrawRecord = {
    type: "open",
    draw: id,
    kind: "daily",
    date: day,
    opens,
    closes,
    price: ticketPrice,
    pot: ticketPot,
    commitment: toHex(commit(fastSha256, id, seed)),
    beacon: ref,
    previous
  }
  const openHash = recordHashHex(fastSha256, formatRecord(open))
  const tickets = ticketsOf(day, entries, fill)
  const taken = takings(entries, { price: ticketPrice, pot: ticketPot })
  if (taken === undefined) throw new RangeError("so many tickets cannot be")
  const lock: DrawRecord = {
    type: "lock",
    draw: id,
    open: openHash,
    locked,
    draws,
    entries,
    root: toHex(root(fastSha256, append(fastSha256, emptyFrontier, tickets.map(leafOf(id))))),
    pool: taken.pool,
    beacon: ref
  }
  const lockHash = recordHashHex(fastSha256, formatRecord(lock))
  const signature = beacon ? BeaconStandIn.signRound(round) : new Uint8Array(0)
  const drawn = entropy(fastSha256, {
    drawId: id,
    openHash: recordHash(fastSha256, formatRecord(open)),
    seed,
    beaconSignature: signature
  })
  const position = winningPosition(drawn, entries)
  const winner = position === undefined ? undefined : tickets[position - 1]
  const end: DrawRecord = stage === "void"
    ? {
      type: "void",
      draw: id,
      open: openHash,
      lock: lockHash,
      reason: "beacon",
      seed: toHex(seed),
      refund: taken.refund
    }
    : {
      type: "result",
      draw: id,
      lock: lockHash,
      seed: toHex(seed),
      beacon: beacon ? { round, signature: toHex(signature) } : null,
      entropy: toHex(drawn),
      winner: position === undefined || winner === undefined ? null : { position, ticketId: winner.ticketId },
      prize: taken.pool,
      fee: taken.fee
    }
  const notes = {
    open: note(open),
    lock: stage === "open" ? null : note(lock),
    result: stage === "open" || stage === "locked" ? null : note(end)
  }
  const header = encodeHeader({ drawId: id, vkey: signer.vkey, ...notes, chain: beacon ? BeaconStandIn.chain : null })
  return {
    day,
    stage,
    openHash,
    notes,
    bundle: header + (notes.lock === null ? "" : tickets.map(encodeTicket).join("")),
    told: {
      drawDate: day,
      id,
      status: stage,
      totalEntries: entries,
      winningTicketId: stage === "drawn" ? winner?.ticketId ?? null : null
    },
    locked
  }
}

/** Days one after the other, each naming the one before. */
export const playDays = (
  first: Day,
  stages: ReadonlyArray<Stage>,
  more: Partial<DayOptions> = {}
): ReadonlyArray<PlayedDay> => {
  const days: Array<PlayedDay> = []
  for (const [index, stage] of stages.entries()) {
    days.push(playDay({
      ...more,
      day: dayAfter(first, index),
      stage,
      entries: stage === "open" ? 0 : index,
      previous: days.at(-1)?.openHash ?? null
    }))
  }
  return days
}
