import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { idMeant, isNameLikeId, pickMeant } from "../../src/accounts/TakenNames.ts"
import { userId } from "../../src/values/Ids.ts"

const text = "01970000-0000-7000-8000-000000000001"
const other = (digit: number) => userId(`01970000-0000-7000-8000-00000000000${digit}`)
const byId = { id: userId(text), email: "a@example.com" }
const address = "b@example.com"
const byEmail = { id: other(2), email: address.toUpperCase() }
const byName = { id: other(3), email: "c@example.com" }

describe("pickMeant", () => {
  it("takes an id in any case for the id alone, else the address before the name, in whatever order they were found", () => {
    fc.assert(fc.property(fc.shuffledSubarray([byId, byEmail, byName]), fc.boolean(), (matches, inCapitals) => {
      const id = inCapitals ? text.toUpperCase() : text
      assert.strictEqual(pickMeant(id, matches), matches.includes(byId) ? byId : null)
      const named = matches.filter((user) => user !== byId)
      const meant = [byEmail, byName].find((user) => named.includes(user)) ?? null
      assert.strictEqual(pickMeant(address, named), meant)
    }))
  })

  it("knows the form of an id, which no new name may have", () => {
    assert.strictEqual(idMeant(text.toUpperCase()), text)
    assert.isTrue(isNameLikeId(text.toUpperCase()))
    for (const name of ["ada", text.slice(1), `${text}0`]) assert.isFalse(isNameLikeId(name), name)
  })
})
