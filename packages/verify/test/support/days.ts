/** Days of a lottery as its operator publishes them: signed records that name each other, and bundles that hold. */
import { lockDaily } from "@ddd/core/draws/Locking"
import { openDaily } from "@ddd/core/draws/Opening"
import { outcomeOf, resultRecord } from "@ddd/core/draws/Settlement"
import { voidRecord } from "@ddd/core/draws/Voiding"
import { fastSha256 } from "@ddd/core/hash/Sha256Batch"
import { makeLeafComposer } from "@ddd/core/proof/Leaf"
import { append, emptyFrontier, root } from "@ddd/core/proof/Merkle"
import { formatNote, formatVerifierKey, keyId, signedBytes } from "@ddd/core/proof/Note"
import { type BundleTicket, encodeHeader, encodeTicket } from "@ddd/core/proof/Proof"
import { recordHashHex } from "@ddd/core/proof/Record"
import { formatLock, formatOpen, formatResult, formatVoid } from "@ddd/core/proof/RecordText"
import { fromHex, toHex, utf8Bytes } from "@ddd/core/values/Bytes"
import { drawId, type Position, ticketId } from "@ddd/core/values/Ids"
import { type Day, dayAfter, dayStart, instant } from "@ddd/core/values/Instant"
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
  const chain = beacon ? BeaconStandIn.chain : null

  const opened = openDaily(fastSha256, { id, date: day, opens, closes, seed, chain, previous: null })
  const open = formatOpen({ ...opened, previous })
  const openHash = recordHashHex(fastSha256, open)
  const tickets = ticketsOf(day, entries, fill)
  const locking = lockDaily(fastSha256, open, {
    clock: instant(closes + 12),
    lastPurchasedAt: null,
    entries,
    root: root(fastSha256, append(fastSha256, emptyFrontier, tickets.map(leafOf(id))))
  })
  const lock = formatLock(locking)
  const signature = locking.beacon === null ? null : BeaconStandIn.signRound(locking.beacon.round)
  const outcome = outcomeOf(fastSha256, open, lock, seed, signature, chain)
  const position = outcome.winningPosition
  const winner = position === null ? undefined : tickets[position - 1]
  const end = stage === "void"
    ? formatVoid(voidRecord(fastSha256, open, lock, "beacon", seed, entries))
    : formatResult(resultRecord(fastSha256, lock, seed, signature, outcome, winner?.ticketId ?? null))
  const notes = {
    open: signer.note(open),
    lock: stage === "open" ? null : signer.note(lock),
    result: stage === "open" || stage === "locked" ? null : signer.note(end)
  }
  const header = encodeHeader({ drawId: id, vkey: signer.vkey, ...notes, chain })
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
    locked: locking.locked
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
