import { assert, describe, it } from "@effect/vitest"
import { clocksApartMillisMax, clocksDisagreeText, doClocksAgree } from "../../src/values/Clocks.ts"
import { instant } from "../../src/values/Instant.ts"

const noon = instant(Date.UTC(2026, 1, 3, 12))

describe("two clocks", () => {
  it("agree up to thirty seconds, whichever is ahead", () => {
    for (const apart of [clocksApartMillisMax, -clocksApartMillisMax]) {
      assert.isTrue(doClocksAgree({ database: instant(noon + apart), process: noon }))
      assert.isFalse(doClocksAgree({ database: instant(noon + apart + Math.sign(apart)), process: noon }))
    }
  })

  it("that disagree are said to, with how far the database's is ahead or behind", () => {
    assert.include(clocksDisagreeText({ database: instant(noon + 86_400_000), process: noon }), "86400 s ahead of")
    assert.include(clocksDisagreeText({ database: instant(noon - 60_000), process: noon }), "60 s behind")
  })
})
