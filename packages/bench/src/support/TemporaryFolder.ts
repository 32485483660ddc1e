/** A data folder of its own, for as long as the scope lives. */
import { Effect } from "effect"
import { chmodSync, existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** An empty folder, removed with the scope together with the database that was made in it. */
export const temporaryDataDir = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = mkdtempSync(join(tmpdir(), "ddd-bench-"))
    // the account that PostgreSQL runs under goes through it
    chmodSync(folder, 0o711)
    return folder
  }),
  (folder) =>
    Effect.sync(() => {
      const cluster = join(folder, "postgres")
      // it may be a link to a folder elsewhere
      if (existsSync(cluster)) rmSync(realpathSync(cluster), { recursive: true, force: true })
      rmSync(folder, { recursive: true, force: true })
    })
)
