import { type CheckId, checkNames, type Verdict } from "@ddd/core/proof/Verdict"
import { assert, describe, it } from "@effect/vitest"
import { verdictText } from "../src/verify/CheckTexts.ts"

/** A verdict in which these checks fail. */
const failing = (...ids: ReadonlyArray<CheckId>): Verdict => ({
  valid: false,
  level: null,
  checks: ids.map((id) => ({ id, name: checkNames[id], rulesOut: "", ok: false, detail: "" })),
  verdict: `INVALID ${ids.join(" ")}`,
  exit: 1,
  missing: []
})

describe("what the page says of a verdict", () => {
  it("suspects nobody where a ticket is not shown, or the beacon alone is another", () => {
    assert.strictEqual(verdictText(failing(11)).title, "Your ticket is not shown.")
    assert.strictEqual(verdictText(failing(7)).title, "This is not the beacon that is accepted.")
    for (const text of [verdictText(failing(11)), verdictText(failing(7))]) {
      assert.strictEqual(text.tone, "bad")
      assert.notMatch(text.meaning, /lies/)
    }
  })

  it("says how many checks fail, and what that can mean", () => {
    assert.match(verdictText(failing(5)).meaning, /^One check fails\. .*somebody lies/)
    assert.match(verdictText(failing(7, 8)).meaning, /^2 checks fail\. .*somebody lies/)
  })
})
