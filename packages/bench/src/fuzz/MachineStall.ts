/**
 * How long the machine itself stood still for this program: a thread that does nothing but wake up, and notes how late it does.
 *
 * What takes long on a machine that others use is not thereby the server's. The thread serves nobody and asks nobody: a server that stalls
 * does not delay it.
 */
import { Effect } from "effect"
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads"

/** How often the thread wakes up. */
const everyMillis = 20

interface Late {
  /** When it woke up, and how much later than it wanted; by the clock of the machine, in ms. */
  readonly at: number
  readonly late: number
}

export interface MachineStall {
  /** For how many ms of the time from `from` to `until`, by `Date.now()`, the thread could not run. */
  readonly within: (from: number, until: number) => number
}

/** Watches for as long as the scope lives. */
export const watchMachine = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => {
      const seen: Array<Late> = []
      const worker = new Worker(new URL(import.meta.url), { workerData: "stall" })
      worker.on("message", (late: Late) => {
        seen.push(late)
        // what is asked about is of the last minutes
        if (seen.length > 50_000) seen.splice(0, 10_000)
      })
      return { seen, worker }
    }),
    ({ worker }) => Effect.promise(() => worker.terminate())
  ),
  ({ seen }): MachineStall => ({
    within: (from, until) => {
      let sum = 0
      for (let nth = seen.length - 1; nth >= 0; nth--) {
        const { at, late } = seen[nth] ?? { at: 0, late: 0 }
        if (at < from) break
        if (at - late < until) sum += Math.min(at, until) - Math.max(at - late, from)
      }
      return sum
    }
  })
)

if (!isMainThread && workerData === "stall") {
  let wanted = Date.now() + everyMillis
  setInterval(() => {
    const at = Date.now()
    const late = at - wanted
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    if (late > 2) parentPort?.postMessage({ at, late })
    wanted = at + everyMillis
  }, everyMillis)
}
