/**
 * Proof bundles made for tests: any stage of a daily draw or a room, with anything in them altered, signed by a key and a
 * beacon of the tests' own.
 */
import { bls12_381 } from "@noble/curves/bls12-381.js"
import { ed25519 } from "@noble/curves/ed25519.js"
import type { Sha256 } from "../../src/hash/Hash.ts"
import { ticketPot, ticketPrice } from "../../src/money/Money.ts"
import { beaconMessage, chainHash, type ChainInfo, quicknetScheme, roundFor } from "../../src/proof/Beacon.ts"
import { commit } from "../../src/proof/Commitment.ts"
import { ownerCommit } from "../../src/proof/Leaf.ts"
import { append, emptyFrontier, leafHash, root } from "../../src/proof/Merkle.ts"
import { formatNote, formatVerifierKey, keyId, parseVerifierKey, signedBytes } from "../../src/proof/Note.ts"
import { entropy, takings, winningPosition } from "../../src/proof/Outcome.ts"
import { type BundleHeader, type BundleTicket, encodeHeader, encodeTicket } from "../../src/proof/Proof.ts"
import {
  type BeaconRef,
  type DrawRecord,
  type LockRecord,
  type OpenRecord,
  recordHash,
  type ResultRecord,
  type VoidRecord
} from "../../src/proof/Record.ts"
import { formatRecord } from "../../src/proof/RecordText.ts"
import { concat, fromHex, lengthPrefixed, toHex, u64, utf8Bytes } from "../../src/values/Bytes.ts"
import { drawId, type TicketId, type UserId } from "../../src/values/Ids.ts"
import { dayAfter, dayStart, type Instant, instant, parseDay } from "../../src/values/Instant.ts"
import { nodeSha256 } from "./nodeSha256.ts"

export const defined = <A>(value: A | undefined): A => {
  if (value === undefined) throw new Error("a fixture is broken")
  return value
}

/** An operator of the tests': its name and Ed25519 secret. */
export const makeSigner = (name: string, fill: number) => {
  const secret = new Uint8Array(32).fill(fill)
  const publicKey = ed25519.getPublicKey(secret)
  const text = formatVerifierKey(nodeSha256, name, publicKey)
  return {
    text,
    key: defined(parseVerifierKey(nodeSha256, text)),
    line: (recordText: string) => ({
      name,
      id: keyId(nodeSha256, name, publicKey),
      signature: ed25519.sign(signedBytes(recordText), secret)
    })
  }
}

export const operator = makeSigner("draws.example.com", 7)

const beaconSecret = new Uint8Array(32).fill(5)

/** A beacon of the tests': any round can be signed. */
export const testChain: ChainInfo = {
  publicKey: bls12_381.shortSignatures.getPublicKey(beaconSecret).toHex(),
  period: 3,
  genesisTime: 1_700_000_000,
  genesisSeed: "ab".repeat(32),
  schemeID: quicknetScheme,
  beaconID: "test"
}
export const testChainHash = toHex(defined(chainHash(nodeSha256, testChain)))

/** A round's signature in hex. */
export const signRound = (round: number): string => {
  const bls = bls12_381.shortSignatures
  const message = bls.hash(beaconMessage(nodeSha256, round), "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_")
  return bls.Signature.toHex(bls.sign(message, beaconSecret))
}

export interface BundleOptions {
  readonly kind?: "daily" | "room"
  readonly entries?: number
  readonly stage?: "open" | "locked" | "drawn" | "void"
  readonly beacon?: boolean
  readonly signers?: ReadonlyArray<ReturnType<typeof makeSigner>>
  /** Changes made before what follows is derived: a later record names the altered one. */
  readonly open?: (record: OpenRecord) => OpenRecord
  readonly tickets?: (tickets: ReadonlyArray<BundleTicket>) => ReadonlyArray<BundleTicket>
  readonly lock?: (record: LockRecord) => LockRecord
  readonly end?: (record: ResultRecord | VoidRecord) => ResultRecord | VoidRecord
  readonly header?: (header: BundleHeader) => BundleHeader
  readonly hash?: Sha256
}

export const bundleDraw = drawId("019a0000-0000-7000-8000-000000000001")
export const bundleUser = "019a0000-0000-7000-9000-000000000002" as UserId
export const bundleSalt = new Uint8Array(32).fill(0xab)
const seed = new Uint8Array(32).fill(3)
const day = defined(parseDay("2026-02-03"))

const ticketsOf = (hash: Sha256, kind: "daily" | "room", entries: number, opens: Instant): Array<BundleTicket> => {
  const commitText = toHex(ownerCommit(hash, bundleSalt, bundleDraw, bundleUser))
  return Array.from({ length: entries }, (_, i) => ({
    ticketId: `${kind === "daily" ? "DDL-20260203" : "ROOM-K7M2QX"}-${
      i.toString(8).padStart(i < 2 ** 15 ? 5 : 8, "0")
    }` as TicketId,
    ticketHash: toHex(hash(utf8Bytes(`ticket ${i}`))),
    ownerCommit: commitText,
    purchasedAt: instant(opens + i)
  }))
}

/** A ticket's leaf data, put together as docs/fairness.md spells it out. */
const leafData = (ticket: BundleTicket, index: number, draw = bundleDraw): Uint8Array =>
  concat(
    utf8Bytes("ddd/ticket/v1\n"),
    lengthPrefixed(draw),
    u64(index + 1),
    lengthPrefixed(ticket.ticketId),
    defined(fromHex(ticket.ticketHash, 32)),
    defined(fromHex(ticket.ownerCommit, 32)),
    u64(ticket.purchasedAt)
  )

/** A bundle, valid unless an option makes it otherwise. */
export const makeBundle = (options: BundleOptions = {}) => {
  const { beacon = false, entries = 5, hash = nodeSha256, kind = "daily", signers = [operator], stage = "drawn" } =
    options
  const note = (record: DrawRecord): string => {
    const text = formatRecord(record)
    return formatNote(text, signers.map(({ line }) => line(text)))
  }
  const hashHex = (record: DrawRecord): string => toHex(recordHash(hash, formatRecord(record)))
  const alter = <A>(value: A, change: ((value: A) => A) | undefined): A => change === undefined ? value : change(value)

  const opens = dayStart(day)
  const closes = dayStart(dayAfter(day))
  const locked = kind === "daily" ? instant(closes + 12) : instant(opens + 3_600_000)
  const draws = beacon ? instant((kind === "daily" ? closes : locked) + 30_000) : kind === "daily" ? closes : locked
  const ref = (round: number): BeaconRef | null => beacon ? { chainHash: testChainHash, round } : null
  const roundNumber = roundFor(testChain, draws)
  const terms = { price: ticketPrice, pot: ticketPot }
  const shared = {
    type: "open",
    draw: bundleDraw,
    opens,
    ...terms,
    commitment: toHex(commit(hash, bundleDraw, seed))
  } as const

  const open = alter<OpenRecord>(
    kind === "daily"
      ? { ...shared, kind, date: day, closes, beacon: ref(roundNumber), previous: "11".repeat(32) }
      : { ...shared, kind, date: null, closes: null, beacon: ref(0), previous: null },
    options.open
  )
  const tickets = alter<ReadonlyArray<BundleTicket>>(ticketsOf(hash, kind, entries, opens), options.tickets)
  const frontier = append(hash, emptyFrontier, tickets.map((ticket, index) => leafHash(hash, leafData(ticket, index))))
  const taken = defined(takings(tickets.length, terms))
  const lock = alter<LockRecord>({
    type: "lock",
    draw: bundleDraw,
    open: hashHex(open),
    locked,
    draws,
    entries: tickets.length,
    root: toHex(root(hash, frontier)),
    pool: taken.pool,
    beacon: ref(roundNumber)
  }, options.lock)
  const signature = beacon ? signRound(roundNumber) : ""
  const drawn = entropy(hash, {
    drawId: bundleDraw,
    openHash: recordHash(hash, formatRecord(open)),
    seed,
    beaconSignature: defined(fromHex(signature, signature.length / 2))
  })
  const winner = winningPosition(drawn, tickets.length)
  const end = alter<ResultRecord | VoidRecord>(
    stage === "void"
      ? {
        type: "void",
        draw: bundleDraw,
        open: hashHex(open),
        lock: hashHex(lock),
        reason: "beacon",
        seed: toHex(seed),
        refund: taken.refund
      }
      : {
        type: "result",
        draw: bundleDraw,
        lock: hashHex(lock),
        seed: toHex(seed),
        beacon: beacon ? { round: roundNumber, signature } : null,
        entropy: toHex(drawn),
        winner: winner === undefined ? null : { position: winner, ticketId: defined(tickets[winner - 1]).ticketId },
        prize: taken.pool,
        fee: taken.fee
      },
    options.end
  )
  const header = alter<BundleHeader>({
    drawId: bundleDraw,
    vkey: defined(signers[0]).text,
    open: note(open),
    lock: stage === "open" ? null : note(lock),
    result: stage === "open" || stage === "locked" ? null : note(end),
    chain: beacon ? testChain : null
  }, options.header)
  const lines = header.lock === null ? [] : tickets.map(encodeTicket)
  return {
    text: encodeHeader(header) + lines.join(""),
    header,
    open,
    lock,
    end,
    tickets,
    roundNumber,
    winner
  }
}
