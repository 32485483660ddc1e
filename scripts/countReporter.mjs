/**
 * Writes how many tests of a Vitest run passed, failed and were skipped, and why, to the file that TEST_COUNTS names.
 *
 * A test that is skipped where something is missing says what it needs: `{ meta: { needs: "…" } }`, its own or its suite's.
 */
import { writeFileSync } from "node:fs"

const needsOf = (test) => {
  for (let task = test; task !== undefined; task = task.parent) {
    const { needs } = task.meta()
    if (needs !== undefined) return `needs ${needs}`
    if (task.type === "module") break
  }
  return "not asked for by the arguments"
}

export default class CountReporter {
  /**
   * A file that cannot be loaded and an error outside of any test count as one failure each.
   *
   * @param {ReadonlyArray<import("vitest/node").TestModule>} modules
   * @param {ReadonlyArray<unknown>} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    const reasons = {}
    for (const module of modules) {
      counts.failed += module.errors().length
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        counts[state === "pending" ? "failed" : state]++ // pending at the end: it never finished
        if (state === "skipped") {
          const reason = needsOf(test)
          reasons[reason] = (reasons[reason] ?? 0) + 1
        }
      }
    }
    writeFileSync(process.env.TEST_COUNTS, JSON.stringify({ ...counts, reasons }))
  }
}
