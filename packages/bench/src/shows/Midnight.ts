/**
 * Midnight on the development clock: the draw is drawn in its time, its bundle is served and proves it, and no byte of the
 * bundle can be changed without the verifier telling.
 */
import { nodeSha256 } from "@ddd/adapters-crypto/NodeSha256"
import { cents } from "@ddd/core/money/Money"
import { parseVerifierKey, type VerifierKey } from "@ddd/core/proof/Note"
import { verifyBundle } from "@ddd/core/proof/Verifier"
import { Effect, Schedule } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { inside } from "../support/Inside.ts"
import { makePlayers } from "../support/Players.ts"
import { rush, ticketIn } from "../support/Purchases.ts"
import { freePort, originAt, runCommand, startServer } from "../support/ServerProcess.ts"
import { temporaryDataDir } from "../support/TemporaryFolder.ts"
import { audited } from "./Books.ts"
import { must, Refuted, type Show } from "./Show.ts"

const players = 8
const day = "2026-02-03"
const proofPath = `/lottery/draws/${day}/proof`

/** What is written in the place of a byte, besides its neighbours in ASCII. */
const replacements = [0x0a, 0x20, 0x22, 0x30, 0x41, 0x7a, 0xff] as const

const textAt = (url: string) =>
  Effect.tryPromise({
    try: async () => {
      const response = await fetch(url)
      return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) }
    },
    catch: (error) => new Refuted({ message: `${url} was not answered: ${String(error)}` })
  })

const decoder = new TextDecoder()

/** Waits until the day's draw is drawn, for a minute after it was due at most. */
const untilDrawn = (origin: string) =>
  textAt(`${origin}/lottery/draws/${day}`).pipe(
    Effect.flatMap(({ bytes }) => {
      const text = decoder.decode(bytes)
      return must(text.includes(`"status":"drawn"`), () => `the draw is not drawn: ${text}`)
    }),
    Effect.retry(Schedule.spaced("100 millis").pipe(Schedule.upTo({ duration: "90 seconds" })))
  )

/** Every `stride`th byte of a bundle changed, to one value after another: how often each verdict came, and what was accepted. */
const verdictsOnChanges = (bundle: Uint8Array, keys: ReadonlyArray<VerifierKey>, stride: number, valuesEach: number) =>
  Effect.promise(async () => {
    const verdicts = new Map<string, number>()
    const accepted: Array<string> = []
    for (let at = 0; at < bundle.length; at += stride) {
      const byte = bundle[at] ?? 0
      const values = [byte ^ 1, byte ^ 0x20, ...replacements].filter((value) => value !== byte).slice(0, valuesEach)
      for (const value of new Set(values)) {
        const changed = bundle.slice()
        changed[at] = value
        const { verdict } = await verifyBundle(nodeSha256, [changed], { keys })
        if (!/^INVALID( \d+)+$/.test(verdict)) accepted.push(`byte ${at}, ${byte} made ${value}: ${verdict}`)
        verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
      }
    }
    return { accepted, verdicts }
  })

export const midnight: Show = {
  name: "midnight",
  promise:
    "a start at 23:59:30: drawn thirty seconds later, its bundle VALID, and INVALID by a named check after the change of any byte",
  run: Effect.fn("Midnight")(function*(size) {
    const start = `${day}T23:59:${size === "full" ? "30" : "48"}.000Z`
    const environment = { DATA_DIR: yield* temporaryDataDir, DEV_CLOCK_START: start }
    const refused = yield* runCommand({ ...environment, NODE_ENV: "production" }, "serve")
    yield* must(
      refused.code === 2 && refused.stderr.includes("DEV_CLOCK_START is refused in production"),
      () => `production did not refuse DEV_CLOCK_START: ${refused.code} ${refused.stderr}`
    )

    const begin = performance.now()
    const server = yield* startServer(environment, yield* freePort)
    const origin = originAt(server.port)
    const buyers = yield* makePlayers(players, () => cents(100n)).pipe(Effect.provide(inside(environment, origin)))
    const outcomes = yield* Effect.promise(() =>
      rush(server.port, 1, buyers.map((player, index) => ({ player, key: `ticket-${index}` })))
    )
    // one that came after midnight is of the next draw
    const tickets = outcomes.filter((answer) => answer?.status === 201).flatMap((answer) =>
      answer === undefined ? [] : [ticketIn(answer).ticketId]
    ).filter((id) => id.startsWith("DDL-20260203-"))
    yield* untilDrawn(origin)
    const seconds = (performance.now() - begin) / 1000

    const { bytes: bundle } = yield* textAt(`${origin}${proofPath}`)
    const vkey = decoder.decode((yield* textAt(`${origin}/log/vkey`)).bytes).trim()
    const key = parseVerifierKey(nodeSha256, vkey)
    if (key === undefined) return yield* new Refuted({ message: `${vkey} is no verifier key` })
    const lines = decoder.decode(bundle).split("\n").slice(1, -1)
    yield* must(
      lines.length === tickets.length && tickets.every((id, index) => lines[index]?.includes(`"${id}"`)),
      () => `the bundle does not hold the ${tickets.length} tickets that were sold, in their order`
    )

    const file = join(environment.DATA_DIR, "bundle")
    writeFileSync(file, bundle)
    for (const source of [file, `${origin}${proofPath}`]) {
      const { code, stdout } = yield* runCommand({}, "verify", source, "--vkey", vkey)
      yield* must(code === 0 && stdout.endsWith("\nVALID SIGNED\n"), () => `ddd verify ended with ${code}:\n${stdout}`)
    }

    const [stride, valuesEach] = size === "full" ? [1, 4] as const : [23, 1] as const
    const { accepted, verdicts } = yield* verdictsOnChanges(bundle, [key], stride, valuesEach)
    yield* must(
      accepted.length === 0,
      () => `a changed bundle was not found INVALID by a named check: ${accepted.slice(0, 5).join("; ")}`
    )
    const changes = [...verdicts].toSorted(([, a], [, b]) => b - a)
    return [
      "NODE_ENV=production refuses DEV_CLOCK_START",
      `started at ${start}; ${seconds.toFixed(1)} s later the draw of ${day} was drawn, with ${tickets.length} tickets`,
      "ddd verify, of a file and of the URL: VALID SIGNED",
      `${changes.reduce((sum, [, count]) => sum + count, 0)} changes of a byte of ${bundle.length}: none accepted`,
      ...changes.map(([verdict, count]) => `  ${String(count).padStart(6)}  ${verdict}`),
      yield* audited(environment)
    ]
  })
}
