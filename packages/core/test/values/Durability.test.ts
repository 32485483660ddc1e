import { assert, describe, it } from "@effect/vitest"
import { durabilityProblems } from "../../src/values/Durability.ts"

const safe = { fsync: true, fullPageWrites: true, synchronousCommit: true }

describe("durability", () => {
  it("has nothing to say of PostgreSQL's own settings", () => {
    assert.deepStrictEqual(durabilityProblems(safe), [])
  })

  it("refuses what loses what was acknowledged, and warns of what a file system may make up for", () => {
    const told = durabilityProblems({ fsync: false, fullPageWrites: false, synchronousCommit: false })
    assert.deepStrictEqual(told.map(({ isRefused, setting }) => [setting, isRefused]), [
      ["fsync", true],
      ["synchronous_commit", true],
      ["full_page_writes", false]
    ])
    for (const { message, setting } of told) assert.match(message, new RegExp(`^${setting} is off .*\\bSet `))
  })
})
