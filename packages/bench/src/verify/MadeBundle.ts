/** A valid bundle of as many tickets as asked for, written to a file as it is made. */
import { lockDaily } from "@ddd/core/draws/Locking"
import { openDaily } from "@ddd/core/draws/Opening"
import { outcomeOf, resultRecord } from "@ddd/core/draws/Settlement"
import { fastSha256 } from "@ddd/core/hash/Sha256Batch"
import { makeLeafComposer } from "@ddd/core/proof/Leaf"
import { formatNote, formatVerifierKey, keyId, signedBytes } from "@ddd/core/proof/Note"
import { encodeHeader } from "@ddd/core/proof/Proof"
import { formatLock, formatOpen, formatResult } from "@ddd/core/proof/RecordText"
import { makeTreeBuilder } from "@ddd/core/proof/TreeBuilder"
import { crockford, drawId, type Position, ticketId } from "@ddd/core/values/Ids"
import { dayAfter, dayStart, formatInstant, instant, parseDay } from "@ddd/core/values/Instant"
import { generateKeyPairSync, randomFillSync, sign } from "node:crypto"
import { closeSync, openSync, writeSync } from "node:fs"

const name = "draws.example.com"
const day = parseDay("2026-02-03")
/** Odd, so that it sends the positions to as many different numbers below 2^25, which five symbols hold. */
const scatter = 0x9e_37_79
const eightSymbolsFrom = 2 ** 20

const symbolsOf = (position: number): string => {
  const count = position <= eightSymbolsFrom ? 5 : 8
  let rest = position * scatter % 2 ** 25
  let text = ""
  for (let i = 0; i < count; i++) {
    text = `${crockford.charAt(rest % 32)}${text}`
    rest = Math.floor(rest / 32)
  }
  return text
}

/** Writes the bundle, and gives the key that it is signed with. */
export const writeBundle = (file: string, entries: number): string => {
  if (day === undefined) throw new TypeError("the day is none")
  const { privateKey, publicKey } = generateKeyPairSync("ed25519")
  const publicBytes = new Uint8Array(publicKey.export({ format: "der", type: "spki" }).subarray(-32))
  const note = (text: string): string => {
    const signature = new Uint8Array(sign(null, signedBytes(text), privateKey))
    return formatNote(text, [{ name, id: keyId(fastSha256, name, publicBytes), signature }])
  }
  const draw = drawId("019a0000-0000-7000-8000-000000000001")
  const seed = new Uint8Array(32).fill(3)
  const opens = dayStart(day)
  const closes = dayStart(dayAfter(day))
  const open = formatOpen(
    openDaily(fastSha256, { id: draw, date: day, opens, closes, seed, chain: null, previous: null })
  )

  // the header comes first and holds the root, which is known last: the tickets are gone through twice, the same each time
  const { body, compose } = makeLeafComposer(draw)
  const prefix = `DDL-${day.replaceAll("-", "")}-`
  const random = randomFillSync(Buffer.alloc(64 * 1024))
  const hashesAt = (index: number): Buffer => {
    const from = index * 64 % random.length
    const both = Buffer.from(random.subarray(from, from + 64))
    both.writeUInt32BE(index, 0)
    return both
  }
  const idOf = (index: number): string => `${prefix}${symbolsOf(index + 1)}`
  const timeOf = (index: number) => instant(opens + Math.floor(index / entries * 86_000_000))
  const tree = makeTreeBuilder(fastSha256)
  for (let i = 0; i < entries; i++) {
    const id = idOf(i)
    body.set(Buffer.from(id))
    body.set(hashesAt(i), id.length)
    tree.add(compose(i + 1 as Position, id.length, timeOf(i)))
  }
  const sold = { clock: instant(closes + 12), lastPurchasedAt: null, entries, root: tree.root() }
  const lock = formatLock(lockDaily(fastSha256, open, sold))
  const outcome = outcomeOf(fastSha256, open, lock, seed, null, null)
  const position = outcome.winningPosition
  const winner = position === null ? null : ticketId(idOf(position - 1))
  const result = formatResult(resultRecord(fastSha256, lock, seed, null, outcome, winner))
  const vkey = formatVerifierKey(fastSha256, name, publicBytes)
  const descriptor = openSync(file, "w")
  try {
    const header = { drawId: draw, vkey, open: note(open), lock: note(lock), result: note(result), chain: null }
    writeSync(descriptor, encodeHeader(header))
    let lines = ""
    for (let i = 0; i < entries; i++) {
      const both = hashesAt(i).toString("hex")
      lines += `["${idOf(i)}","${both.slice(0, 64)}","${both.slice(64)}","${formatInstant(timeOf(i))}"]\n`
      if (lines.length > 1 << 20 || i + 1 === entries) {
        writeSync(descriptor, lines)
        lines = ""
      }
    }
  } finally {
    closeSync(descriptor)
  }
  return vkey
}
