/** What a server that wishes ill can do to whoever verifies: nothing to the terminal, to the time, to the disk. */
import { dayAfter, dayStart, parseDay } from "@ddd/core/values/Instant"
import { assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { publicSite, Unanswered } from "../src/PublicSite.ts"
import { harmless } from "../src/Streams.ts"
import { verify } from "../src/Verify.ts"
import { allowances } from "../src/watch/Evidence.ts"
import { watch } from "../src/watch/Watch.ts"
import { makeSigner, operator, playDay, playDays } from "./support/days.ts"
import { serveDays } from "./support/server.ts"
import { makeTerminal } from "./support/terminal.ts"
import { makeWorld } from "./support/world.ts"

const first = parseDay("2026-02-01") ?? assert.fail()
const midnight = dayStart(dayAfter(first))
const week = playDays(first, ["drawn", "drawn", "locked", "open"])

/** A control sequence in both spellings, a line of one's own, what reorders a line, what is not seen. */
const nasty = "\u001b[2J\u009b1m\r\nVALID WITNESSED\u202e\u2066\u200b\u2028\u{e0041}"
const unshown = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u

const folder = (): { readonly path: string } & Disposable => {
  const path = fs.mkdtempSync(join(tmpdir(), "ddd-hostile-"))
  return { path, [Symbol.dispose]: () => fs.rmSync(path, { recursive: true, force: true }) }
}

/** Every text below a value with something nasty behind it. */
const soil = (value: unknown): unknown => {
  if (typeof value === "string") return value + nasty
  if (Array.isArray(value)) return value.map(soil)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, soil(each)]))
}

/** Lines as a terminal would have them; each must be one that we wrote. */
const assertHarmless = (lines: ReadonlyArray<string>): void => {
  for (const line of lines) {
    assert.notMatch(line, unshown)
    assert.notMatch(line, /^VALID WITNESSED/)
  }
}

const once = async (url: string, dir: string, millis = midnight + 2_000, answerMillis = 10_000) => {
  const terminal = makeTerminal()
  const never = new AbortController().signal
  const code = await watch(url, { dir, once: true, vkey: [operator.vkey] }, "ddd verify", terminal, never, {
    ...makeWorld(millis),
    answerMillis
  })
  return { code, lines: [...terminal.printed, ...terminal.remarked] }
}

const evidence = (dir: string): ReadonlyArray<string> =>
  fs.readdirSync(dir).filter((name) => name.startsWith("CHANGED"))

describe("a hostile server and the terminal", () => {
  const soiled: ReadonlyArray<readonly [string, RegExp]> = [
    ["history", /draw-history/],
    ["draw on sale", /current-draw/],
    ["bundles", /proof$/]
  ]
  for (const [what, path] of soiled) {
    it(`steers nothing by what it tells of its ${what}`, async () => {
      await using server = await serveDays(week)
      const [told] = week.map((day) => day.told)
      server.lie = (asked) => {
        if (!path.test(asked)) return undefined
        if (asked.includes("history")) {
          return { body: { items: [{ ...told, id: nasty, status: nasty }], nextCursor: null } }
        }
        const lines = week[0]?.bundle.trimEnd().split("\n") ?? []
        return asked.endsWith("proof")
          ? { body: `${lines.map((line) => JSON.stringify(soil(JSON.parse(line)))).join("\n")}\n` }
          : { body: soil(told) as object }
      }
      const text = makeTerminal()
      assert.notStrictEqual(await verify(undefined, { all: server.url, vkey: [operator.vkey] }, text), 0)
      assertHarmless(text.printed)
      const json = makeTerminal()
      await verify(undefined, { all: server.url, json: true }, json)
      assertHarmless(json.printed)
      JSON.parse(json.printed.join("\n"))
    })
  }

  it("steers nothing by a bundle or a file's name", async () => {
    using dir = folder()
    const file = join(dir.path, "bundle")
    const name = `soiled${nasty.replaceAll("/", "")}`
    fs.writeFileSync(
      file,
      `${week[0]?.bundle.split("\n")[0]?.replace("draws.example.com", JSON.stringify(nasty).slice(1, -1))}\n`
    )
    for (const source of [file, join(dir.path, name)]) {
      const terminal = makeTerminal()
      assert.notStrictEqual(await verify(source, {}, terminal), 0)
      assertHarmless(terminal.printed)
    }
  })

  it("steers nothing by the records and keys that it shows, nor by the evidence of them", async () => {
    using dir = folder()
    await using server = await serveDays(week)
    const strange = makeSigner(7, "draws.example.com\u202e")
    server.vkeys = `${strange.vkey}\n`
    server.lie = (path) => path.endsWith("records") ? { body: soil(week[2]?.notes) as object } : undefined
    const terminal = makeTerminal()
    await watch(
      server.url,
      { dir: dir.path, once: true },
      "ddd verify",
      terminal,
      new AbortController().signal,
      makeWorld(midnight)
    )
    assert.isAbove(terminal.remarked.length, 0)
    assertHarmless([...terminal.printed, ...terminal.remarked])
    for (const file of evidence(dir.path)) {
      for (const line of fs.readFileSync(join(dir.path, file), "utf8").split("\n")) assert.notMatch(line, unshown)
    }
  })

  it("is shown in our colours alone where there are colours", () => {
    assert.strictEqual(
      harmless("\u001b[31mred\u001b[39m\n\u001b[8mhidden\u009b0m", true),
      "\u001b[31mred\u001b[39m\n\\u{1b}[8mhidden\\u{9b}0m"
    )
    assert.strictEqual(harmless("\u001b[31mred", false), "\\u{1b}[31mred")
  })
})

describe("a hostile server and the time", () => {
  it("that drips bytes is given up after the time that an answer may take", async () => {
    await using server = await serveDays(week)
    server.lie = () => ({ dripMillis: 20 })
    const site = publicSite(server.url, { attempts: 1, pauseMillis: 0, answerMillis: 300 })
    const asked: ReadonlyArray<() => Promise<unknown>> = [
      site.current,
      site.vkeys,
      () => site.records(first),
      () => site.history(null)
    ]
    for (const ask of asked) {
      const error = await ask().then(() => undefined, (reason: unknown) => reason)
      assert.instanceOf(error, Unanswered)
      assert.include(String(error), "too slowly")
    }
    const drip = async () => {
      for await (const piece of await site.proof(first) ?? []) assert.isAbove(piece.length, 0)
    }
    assert.include(String(await drip().catch((error: unknown) => error)), "too slowly")
  })

  it("that drips bytes does not hold up whoever watches", async () => {
    using dir = folder()
    await using server = await serveDays(week)
    server.lie = () => ({ dripMillis: 20 })
    const { code, lines } = await once(server.url, dir.path, midnight, 300)
    assert.strictEqual(code, 2)
    assert.include(lines.join("\n"), "too slowly")
  })

  it("that answers without an end is given up", async () => {
    await using server = await serveDays(week)
    server.lie = () => ({ body: `"${"x".repeat(2 << 20)}"` })
    const site = publicSite(server.url, { attempts: 1, pauseMillis: 0, answerMillis: 10_000 })
    assert.include(String(await site.current().catch((error: unknown) => error)), "more than")
  })

  const main = join(import.meta.dirname, "../src/main.ts")
  const signalled: ReadonlyArray<readonly [string, ReadonlyArray<string>, NodeJS.Signals, number]> = [
    ["verify", [], "SIGINT", 130],
    ["verify --all", ["--all"], "SIGTERM", 130],
    ["watch", ["watch", "--vkey", operator.vkey, "--dir"], "SIGTERM", 0],
    ["watch --once", ["watch", "--vkey", operator.vkey, "--once", "--dir"], "SIGINT", 130]
  ]
  for (const [name, args, signal, expected] of signalled) {
    it(`does not keep ${name} from ending at once when it is told to`, async () => {
      using dir = folder()
      await using server = await serveDays(week)
      const asked = new Promise<void>((resolve) => {
        server.lie = () => {
          resolve()
          return { dripMillis: 20 }
        }
      })
      const url = name === "verify" ? `${server.url}/lottery/draws/${first}/proof` : server.url
      const folderArgument = args.includes("--dir") ? [dir.path] : []
      const child = spawn(process.execPath, [main, ...args, ...folderArgument, url], { stdio: "ignore" })
      const ended = new Promise<number | null>((resolve) => child.once("close", resolve))
      await asked
      child.kill(signal)
      assert.strictEqual(await ended, expected) // of itself it would go on for ever
    })
  }
})

describe("a hostile server and the disk", () => {
  it("fills no more than the allowance of what nobody signed, and hides nothing that was signed", async () => {
    using dir = folder()
    const days = [playDay({ day: first, stage: "locked", entries: 3, previous: null })]
    await using server = await serveDays(days)
    assert.strictEqual((await once(server.url, dir.path, midnight - 1)).code, 0)
    const terminal = makeTerminal()
    const stopped = new AbortController()
    const world = makeWorld(midnight - 7_200_000)
    const [today] = days
    let asked = 0
    server.lie = (path) =>
      path.endsWith(`${first}/records`)
        ? { body: { ...today?.notes, lock: `junk ${asked++} ${"\u001b".repeat(100_000)}` } }
        : undefined
    const ended = watch(
      server.url,
      { dir: dir.path, vkey: [operator.vkey] },
      "ddd verify",
      terminal,
      stopped.signal,
      world
    )
    await world.asleep()
    const later = () => {
      world.millis += 60_000
      return world.wake()
    }
    for (let i = 0; i < allowances.unsigned.perDay + 10; i++) await later()
    assert.isAbove(asked, allowances.unsigned.perDay)
    assert.lengthOf(evidence(dir.path), allowances.unsigned.perDay)
    const bytes = evidence(dir.path).map((file) => fs.statSync(join(dir.path, file)).size)
    assert.isBelow(Math.max(...bytes), 100_000)
    assert.lengthOf(terminal.remarked, allowances.unsigned.perDay + 1)

    server.lie = () => undefined
    server.days = [playDay({ day: first, stage: "locked", entries: 4, previous: null })]
    await later()
    assert.lengthOf(evidence(dir.path), allowances.unsigned.perDay + 1)
    assert.include(terminal.remarked.at(-1), "The lock record of 2026-02-01 changed")
    stopped.abort()
    assert.strictEqual(await ended, 1)

    // a restart gives it no more
    server.lie = (path) => path.endsWith(`${first}/records`) ? { body: { ...today?.notes, lock: "more\n" } } : undefined
    assert.strictEqual((await once(server.url, dir.path, Date.now())).code, 1)
    assert.lengthOf(evidence(dir.path), allowances.unsigned.perDay + 1)
  })
})
