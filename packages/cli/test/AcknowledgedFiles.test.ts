import { noLimits } from "@ddd/core/money/Limits"
import type { SentWithdrawal } from "@ddd/core/money/LostWithdrawal"
import type { Measure } from "@ddd/core/money/Measure"
import { cents } from "@ddd/core/money/Money"
import type { AcknowledgedService } from "@ddd/core/ports/Acknowledged"
import { drawId, userId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import { patiently } from "@ddd/sim/scenario/PatientClock"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as fs from "node:fs"
import { join } from "node:path"
import { look, open } from "../src/AcknowledgedFiles.ts"
import { dataFolder, eventually } from "./support/Ddd.ts"

const draw = (n: number) => drawId(`019a0000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`)
const notes = (lock: string | null) => ({ open: "open\n\n— key c2ln\n", lock, result: null })
const filesIn = (folder: string) => fs.readdirSync(folder)

/** What another process would read now. */
const readAnew = (folder: string) =>
  Effect.scoped(
    Effect.map(open(folder, { isServer: false }), (files) => ({ all: files.all(), epoch: files.newestEpoch() }))
  )

/** What a process writes and is killed after: nothing of it is closed. */
const written = (folder: string, write: (files: AcknowledgedService) => void) =>
  Effect.tap(open(folder, { isServer: true }), (files) => Effect.sync(() => write(files)))

const uuid = (n: number) => `019a0000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`
const ada = userId(uuid(0xada))
const bob = userId(uuid(0xb0b))
const cid = userId(uuid(0xc1d))
const payout = (n: number, more: Partial<SentWithdrawal> = {}): SentWithdrawal => ({
  id: uuid(n),
  userId: ada,
  amount: cents(2_000n),
  account: "acct_1",
  provider: "stripe test acct_ours",
  askedAt: instant(1_000),
  attempt: 1,
  isOver: false,
  ...more
})

const measures: ReadonlyArray<Measure> = [
  { _tag: "Frozen" },
  { _tag: "Unfrozen" },
  { _tag: "Erased" },
  { _tag: "Barred", by: "exclusion", until: instant(5_000) },
  { _tag: "Barred", by: "time-out", until: instant(6_000) },
  { _tag: "Identity", status: "rejected", occurredAt: instant(7_000) },
  { _tag: "Limited", limits: { ...noLimits, dailySpend: 100n, ticketsPerDraw: 3n } }
]

describe("what is remembered in PROOF_DIR", () => {
  it.live("of withdrawals and measures is there for others at once, also once the file is written anew", () =>
    Effect.gen(function*() {
      const folder = yield* dataFolder
      const taken = measures.map((measure, n) => ({ id: uuid(100 + n), userId: ada, measure }))
      yield* written(folder, ({ begun, sent, took }) => {
        sent([payout(1), payout(2)])
        begun(1)
        sent([payout(1, { attempt: 2 })])
        sent([payout(2, { isOver: true })])
        sent([payout(2)])
        took(taken)
      })
      const read = Effect.scoped(
        Effect.map(open(folder, { isServer: true }), (files) => ({
          withdrawals: files.withdrawals().map(({ attempt, epoch, id, isOver }) => ({ attempt, epoch, id, isOver })),
          measures: files.measures().map(({ id, measure, userId }) => ({ id, userId, measure }))
        }))
      )
      // the second reads what the first wrote anew
      for (const _ of ["first", "second"]) {
        const { measures, withdrawals } = yield* read
        assert.sameDeepMembers([...withdrawals], [
          { id: uuid(1), attempt: 2, epoch: 1, isOver: false },
          { id: uuid(2), attempt: 1, epoch: 1, isOver: true }
        ])
        // of the freeze and its end the end
        assert.deepStrictEqual(measures, taken.slice(1))
      }
    }))

  it.live("of withdrawals is had by player, until what changed longest ago is forgotten", () =>
    Effect.gen(function*() {
      const folder = yield* dataFolder
      yield* Effect.scoped(Effect.map(open(folder, { isServer: true }), ({ sent, withdrawals, withdrawalsOf }) => {
        sent([payout(1), payout(2, { userId: bob }), payout(3)])
        sent([payout(1, { attempt: 2 })])
        const had = () => [ada, bob].map((player) => withdrawalsOf(player).map(({ attempt, id }) => [id, attempt]))
        assert.deepStrictEqual(had(), [[[uuid(3), 1], [uuid(1), 2]], [[uuid(2), 1]]])
        // a hundred thousand are remembered
        sent(Array.from({ length: 99_998 }, (_, n) => payout(1_000 + n, { userId: cid })))
        assert.deepStrictEqual(had(), [[[uuid(3), 1], [uuid(1), 2]], []])
        assert.lengthOf(withdrawals(), 100_000)
        assert.lengthOf(withdrawalsOf(cid), 99_998)
        sent([payout(4, { userId: bob }), payout(5, { userId: bob })])
        assert.deepStrictEqual(had(), [[], [[uuid(4), 1], [uuid(5), 1]]])
        assert.lengthOf(withdrawals(), 100_000)
      }))
    }))

  it.live("is there for others at once, the most that was told, and what was published first", () =>
    Effect.gen(function*() {
      const folder = yield* dataFolder
      yield* written(folder, ({ published, sold }) => {
        sold(draw(1), 0, 3)
        sold(draw(1), 0, 2)
        published(draw(1), 0, notes(null))
        published(draw(1), 0, notes("lock\n\n— key c2ln\n"))
        published(draw(1), 0, notes("another\n\n— key c2ln\n"))
      })
      const { all } = yield* readAnew(folder)
      assert.lengthOf(all, 1)
      assert.strictEqual(all[0]?.entries, 3)
      assert.strictEqual(all[0]?.notes?.lock, "lock\n\n— key c2ln\n")
    }))

  it.live("is not taken for nothing where the folder cannot be looked at", () =>
    Effect.gen(function*() {
      const folder = yield* dataFolder
      assert.isNull(yield* look(join(folder, "none")))
      // whom rights do not stop this stops too
      fs.symlinkSync("loop", join(folder, "loop"))
      const refused = yield* Effect.flip(look(join(folder, "loop", "of the database")))
      assert.match(refused.message, /^PROOF_DIR cannot be used: ELOOP/)
    }))

  it.live("counts anew in each epoch, and knows the newest", () =>
    Effect.gen(function*() {
      const folder = yield* dataFolder
      const files = yield* written(folder, ({ begun, sold }) => {
        sold(draw(1), 0, 9)
        begun(2)
        sold(draw(1), 2, 4)
      })
      assert.strictEqual(files.entriesOf(draw(1), 2), 4)
      assert.strictEqual(files.entriesOf(draw(1), 0), 0)
      assert.strictEqual((yield* readAnew(folder)).epoch, 2)
    }))

  it.live("is heard by a process that runs, and survives a line that a crash cut, and files that are strange", () =>
    Effect.gen(function*() {
      const folder = yield* dataFolder
      const first = yield* open(folder, { isServer: true })
      yield* written(folder, ({ sold }) => sold(draw(1), 0, 5))
      const [name = ""] = filesIn(folder)
      fs.appendFileSync(join(folder, name), `{"draw":"${draw(1)}","epoch":0,"ent`)
      fs.writeFileSync(join(folder, "README"), "not ours")
      fs.writeFileSync(join(folder, `${draw(2)}.jsonl`), "[]\nnull\n{\"epoch\":\"x\"}\n")
      yield* eventually("the others' lines", Effect.sync(() => first.entriesOf(draw(1), 0)), (entries) => entries === 5)
      assert.strictEqual((yield* readAnew(folder)).all[0]?.entries, 5)
    }))

  it.live("is taken over from processes that are gone, so that files do not pile up", () =>
    Effect.gen(function*() {
      const folder = yield* dataFolder
      for (let n = 1; n <= 3; n++) yield* Effect.scoped(written(folder, ({ sold }) => sold(draw(n), 0, n)))
      // as a process leaves it that is killed while it writes
      fs.writeFileSync(join(folder, `${draw(4)}.jsonl.part`), "{")
      const hourBefore = (yield* Clock.currentTimeMillis) / 1_000 - 2 * 3_600
      for (const name of filesIn(folder)) fs.utimesSync(join(folder, name), hourBefore, hourBefore)
      yield* open(folder, { isServer: true })
      assert.lengthOf(filesIn(folder), 1)
      assert.lengthOf((yield* readAnew(folder)).all, 3)
    }))

  it.live("is whole again once a folder is back that could not be written, and until then there is a problem", () =>
    Effect.gen(function*() {
      const folder = join(yield* dataFolder, "proof")
      const files = yield* open(folder, { isServer: true })
      files.sold(draw(1), 0, 1)
      assert.isNull(files.problem())
      fs.renameSync(folder, `${folder}.elsewhere`)
      fs.writeFileSync(folder, "no folder")
      const problem = Effect.sync(() => files.problem())
      const told = yield* eventually("the problem", problem, (found) => found !== null)
      assert.match(told ?? "", /PROOF_DIR \(ENOTDIR|EEXIST\).*nothing is sold/)
      files.sold(draw(2), 0, 2)
      files.published(draw(2), 0, notes(null))
      assert.isNotNull(files.problem())
      fs.rmSync(folder)
      yield* eventually("no problem", problem, (found) => found === null)
      const { all } = yield* readAnew(folder)
      assert.deepStrictEqual(
        new Map(all.map(({ entries, id }) => [id, entries])),
        new Map([[draw(1), 1], [draw(2), 2]])
      )
      assert.isNotNull(all.find(({ id }) => id === draw(2))?.notes)
    }))

  patiently("is not written anew each second, however much it is", () =>
    Effect.gen(function*() {
      const folder = yield* dataFolder
      const files = yield* open(folder, { isServer: true })
      const open2k = `${"open".repeat(500)}\n\n— key c2ln\n`
      for (let n = 1; n <= 5_000; n++) files.published(draw(n), 0, { ...notes(null), open: open2k })
      yield* TestClock.adjust("1 second")
      const [name = ""] = filesIn(folder)
      const written = () => fs.statSync(join(folder, name), { bigint: true })
      const { birthtimeNs, ino, size } = written()
      assert.isAbove(Number(size), 8 * 1024 * 1024)
      for (let second = 0; second < 5; second++) yield* TestClock.adjust("1 second")
      const after = written()
      assert.deepStrictEqual([after.ino, after.birthtimeNs], [ino, birthtimeNs])
    }))

  it.live("does not forget a day for any number of rooms", () =>
    Effect.gen(function*() {
      const files = yield* open(yield* dataFolder, { isServer: true })
      const day = { ...notes(null), open: "ddd/open/v1\ndraw x\nkind daily\n\n— key c2ln\n" }
      files.published(draw(1), 0, day)
      for (let n = 2; n <= 6_000; n++) files.sold(draw(n), 0, 1)
      const all = files.all()
      assert.lengthOf(all, 5_000)
      assert.deepStrictEqual([all.at(-1)?.id, all[0]?.id], [draw(1), draw(6_000)])
    }))

  it.live("does not forget a room that is locked, or has tickets, for any number of rooms without", () =>
    Effect.gen(function*() {
      const files = yield* open(yield* dataFolder, { isServer: true })
      files.published(draw(1), 0, notes("lock\n\n— key c2ln\n"))
      files.sold(draw(2), 0, 50)
      for (let n = 3; n <= 6_000; n++) files.sold(draw(n), 0, 0)
      for (let n = 6_001; n <= 10_998; n++) files.sold(draw(n), 0, 1)
      const all = files.all()
      assert.lengthOf(all, 5_000)
      assert.deepStrictEqual(all.slice(-2).map(({ id }) => id), [draw(2), draw(1)])
      for (let n = 11_000; n <= 11_100; n++) files.sold(draw(n), 0, 1)
      assert.strictEqual(files.all().at(-1)?.id, draw(1))
    }))

  it.live("keeps of each player the newest measure of a kind, and no number of limits has an exclusion forgotten", () =>
    Effect.gen(function*() {
      const files = yield* open(yield* dataFolder, { isServer: true })
      const limited = (n: number, player: number) => ({
        id: uuid(n),
        userId: userId(uuid(player)),
        measure: { _tag: "Limited", limits: { ...noLimits, dailySpend: BigInt(n) } } as const
      })
      files.took([{ id: uuid(1), userId: ada, measure: { _tag: "Barred", by: "exclusion", until: instant(5_000) } }])
      files.took(Array.from({ length: 100_000 }, (_, n) => limited(2 + n, n % 1_000)))
      files.took([limited(2, 0)])
      assert.lengthOf(files.measures(), 1_001)
      assert.deepStrictEqual(files.measures().at(-1)?.id, uuid(100_001))
      files.took(Array.from({ length: 100_000 }, (_, n) => limited(200_000 + n, 2_000 + n)))
      assert.lengthOf(files.measures(), 100_000)
      assert.strictEqual(files.measures()[0]?.userId, ada)
    }))

  it.live("tells of whole lines that cannot be read, keeps their file, and takes lines of earlier releases", () =>
    Effect.gen(function*() {
      const folder = yield* dataFolder
      yield* written(folder, ({ sold, took }) => {
        sold(draw(1), 0, 5)
        took([{ id: uuid(1), userId: ada, measure: { _tag: "Frozen" } }])
      })
      const [name = ""] = filesIn(folder)
      const path = join(folder, name)
      const whole = fs.readFileSync(path, "utf8")
      const unreadable = Effect.map(look(folder), (files) => files?.unreadable())
      // it still parses
      fs.writeFileSync(path, whole.replace("\"entries\":5", "\"entries\":1"))
      assert.deepStrictEqual(yield* unreadable, [{ file: name, lines: 1 }])
      fs.writeFileSync(path, whole.replace("Frozen", "Fro\u0000en"))
      assert.deepStrictEqual(yield* unreadable, [{ file: name, lines: 1 }])
      const hourBefore = (yield* Clock.currentTimeMillis) / 1_000 - 2 * 3_600
      fs.utimesSync(path, hourBefore, hourBefore)
      yield* Effect.scoped(open(folder, { isServer: true }))
      assert.include(filesIn(folder), name)
      // as an earlier release wrote it; its last line cut by a crash
      fs.writeFileSync(path, whole.replaceAll(/,"sum":"[0-9a-f]{8}"/g, "") + whole.slice(0, 20))
      assert.deepStrictEqual(yield* unreadable, [])
      assert.lengthOf((yield* look(folder))?.measures() ?? [], 1)
    }))

  it.live("is of a command what it did itself, and not a copy of all", () =>
    Effect.gen(function*() {
      const folder = yield* dataFolder
      yield* written(folder, ({ sold }) => {
        for (let n = 1; n <= 500; n++) sold(draw(n), 0, n)
      })
      const before = filesIn(folder)
      const frozen = { id: uuid(1), userId: ada, measure: { _tag: "Frozen" } } as const
      yield* Effect.scoped(Effect.map(open(folder, { isServer: false }), ({ took }) => took([frozen])))
      const [own = ""] = filesIn(folder).filter((name) => !before.includes(name))
      assert.strictEqual(fs.readFileSync(join(folder, own), "utf8").trimEnd().split("\n").length, 2)
      const found = yield* look(folder)
      assert.deepStrictEqual([found?.all().length, found?.measures().length], [500, 1])
    }))

  patiently("is taken over by a server that runs from commands that are gone", () =>
    Effect.gen(function*() {
      const folder = yield* dataFolder
      yield* open(folder, { isServer: true })
      const frozen = { id: uuid(1), userId: ada, measure: { _tag: "Frozen" } } as const
      yield* Effect.scoped(Effect.map(open(folder, { isServer: false }), ({ took }) => took([frozen])))
      assert.lengthOf(filesIn(folder), 2)
      for (const name of filesIn(folder)) fs.utimesSync(join(folder, name), 1, 1)
      yield* TestClock.adjust("1 hour")
      yield* TestClock.adjust("2 seconds")
      assert.lengthOf(filesIn(folder), 1)
      assert.lengthOf((yield* look(folder))?.measures() ?? [], 1)
    }))

  it.live.skipIf(process.geteuid?.() !== 0)(
    "is its server's, whoever wrote it: root gives it away, and another account is refused before it begins",
    () =>
      Effect.gen(function*() {
        const around = yield* dataFolder
        fs.chmodSync(around, 0o755)
        const folder = join(around, "proof")
        const [server, other] = [12_345, 12_346]
        fs.mkdirSync(folder)
        fs.chownSync(folder, server, server)
        const ours = join(folder, "of the database")
        yield* Effect.scoped(Effect.map(open(ours, { isServer: false }), ({ sold }) => sold(draw(1), 0, 1)))
        for (const path of [ours, ...filesIn(ours).map((name) => join(ours, name))]) {
          const { gid, uid } = fs.statSync(path)
          assert.deepStrictEqual([uid, gid], [server, server])
        }
        fs.chmodSync(ours, 0o777)
        const refused = yield* Effect.acquireUseRelease(
          Effect.sync(() => process.seteuid?.(other)),
          () => Effect.flip(Effect.scoped(open(ours, { isServer: false }))),
          () => Effect.sync(() => process.seteuid?.(0))
        )
        assert.match(
          refused.message,
          /belongs to another account.*Run this as that account.*--user='#12345'.*Nothing was changed/
        )
        assert.lengthOf(filesIn(ours), 1)
      })
  )

  it.live("starts with files that another process takes over meanwhile", () =>
    Effect.gen(function*() {
      const folder = yield* dataFolder
      // listed, and gone when it is to be read
      fs.symlinkSync(join(folder, "gone"), join(folder, `${draw(9)}.jsonl`))
      const files = yield* open(folder, { isServer: true })
      files.sold(draw(1), 0, 1)
      assert.isNull(files.problem())
    }))

  it.live("says what to do where the folder cannot be written", () =>
    Effect.gen(function*() {
      const file = join(yield* dataFolder, "file")
      fs.writeFileSync(file, "")
      const { message } = yield* Effect.flip(Effect.scoped(open(join(file, "proof"), { isServer: true })))
      assert.match(message, /^PROOF_DIR cannot be used: .*Set it to a folder/)
    }))
})
