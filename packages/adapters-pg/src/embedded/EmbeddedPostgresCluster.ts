/**
 * The folder of the embedded PostgreSQL.
 *
 * `<data folder>/postgres` holds the cluster (`data`), the superuser's password (`password`) and the server's socket (`s`).
 * Where the server's account cannot enter the data folder, `postgres` is a symbolic link to such a folder elsewhere: whoever
 * deletes the data folder starts anew either way. It appears in one step, complete, so two processes that make it at the same
 * time agree on one, and what a crash left half made is never used.
 */
import { Effect, Redacted } from "effect"
import { execFile } from "node:child_process"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import { dirname, join, resolve } from "node:path"
import { promisify } from "node:util"
import {
  clusterOwner,
  enterable,
  giveToServer,
  makeFolder,
  openFolder,
  serverAccount
} from "./EmbeddedPostgresAccount.ts"
import { EmbeddedPostgresError } from "./EmbeddedPostgresError.ts"

/** The superuser of every embedded cluster. */
export const superuser = "ddd"

/** What PostgreSQL's programs see of our environment: none of our secrets, no locale or time zone of the person. */
export const programEnvironment = { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" }

export interface Cluster {
  /** The folder that holds all of it, symbolic links resolved. */
  readonly folder: string
  /** PostgreSQL's own data folder. */
  readonly data: string
  readonly password: Redacted.Redacted
}

const folderError = (dataDir: string) => (cause: unknown): EmbeddedPostgresError =>
  new EmbeddedPostgresError({
    reason: "folder",
    message: `The data folder ${dataDir} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}. ` +
      "Make it writable for this account, or set DATA_DIR to another folder.",
    cause
  })

/** A new empty folder for a cluster, beside the place it will have, or where the server's account may enter. */
const newFolder = (dataDir: string): string => {
  if (!fs.existsSync(dataDir)) makeFolder(dataDir, serverAccount === undefined ? 0o700 : 0o711)
  const beside = serverAccount === undefined || enterable(dataDir)
  if (!beside) makeFolder(openFolder, 0o755)
  const folder = fs.mkdtempSync(join(beside ? dataDir : openFolder, "postgres-"))
  fs.chmodSync(folder, 0o711)
  for (const name of ["data", "s"]) {
    makeFolder(join(folder, name), 0o700)
    giveToServer(join(folder, name))
  }
  return folder
}

const initialise = (bin: string, folder: string): Effect.Effect<void, EmbeddedPostgresError> =>
  Effect.tryPromise({
    try: async (signal) => {
      const password = randomBytes(24).toString("base64url")
      const passwordFile = join(folder, "s", "password")
      fs.writeFileSync(join(folder, "password"), password, { mode: 0o600 })
      fs.writeFileSync(passwordFile, password, { mode: 0o600 })
      giveToServer(passwordFile)
      const options = ["--pgdata", join(folder, "data"), "--username", superuser, "--pwfile", passwordFile]
      const encoding = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
      await promisify(execFile)(join(bin, "initdb"), [...options, "--auth=scram-sha-256", ...encoding], {
        cwd: "/",
        env: programEnvironment,
        signal,
        ...(serverAccount === undefined ? {} : { uid: serverAccount, gid: serverAccount })
      })
      fs.rmSync(passwordFile)
    },
    catch: (cause) =>
      new EmbeddedPostgresError({ reason: "server", message: `PostgreSQL's initdb failed: ${String(cause)}`, cause })
  })

/** Puts a complete folder at its place. `false` when another process was first. */
const publish = (folder: string, place: string): boolean => {
  try {
    if (dirname(folder) === dirname(place)) fs.renameSync(folder, place)
    else fs.symlinkSync(folder, place)
    return true
  } catch (error) {
    if (fs.existsSync(place)) return false
    throw error
  }
}

const create = Effect.fnUntraced(function*(bin: string, dataDir: string, place: string) {
  const folder = yield* Effect.try({ try: () => newFolder(dataDir), catch: folderError(dataDir) })
  const discard = Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
  yield* initialise(bin, folder).pipe(
    Effect.andThen(Effect.try({ try: () => publish(folder, place), catch: folderError(dataDir) })),
    Effect.tap((published) => published ? Effect.void : discard),
    Effect.onError(() => discard)
  )
})

const placeOf = (dataDir: string): string => join(resolve(dataDir), "postgres")

/** The cluster of a data folder; made first where there is none (0.6 s). `bin` is the folder of PostgreSQL's programs. */
export const openCluster = Effect.fnUntraced(function*(
  bin: string,
  dataDir: string
): Effect.fn.Return<Cluster, EmbeddedPostgresError> {
  const place = placeOf(dataDir)
  if (!fs.existsSync(place)) yield* create(bin, resolve(dataDir), place)
  return yield* standing(resolve(dataDir), place)
})

/** Whether a data folder has a cluster. */
export const isThere = (dataDir: string): boolean => fs.existsSync(placeOf(dataDir))

/** The cluster of a data folder; null where there is none. Makes nothing. */
export const findCluster = (dataDir: string): Effect.Effect<Cluster | null, EmbeddedPostgresError> =>
  Effect.suspend(() => isThere(dataDir) ? standing(resolve(dataDir), placeOf(dataDir)) : Effect.succeed(null))

/** The cluster that stands at a place. */
const standing = Effect.fnUntraced(function*(
  root: string,
  place: string
): Effect.fn.Return<Cluster, EmbeddedPostgresError> {
  const { uid, ...cluster } = yield* Effect.try({
    try: () => {
      const folder = fs.realpathSync(place)
      const data = join(folder, "data")
      const password = Redacted.make(fs.readFileSync(join(folder, "password"), "utf8"))
      return { folder, data, password, uid: fs.statSync(data).uid }
    },
    catch: folderError(root)
  })
  if (uid !== (clusterOwner() ?? uid)) {
    return yield* new EmbeddedPostgresError({
      reason: "folder",
      message:
        `The database in ${root} belongs to user ${uid}: run this as that user, or set DATA_DIR to another folder.`
    })
  }
  return cluster
})
