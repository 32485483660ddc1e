/** A disk of a show's own that can be filled. */
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import { join } from "node:path"
import { temporaryDataDir } from "./TemporaryFolder.ts"

/** Room for a cluster, its log, and some thousand sales. */
const sizeMegabytes = 400

export interface SmallDisk {
  readonly folder: string
  /** Fills it to the last byte. */
  readonly fill: Effect.Effect<void>
  /** Gives back what filled it. */
  readonly empty: Effect.Effect<void>
}

/** Writes zeroes until there is no room for one of them. */
const writeUntilFull = (file: string): void => {
  const descriptor = fs.openSync(file, "w")
  try {
    for (let size = 1 << 20; size > 0;) {
      try {
        if (fs.writeSync(descriptor, Buffer.alloc(size)) < size) size >>= 1
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error
        size >>= 1
      }
    }
  } finally {
    fs.closeSync(descriptor)
  }
}

/** A small file system in memory, for as long as the scope lives; null where this account may mount none. */
export const smallDisk = Effect.gen(function*() {
  const folder = yield* temporaryDataDir
  const mounted = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawnSync("mount", ["-t", "tmpfs", "-o", `size=${sizeMegabytes}m,mode=711`, "tmpfs", folder]).status === 0
    ),
    (isMounted) =>
      Effect.sync(() => {
        // whatever is in it; a process that still has a file open keeps nobody from going on
        if (isMounted) spawnSync("umount", ["--lazy", folder])
      })
  )
  if (!mounted) return null
  const ballast = join(folder, "ballast")
  const disk: SmallDisk = {
    folder,
    fill: Effect.sync(() => writeUntilFull(ballast)),
    empty: Effect.sync(() => fs.rmSync(ballast, { force: true }))
  }
  return disk
})
