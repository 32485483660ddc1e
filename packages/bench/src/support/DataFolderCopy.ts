/** PostgreSQL's data folder, copied while its server runs. */
import { giveToServer } from "@ddd/adapters-pg/embedded/EmbeddedPostgresAccount"
import * as fs from "node:fs/promises"
import { join } from "node:path"

/**
 * Folders whose content is the server's own, and no part of a base backup (PostgreSQL's documentation, "Making a Base Backup Using the Low
 * Level API"): what a standby needs of `pg_wal` it is sent.
 */
const emptied = new Set([
  "pg_dynshmem",
  "pg_notify",
  "pg_replslot",
  "pg_serial",
  "pg_snapshots",
  "pg_stat_tmp",
  "pg_subtrans",
  "pg_wal"
])

/** Files that are the server's own: its lock, its caches, what it was set to. */
const leftOut =
  /^(postmaster\.(pid|opts)|pg_internal\.init.*|pgsql_tmp.*|postgresql\.auto\.conf|backup_label|standby\.signal)$/

/** What is gone by the time it is read was removed by the server: its log says so to whoever recovers the copy. */
const unlessGone = async (reading: Promise<void>): Promise<void> => {
  try {
    await reading
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error
  }
}

const copyFile = async (from: string, to: string): Promise<void> => {
  await fs.copyFile(from, to)
  giveToServer(to)
}

const copyFolder = async (from: string, to: string): Promise<void> => {
  for (const entry of await fs.readdir(from, { withFileTypes: true })) {
    if (leftOut.test(entry.name)) continue
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) {
      await fs.mkdir(target, { mode: 0o700 })
      giveToServer(target)
      if (!emptied.has(entry.name)) await unlessGone(copyFolder(source, target))
    } else {
      await unlessGone(copyFile(source, target))
    }
  }
}

/** Makes the second folder a copy of the first, whatever it held. The server of the first is in backup mode, the second has none. */
export const copyDataFolder = async (from: string, to: string): Promise<void> => {
  for (const name of await fs.readdir(to)) await fs.rm(join(to, name), { recursive: true })
  await copyFolder(from, to)
}
