import { type Day, dayAfter, dayStart, formatInstant, instant, parseDay } from "@ddd/core/values/Instant"
import * as BeaconStandIn from "@ddd/sim/providers/BeaconStandIn"
import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { verify } from "../src/Verify.ts"
import { watch, type WatchFlags } from "../src/watch/Watch.ts"
import { openWatchFolder } from "../src/watch/WatchFolder.ts"
import { makeSigner, operator, playDay, type PlayedDay, type Stage } from "./support/days.ts"
import { serveDays } from "./support/server.ts"
import { makeTerminal } from "./support/terminal.ts"
import { makeWorld } from "./support/world.ts"

const first: Day = parseDay("2026-02-01") ?? assert.fail()
const midnight = dayStart(dayAfter(first))

const folder = (): { readonly path: string } & Disposable => {
  const path = fs.mkdtempSync(join(tmpdir(), "ddd-watch-"))
  return { path, [Symbol.dispose]: () => fs.rmSync(path, { recursive: true, force: true }) }
}

/** The first day at a stage, and the next one on sale or to come. */
const daysAt = (stage: Stage, more: Partial<Parameters<typeof playDay>[0]> = {}): ReadonlyArray<PlayedDay> => {
  const today = playDay({ entries: 3, beacon: true, previous: null, ...more, day: first, stage })
  return [
    today,
    playDay({ ...more, day: dayAfter(first), stage: "open", entries: 0, beacon: true, previous: today.openHash })
  ]
}

/** Starts to watch, with time in the test's hands. */
const begin = (url: string, dir: string, flags: WatchFlags = {}, millis = midnight - 3_600_000) => {
  const world = makeWorld(millis)
  const terminal = makeTerminal()
  const stopped = new AbortController()
  const ended = watch(url, { dir, ...flags }, "ddd verify", terminal, stopped.signal, world)
  return {
    world,
    terminal,
    /** Until the watcher has looked for the first time. */
    ready: () => Promise.race([world.asleep(), ended]),
    stop: () => {
      stopped.abort()
      return ended
    }
  }
}

/** Looks once with everything as it is. */
const once = async (url: string, dir: string, flags: WatchFlags = {}, millis = midnight + 2_000) => {
  const terminal = makeTerminal()
  const code = await watch(
    url,
    { dir, once: true, ...flags },
    "ddd verify",
    terminal,
    new AbortController().signal,
    makeWorld(millis)
  )
  return { code, printed: terminal.printed.join("\n"), remarked: terminal.remarked.join("\n") }
}

const evidence = (dir: string): ReadonlyArray<string> =>
  fs.readdirSync(dir).filter((name) => name.startsWith("CHANGED")).sort()

describe("ddd watch", () => {
  it("keeps open and lock records with the time, and tells the command that lifts the verdict to WITNESSED", async () => {
    using dir = folder()
    await using server = await serveDays(daysAt("open"))
    const { ready, stop, terminal, world } = begin(server.url, dir.path, {
      vkey: [operator.vkey],
      chain: BeaconStandIn.hash
    })
    await ready()
    assert.strictEqual(fs.readFileSync(join(dir.path, "2026-02-01.open.note"), "utf8"), server.days[0]?.notes.open)
    assert.strictEqual(world.slept(), 5_000)

    world.millis = midnight + 1_234
    server.days = daysAt("locked")
    await world.wake()
    const command = terminal.printed.find((line) => line.startsWith("  ddd verify ")) ??
      assert.fail("no command is told")
    assert.include(command, `--seen ${dir.path}/2026-02-01.lock.note --seen-at 2026-02-02T00:00:01.234Z`)
    assert.include(terminal.printed.join("\n"), "1.2 s after the close: 3 entries")

    server.days = daysAt("drawn")
    await world.wake()
    assert.strictEqual(await stop(), 0)

    const flags = { vkey: [operator.vkey], chain: BeaconStandIn.hash }
    const [, , url = ""] = command.trim().split(" ")
    const before = makeTerminal()
    await verify(url, flags, before)
    assert.strictEqual(before.printed.at(-1), "VALID BEACON")
    const after = makeTerminal()
    const seen = join(dir.path, "2026-02-01.lock.note")
    await verify(url, { ...flags, seen, seenAt: "2026-02-02T00:00:01.234Z" }, after)
    assert.strictEqual(after.printed.at(-1), "VALID WITNESSED")
  })

  it("says what a kept lock is good for, and tells no command that would find it false", async () => {
    const saying = async (days: ReadonlyArray<PlayedDay>, flags: WatchFlags, millis: number) => {
      using dir = folder()
      await using server = await serveDays(days)
      return (await once(server.url, dir.path, flags, millis)).printed
    }
    const unpinned = await saying(daysAt("locked"), {}, midnight + 2_000)
    assert.include(unpinned, `add --chain ${BeaconStandIn.hash}`)
    const late = await saying(daysAt("locked"), { chain: BeaconStandIn.hash }, midnight + 30_000)
    assert.include(late, "may have been known")
    assert.notInclude(late, "--seen")
    assert.include(await saying(daysAt("locked"), {}, midnight - 1), "one of the two clocks is wrong")
    assert.include(await saying(daysAt("locked", { beacon: false }), {}, midnight + 2_000), "The draw has no beacon")
  })

  it("asks each second from when a draw leaves the sale until its lock is here", async () => {
    using dir = folder()
    await using server = await serveDays(daysAt("open"))
    // the server's clock is an hour ahead: it is not the clock here that says when
    const { ready, stop, world } = begin(server.url, dir.path)
    await ready()
    const gone = daysAt("open")
    server.lie = (path) => path === "/lottery/current-draw" ? { body: gone[1]?.told ?? {} } : undefined
    world.millis += 5_000
    await world.wake()
    assert.strictEqual(world.slept(), 1_000)
    await world.wake()
    assert.strictEqual(world.slept(), 1_000)
    server.days = daysAt("locked")
    await world.wake()
    assert.strictEqual(world.slept(), 5_000)
    assert.isTrue(fs.existsSync(join(dir.path, "2026-02-01.lock.note")))
    await stop()
  })

  it("asks each second around the close by the clock here too", async () => {
    using dir = folder()
    await using server = await serveDays(daysAt("open"))
    const { ready, stop, world } = begin(server.url, dir.path, { every: "30" }, midnight - 2_000)
    await ready()
    assert.strictEqual(world.slept(), 1_000)
    await stop()
  })

  const lies: ReadonlyArray<readonly [string, ReadonlyArray<PlayedDay>, string]> = [
    ["a lock record changes", daysAt("locked", { entries: 4 }), "The lock record of 2026-02-01 changed"],
    ["an open record changes", daysAt("locked", { fill: 1 }), "The open record of 2026-02-01 changed"],
    [
      "a lock record disappears",
      daysAt("open"),
      "The lock record of 2026-02-01, kept on 2026-02-02T00:00:02.000Z, is shown no more"
    ],
    ["a whole draw disappears", daysAt("open").slice(1), "The open record of 2026-02-01"],
    [
      "a record is signed by an unknown key",
      daysAt("drawn", { signer: makeSigner(9) }),
      "The result record of 2026-02-01 is not signed by a key that is pinned"
    ]
  ]
  for (const [name, days, sentence] of lies) {
    it(`cries when ${name}, with both texts as evidence, and once`, async () => {
      using dir = folder()
      await using server = await serveDays(daysAt("locked"))
      assert.strictEqual((await once(server.url, dir.path)).code, 0)
      server.days = days
      const { code, remarked } = await once(server.url, dir.path)
      assert.strictEqual(code, 1)
      assert.include(remarked, sentence)
      const files = evidence(dir.path)
      assert.isAbove(files.length, 0)
      const texts = files.map((file) => fs.readFileSync(join(dir.path, file), "utf8"))
      assert.isTrue(texts.some((text) => text.includes(sentence)))
      assert.strictEqual((await once(server.url, dir.path)).code, 1)
      assert.deepStrictEqual(evidence(dir.path), files, "the same finding is no new evidence")
      // what was kept first stays
      assert.strictEqual(
        fs.readFileSync(join(dir.path, "2026-02-01.lock.note"), "utf8"),
        daysAt("locked")[0]?.notes.lock
      )
    })
  }

  it("writes both texts into the evidence", async () => {
    using dir = folder()
    await using server = await serveDays(daysAt("locked"))
    await once(server.url, dir.path)
    server.days = daysAt("locked", { entries: 4 })
    await once(server.url, dir.path)
    const text = fs.readFileSync(join(dir.path, evidence(dir.path)[0] ?? ""), "utf8")
    for (const { notes } of [daysAt("locked")[0], server.days[0]].filter((day) => day !== undefined)) {
      assert.include(text, notes.lock ?? assert.fail("the day is not locked"))
    }
  })

  it("cries when two records of one draw are shown, under two days", async () => {
    using dir = folder()
    const days = daysAt("locked")
    await using server = await serveDays(days)
    await once(server.url, dir.path)
    const [today, tomorrow] = days
    assert(today !== undefined && tomorrow !== undefined)
    server.days = [today, {
      ...tomorrow,
      notes: { ...tomorrow.notes, lock: daysAt("locked", { entries: 4 })[0]?.notes.lock ?? null }
    }]
    const { code, remarked } = await once(server.url, dir.path)
    assert.strictEqual(code, 1)
    assert.include(remarked, "There are two lock records of one draw")
  })

  it("cries over what is no record, is of another day, or names another lock than the one that was kept", async () => {
    const [today] = daysAt("drawn")
    const [other] = daysAt("drawn", { entries: 4 })
    assert(today !== undefined && other !== undefined)
    const misfits: ReadonlyArray<readonly [object, string]> = [
      [{ ...today.notes, open: "hello\n" }, "It is no open record."],
      [{ ...today.notes, lock: today.notes.open }, "It is no lock record."],
      [{ ...today.notes, result: other.notes.result }, "It names another lock record than the one that was kept."]
    ]
    for (const [notes, sentence] of misfits) {
      using dir = folder()
      await using server = await serveDays([today])
      server.lie = (path) => path === "/lottery/draws/2026-02-01/records" ? { body: notes } : undefined
      // with nothing on sale it looks from today on, by the clock here
      const { code, remarked } = await once(server.url, dir.path, {}, midnight - 1)
      assert.strictEqual(code, 1, sentence)
      assert.include(remarked, sentence)
    }
  })

  it("goes on after it cried", async () => {
    using dir = folder()
    await using server = await serveDays(daysAt("locked"))
    await once(server.url, dir.path)
    server.days = daysAt("locked", { entries: 4 })
    const { ready, stop, terminal, world } = begin(server.url, dir.path)
    await ready()
    assert.match(terminal.remarked.join("\n"), /CHANGED {2}The lock record of 2026-02-01 changed/)
    const cries = terminal.remarked.length
    await world.wake()
    assert.lengthOf(terminal.remarked, cries, "the same is not cried twice")
    assert.strictEqual(await stop(), 1)
  })

  it("trusts the server's key on first use, says so, and keeps to it from then on", async () => {
    using dir = folder()
    await using server = await serveDays(daysAt("open"))
    assert.include((await once(server.url, dir.path)).printed, "trusted on first use")
    assert.strictEqual(fs.readFileSync(join(dir.path, "keys.txt"), "utf8"), `${operator.vkey}\n`)
    const another = makeSigner(9)
    server.vkeys = `${another.vkey}\n`
    server.days = daysAt("locked", { signer: another })
    const { code, printed, remarked } = await once(server.url, dir.path)
    assert.include(printed, "at the first use of this folder")
    assert.include(remarked, "is not signed by a key that is pinned")
    assert.strictEqual(code, 1)
    assert.strictEqual((await once(server.url, join(dir.path, "new"), { vkey: [another.vkey] })).code, 0)
  })

  it("says that a server does not answer, asks less and less often, and says when it does again", async () => {
    using dir = folder()
    await using server = await serveDays(daysAt("open"))
    const { ready, stop, terminal, world } = begin(server.url, dir.path)
    await ready()
    server.lie = () => ({ status: 500 })
    const pauses: Array<number> = []
    for (let i = 0; i < 8; i++) {
      await world.wake()
      pauses.push(world.slept())
    }
    assert.deepStrictEqual(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
    assert.lengthOf(terminal.remarked.filter((line) => line.includes("cannot be read")), 1)
    server.lie = () => undefined
    await world.wake()
    assert.include(terminal.remarked.at(-1), "the server answers again")
    assert.strictEqual(world.slept(), 5_000)
    assert.strictEqual(await stop(), 0)
  })

  it("waits for a server that is not there yet, and with --once ends with 2", async () => {
    using dir = folder()
    const server = await serveDays(daysAt("open"))
    await server[Symbol.asyncDispose]()
    const { code, remarked } = await once(server.url, dir.path)
    assert.strictEqual(code, 2)
    assert.include(remarked, "cannot be read")
    const { ready, stop } = begin(server.url, dir.path)
    await ready()
    assert.strictEqual(await stop(), 0)
  })

  it("refuses options that cannot be", async () => {
    using dir = folder()
    for (const flags of [{ every: "0" }, { every: "x" }, { chain: "52DB" }, { vkey: ["x"] }]) {
      let name = ""
      await once("http://127.0.0.1:1", dir.path, flags).catch((error: Error) => {
        name = error.name
      })
      assert.strictEqual(name, "WrongUsage", JSON.stringify(flags))
    }
  })
})

describe("the folder of ddd watch", () => {
  const seen = { at: instant(midnight + 1_234), day: first, name: "lock", note: "a\n\n— b c\n" } as const

  it("remembers what it was told, in the order of time", () => {
    using dir = folder()
    const kept = openWatchFolder(dir.path)
    const later = { ...seen, name: "result", note: "z\n", at: instant(midnight + 40_000) } as const
    assert.strictEqual(kept.keep(seen), join(dir.path, "2026-02-01.lock.note"))
    kept.keep(later)
    assert.deepStrictEqual(openWatchFolder(dir.path).seen, [seen, later])
    assert.include(fs.readFileSync(join(dir.path, "seen.ndjson"), "utf8"), formatInstant(seen.at))
  })

  it("loses nothing but the line that a crash cut off, wherever that was", () => {
    using dir = folder()
    openWatchFolder(dir.path).keep(seen)
    const memory = join(dir.path, "seen.ndjson")
    const whole = fs.readFileSync(memory)
    const next = { ...seen, day: dayAfter(first) }
    for (let length = 0; length < whole.length; length++) {
      fs.writeFileSync(memory, Buffer.concat([whole, whole.subarray(0, length)]))
      const after = openWatchFolder(dir.path)
      after.keep(next)
      const found = openWatchFolder(dir.path).seen
      assert.deepStrictEqual(found.filter(({ day }) => day === next.day), [next], `${length} bytes`)
      assert.deepStrictEqual(found[0], seen)
      assert.isAtMost(found.length, 3)
    }
  })

  it("makes the files beside the memory again where a crash came before them", () => {
    using dir = folder()
    const file = openWatchFolder(dir.path).keep(seen)
    fs.rmSync(file)
    fs.writeFileSync(join(dir.path, "2026-02-01.lock.note.1.part"), "half")
    openWatchFolder(dir.path)
    assert.strictEqual(fs.readFileSync(file, "utf8"), seen.note)
  })
})
