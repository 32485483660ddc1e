/** CPU time of processes, as Linux counts it. */
import { readdirSync, readFileSync } from "node:fs"

/** The kernel counts in ticks of 10 ms (USER_HZ is 100 on every Linux there is). */
const tickMillis = 10

interface Usage {
  readonly parent: number
  /** User and system time, of the process itself. */
  readonly ownMillis: number
  /** Of its children that have ended. */
  readonly childrenMillis: number
}

const usageOf = (pid: number | string): Usage | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    // proc_pid_stat(5): the second field, a name in parentheses, may hold anything; from the third on all are plain
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number)
    const [parent = 0, user = 0, system = 0, childUser = 0, childSystem = 0] = [1, 11, 12, 13, 14].map((at) =>
      fields[at]
    )
    return { parent, ownMillis: (user + system) * tickMillis, childrenMillis: (childUser + childSystem) * tickMillis }
  } catch {
    return undefined // it has ended, or this is no Linux
  }
}

/** Milliseconds of CPU of a process and its children, living and ended, since they started; 0 where nobody counts them. */
export const cpuMillisOf = (pid: number): number => {
  const own = usageOf(pid)
  if (own === undefined) return 0
  const children = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    const usage = usageOf(name)
    return usage?.parent === pid ? [usage.ownMillis] : []
  })
  return own.ownMillis + own.childrenMillis + children.reduce((sum, millis) => sum + millis, 0)
}
