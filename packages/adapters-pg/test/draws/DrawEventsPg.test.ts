import { drawId, userId } from "@ddd/core/values/Ids"
import { assert, describe, it } from "@effect/vitest"
import { changeOf } from "../../src/draws/DrawEventsPg.ts"

const draw = drawId("019a0000-0000-7000-8000-000000000001")
const user = userId("019a0000-0000-7000-8000-000000000002")

describe("what is heard of draws", () => {
  it("is understood from this release and from the one before, which numbered its changes", () => {
    for (const number of ["0", "17"]) {
      assert.deepStrictEqual(changeOf(`sold ${draw} ${number}`), { _tag: "Sold", drawId: draw })
      assert.deepStrictEqual(changeOf(`status ${draw} ${number}`), { _tag: "Status", drawId: draw })
      assert.deepStrictEqual(changeOf(`left ${draw} ${number} ${user}`), { _tag: "Left", drawId: draw, userId: user })
    }
  })

  it("is ignored where it is something else", () => {
    for (const payload of ["", "sold", "sold 7 0", `bought ${draw} 0`, `left ${draw} 0`, `left ${draw} 0 nobody`]) {
      assert.isUndefined(changeOf(payload), payload)
    }
  })
})
