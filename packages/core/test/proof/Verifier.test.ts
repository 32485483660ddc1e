import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { nobleSha256 } from "../../src/hash/Hash.ts"
import { cents } from "../../src/money/Money.ts"
import { roundTime } from "../../src/proof/Beacon.ts"
import { parseNote, parseVerifierKey } from "../../src/proof/Note.ts"
import {
  type BundleRecords,
  type BundleTicket,
  decodeHeader,
  encodeHeader,
  readRecords
} from "../../src/proof/Proof.ts"
import { type OpenRecord, recordHashHex, type ResultRecord, type VoidRecord } from "../../src/proof/Record.ts"
import { formatRecord } from "../../src/proof/RecordText.ts"
import { checkRulesOut, type Verdict } from "../../src/proof/Verdict.ts"
import { verifyBundle, type VerifyOptions, type VerifySource } from "../../src/proof/Verifier.ts"
import { toHex } from "../../src/values/Bytes.ts"
import { position } from "../../src/values/Ids.ts"
import { dayAfter, instant, parseDay } from "../../src/values/Instant.ts"
import {
  type BundleOptions,
  bundleSalt,
  bundleUser,
  makeBundle,
  makeSigner,
  operator,
  testChain,
  testChainHash
} from "../support/bundles.ts"
import { hashes, nodeSha256 } from "../support/nodeSha256.ts"
import { goldenBundle, goldenDraws } from "../support/vectors.ts"

const pinned: VerifyOptions = { keys: [operator.key], chainHash: testChainHash }
const verifyText = (text: string, options = pinned): Promise<Verdict> =>
  verifyBundle(nodeSha256, [Buffer.from(text)], options)
const verify = (bundle: BundleOptions, options = pinned): Promise<Verdict> =>
  verifyText(makeBundle(bundle).text, options)

describe.each(hashes)("Verifier, by %s, on golden bundles", (_, hash) => {
  for (const golden of goldenDraws) {
    const bytes = goldenBundle(golden.name)
    const key = parseVerifierKey(hash, golden.vkey)
    assert(key !== undefined)
    const beacon = golden.name.includes("quicknet")

    it(`finds ${golden.name} valid, at the level that is known of it`, async () => {
      const bare = await verifyBundle(hash, [bytes])
      assert.deepStrictEqual([bare.verdict, bare.exit, bare.valid], ["VALID ARITHMETIC", 0, true])
      const known = await verifyBundle(hash, [bytes], { keys: [key] })
      assert.deepStrictEqual(
        [known.verdict, known.level],
        beacon ? ["VALID BEACON", "BEACON"] : ["VALID SIGNED", "SIGNED"]
      )
      assert.lengthOf(known.missing, 1)
    })

    it(`agrees with every known value of ${golden.name}`, () => {
      const line = Buffer.from(bytes).toString().split("\n")[0] ?? ""
      const header = decodeHeader(line)
      assert(header !== undefined)
      const records = readRecords(hash, header)
      assert(typeof records !== "string")
      const { end, lock, open } = records
      assert(end?.record.type === "result")
      assert.strictEqual(open.hashHex, golden.openHash)
      assert.strictEqual(toHex(open.hash), golden.openHash)
      assert.strictEqual(open.record.commitment, golden.commitment)
      assert.strictEqual(lock?.record.root, golden.root)
      assert.strictEqual(lock?.record.entries, golden.n)
      assert.strictEqual(end.record.entropy, golden.entropy)
      assert.strictEqual<number | null>(end.record.winner?.position ?? null, golden.winningPosition)
    })
  }

  it("finds a draw witnessed by who kept its lock record, as text or as note", async () => {
    const bytes = goldenBundle("room-quicknet-50")
    const header = decodeHeader(Buffer.from(bytes).toString().split("\n")[0] ?? "")
    assert(header !== undefined && header.lock !== null)
    const key = parseVerifierKey(hash, header.vkey)
    assert(key !== undefined)
    const at = instant(Date.parse("2023-08-23T15:59:23.999Z"))
    for (const lock of [header.lock, parseNote(header.lock)?.text ?? ""]) {
      const verdict = await verifyBundle(hash, [bytes], { keys: [key], seen: { lock, at } })
      assert.deepStrictEqual([verdict.verdict, verdict.missing], ["VALID WITNESSED", []])
    }
  })
})

describe("Verifier, on bundles with one byte changed", () => {
  it("never calls one valid, wherever the byte is", async () => {
    const bytes = goldenBundle("daily-2")
    const key = parseVerifierKey(nodeSha256, goldenDraws[0]?.vkey ?? "")
    assert(key !== undefined)
    const replacements = [
      (byte: number) => byte ^ 1,
      (byte: number) => byte ^ 0x20,
      (byte: number) => byte === 0x30 ? 0x31 : 0x30,
      () => 0x0a
    ]
    // every byte, each with one of the changes, which one differing from byte to byte
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes)
      const byte = changed[at]!
      for (let i = 0; changed[at] === byte; i++) changed[at] = replacements[(at + i) % 4]?.(byte) ?? 0
      const { exit, level, verdict } = await verifyBundle(nodeSha256, [changed], { keys: [key] })
      assert.strictEqual(exit, 1, `byte ${at}: ${verdict}`)
      assert.match(verdict, /^INVALID( \d+)+$/)
      assert.isNull(level)
    }
  }, 120_000)

  it("never calls one with a beacon valid either", async () => {
    const bytes = goldenBundle("room-quicknet-50")
    const header = bytes.indexOf(0x0a)
    const places = fc.oneof(fc.nat(header), fc.integer({ min: header, max: bytes.length - 1 }))
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = bytes.map((byte, i) => i === at ? byte ^ flip : byte)
        assert.notStrictEqual((await verifyBundle(nodeSha256, [changed])).exit, 0)
      }),
      { numRuns: 30 }
    )
  })

  it("never calls one valid where a byte is missing or added", async () => {
    const bytes = goldenBundle("daily-0")
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.constantFrom(0x0a, 0x20, 0x30, 0x61), async (at, byte) => {
        const shorter = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])
        const longer = Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at)])
        assert.notStrictEqual((await verifyBundle(nodeSha256, [shorter])).exit, 0)
        assert.notStrictEqual((await verifyBundle(nodeSha256, [longer])).exit, 0)
      }),
      { numRuns: 40 }
    )
  })
})

const daily = (change: Partial<Extract<OpenRecord, { kind: "daily" }>>) => (record: OpenRecord): OpenRecord => {
  assert(record.kind === "daily")
  return { ...record, ...change }
}
const result = (change: Partial<ResultRecord>) => (record: ResultRecord | VoidRecord): ResultRecord | VoidRecord => {
  assert(record.type === "result")
  return { ...record, ...change }
}
const voided = (change: Partial<VoidRecord>) => (record: ResultRecord | VoidRecord): ResultRecord | VoidRecord => {
  assert(record.type === "void")
  return { ...record, ...change }
}
const ticketAt = (index: number, change: Partial<BundleTicket>) => (tickets: ReadonlyArray<BundleTicket>) =>
  tickets.map((ticket, i) => i === index ? { ...ticket, ...change } : ticket)

const plain = makeBundle()
const withBeacon = makeBundle({ beacon: true })
const stranger = makeSigner("stranger.example", 8)
const second = makeSigner("draws.example.com", 9)
const zeros = "00".repeat(32)
const { closes, opens } = plain.open
assert(closes !== null)

describe("Verifier, on honest bundles", () => {
  it("calls each valid, pending or void as it is", async () => {
    const expected: ReadonlyArray<readonly [BundleOptions, string]> = [
      [{}, "VALID SIGNED"],
      [{ entries: 0 }, "VALID SIGNED"],
      [{ entries: 1 }, "VALID SIGNED"],
      [{ kind: "room" }, "VALID SIGNED"],
      [{ beacon: true }, "VALID BEACON"],
      [{ beacon: true, kind: "room", entries: 50 }, "VALID BEACON"],
      [{ beacon: true, entries: 3000 }, "VALID BEACON"],
      [{ stage: "open" }, "PENDING OPEN"],
      [{ stage: "open", beacon: true }, "PENDING OPEN"],
      [{ stage: "open", beacon: true, kind: "room", header: (header) => ({ ...header, chain: null }) }, "PENDING OPEN"],
      [{ stage: "locked" }, "PENDING LOCKED"],
      [{ stage: "locked", beacon: true, kind: "room" }, "PENDING LOCKED"],
      [{ stage: "void", beacon: true }, "VOID"],
      [{ stage: "void", end: voided({ seed: null, reason: "seed" }) }, "VOID"],
      [{
        kind: "room",
        stage: "void",
        end: voided({ lock: null, reason: "closed" }),
        header: (header) => ({ ...header, lock: null })
      }, "VOID"]
    ]
    for (const [bundle, verdict] of expected) {
      const found = await verify(bundle)
      assert.deepStrictEqual(
        [found.verdict, found.exit],
        [verdict, 0],
        JSON.stringify([bundle, found.checks], undefined, 1)
      )
      assert.strictEqual(found.valid, verdict.startsWith("VALID"))
    }
  })

  it("reads them in pieces of any size, out of a buffer that is used again", async () => {
    const bytes = Buffer.from(makeBundle({ beacon: true, kind: "room", entries: 30 }).text)
    const inPieces = async function*(size: number) {
      const piece = Buffer.alloc(size)
      for (let at = 0; at < bytes.length; at += size) {
        const length = bytes.copy(piece, 0, at)
        yield piece.subarray(0, length)
        piece.fill(0)
      }
    }
    for (const size of [1, 7, 185, 186, 187, 1000, 100_000]) {
      assert.strictEqual((await verifyBundle(nodeSha256, inPieces(size), pinned)).verdict, "VALID BEACON", `${size}`)
    }
  })

  it("tells how far it has come", async () => {
    const read: Array<number> = []
    await verify({ entries: 70_000 }, { ...pinned, onProgress: (tickets) => read.push(tickets) })
    assert.deepStrictEqual(read, [65_536])
  })

  it("tells what the records show before it reads a ticket", async () => {
    const { header, text } = makeBundle({ beacon: true })
    const told: Array<string> = []
    const source = function*() {
      yield Buffer.from(encodeHeader(header))
      told.push("the tickets come")
      yield Buffer.from(text.slice(encodeHeader(header).length))
    }
    const verdict = await verifyBundle(nodeSha256, source(), {
      ...pinned,
      onRecords: (records, findings) => {
        assert.strictEqual(records.lock?.record.entries, 5)
        told.push(findings.map(({ id, ok }) => `${id} ${ok}`).join(", "))
      }
    })
    assert.deepStrictEqual(told, [
      "2 true, 3 true, 4 true, 6 true, 7 true, 8 true, 9 true, 10 true, 12 null",
      "the tickets come"
    ])
    assert.strictEqual(verdict.verdict, "VALID BEACON")
  })

  it("hands over the records once, and not where they cannot be read", async () => {
    const handed: Array<string> = []
    const options = { ...pinned, onRecords: ({ open }: BundleRecords) => handed.push(open.hashHex) }
    assert.strictEqual((await verify({ end: result({ seed: zeros }) }, options)).exit, 1)
    assert.deepStrictEqual(handed, [recordHashHex(nodeSha256, formatRecord(plain.open))])
    await verifyText("{}\n", options)
    assert.lengthOf(handed, 1)
  })

  it("says of a chain that it is not drand's, where it is not", async () => {
    const found = await verify({ beacon: true })
    assert.match(found.checks[6]?.detail ?? "", /not one of drand's/)
    assert.match(found.missing.join(), /not one of drand's/)
    const witnessed = await verify({ beacon: true }, {
      ...pinned,
      seen: { lock: withBeacon.header.lock ?? "", at: withBeacon.lock.locked }
    })
    assert.strictEqual(witnessed.verdict, "VALID WITNESSED")
    assert.match(witnessed.missing.join(), /not one of drand's/)
    const quicknets = await verifyBundle(nodeSha256, [goldenBundle("room-quicknet-50")], { keys: [operator.key] })
    assert.notMatch(JSON.stringify(quicknets), /drand's:|not one of drand's/)
  })

  it("says what each check rules out", async () => {
    const { checks } = await verify({})
    assert.deepStrictEqual(
      checks.map(({ id, rulesOut }) => [id, rulesOut]),
      Object.entries(checkRulesOut).map(([id, text]) => [Number(id), text])
    )
  })

  it("allows what the rules allow", async () => {
    const sameTime = (tickets: ReadonlyArray<BundleTicket>) =>
      tickets.map((ticket) => ({ ...ticket, purchasedAt: opens }))
    assert.strictEqual((await verify({ tickets: sameTime })).verdict, "VALID SIGNED")
    const lastMoment = ticketAt(4, { purchasedAt: instant(closes - 1) })
    assert.strictEqual((await verify({ tickets: lastMoment })).verdict, "VALID SIGNED")
    const roomLast = ticketAt(4, { purchasedAt: makeBundle({ kind: "room" }).lock.locked })
    assert.strictEqual((await verify({ kind: "room", tickets: roomLast })).verdict, "VALID SIGNED")
    const firstDay = daily({ opens: instant(opens + 5000), previous: null })
    const later = (tickets: ReadonlyArray<BundleTicket>) =>
      tickets.map((ticket) => ({ ...ticket, purchasedAt: instant(ticket.purchasedAt + 5000) }))
    assert.strictEqual((await verify({ open: firstDay, tickets: later })).verdict, "VALID SIGNED")
    const hostWaits = (lock: typeof plain.lock) => ({ ...lock, draws: instant(lock.draws + 7_200_000) })
    assert.strictEqual((await verify({ kind: "room", lock: hostWaits })).verdict, "VALID SIGNED")
    const terms = { price: cents(200n), pot: cents(150n) }
    const otherTerms = {
      open: daily(terms),
      lock: (lock: typeof plain.lock) => ({ ...lock, pool: cents(750n) }),
      end: result({ prize: cents(750n), fee: cents(250n) })
    }
    assert.strictEqual((await verify(otherTerms, { ...pinned, terms })).verdict, "VALID SIGNED")
  })

  it("caps at SIGNED a draw locked when the round may have been known", async () => {
    const late = (lock: typeof plain.lock) => ({ ...lock, locked: instant(lock.draws + 3000) })
    const found = await verify({ beacon: true, lock: late })
    assert.strictEqual(found.verdict, "VALID SIGNED")
    assert.match(found.missing.join(), /locked late/)
    assert.isNull(found.checks[6]?.ok)
  })

  it("gives a key that stands only in the bundle no weight", async () => {
    const found = await verify({ beacon: true, signers: [stranger] }, { chainHash: testChainHash })
    assert.strictEqual(found.verdict, "VALID ARITHMETIC")
    assert.match(found.missing.join(), /counts for nothing/)
  })

  it("accepts any living key of the operator's", async () => {
    const signers = [operator, second]
    for (const keys of [[operator.key], [second.key], [second.key, stranger.key]]) {
      assert.strictEqual((await verify({ signers }, { ...pinned, keys })).verdict, "VALID SIGNED")
    }
  })
})

describe("Verifier, on bundles that lie", () => {
  const lies: ReadonlyArray<readonly [name: string, bundle: BundleOptions, numbers: string, options?: VerifyOptions]> =
    [
      ["signed by a stranger", { signers: [stranger] }, "2"],
      [
        "signed by a stranger with the bundle's own key forged",
        {
          signers: [stranger],
          header: (header) => ({ ...header, vkey: operator.text })
        },
        "2",
        {}
      ],
      [
        "a false line in a pinned name",
        {
          signers: [operator, { ...second, line: () => second.line("something else\n") }]
        },
        "2",
        { ...pinned, keys: [operator.key, second.key] }
      ],
      ["a lock of another open record", { lock: (lock) => ({ ...lock, open: zeros }) }, "3"],
      ["a result of another lock record", { end: result({ lock: zeros }) }, "3"],
      ["a void of another open record", { stage: "void", end: voided({ open: zeros }) }, "3"],
      ["a void that names no lock though there is one", { stage: "void", end: voided({ lock: null }) }, "3"],
      ["a void that names a lock though there is none", {
        stage: "void",
        header: (header) => ({ ...header, lock: null })
      }, "3"],
      ["records of another draw than the header's", {
        header: (header) => ({ ...header, drawId: "019a0000-0000-7000-8000-00000000000f" as typeof header.drawId })
      }, "3 4 5 9"],
      ["a beacon in the open record alone", { beacon: true, lock: (lock) => ({ ...lock, beacon: null }) }, "3"],
      ["a beacon in the lock record alone", {
        beacon: true,
        open: daily({ beacon: null }),
        lock: (lock) => ({ ...lock, draws: closes })
      }, "3 7"],
      ["a lock of another round than the open record", {
        beacon: true,
        open: daily({ beacon: { chainHash: testChainHash, round: withBeacon.roundNumber + 1 } })
      }, "3 7"],
      ["a room whose open record names a round", {
        kind: "room",
        beacon: true,
        open: (open) => ({ ...open, beacon: { chainHash: testChainHash, round: 5 } })
      }, "3"],
      ["a daily draw whose open record names none", {
        beacon: true,
        open: daily({ beacon: { chainHash: testChainHash, round: 0 } })
      }, "3 7"],
      ["another seed", { end: result({ seed: zeros }) }, "4 9"],
      ["another seed in a void", { stage: "void", end: voided({ seed: zeros }) }, "4"],
      ["fewer entries than tickets", {
        lock: (lock) => ({ ...lock, entries: 4, pool: cents(380n) }),
        end: result({ prize: cents(380n), fee: cents(20n) })
      }, "5 9"],
      ["another root", { lock: (lock) => ({ ...lock, root: zeros }) }, "5"],
      ["a ticket id that stands twice", {
        tickets: (
          tickets
        ) => [...tickets, ...tickets.slice(0, 1).map((ticket) => ({ ...ticket, purchasedAt: instant(opens + 99) }))]
      }, "5"],
      ["a ticket sold before the opening", { tickets: ticketAt(0, { purchasedAt: instant(opens - 1) }) }, "6"],
      ["a ticket sold at the close", { tickets: ticketAt(4, { purchasedAt: closes }) }, "6"],
      ["a ticket sold before the one before it", { tickets: ticketAt(3, { purchasedAt: opens }) }, "6"],
      ["a ticket sold after the room was locked", {
        kind: "room",
        tickets: ticketAt(4, { purchasedAt: instant(makeBundle({ kind: "room" }).lock.locked + 1) })
      }, "6"],
      ["an opening after midnight that is not the log's first", { open: daily({ opens: instant(opens + 1) }) }, "6"],
      ["an opening before its day", { open: daily({ opens: instant(opens - 1), previous: null }) }, "6"],
      ["a day that is not the draw's", { open: daily({ date: dayAfter(parseDay("2026-02-03")!) }) }, "6"],
      ["a close at another time", {
        open: daily({ closes: instant(closes - 1) }),
        lock: (lock) => ({ ...lock, draws: instant(closes - 1) })
      }, "6"],
      ["a lock before the close", { lock: (lock) => ({ ...lock, locked: instant(closes - 1) }) }, "6"],
      ["an outcome due at another time", { lock: (lock) => ({ ...lock, draws: instant(lock.draws + 1) }) }, "6"],
      [
        "a room's outcome due too soon",
        { kind: "room", lock: (lock) => ({ ...lock, draws: instant(lock.draws - 1) }) },
        "6"
      ],
      ["another round than the formula's", {
        beacon: true,
        open: daily({ beacon: { chainHash: testChainHash, round: withBeacon.roundNumber + 1 } }),
        lock: (lock) => ({ ...lock, beacon: { chainHash: testChainHash, round: withBeacon.roundNumber + 1 } }),
        end: (end) =>
          end.type === "result" && end.beacon !== null
            ? { ...end, beacon: { ...end.beacon, round: withBeacon.roundNumber + 1 } }
            : end
      }, "7 8"],
      ["a chain that the reader does not accept", { beacon: true }, "7", { keys: [operator.key] }],
      ["a chain that is not the one named", {
        beacon: true,
        header: (header) => ({ ...header, chain: { ...testChain, period: 4 } })
      }, "7"],
      ["a chain of another scheme", {
        beacon: true,
        header: (header) => ({ ...header, chain: { ...testChain, schemeID: "bls-unchained-on-g1" } })
      }, "7 8"],
      ["no chain to check the beacon with", { beacon: true, header: (header) => ({ ...header, chain: null }) }, "7 8"],
      ["a forged beacon", {
        beacon: true,
        end: (end) =>
          end.type === "result" && end.beacon !== null
            ? { ...end, beacon: { ...end.beacon, signature: `c0${"00".repeat(47)}` } }
            : end
      }, "8 9"],
      ["a result without its beacon", { beacon: true, end: result({ beacon: null }) }, "3 8 9"],
      ["another entropy", { end: result({ entropy: zeros }) }, "9"],
      ["another winning position", {
        end: (end) =>
          end.type === "result" && end.winner !== null
            ? { ...end, winner: { ...end.winner, position: position(end.winner.position % 5 + 1) } }
            : end
      }, "9"],
      ["another winning ticket", {
        end: (end) =>
          end.type === "result" && end.winner !== null
            ? { ...end, winner: { ...end.winner, ticketId: plain.tickets[end.winner.position % 5]!.ticketId } }
            : end
      }, "9"],
      ["no winner though there are tickets", { end: result({ winner: null }) }, "9"],
      ["a winner though there are none", {
        entries: 0,
        end: result({ winner: { position: position(1), ticketId: plain.tickets[0]!.ticketId } })
      }, "9"],
      ["a dearer ticket", { open: daily({ price: cents(101n) }) }, "10"],
      ["a smaller pot", { open: daily({ pot: cents(94n) }) }, "10"],
      ["a smaller pool", { lock: (lock) => ({ ...lock, pool: cents(474n) }) }, "10"],
      ["a smaller prize", { end: result({ prize: cents(474n) }) }, "10"],
      ["a larger fee", { end: result({ fee: cents(26n) }) }, "10"],
      ["a smaller refund", { stage: "void", end: voided({ refund: cents(499n) }) }, "10"],
      ["a refund of part of a ticket", {
        stage: "void",
        end: voided({ lock: null, refund: cents(50n) }),
        header: (header) => ({ ...header, lock: null })
      }, "10"],
      [
        "more entries than the books can hold",
        { lock: (lock) => ({ ...lock, entries: Number.MAX_SAFE_INTEGER }) },
        "5 9 10"
      ],
      ["a lock that the reader did not keep", {}, "12", { ...pinned, seen: { lock: "ddd/lock/v1\n", at: opens } }],
      [
        "no lock though the reader kept one",
        {
          kind: "room",
          stage: "void",
          end: voided({ lock: null }),
          header: (header) => ({ ...header, lock: null })
        },
        "12",
        { ...pinned, seen: { lock: "ddd/lock/v1\n", at: opens } }
      ]
    ]

  for (const [name, bundle, numbers, options] of lies) {
    it(`finds ${name}`, async () => {
      const found = await verify(bundle, options)
      assert.strictEqual(found.verdict, `INVALID ${numbers}`, JSON.stringify(found.checks, undefined, 1))
      assert.deepStrictEqual([found.exit, found.valid, found.level], [1, false, null])
    })
  }

  it("finds a lock that the reader fetched too late to witness", async () => {
    const { header, roundNumber } = withBeacon
    const due = roundTime(testChain, roundNumber)
    const seen = (at: number) => ({ ...pinned, seen: { lock: header.lock ?? "", at: instant(at) } })
    assert.strictEqual((await verifyText(withBeacon.text, seen(due - 1))).verdict, "VALID WITNESSED")
    assert.strictEqual((await verifyText(withBeacon.text, seen(due))).verdict, "INVALID 12")
  })

  it("finds tickets that were dropped, added or swapped after the lock", async () => {
    const [header = "", ...lines] = plain.text.trimEnd().split("\n")
    const bundleOf = (tickets: ReadonlyArray<string | undefined>) => `${[header, ...tickets].join("\n")}\n`
    assert.strictEqual((await verifyText(bundleOf(lines))).verdict, "VALID SIGNED")
    assert.match((await verifyText(bundleOf(lines.slice(0, -1)))).verdict, /^INVALID 5/)
    assert.match((await verifyText(bundleOf([...lines, lines[4]?.replace("-00004", "-00005")]))).verdict, /^INVALID 5/)
    assert.match((await verifyText(bundleOf(lines.toReversed()))).verdict, /^INVALID 5 6/)
    assert.match((await verifyText(bundleOf([]))).verdict, /^INVALID 5/)
  })

  it("finds every line that is out of shape", async () => {
    const [header = "", first = "", ...rest] = plain.text.split("\n")
    const bundleOf = (line: string) => [header, line, ...rest].join("\n")
    for (
      const line of [
        "",
        first.replace("]", `,"x"]`),
        `${first}\r`,
        ` ${first}`,
        first.replace(",", ", "),
        `${first}${first}`,
        "x".repeat(5000)
      ]
    ) {
      assert.strictEqual((await verifyText(bundleOf(line))).verdict, "INVALID 1", line)
    }
    for (
      const text of [plain.text.slice(0, -1), `${plain.text}\n`, `${plain.text}x`, plain.text.replaceAll("\n", "\r\n")]
    ) {
      assert.strictEqual((await verifyText(text)).exit, 1)
    }
    const early = `${makeBundle({ stage: "open" }).text}${first}\n`
    assert.strictEqual((await verifyText(early)).verdict, "INVALID 1")
  })

  it("finds records that are out of place", async () => {
    const wrong: ReadonlyArray<BundleOptions["header"]> = [
      (header) => ({ ...header, open: null }),
      (header) => ({ ...header, lock: null }),
      (header) => ({ ...header, open: header.lock }),
      (header) => ({ ...header, lock: header.open }),
      (header) => ({ ...header, result: header.lock }),
      (header) => ({ ...header, lock: "ddd/lock/v1\n" }),
      (header) => ({ ...header, vkey: header.vkey.replace("draws", "drawn") })
    ]
    for (const header of wrong) assert.strictEqual((await verify({ ...(header && { header }) })).verdict, "INVALID 1")
  })
})

describe("Verifier, for the holder of a ticket", () => {
  const { ticketId = "" } = plain.tickets[2] ?? {}
  const owner = { salt: toHex(bundleSalt), userId: bundleUser }
  const held = async (ticket: VerifyOptions["ticket"]) => {
    const { checks, verdict } = await verifyText(plain.text, { ...pinned, ...(ticket && { ticket }) })
    return [verdict, checks[10]?.ok]
  }

  it("finds the ticket at its position, and whose it is", async () => {
    assert.deepStrictEqual(await held({ ticketId, position: 3, owner }), ["VALID SIGNED", true])
    assert.deepStrictEqual(await held({ ticketId }), ["VALID SIGNED", true])
    assert.deepStrictEqual(await held(undefined), ["VALID SIGNED", null])
  })

  it("finds it missing, elsewhere or another's", async () => {
    const lost = ["INVALID 11", false]
    assert.deepStrictEqual(await held({ ticketId: "DDL-20260203-7K3QX" }), lost)
    assert.deepStrictEqual(await held({ ticketId: `${ticketId}0` }), lost)
    assert.deepStrictEqual(await held({ ticketId: "" }), lost)
    assert.deepStrictEqual(await held({ ticketId, position: 4, owner }), lost)
    assert.deepStrictEqual(
      await held({ ticketId, owner: { ...owner, userId: "019a0000-0000-7000-9000-000000000003" } }),
      lost
    )
    assert.deepStrictEqual(await held({ ticketId, owner: { ...owner, userId: "é" } }), lost)
    assert.deepStrictEqual(await held({ ticketId, owner: { ...owner, salt: zeros } }), lost)
    assert.deepStrictEqual(await held({ ticketId, owner: { ...owner, salt: owner.salt.toUpperCase() } }), lost)
  })

  it("has nothing to say before the lock", async () => {
    const found = await verify({ stage: "open" }, { ...pinned, ticket: { ticketId, owner } })
    assert.deepStrictEqual([found.verdict, found.checks[10]?.ok], ["PENDING OPEN", null])
  })
})

describe("Verifier, on what is no bundle", () => {
  const others: ReadonlyArray<readonly [string, VerifySource]> = [
    ["other text", [Buffer.from("hello\n")]],
    ["other JSON", [Buffer.from("{}\n")]],
    ["an empty line", [Buffer.from("\n")]],
    ["bytes that are not UTF-8", [Buffer.from([0xff, 0x0a])]],
    ["a first line without end", Array.from({ length: 40 }, () => Buffer.alloc(1 << 16, 0x61))]
  ]
  for (const [name, source] of others) {
    it(`calls ${name} invalid`, async () => {
      const { exit, verdict } = await verifyBundle(nobleSha256, source)
      assert.deepStrictEqual([verdict, exit], ["INVALID 1", 1])
    })
  }

  const failing = async function*() {
    yield Buffer.from(plain.text.slice(0, 100))
    throw new Error("the connection was lost")
  }
  const sources: ReadonlyArray<readonly [string, VerifySource]> = [
    ["nothing", []],
    ["an empty file", [new Uint8Array(0)]],
    ["a source that fails", failing()]
  ]
  for (const [name, source] of sources) {
    it(`cannot read ${name}`, async () => {
      const { checks, exit, missing, valid, verdict } = await verifyBundle(nobleSha256, source)
      assert.deepStrictEqual([verdict, exit, valid], ["UNREADABLE", 2, false])
      assert.lengthOf(missing, 1)
      assert.isTrue(checks.every(({ ok }) => ok === null))
    })
  }

  it("never fails, whatever it is given", async () => {
    const header = plain.text.slice(0, plain.text.indexOf("\n") + 1)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, afterHeader) => {
        const source = afterHeader ? [Buffer.from(header), bytes] : [bytes]
        assert.include(["INVALID", "UNREADABLE"], (await verifyBundle(nodeSha256, source)).verdict.split(" ")[0])
      }),
      { numRuns: 50 }
    )
  })
})
