/** What servers logged, shown beside a test that failed: the answer of a server rarely says what was behind it. */
import { afterEach } from "vitest"

const shownMax = 3_000

const running = new Map<number, () => string>()

/** Shows the end of the log of a process with each failed test of this file, until the returned function is called. */
export const showLogOf = (pid: number, log: () => string): () => void => {
  running.set(pid, log)
  return () => running.delete(pid)
}

afterEach(({ task }) => {
  if (task.result?.state !== "fail") return
  for (const [pid, log] of running) {
    const text = log()
    if (text !== "") process.stderr.write(`the log of process ${pid}, its end:\n${text.slice(-shownMax)}\n`)
  }
})
