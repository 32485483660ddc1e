/** What a backup says of itself, in a file beside the dump: what it holds, and how to know that it is whole. */
import { visible, visibleError } from "@ddd/core/values/Visible"
import { Data, Effect, Schema } from "effect"
import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { readFile, stat } from "node:fs/promises"
import { join } from "node:path"

export const dumpName = "database.dump"
export const manifestName = "manifest.json"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

export const Manifest = Schema.Struct({
  /** Of this file. */
  format: Schema.Literal(1),
  /** Of the program that made it. */
  program: Schema.String,
  /** When its snapshot was taken, by the clock of the machine that took it. */
  madeAt: Schema.String,
  /** The database's own id, which a backup keeps. */
  identity: Schema.String,
  /** The database's name, and the roles that own it and run on it: rights are given to these names. */
  database: Schema.String,
  owner: Schema.String,
  app: Schema.String,
  /** The newest migration, and the newest epoch. */
  migration: Count,
  epoch: Count,
  /** The first part of the versions of the server, and of pg_dump. */
  server: Count,
  tool: Count,
  /** Rows, in the same snapshot. */
  counts: Schema.Struct({ users: Count, draws: Count, tickets: Count, transactions: Count }),
  bytes: Count,
  /** Hex SHA-256 of the dump. */
  sha256: Schema.String
})
export type Manifest = typeof Manifest.Type

/** A folder is no backup, or not a whole one. The message says why. */
export class BackupUnusable extends Data.TaggedError("BackupUnusable")<{ readonly message: string }> {}

export const sha256Of = async (path: string): Promise<string> => {
  const hash = createHash("sha256")
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest("hex")
}

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Manifest))

const reading = <A>(folder: string, name: string, read: () => Promise<A>) =>
  Effect.tryPromise({
    try: read,
    catch: (error) =>
      new BackupUnusable({
        message: `The file ${visible(join(folder, name))} cannot be read: ${
          visibleError(error)
        }. Name the folder of a backup.`
      })
  })

/** Reads what a backup says of itself, and the dump to its last byte; fails where it is not the one that was made. */
export const readBackup = Effect.fn("Manifest.readBackup")(function*(folder: string) {
  const text = yield* reading(folder, manifestName, () => readFile(join(folder, manifestName), "utf8"))
  const manifest = yield* Effect.mapError(
    decode(text),
    () =>
      new BackupUnusable({
        message: `The file ${visible(join(folder, manifestName))} is not what \`ddd backup\` writes.`
      })
  )
  const dump = join(folder, dumpName)
  const { size } = yield* reading(folder, dumpName, () => stat(dump))
  const sha256 = size === manifest.bytes ? yield* reading(folder, dumpName, () => sha256Of(dump)) : undefined
  if (sha256 !== manifest.sha256) {
    return yield* new BackupUnusable({
      message: `${
        visible(dump)
      } is not what was written when the backup was made: it was cut off or changed. Take another backup.`
    })
  }
  return { manifest, dump }
})
