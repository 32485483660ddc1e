import { quicknetHash } from "@ddd/core/proof/Beacon"
import { type CheckId, checkNames, type Verdict } from "@ddd/core/proof/Verdict"
import { assert, describe, it } from "@effect/vitest"
import { type BeaconKind, beaconKindOf, beaconNotes } from "../src/text/Beacons.ts"
import { levelsOf, verdictText } from "../src/verify/CheckTexts.ts"

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
    assert.strictEqual(verdictText(failing(11), "public").title, "Your ticket is not shown.")
    assert.strictEqual(verdictText(failing(7), "public").title, "This is not the beacon that is accepted.")
    for (const text of [verdictText(failing(11), "public"), verdictText(failing(7), "public")]) {
      assert.strictEqual(text.tone, "bad")
      assert.notMatch(text.meaning, /lies/)
    }
  })

  it("says how many checks fail, and what that can mean", () => {
    assert.match(verdictText(failing(5), "public").meaning, /^One check fails\. .*somebody lies/)
    assert.match(verdictText(failing(7, 8), "public").meaning, /^2 checks fail\. .*somebody lies/)
  })

  it("calls a beacon public where it is one of drand's, and no other", () => {
    const holds: Verdict = { ...failing(), valid: true, level: "BEACON", verdict: "VALID BEACON", exit: 0 }
    assert.match(verdictText(holds, "public").meaning, /a public beacon that nobody can choose/)
    for (const level of ["BEACON", "WITNESSED"] as const) {
      assert.notMatch(verdictText({ ...holds, level }, "own").meaning, /public|nobody/i)
    }
    const means = (kind: BeaconKind) => levelsOf(kind).map((each) => each.means).join(" ")
    assert.match(means("public"), /a public beacon that nobody chose/)
    assert.notMatch(means("own"), /public|nobody/)
    assert.strictEqual(beaconKindOf(null), "none")
    assert.strictEqual(beaconKindOf(quicknetHash), "public")
    assert.strictEqual(beaconKindOf("a".repeat(64)), "own")
    for (const kind of ["none", "own"] as const) {
      assert.notMatch(beaconNotes[kind], /nobody can know|does not exist before/)
    }
  })
})
