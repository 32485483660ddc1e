/**
 * One PostgreSQL for a whole test run: an embedded one in a temporary folder, in memory where there is room, or that of DATABASE_URL.
 *
 * Thousands of databases are made and dropped in a run, hundreds of files each, which some file systems are slow at. What a run
 * proves about crashes of processes it proves in memory too; tests that kill PostgreSQL itself have one of their own on the disk.
 * What a run leaves in the server of DATABASE_URL (templates, databases of test files that were killed) is dropped at its end.
 */
import { Effect, Exit, Redacted, Scope } from "effect"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import { freemem, tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"
import { checkAdmin, drop, fromUrl, type PgConnection, session } from "../database/Provision.ts"
import * as EmbeddedPostgres from "../embedded/EmbeddedPostgres.ts"
import { provided } from "./ProvidedPostgres.ts"

/** What the databases of a run may take, several times over. */
const roomNeeded = 4 * 1024 ** 3

/** Linux's file system in memory, where it and the machine have room; the disk's folder for temporary files elsewhere. */
const temporaryFolder = (): string => {
  const inMemory = "/dev/shm"
  try {
    fs.accessSync(inMemory, fs.constants.W_OK)
    const { bavail, bsize } = fs.statfsSync(inMemory)
    return Math.min(bavail * bsize, freemem()) >= roomNeeded ? inMemory : tmpdir()
  } catch {
    return tmpdir()
  }
}

const embedded = Effect.gen(function*() {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const made = fs.mkdtempSync(join(temporaryFolder(), "ddd-test-"))
      fs.chmodSync(made, 0o711)
      return made
    }),
    (made) => Effect.sync(() => fs.rmSync(made, { recursive: true, force: true }))
  )
  // registered before the server is started, so that it runs after the server has stopped
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      const cluster = join(folder, "data", "postgres")
      if (fs.existsSync(cluster)) fs.rmSync(fs.realpathSync(cluster), { recursive: true, force: true })
    })
  )
  return (yield* EmbeddedPostgres.start(join(folder, "data"))).admin
})

const dropAll = (admin: PgConnection, prefix: string) =>
  Effect.gen(function*() {
    const sql = yield* session(admin)
    const left = yield* sql<{ readonly name: string }>`
      SELECT datname AS name FROM pg_database WHERE starts_with(datname, ${prefix}) ORDER BY datname`
    // templates, whose names come last, after the copies that use their roles
    yield* Effect.forEach(left, ({ name }) => drop(admin, name), { discard: true })
  }).pipe(Effect.scoped, Effect.orDie)

const external = (url: string, prefix: string) =>
  Effect.gen(function*() {
    const admin = yield* fromUrl(Redacted.make(url))
    yield* checkAdmin(admin)
    yield* Effect.addFinalizer(() => dropAll(admin, prefix))
    return admin
  })

/** Vitest's `globalSetup`: runs once before all test files, in the main process; what it returns runs after them. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const prefix = `ddd_test_${randomBytes(4).toString("hex")}_`
  const url = process.env["DATABASE_URL"]
  const scope = Scope.makeUnsafe()
  const close = () => Effect.runPromise(Scope.close(scope, Exit.void))
  try {
    const admin = url === undefined
      ? await Effect.runPromise(Scope.provide(embedded, scope))
      : await Effect.runPromise(Scope.provide(external(url, prefix), scope))
    project.provide("postgres", { admin: provided(admin), prefix })
  } catch (error) {
    await close()
    throw error
  }
  return close
}
