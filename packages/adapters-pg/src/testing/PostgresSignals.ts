/** Signals to all processes of an embedded PostgreSQL, as one: it is paused, goes on, or is gone as by a power cut. */
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"

/** Sends a signal to a process, unless it has ended by itself. */
export const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error
  }
}

/**
 * Sends a signal to all processes of the server of a cluster's folder, and gives their ids: first to that which starts the others, so that a
 * stopped one starts none meanwhile.
 */
export const signalAll = (folder: string, name: NodeJS.Signals): ReadonlyArray<number> => {
  const [first = ""] = readFileSync(join(folder, "data/postmaster.pid"), "utf8").split("\n")
  signal(Number(first), name)
  const children = spawnSync("ps", ["-o", "pid=", "--ppid", first]).stdout.toString().split(/\s+/).flatMap((pid) =>
    pid === "" ? [] : Number(pid)
  )
  for (const child of children) signal(child, name)
  return [Number(first), ...children]
}

/** Ends all of them at the same moment, so that none has a last word. */
export const killAll = (folder: string): void => {
  for (const pid of signalAll(folder, "SIGSTOP")) signal(pid, "SIGKILL")
}
