#!/usr/bin/env node
/**
 * `bench:proof`: a large draw, sold, locked and drawn; its bundle served by a server, and verified as anybody does it: by `ddd verify`, and
 * on the server's own page in a browser, where there is one (CHROMIUM_PATH, or `chromium` on the PATH); each from the URL, and from a file.
 *
 * Beside each, how much memory the server took meanwhile. It fails where a bundle is not found valid.
 */
import { print, remark } from "@ddd/cli/terminal/Output"
import { aligned } from "@ddd/cli/terminal/Table"
import { dayMillis } from "@ddd/core/values/Instant"
import * as Clockwork from "@ddd/core/work/Clockwork"
import { Effect, References } from "effect"
import { statSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { chromium } from "playwright-core"
import { setUp } from "./sell/Stage.ts"
import { chromiumPath } from "./support/Chromium.ts"
import { advanceClock } from "./support/Clocks.ts"
import { cpuMillisOf } from "./support/CpuTime.ts"
import { inside } from "./support/Inside.ts"
import { memoryOf } from "./support/Memory.ts"
import { sellToAll } from "./support/PortSales.ts"
import { freePort, originAt, runCommand, startServer } from "./support/ServerProcess.ts"
import { temporaryDataDir } from "./support/TemporaryFolder.ts"
import { argumentsOf, runProgram } from "./support/Terminal.ts"

const { values } = argumentsOf({
  options: { players: { type: "string", default: "1000" }, tickets: { type: "string", default: "1000000" } }
})

const day = "2026-02-03"

/** Waits until a process takes less than a twentieth of a core. */
const untilIdle = Effect.fnUntraced(function*(pid: number) {
  for (let before = cpuMillisOf(pid), busy = true; busy;) {
    yield* Effect.sleep("2 seconds")
    const now = cpuMillisOf(pid)
    busy = now - before > 100
    before = now
  }
})

interface Watched<A> {
  readonly result: A
  readonly seconds: number
  readonly before: number
  readonly most: number
}

/** Does something, and says how long it took, and what the server had in memory before and at most. */
const watched = Effect.fnUntraced(function*<A, E, R>(pid: number, task: Effect.Effect<A, E, R>) {
  const before = memoryOf(pid)
  let most = before
  const timer = setInterval(() => {
    most = Math.max(most, memoryOf(pid))
  }, 50)
  const began = performance.now()
  const result = yield* Effect.ensuring(task, Effect.sync(() => clearInterval(timer)))
  const seen: Watched<A> = { result, seconds: (performance.now() - began) / 1000, before, most }
  return seen
})

/** Verifies the draw on the server's page, or a file there; gives the verdict, and the seconds from the click to it. */
const inBrowser = (origin: string, executablePath: string, file: string | null) =>
  Effect.promise(async () => {
    const root = process.getuid?.() === 0 ? ["--no-sandbox"] : []
    const browser = await chromium.launch({ executablePath, args: ["--disable-gpu", ...root] })
    try {
      const page = await browser.newPage()
      await page.goto(`${origin}/verify?draw=${day}`)
      const button = page.getByRole("button", { name: "Verify this draw" })
      await button.waitFor()
      const began = performance.now()
      if (file === null) await button.click()
      else await page.locator("#file").setInputFiles(file)
      const verdict = await page.locator("#verdict-line:not([hidden]) #verdict").textContent({ timeout: 300_000 })
      return { verdict, seconds: (performance.now() - began) / 1000 }
    } finally {
      await browser.close()
    }
  })

runProgram(Effect.gen(function*() {
  const players = Number(values.players)
  const each = Math.ceil(Number(values.tickets) / players)
  const tickets = each * players
  const stage = yield* setUp(players, "http://localhost")
  const environment = stage.environmentOf("http")
  yield* remark(`selling ${tickets} tickets`)
  yield* Effect.gen(function*() {
    yield* sellToAll(stage.buyers, each, 100)
    yield* advanceClock(environment, dayMillis)
    yield* remark("locking and drawing")
    yield* Clockwork.runDue()
  }).pipe(
    Effect.provide(inside(environment, "http://localhost")),
    Effect.provideService(References.MinimumLogLevel, "Warn")
  )

  const server = yield* startServer(environment, yield* freePort)
  const origin = originAt(server.port)
  const url = `${origin}/lottery/draws/${day}/proof`
  // it has mails to write: to every player, of tickets
  yield* remark("waiting until the server has nothing else to do")
  yield* untilIdle(server.pid)
  const rows: Array<ReadonlyArray<string>> = []
  const add = (name: string, { before, most, seconds }: Omit<Watched<unknown>, "result">, said: string) =>
    rows.push([
      name,
      said,
      seconds.toFixed(1),
      (tickets / seconds / 1e6).toFixed(2),
      before.toFixed(0),
      most.toFixed(0)
    ])

  const file = join(yield* temporaryDataDir, "bundle.ndjson")
  const download = Effect.promise(async () => {
    const { body } = await fetch(url)
    if (body !== null) await writeFile(file, body)
  })
  for (const times of ["for the first time", "again"]) {
    add(`download, ${times}`, yield* watched(server.pid, download), `${(statSync(file).size / 2 ** 20).toFixed(0)} MiB`)
  }

  const vkey = yield* Effect.promise(async () => (await (await fetch(`${origin}/log/vkey`)).text()).trim())
  for (const [name, source] of [["URL", url], ["file", file]] as const) {
    const byCommand = yield* watched(server.pid, runCommand({}, "verify", source, "--vkey", vkey))
    const said = byCommand.result.stdout.trimEnd().split("\n").at(-1) ?? ""
    if (said !== "VALID SIGNED") {
      return yield* Effect.die(new Error(`ddd verify says ${said}: ${byCommand.result.stderr}`))
    }
    add(`ddd verify, of the ${name}`, byCommand, said)
  }
  if (chromiumPath === undefined) yield* remark("there is no Chromium here, so no browser verified it")
  else {
    for (const [name, source] of [["URL", null], ["file", file]] as const) {
      const page = yield* watched(server.pid, inBrowser(origin, chromiumPath, source))
      const { seconds, verdict } = page.result
      if (verdict !== "VALID ARITHMETIC") return yield* Effect.die(new Error(`the page says ${verdict}`))
      add(`the page in Chromium, of the ${name}`, { ...page, seconds }, verdict)
    }
  }
  yield* print(aligned(
    [["", "verdict", "seconds", "M tickets/s", "the server's MiB: before", "at most"], ...rows],
    [2, 3, 4, 5]
  ))
}))
