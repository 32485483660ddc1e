import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { pickMeant } from "../../src/accounts/TakenNames.ts"
import { userId } from "../../src/values/Ids.ts"

const text = "01970000-0000-7000-8000-000000000001"
const other = (digit: number) => userId(`01970000-0000-7000-8000-00000000000${digit}`)
const byId = { id: userId(text), email: "a@example.com" }
const byEmail = { id: other(2), email: text.toUpperCase() }
const byName = { id: other(3), email: "c@example.com" }

describe("pickMeant", () => {
  it("takes the id first, then the address, then the name, in whatever order they were found", () => {
    fc.assert(fc.property(fc.shuffledSubarray([byId, byEmail, byName]), (matches) => {
      const meant = [byId, byEmail, byName].find((user) => matches.includes(user)) ?? null
      assert.strictEqual(pickMeant(text, matches), meant)
    }))
  })
})
