#!/usr/bin/env node
/**
 * `bench:verify`: how many tickets of a bundle are verified a second, and in how much memory.
 *
 * Beside it, in the same run, what Node's own SHA-256 does with messages of the two lengths that there are: a leaf and a node of the tree
 * for each ticket. It fails where the bundle is not found valid.
 */
import { print, remark } from "@ddd/cli/terminal/Output"
import { aligned } from "@ddd/cli/terminal/Table"
import { Data, Effect } from "effect"
import { fork } from "node:child_process"
import { hash } from "node:crypto"
import { statSync } from "node:fs"
import { join } from "node:path"
import { temporaryDataDir } from "./support/TemporaryFolder.ts"
import { argumentsOf, refuseUsage, runProgram } from "./support/Terminal.ts"
import { writeBundle } from "./verify/MadeBundle.ts"

export type Way = "ddd verify" | "as a browser" | "as a browser, noble alone"

const ways: ReadonlyArray<Way> = ["ddd verify", "as a browser", "as a browser, noble alone"]

/** What a process that verifies one bundle says. */
export interface Measured {
  readonly verdict: string
  readonly seconds: number
  /** In bytes, before the first byte of the bundle is read. */
  readonly rssBefore: number
  /** In bytes, the most at any time. */
  readonly rssMax: number
}

class NotMeasured extends Data.TaggedError("NotMeasured")<{ readonly message: string }> {}

/** An element of the tree's hash input: 0x00 and a leaf's data with an id of five symbols; 0x01 and two hashes. */
const leafBytes = 157
const nodeBytes = 65

/** How often Node's SHA-256 is done in a second with messages so long, made as cheaply as it can be had. */
const rawHashes = (length: number): number => {
  const message = new Uint8Array(length).fill(1)
  const count = 400_000
  let best = 0
  for (let round = 0; round < 3; round++) {
    const begun = performance.now()
    for (let i = 0; i < count; i++) {
      message[1] = i
      hash("sha256", message, "binary")
    }
    best = Math.max(best, count / (performance.now() - begun) * 1000)
  }
  return best
}

const measure = (way: Way, file: string, vkey: string): Effect.Effect<Measured, NotMeasured> =>
  Effect.callback<Measured, NotMeasured>((resume) => {
    const child = fork(join(import.meta.dirname, "verify", "Once.ts"), [way, file, vkey])
    child.once("message", (measured) => resume(Effect.succeed(measured as Measured)))
    child.once("close", (code) => resume(Effect.fail(new NotMeasured({ message: `${way} ended with ${code}.` }))))
    return Effect.sync(() => child.kill())
  })

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)
const millions = (count: number): string => (count / 1e6).toFixed(2)

const { values } = argumentsOf({
  options: {
    tickets: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "3" }
  }
})

runProgram(Effect.gen(function*() {
  const tickets = Number(values.tickets)
  const rounds = Number(values.rounds)
  if (!Number.isInteger(tickets) || tickets < 1 || !Number.isInteger(rounds) || rounds < 1) {
    return yield* refuseUsage("--tickets and --rounds are whole numbers from 1 on.")
  }
  const file = join(yield* temporaryDataDir, "bundle.ndjson")
  yield* remark(`writing a bundle of ${tickets} tickets`)
  const vkey = writeBundle(file, tickets)
  const rows: Array<ReadonlyArray<string>> = []
  const raw = { leaf: rawHashes(leafBytes), node: rawHashes(nodeBytes) }
  const ceiling = 1 / (1 / raw.leaf + 1 / raw.node)
  for (const way of ways) {
    const measured: Array<Measured> = []
    for (let round = 0; round < rounds; round++) measured.push(yield* measure(way, file, vkey))
    const seconds = measured.map((each) => each.seconds).sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN
    const wrong = measured.find(({ verdict }) => verdict !== "VALID SIGNED")
    if (wrong !== undefined) return yield* new NotMeasured({ message: `${way} says ${wrong.verdict}.` })
    const [most] = measured.toSorted((a, b) => b.rssMax - a.rssMax)
    rows.push([
      way,
      seconds.toFixed(2),
      millions(tickets / seconds),
      (tickets / seconds / ceiling).toFixed(2),
      megabytes(most?.rssBefore ?? Number.NaN),
      megabytes(most?.rssMax ?? Number.NaN)
    ])
  }
  yield* print(aligned([
    ["way", "s", "M tickets/s", "× raw", "MiB before", "MiB at most"],
    ...rows
  ], [1, 2, 3, 4, 5]))
  yield* print(
    `${tickets} tickets, ${megabytes(statSync(file).size)} MiB. Raw: Node's SHA-256 alone does ${
      millions(raw.leaf)
    } M leaves (${leafBytes} bytes) or ` +
      `${millions(raw.node)} M nodes (${nodeBytes} bytes) a second, so ${millions(ceiling)} M tickets.`
  )
}))
