import { defineConfig } from "vitest/config"
import { LongestFirst } from "./scripts/longestFirst.mjs"

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "scripts/*.test.mjs"],
    globalSetup: ["packages/adapters-pg/src/testing/globalSetup.ts"],
    // a worker keeps what it has loaded from one file to the next: to load it anew for each takes longer than most tests
    isolate: false,
    // each waits for a database or another process much of the time
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    testTimeout: 180_000,
    hookTimeout: 180_000
  }
})
