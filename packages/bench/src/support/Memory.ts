/** The memory of processes, as Linux counts it. */
import { readFileSync } from "node:fs"

/** What a process has in memory, in MiB; 0 once it is gone, or where nobody counts it. */
export const memoryOf = (pid: number): number => {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}
