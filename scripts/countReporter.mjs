/** Writes how many tests of a Vitest run passed, failed and were skipped to the file that TEST_COUNTS names. */
import { writeFileSync } from "node:fs"

export default class CountReporter {
  /**
   * A file that cannot be loaded and an error outside of any test count as one failure each.
   *
   * @param {ReadonlyArray<import("vitest/node").TestModule>} modules
   * @param {ReadonlyArray<unknown>} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    for (const module of modules) {
      counts.failed += module.errors().length
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        counts[state === "pending" ? "failed" : state]++ // pending at the end: it never finished
      }
    }
    writeFileSync(process.env.TEST_COUNTS, JSON.stringify(counts))
  }
}
