import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Schedule } from "effect"
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { session } from "../../src/database/Provision.ts"
import * as EmbeddedPostgres from "../../src/embedded/EmbeddedPostgres.ts"
import { openCluster } from "../../src/embedded/EmbeddedPostgresCluster.ts"
import { tenantOf } from "../../src/embedded/EmbeddedPostgresProcess.ts"
import { programs } from "../../src/embedded/EmbeddedPostgresPrograms.ts"

const hasSetpriv = fs.existsSync("/usr/bin/setpriv") || fs.existsSync("/bin/setpriv")

const newFolder = () => {
  const folder = fs.mkdtempSync(join(tmpdir(), "ddd-embedded-"))
  fs.chmodSync(folder, 0o711)
  return folder
}

const remove = (folder: string) => fs.rmSync(folder, { recursive: true, force: true })

/** A place for a data folder that is not there yet, gone with the scope. */
const noDataDir = (name = "data") =>
  Effect.acquireRelease(Effect.sync(newFolder), (folder) => Effect.sync(() => remove(folder))).pipe(
    Effect.map((folder) => join(folder, name))
  )

/** A data folder whose cluster has never run: a copy of one that is made once, which is quicker than making it. */
const newDataDir = (name?: string) =>
  Effect.gen(function*() {
    const dataDir = yield* noDataDir(name)
    fs.mkdirSync(dataDir)
    fs.chmodSync(dataDir, 0o711)
    execFileSync("/bin/cp", ["-a", neverRun, join(dataDir, "postgres")])
    return dataDir
  })

const original = newFolder()
let neverRun = ""
beforeAll(() =>
  Effect.runPromise(Effect.gen(function*() {
    neverRun = (yield* openCluster(yield* programs, join(original, "data"))).folder
  }))
)
afterAll(() => remove(original))

const tenantAt = (dataDir: string) =>
  Effect.gen(function*() {
    return tenantOf(yield* openCluster(yield* programs, dataDir))
  })

const postmasterAt = (dataDir: string) =>
  Effect.gen(function*() {
    const tenant = yield* tenantAt(dataDir)
    assert.isDefined(tenant)
    return tenant.postmaster
  })

/** Whether a process lives; one that has ended and was not collected does not. */
const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return process.platform !== "linux" || !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"))
  } catch {
    return false
  }
}

const gone = (pid: number) =>
  Effect.sync(() => isThere(pid)).pipe(
    Effect.repeat({ while: (there) => there, schedule: Schedule.spaced("20 millis") }),
    Effect.timeout("45 seconds")
  )

const query = (postgres: EmbeddedPostgres.EmbeddedPostgres, statement: string) =>
  session(postgres.admin).pipe(Effect.andThen((sql) => sql.unsafe(statement)), Effect.scoped)

const keepPostgres = join(import.meta.dirname, "../support/KeepPostgres.ts")

const says = (child: ChildProcess, text: string) =>
  Effect.callback<void>((resume) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      if (chunk.toString().includes(text)) resume(Effect.void)
    })
  }).pipe(Effect.timeout("45 seconds"))

const ended = (child: ChildProcess) =>
  Effect.callback<number | null>((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) resume(Effect.succeed(child.exitCode))
    else child.once("exit", (code) => resume(Effect.succeed(code)))
  }).pipe(Effect.timeout("45 seconds"))

/** Another process that starts or acquires the data folder's server, says "up", and keeps it until told to end. */
const otherProcess = (dataDir: string, how: "start" | "acquire") =>
  Effect.acquireRelease(
    Effect.sync(() => spawn(process.execPath, [keepPostgres, how, dataDir], { stdio: ["pipe", "pipe", "inherit"] })),
    (child) => Effect.andThen(Effect.sync(() => child.kill("SIGTERM")), Effect.orDie(ended(child)))
  )

describe("start", () => {
  it.live("makes its folder, keeps what was committed, leaves no process behind, and is durable by default", () =>
    Effect.gen(function*() {
      const dataDir = yield* noDataDir()
      const postmaster = yield* Effect.scoped(Effect.gen(function*() {
        const postgres = yield* EmbeddedPostgres.start(dataDir)
        yield* query(postgres, "CREATE TABLE pots AS SELECT 95 AS cents")
        assert.deepStrictEqual(
          yield* query(
            postgres,
            "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'TimeZone')"
          ),
          [{ name: "fsync", setting: "on" }, { name: "synchronous_commit", setting: "on" }, {
            name: "TimeZone",
            setting: "UTC"
          }]
        )
        assert.strictEqual((yield* tenantAt(dataDir))?.owner, process.pid)
        return yield* postmasterAt(dataDir)
      }))
      assert.isFalse(isThere(postmaster))
      assert.isUndefined(yield* tenantAt(dataDir))
      const again = yield* EmbeddedPostgres.start(dataDir)
      assert.deepStrictEqual(yield* query(again, "SELECT cents FROM pots"), [{ cents: 95 }])
    }))

  it.live("refuses a folder in use, naming the process, and leaves it alone", () =>
    Effect.gen(function*() {
      const dataDir = yield* newDataDir()
      const postgres = yield* EmbeddedPostgres.start(dataDir)
      const error = yield* Effect.flip(EmbeddedPostgres.start(dataDir))
      assert.strictEqual(error.reason, "in-use")
      assert.include(error.message, `process ${process.pid}`)
      assert.deepStrictEqual(yield* query(postgres, "SELECT 1 AS one"), [{ one: 1 }])
    }))

  it.live("takes over at once after its owner was killed, without losing a commit", () =>
    Effect.gen(function*() {
      const dataDir = yield* newDataDir()
      const owner = yield* otherProcess(dataDir, "start")
      yield* says(owner, "up")
      const before = yield* Effect.scoped(Effect.gen(function*() {
        const postgres = yield* EmbeddedPostgres.acquire(dataDir)
        yield* query(postgres, "CREATE TABLE pots AS SELECT 95 AS cents")
        return yield* postmasterAt(dataDir)
      }))
      owner.kill("SIGKILL")
      yield* ended(owner)
      const postgres = yield* EmbeddedPostgres.start(dataDir)
      assert.notStrictEqual(yield* postmasterAt(dataDir), before)
      assert.deepStrictEqual(yield* query(postgres, "SELECT cents FROM pots"), [{ cents: 95 }])
    }))

  it.live.skipIf(!hasSetpriv)("the server ends by itself when its owner is killed", () =>
    Effect.gen(function*() {
      const dataDir = yield* newDataDir()
      const owner = yield* otherProcess(dataDir, "start")
      yield* says(owner, "up")
      const postmaster = yield* postmasterAt(dataDir)
      owner.kill("SIGKILL")
      yield* gone(postmaster)
    }), { meta: { needs: "setpriv (util-linux)" } })

  it.live("recovers when owner and server are killed together", () =>
    Effect.gen(function*() {
      const dataDir = yield* newDataDir()
      const owner = yield* otherProcess(dataDir, "start")
      yield* says(owner, "up")
      yield* Effect.scoped(
        Effect.andThen(EmbeddedPostgres.acquire(dataDir), (postgres) =>
          query(postgres, "CREATE TABLE pots AS SELECT 95 AS cents"))
      )
      process.kill(yield* postmasterAt(dataDir), "SIGKILL")
      owner.kill("SIGKILL")
      yield* ended(owner)
      const postgres = yield* EmbeddedPostgres.start(dataDir)
      assert.deepStrictEqual(yield* query(postgres, "SELECT cents FROM pots"), [{ cents: 95 }])
    }))

  it.live("SIGTERM stops process and server", () =>
    Effect.gen(function*() {
      const dataDir = yield* newDataDir()
      const owner = yield* otherProcess(dataDir, "start")
      yield* says(owner, "up")
      const postmaster = yield* postmasterAt(dataDir)
      owner.kill("SIGTERM")
      yield* ended(owner)
      assert.isFalse(isThere(postmaster))
    }))

  it.live("a lock file whose number is some other process's by now is no obstacle", () =>
    Effect.gen(function*() {
      const dataDir = yield* newDataDir()
      const { folder } = yield* Effect.scoped(EmbeddedPostgres.start(dataDir))
      // a process of the same account as the server, or PostgreSQL itself would see through it
      const uid = fs.statSync(join(folder, "data")).uid
      const stranger = yield* Effect.acquireRelease(
        Effect.sync(() => spawn("/bin/sleep", ["60"], process.getuid?.() === 0 ? { uid, gid: uid } : {})),
        (child) => Effect.sync(() => void child.kill("SIGKILL"))
      )
      const lock = join(folder, "data", "postmaster.pid")
      fs.writeFileSync(lock, `${stranger.pid}\n${join(folder, "data")}\n1700000000\n5432\n${join(folder, "s")}\n\n`)
      fs.chownSync(lock, uid, uid)
      const postgres = yield* EmbeddedPostgres.start(dataDir)
      assert.deepStrictEqual(yield* query(postgres, "SELECT 1 AS one"), [{ one: 1 }])
    }))

  for (const [where, sub] of [["", "data"], [" where its socket lies elsewhere", "d".repeat(120)]] as const) {
    it.live(`a server that is killed is started again, with what was committed${where}`, () =>
      Effect.gen(function*() {
        const dataDir = yield* newDataDir(sub)
        const postgres = yield* EmbeddedPostgres.start(dataDir)
        yield* query(postgres, "CREATE TABLE pots AS SELECT 95 AS cents")
        for (const _ of [1, 2]) {
          const postmaster = yield* postmasterAt(dataDir)
          process.kill(postmaster, "SIGKILL")
          yield* gone(postmaster)
          const found = yield* query(postgres, "SELECT cents FROM pots").pipe(
            Effect.retry({ schedule: Schedule.spaced("50 millis") }),
            Effect.timeout("60 seconds")
          )
          assert.deepStrictEqual(found, [{ cents: 95 }])
          assert.notStrictEqual(yield* postmasterAt(dataDir), postmaster)
          assert.strictEqual((yield* tenantAt(dataDir))?.owner, process.pid)
        }
      }), 150_000)
  }

  it.live("a folder whose path is too long for a socket will do", () =>
    Effect.gen(function*() {
      const postgres = yield* EmbeddedPostgres.start(yield* newDataDir("d".repeat(120)))
      assert.deepStrictEqual(yield* query(postgres, "SELECT 1 AS one"), [{ one: 1 }])
    }))

  it.live("a server that does not start says why", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(EmbeddedPostgres.start(yield* newDataDir(), { shared_buffers: "many" }))
      assert.strictEqual(error.reason, "server")
      assert.include(error.message, "shared_buffers")
    }))

  it.live("a data folder that cannot be made is an error that names it", () =>
    Effect.gen(function*() {
      const dataDir = yield* noDataDir()
      fs.writeFileSync(dataDir, "a file")
      const error = yield* Effect.flip(EmbeddedPostgres.start(dataDir))
      assert.strictEqual(error.reason, "folder")
      assert.include(error.message, dataDir)
    }))

  it.live.skipIf(process.getuid?.() !== 0)(
    "root may keep its data below a folder that is closed to the server's account",
    () =>
      Effect.gen(function*() {
        const dataDir = yield* noDataDir("closed/data")
        fs.mkdirSync(join(dataDir, ".."), { mode: 0o700 })
        const { folder } = yield* Effect.scoped(EmbeddedPostgres.start(dataDir))
        yield* Effect.addFinalizer(() => Effect.sync(() => fs.rmSync(folder, { recursive: true })))
        assert.strictEqual(fs.readlinkSync(join(dataDir, "postgres")), folder)
        const again = yield* EmbeddedPostgres.start(dataDir)
        assert.strictEqual(again.folder, folder)
      }),
    { meta: { needs: "to run as root" } }
  )
})

describe("acquire", () => {
  it.live("uses the server of a living process, and leaves it running", () =>
    Effect.gen(function*() {
      const dataDir = yield* newDataDir()
      const owner = yield* otherProcess(dataDir, "start")
      yield* says(owner, "up")
      const before = yield* tenantAt(dataDir)
      assert.strictEqual(before?.owner, owner.pid)
      yield* Effect.scoped(
        Effect.andThen(EmbeddedPostgres.acquire(dataDir), (postgres) =>
          query(postgres, "CREATE TABLE pots AS SELECT 95 AS cents"))
      )
      assert.deepStrictEqual(yield* tenantAt(dataDir), before)
    }))

  it.live("starts a server of its own where there is none, and stops it", () =>
    Effect.gen(function*() {
      const dataDir = yield* newDataDir()
      yield* Effect.scoped(
        Effect.andThen(EmbeddedPostgres.acquire(dataDir), (postgres) => query(postgres, "SELECT 1"))
      )
      assert.isUndefined(yield* tenantAt(dataDir))
    }))

  it.live("many processes that begin at once in a new folder share one server", () =>
    Effect.gen(function*() {
      const dataDir = yield* noDataDir()
      const all = yield* Effect.forEach([1, 2, 3], () => otherProcess(dataDir, "acquire"))
      yield* Effect.forEach(all, (child) => says(child, "up"), { concurrency: "unbounded" })
      assert.deepStrictEqual(fs.readdirSync(dataDir), ["postgres"])
      const tenant = yield* tenantAt(dataDir)
      assert.include(all.map((child) => child.pid), tenant?.owner)
      for (const child of all) child.stdin?.write("end")
      const codes = yield* Effect.forEach(all, ended, { concurrency: "unbounded" })
      assert.deepStrictEqual(codes, [0, 0, 0])
      assert.isUndefined(yield* tenantAt(dataDir))
    }))

  it.live("an owner that is done waits for its guests", () =>
    Effect.gen(function*() {
      const dataDir = yield* newDataDir()
      const ownerMayLeave = yield* Deferred.make<void>()
      const ownerIsIn = yield* Deferred.make<void>()
      const owner = yield* EmbeddedPostgres.acquire(dataDir).pipe(
        Effect.andThen(Deferred.succeed(ownerIsIn, undefined)),
        Effect.andThen(Deferred.await(ownerMayLeave)),
        Effect.scoped,
        Effect.forkScoped
      )
      yield* Deferred.await(ownerIsIn)
      yield* Effect.scoped(Effect.gen(function*() {
        const guest = yield* EmbeddedPostgres.acquire(dataDir)
        yield* Deferred.succeed(ownerMayLeave, undefined)
        // the owner's session that waits for the lock which this guest holds
        yield* query(guest, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").pipe(
          Effect.repeat({ until: (waiting) => waiting.length === 1, schedule: Schedule.spaced("20 millis") }),
          Effect.timeout("45 seconds")
        )
        assert.isUndefined(owner.pollUnsafe())
      }))
      assert.deepStrictEqual(yield* Fiber.await(owner), Exit.void)
      assert.isUndefined(yield* tenantAt(dataDir))
    }))
})
