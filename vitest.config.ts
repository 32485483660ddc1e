import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "scripts/*.test.mjs"],
    globalSetup: ["packages/adapters-pg/src/testing/globalSetup.ts"],
    testTimeout: 20_000,
    hookTimeout: 60_000
  }
})
