/**
 * Whether what a database has committed outlives a power cut.
 *
 * Source: PostgreSQL's documentation, "Write Ahead Log", "Settings" (docs/decisions/0086).
 */

/** Settings of PostgreSQL, as a session of the application has them. */
export interface DurabilitySettings {
  /** Whether what is written is forced to the disk at all. */
  readonly fsync: boolean
  /** Whether a page that was half written can be put together again. */
  readonly fullPageWrites: boolean
  /** Whether a commit is answered only once it is on the disk. */
  readonly synchronousCommit: boolean
}

/** A setting by which something committed may be lost, and what to do. */
export interface DurabilityProblem {
  readonly setting: "fsync" | "full_page_writes" | "synchronous_commit"
  /** Whether production does not start on it; otherwise it warns. */
  readonly isRefused: boolean
  /** A whole sentence. */
  readonly message: string
}

/**
 * What is wrong with the settings; empty where nothing is.
 *
 * A file system that never writes half a page (ZFS) needs no `full_page_writes`, and this program cannot tell which it is: that is a
 * warning. Nothing makes up for the others.
 */
export const durabilityProblems = (
  { fsync, fullPageWrites, synchronousCommit }: DurabilitySettings
): ReadonlyArray<DurabilityProblem> => {
  const problems: Array<DurabilityProblem> = []
  if (!fsync) {
    problems.push({
      setting: "fsync",
      isRefused: true,
      message: "fsync is off in the database: a power cut may lose money that was acknowledged, or all of it. " +
        "Set fsync = on in postgresql.conf and reload it."
    })
  }
  if (!synchronousCommit) {
    problems.push({
      setting: "synchronous_commit",
      isRefused: true,
      message:
        "synchronous_commit is off for this program's role: tickets and payouts are acknowledged before they are on the disk, " +
        "and a power cut loses the last of them. Set it to on, in postgresql.conf and where a role or a database has a setting of its own."
    })
  }
  if (!fullPageWrites) {
    problems.push({
      setting: "full_page_writes",
      isRefused: false,
      message: "full_page_writes is off in the database: a power cut may leave half a page, which nothing mends. " +
        "Set it to on, unless the database's file system writes pages whole or not at all, as ZFS does."
    })
  }
  return problems
}
