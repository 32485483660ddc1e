/**
 * Bundles with one thing changed, over every kind of change that somebody could make: a stranger with a text editor, or the operator
 * itself, who can sign whatever it likes.
 */
import { bls12_381 } from "@noble/curves/bls12-381.js"
import { cents } from "../../src/money/Money.ts"
import { roundTime } from "../../src/proof/Beacon.ts"
import { formatNote } from "../../src/proof/Note.ts"
import { type BundleTicket, encodeTicket } from "../../src/proof/Proof.ts"
import type { LockRecord, OpenRecord, ResultRecord, VoidRecord } from "../../src/proof/Record.ts"
import type { VerifyOptions } from "../../src/proof/Verifier.ts"
import { position } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"
import { type BundleOptions, makeBundle, makeSigner, operator, testChain, testChainHash } from "./bundles.ts"

/** A bundle that holds, and what the reader of it knows. */
export interface Base {
  readonly name: string
  readonly made: BundleOptions
  readonly text: string
  readonly options: VerifyOptions
  /** The verdict on it as it is. */
  readonly verdict: string
}

export interface Mutation {
  readonly base: Base
  /** What is changed: a row of the table. */
  readonly kind: string
  /** Which one, for whoever looks for a failure. */
  readonly name: string
  readonly text: string
  readonly options: VerifyOptions
}

const pinned: VerifyOptions = { keys: [operator.key], chainHash: testChainHash }
const withBeacon = makeBundle({ beacon: true })
const witnessed: VerifyOptions = { ...pinned, seen: { lock: withBeacon.header.lock ?? "", at: withBeacon.lock.locked } }

const base = (name: string, verdict: string, made: BundleOptions, options: VerifyOptions = pinned): Base => ({
  name,
  made,
  text: makeBundle(made).text,
  options,
  verdict
})

export const bases: ReadonlyArray<Base> = [
  base("daily with a beacon", "VALID WITNESSED", { beacon: true }, witnessed),
  base("daily without", "VALID SIGNED", {}),
  base("room", "VALID BEACON", { kind: "room", beacon: true, entries: 7 }),
  base("one ticket", "VALID BEACON", { beacon: true, entries: 1 }),
  base("no ticket", "VALID BEACON", { beacon: true, entries: 0 }),
  base("void", "VOID", { beacon: true, stage: "void" }),
  base("locked", "PENDING LOCKED", { beacon: true, stage: "locked" }),
  base("open", "PENDING OPEN", { beacon: true, stage: "open" })
]

const zeros = "00".repeat(32)
const otherDraw = "019a0000-0000-7000-8000-00000000000f"
const stranger = makeSigner("stranger.example", 8)

type NoteName = "open" | "lock" | "result"
const noteNames: ReadonlyArray<NoteName> = ["open", "lock", "result"]

/** The first line's JSON, and the others. */
const partsOf = (text: string) => {
  const [head = "", ...lines] = text.slice(0, -1).split("\n")
  const header: Readonly<Record<string, unknown>> = JSON.parse(head)
  return { head, header, lines }
}

const join = (head: string, lines: ReadonlyArray<string>): string => `${[head, ...lines].join("\n")}\n`

const noteOf = (text: string, name: NoteName): string | undefined => {
  const note = partsOf(text).header[name]
  return typeof note === "string" ? note : undefined
}

const splitNote = (note: string) => {
  const at = note.lastIndexOf("\n\n")
  return { text: note.slice(0, at + 1), signatures: note.slice(at + 2) }
}

/** A character that is another one of its kind. */
const other = (character: string): string => {
  if (/[0-8a-eA-Eg-yG-Y]/.test(character)) return String.fromCharCode(character.charCodeAt(0) + 1)
  return /[9fFzZ]/.test(character) ? String.fromCharCode(character.charCodeAt(0) - 1) : "x"
}

const changeAt = (text: string, at: number): string => text.slice(0, at) + other(text.charAt(at)) + text.slice(at + 1)

type Draft = readonly [kind: string, name: string, text: string, options?: VerifyOptions]

/** The header's members: another value, none, another place, another kind. */
const headerDrafts = ({ text }: Base): ReadonlyArray<Draft> => {
  const { head, header, lines } = partsOf(text)
  const write = (value: object): string => join(JSON.stringify(value), lines)
  const members = Object.entries(header)
  const drafts: Array<Draft> = []
  for (const [index, [key, value]] of members.entries()) {
    const rest = members.filter(([name]) => name !== key)
    drafts.push(["header: a member left out", key, write(Object.fromEntries(rest))])
    drafts.push([
      "header: a member of another name",
      key,
      write(Object.fromEntries(members.map(([name, each]) => [name === key ? `${name}x` : name, each])))
    ])
    drafts.push(["header: a member of another type", key, write({ ...header, [key]: 7 })])
    drafts.push([
      "header: a member that stands twice",
      key,
      join(head.replace(/\}$/, `,${JSON.stringify(key)}:${JSON.stringify(value)}}`), lines)
    ])
    if (index > 0) {
      const moved = [...rest.slice(0, index - 1), [key, value] as const, ...rest.slice(index - 1)]
      drafts.push(["header: members in another order", key, write(Object.fromEntries(moved))])
    }
    if (value === null && key !== "chain") {
      drafts.push(["header: text where null must be", key, write({ ...header, [key]: "" })])
    }
  }
  drafts.push(["header: a member too many", "note", write({ ...header, note: "" })])
  drafts.push(["header: format", "v2", write({ ...header, format: "ddd/proof/v2" })])
  drafts.push(["header: drawId", "another", write({ ...header, drawId: otherDraw })])
  drafts.push(["header: drawId", "upper case", write({ ...header, drawId: String(header["drawId"]).toUpperCase() })])
  const vkey = String(header["vkey"])
  for (const at of [3, vkey.indexOf("+") + 2, vkey.length - 5]) {
    drafts.push(["header: vkey", `character ${at}`, write({ ...header, vkey: changeAt(vkey, at) })])
  }
  const { chain } = header
  if (chain !== null && typeof chain === "object") {
    const values: Readonly<Record<string, unknown>> = {
      publicKey: bls12_381.shortSignatures.getPublicKey(new Uint8Array(32).fill(6)).toHex(),
      period: 4,
      genesisTime: testChain.genesisTime + 1,
      genesisSeed: zeros,
      schemeID: "bls-unchained-on-g1",
      beaconID: "default"
    }
    for (const [key, value] of Object.entries(values)) {
      drafts.push([`chain: ${key}`, "another", write({ ...header, chain: { ...chain, [key]: value } })])
      const rest = Object.fromEntries(Object.entries(chain).filter(([name]) => name !== key))
      drafts.push(["chain: a member left out", key, write({ ...header, chain: rest })])
    }
    drafts.push(["chain: a member too many", "x", write({ ...header, chain: { ...chain, x: 1 } })])
    drafts.push(["chain: a number spelled otherwise", "period", text.replace(`"period":3`, `"period":3.0`)])
    drafts.push([
      "chain: a number spelled otherwise",
      "genesisTime",
      text.replace(`"genesisTime":17`, `"genesisTime":1.7e9,"x":17`)
    ])
  }
  return drafts
}

/** The bundles in which every kind of record stands, each kind in as many shapes as it has. */
const everyRecordIn = ["daily with a beacon", "daily without", "room", "void"]

/** The lines of each note's text, with the signatures as they were: a stranger's forgery. */
const textDrafts = ({ name: baseName, text }: Base): ReadonlyArray<Draft> => {
  if (!everyRecordIn.includes(baseName)) return []
  const { header, lines } = partsOf(text)
  return noteNames.flatMap((name) => {
    const note = noteOf(text, name)
    if (note === undefined) return []
    const { signatures, text: record } = splitNote(note)
    const recordLines = record.slice(0, -1).split("\n")
    const write = (changed: ReadonlyArray<string>): string =>
      join(JSON.stringify({ ...header, [name]: `${changed.join("\n")}\n\n${signatures}` }), lines)
    const replaced = (at: number, ...by: ReadonlyArray<string>) => write(recordLines.toSpliced(at, 1, ...by))
    return recordLines.flatMap((line, at): ReadonlyArray<Draft> => {
      const key = line.split(" ")[0] ?? ""
      const value = line.indexOf(" ") + 1
      const digit = /\d/.exec(line.slice(value))
      return [
        [
          `${name}: a line's value`,
          key,
          replaced(at, changeAt(line, digit === null ? line.length - 1 : value + digit.index))
        ],
        [`${name}: a line left out`, key, replaced(at)],
        [`${name}: a line that stands twice`, key, replaced(at, line, line)],
        ...at + 1 < recordLines.length
          ? [
            [
              `${name}: two lines swapped`,
              key,
              write(recordLines.toSpliced(at, 2, recordLines[at + 1] ?? "", line))
            ] as const
          ]
          : [],
        [`${name}: a space too many`, key, replaced(at, `${line} `)],
        [`${name}: a carriage return`, key, replaced(at, `${line}\r`)]
      ]
    })
  })
}

/** What the operator might say instead, by record and line. */
const otherValues: {
  readonly [N in "open" | "lock" | "result" | "void"]: Readonly<Record<string, ReadonlyArray<string>>>
} = {
  open: {
    draw: [otherDraw],
    kind: ["room"],
    date: ["2026-02-04", "-"],
    opens: ["2026-02-02T23:59:59.999Z", "2026-02-03T00:00:00.001Z"],
    closes: ["2026-02-03T23:59:59.999Z", "-"],
    price: ["101", "0100"],
    pot: ["94", "95.0"],
    commitment: [zeros],
    beacon: ["none", `${testChainHash} 7`, `${zeros} 7`],
    previous: ["none", zeros]
  },
  lock: {
    draw: [otherDraw],
    open: [zeros],
    locked: ["2026-02-03T23:59:59.999Z", "2026-02-02T00:00:00.000Z"],
    draws: ["2026-02-04T00:00:30.001Z", "2026-02-04T00:00:29.999Z"],
    entries: ["4", "6", "05"],
    root: [zeros, zeros.toUpperCase().replaceAll("0", "A")],
    pool: ["474", "0"],
    beacon: ["none", `${testChainHash} 7`, `${zeros} 7`]
  },
  result: {
    draw: [otherDraw],
    lock: [zeros],
    seed: [zeros],
    beacon: ["none", `7 c0${"00".repeat(47)}`],
    entropy: [zeros],
    winner: ["none", "6 DDL-20260203-00005", "1 DDL-20260203-ZZZZZ"],
    prize: ["474", "96"],
    fee: ["26", "4"]
  },
  void: {
    draw: [otherDraw],
    open: [zeros],
    lock: ["none", zeros],
    reason: ["bored"],
    seed: [zeros],
    refund: ["499", "400"]
  }
}

/** Of an open record alone, nothing shows what its commitment hides, which draw came before, or that a beacon was meant to be. */
const unseenWhileOpen = (key: string, value: string): boolean =>
  key === "commitment" || key === "previous" || (key === "beacon" && value === "none")

/** One record changed and signed again by the operator, the others as they were. */
const resignedDrafts = ({ name: baseName, text }: Base): ReadonlyArray<Draft> => {
  const { header, lines } = partsOf(text)
  return noteNames.flatMap((name) => {
    const note = noteOf(text, name)
    if (note === undefined) return []
    const record = splitNote(note).text
    const type = record.startsWith("ddd/void/") ? "void" : name
    return Object.entries(otherValues[type]).flatMap(([key, values]) =>
      values.flatMap((value): ReadonlyArray<Draft> => {
        if (baseName === "open" && unseenWhileOpen(key, value)) return []
        const changed = record.replace(new RegExp(`^${key} .*$`, "m"), `${key} ${value}`)
        const signed = formatNote(changed, [operator.line(changed)])
        // What a line says already is no change
        return changed === record
          ? []
          : [[`${type}, signed again: ${key}`, value, join(JSON.stringify({ ...header, [name]: signed }), lines)]]
      })
    )
  })
}

const signatureDrafts = ({ text }: Base): ReadonlyArray<Draft> => {
  const { header, lines } = partsOf(text)
  return noteNames.flatMap((name): ReadonlyArray<Draft> => {
    const note = noteOf(text, name)
    if (note === undefined) return []
    const { signatures, text: record } = splitNote(note)
    const write = (changed: string): string => join(JSON.stringify({ ...header, [name]: changed }), lines)
    const bySigner = (signer: ReturnType<typeof makeSigner>) => formatNote(record, [signer.line(record)])
    const encoded = signatures.lastIndexOf(" ") + 1
    const false_ = { ...operator.line(record), signature: operator.line("something else\n").signature }
    return [
      ["signature: a byte", name, write(`${record}\n${changeAt(signatures, encoded + 20)}`)],
      ["signature: the key's id", name, write(`${record}\n${changeAt(signatures, encoded + 1)}`)],
      ["signature: the key's name", name, write(`${record}\n${signatures.replace("draws.", "drawz.")}`)],
      ["signature: cut short", name, write(`${record}\n${signatures.slice(0, -9)}\n`)],
      ["signature: none", name, write(record)],
      ["signature: none, the empty line left", name, write(`${record}\n`)],
      ["signature: a stranger's", name, write(bySigner(stranger))],
      ["signature: of another text", name, write(formatNote(record, [false_]))],
      ["signature: a false one beside the true", name, write(formatNote(record, [operator.line(record), false_]))],
      ["signature: a hyphen for the dash", name, write(`${record}\n${signatures.replace("—", "-")}`)],
      ["signature: a line of something else", name, write(`${note}x\n`)]
    ]
  })
}

const ticketDrafts = ({ made, text }: Base): ReadonlyArray<Draft> => {
  const { head, lines } = partsOf(text)
  if (made.stage === "open") {
    const early = encodeTicket(withBeacon.tickets[0]!).trimEnd()
    return [["ticket: one before the lock", "first", join(head, [early])]]
  }
  const write = (changed: ReadonlyArray<string>): string => join(head, changed)
  const strange: BundleTicket = {
    ...withBeacon.tickets[0]!,
    ticketId: "DDL-20260203-ZZZZZ" as BundleTicket["ticketId"]
  }
  const added = encodeTicket(strange).trimEnd()
  const drafts: Array<Draft> = [
    ["ticket: one too many", "at the end", write([...lines, added])],
    ["ticket: one too many", "at the beginning", write([added, ...lines])]
  ]
  const places = [...new Set([0, Math.floor(lines.length / 2), lines.length - 1])].filter((at) =>
    at >= 0 && at < lines.length
  )
  for (const at of places) {
    const line = lines[at] ?? ""
    const name = `line ${at + 2}`
    const columns: ReadonlyArray<string> = JSON.parse(line)
    const column = (index: number, value: string) => write(lines.with(at, JSON.stringify(columns.with(index, value))))
    const [id = "", hash = "", commit = "", time = ""] = columns
    drafts.push(
      ["ticket: its id", name, column(0, changeAt(id, id.length - 1))],
      ["ticket: its id's prefix", name, column(0, changeAt(id, 6))],
      ["ticket: its id in lower case", name, column(0, id.toLowerCase())],
      ["ticket: its seal", name, column(1, changeAt(hash, 10))],
      ["ticket: its seal cut short", name, column(1, hash.slice(2))],
      ["ticket: its seal in upper case", name, column(1, "A".repeat(64))],
      ["ticket: its owner's commitment", name, column(2, changeAt(commit, 63))],
      ["ticket: its time", name, column(3, time.replace(/\d{3}Z$/, (millis) => millis === "777Z" ? "778Z" : "777Z"))],
      ["ticket: its time spelled otherwise", name, column(3, time.replace("Z", "+00:00"))],
      ["ticket: seal and commitment swapped", name, write(lines.with(at, JSON.stringify([id, commit, hash, time])))],
      ["ticket: left out", name, write(lines.toSpliced(at, 1))],
      ["ticket: twice", name, write(lines.toSpliced(at, 0, line))],
      ["ticket: cut short", name, write(lines.with(at, line.slice(0, -2)))],
      ["ticket: a fifth element", name, write(lines.with(at, line.replace(/\]$/, `,""]`)))],
      ["ticket: an element left out", name, write(lines.with(at, JSON.stringify(columns.slice(0, 3))))],
      ["ticket: a space", name, write(lines.with(at, line.replace(",", ", ")))],
      ["ticket: an escape", name, write(lines.with(at, line.replace("-", "\\u002d")))],
      ["ticket: a carriage return", name, write(lines.with(at, `${line}\r`))],
      ["ticket: an empty line before it", name, write(lines.toSpliced(at, 0, ""))]
    )
    if (at > 0) {
      drafts.push([
        "ticket: swapped with the one before",
        name,
        write(lines.with(at, lines[at - 1] ?? "").with(at - 1, line))
      ])
    }
  }
  if (lines.length > 0) drafts.push(["ticket: all left out", "all", write([])])
  if (lines.length > 1) drafts.push(["ticket: all in another order", "reversed", write(lines.toReversed())])
  return drafts
}

/** Other bytes that a careless reader would take for the same. */
const spellingDrafts = ({ text }: Base): ReadonlyArray<Draft> => {
  const { head, lines } = partsOf(text)
  const first = (changed: string): string => join(changed, lines)
  return [
    ["bytes: carriage returns", "every line", text.replaceAll("\n", "\r\n")],
    ["bytes: a newline missing", "the last", text.slice(0, -1)],
    ["bytes: a newline too many", "the last", `${text}\n`],
    ["bytes: a newline too many", "the first", `\n${text}`],
    ["bytes: something behind the end", "x", `${text}x`],
    ["bytes: something behind the end", "NUL", `${text}\0`],
    ["bytes: something behind the end", "a bundle", `${text}${text}`],
    ["bytes: a byte order mark", "first", `\ufeff${text}`],
    ["bytes: cut off", "a quarter", text.slice(0, text.length / 4)],
    ["bytes: cut off", "in the last line", text.slice(0, -3)],
    ["JSON: a space", "behind a colon", first(head.replace(":", ": "))],
    ["JSON: a space", "behind a comma", first(head.replace(",", ", "))],
    ["JSON: a space", "before", first(` ${head}`)],
    ["JSON: a space", "behind", first(`${head} `)],
    ["JSON: a tab", "behind a colon", first(head.replace(":", ":\t"))],
    ["JSON: an escape", "of a letter", first(head.replace("ddd/open", "\\u0064dd/open"))],
    ["JSON: an escape", "of a slash", first(head.replace("ddd/open", "ddd\\/open"))],
    ["JSON: an escape", "of the dash", first(head.replace("—", "\\u2014"))],
    ["JSON: an escape", "of a newline", first(head.replace("\\n", "\\u000a"))],
    ["JSON: an array around it", "array", first(`[${head}]`)]
  ]
}

const result = (change: (record: ResultRecord) => Partial<ResultRecord>) => (record: ResultRecord | VoidRecord) =>
  record.type === "result" ? { ...record, ...change(record) } : record
const open = (change: Partial<OpenRecord>) => (record: OpenRecord): OpenRecord =>
  ({ ...record, ...change }) as OpenRecord
const lock = (change: (record: LockRecord) => Partial<LockRecord>) => (record: LockRecord): LockRecord => ({
  ...record,
  ...change(record)
})
const tickets =
  (change: (ticket: BundleTicket, index: number) => Partial<BundleTicket>) =>
  (all: ReadonlyArray<BundleTicket>): ReadonlyArray<BundleTicket> =>
    all.map((ticket, index) => ({ ...ticket, ...change(ticket, index) }))

/** One lie of the operator, and all that follows from it put together and signed accordingly. */
const liesOf = (made: BundleOptions): ReadonlyArray<readonly [string, BundleOptions]> => {
  const { closes, opens } = withBeacon.open
  const { roundNumber } = withBeacon
  const common: ReadonlyArray<readonly [string, BundleOptions]> = [
    ["all signed by a stranger", { signers: [stranger] }],
    ["another root", { lock: lock(() => ({ root: zeros })) }],
    ["an entry too many", { lock: lock(({ entries }) => ({ entries: entries + 1 })) }],
    ["another pool", { lock: lock(({ pool }) => ({ pool: cents(pool + 1n) })) }],
    ["a dearer ticket", { open: open({ price: cents(101n) }) }],
    ["a smaller pot", { open: open({ pot: cents(94n) }) }],
    ["an outcome due at another time", { lock: lock(({ draws }) => ({ draws: instant(draws - 1) })) }]
  ]
  const drawn: ReadonlyArray<readonly [string, BundleOptions]> = made.stage !== undefined && made.stage !== "drawn" ?
    [] :
    [
      ["another seed", { end: result(() => ({ seed: zeros })) }],
      ["another entropy", { end: result(() => ({ entropy: zeros })) }],
      ["another prize", { end: result(({ prize }) => ({ prize: cents(prize + 1n) })) }],
      ["a fee that is larger", { end: result(({ fee }) => ({ fee: cents(fee + 1n) })) }],
      ["another winner", {
        end: result(({ winner }) => ({
          winner: winner === null
            ? { position: position(1), ticketId: withBeacon.tickets[0]!.ticketId }
            : { ...winner, position: position(winner.position + 1) }
        }))
      }]
    ]
  const sold: ReadonlyArray<readonly [string, BundleOptions]> = (made.entries ?? 5) === 0 ? [] : [
    ["a ticket sold before the opening", {
      tickets: tickets((_, i) => i === 0 ? { purchasedAt: instant(opens - 1) } : {})
    }],
    ["a ticket sold after the lock", {
      tickets: tickets((ticket, i) =>
        i === (made.entries ?? 5) - 1 ? { purchasedAt: instant(ticket.purchasedAt + 172_800_000) } : {}
      )
    }]
  ]
  const daily: ReadonlyArray<readonly [string, BundleOptions]> = made.kind === "room" ? [] : [
    ["an opening at another time", { open: open({ opens: instant(opens + 1) }) }],
    ["a close at another time", { open: open({ closes: instant((closes ?? 0) - 1) }) }],
    ["a lock before the close", { lock: lock(() => ({ locked: instant((closes ?? 0) - 1) })) }]
  ]
  const beacon: ReadonlyArray<readonly [string, BundleOptions]> = made.beacon !== true ? [] : [
    ["another chain", {
      open: open({ beacon: { chainHash: zeros, round: made.kind === "room" ? 0 : roundNumber } }),
      lock: lock((record) => ({ beacon: { chainHash: zeros, round: record.beacon?.round ?? 0 } }))
    }],
    ["another round", {
      open: made.kind === "room" ? open({}) : open({ beacon: { chainHash: testChainHash, round: roundNumber + 1 } }),
      lock: lock((record) => ({ beacon: { chainHash: testChainHash, round: (record.beacon?.round ?? 0) + 1 } })),
      end: result((record) => ({ beacon: record.beacon && { ...record.beacon, round: record.beacon.round + 1 } }))
    }],
    ["a beacon dropped at the lock", { lock: lock(() => ({ beacon: null })) }]
  ]
  const forged: ReadonlyArray<readonly [string, BundleOptions]> = made.beacon !== true || drawn.length === 0 ? [] : [
    ["the beacon's signature at infinity", {
      end: result((record) => ({ beacon: record.beacon && { ...record.beacon, signature: `c0${"00".repeat(47)}` } }))
    }],
    ["a bit of the beacon's signature", {
      end: result((record) => ({
        beacon: record.beacon && { ...record.beacon, signature: changeAt(record.beacon.signature, 95) }
      }))
    }],
    ["a result without its beacon", { end: result(() => ({ beacon: null })) }]
  ]
  return [...common, ...drawn, ...sold, ...daily, ...beacon, ...forged]
}

/** Before the lock nothing of a lock or of tickets is there to lie about. */
const ofOpenAlone = new Set([
  "all signed by a stranger",
  "a dearer ticket",
  "a smaller pot",
  "an opening at another time",
  "a close at another time",
  "another chain",
  "another round"
])

const lieDrafts = ({ made, name }: Base): ReadonlyArray<Draft> =>
  liesOf(made).filter(([lie]) => name !== "open" || ofOpenAlone.has(lie)).map(([lie, options]): Draft => [
    `the operator's lie: ${lie}`,
    lie,
    makeBundle({ ...made, ...options }).text
  ])

/** What the reader kept, where that is another lock record, or was fetched too late. */
const witnessDrafts = ({ made, name, text, options }: Base): ReadonlyArray<Draft> => {
  if (name !== "daily with a beacon") return []
  const kept = options.seen?.lock ?? ""
  const later = makeBundle({ ...made, lock: lock(({ locked }) => ({ locked: instant(locked + 1) })) })
  const seen = (lockText: string, at = withBeacon.lock.locked): VerifyOptions => ({
    ...options,
    seen: { lock: lockText, at }
  })
  return [
    ["witness: another lock record was kept", "a millisecond later", later.text],
    ["witness: another lock record was kept", "another text", text, seen(changeAt(kept, kept.indexOf("entries ") + 8))],
    ["witness: another lock record was kept", "none", text, seen("")],
    [
      "witness: it was fetched too late",
      "at the round",
      text,
      seen(kept, roundTime(testChain, withBeacon.roundNumber))
    ],
    ["witness: it was fetched too late", "a day later", text, seen(kept, instant(withBeacon.lock.draws + 86_400_000))]
  ]
}

const allDrafts = [
  headerDrafts,
  textDrafts,
  resignedDrafts,
  signatureDrafts,
  ticketDrafts,
  spellingDrafts,
  lieDrafts,
  witnessDrafts
]

/** Every change of every base. */
export const mutations: ReadonlyArray<Mutation> = bases.flatMap((each) =>
  allDrafts.flatMap((draftsOf) => draftsOf(each)).map(([kind, name, text, options = each.options]) => ({
    base: each,
    kind,
    name,
    text,
    options
  }))
)
