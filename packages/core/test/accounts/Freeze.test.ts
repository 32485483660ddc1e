import { assert, describe, it } from "@effect/vitest"
import { noChange } from "../../src/accounts/AccountChange.ts"
import { freeze, unfreeze } from "../../src/accounts/Freeze.ts"
import { logged } from "../../src/values/OperatorAct.ts"
import { account, ada, byAnn, eventsIn } from "./support/Given.ts"

const newIds = { event: "event" }
const frozen = { ...account, frozen: true }

describe("freeze", () => {
  it("ends every session of who is frozen, and none of who is unfrozen", () => {
    const freezing = freeze({ account, newIds }, ada, byAnn)
    assert.deepStrictEqual(freezing.set, { frozen: true })
    assert.deepStrictEqual(freezing.endSessions, { which: { except: null }, reason: "frozen" })
    assert.deepStrictEqual(eventsIn(freezing), ["frozen"])
    const unfreezing = unfreeze({ account: frozen, newIds }, ada, byAnn)
    assert.deepStrictEqual([unfreezing.set, unfreezing.endSessions], [{ frozen: false }, null])
    assert.deepStrictEqual(eventsIn(unfreezing), ["unfrozen"])
    for (const { log } of [freezing, unfreezing]) assert.deepStrictEqual(log, logged(byAnn, "user", ada))
  })

  it("writes nothing where it is so already, and nothing of who is erased or unknown", () => {
    for (const stands of [frozen, { ...account, erased: true }, null]) {
      assert.deepStrictEqual(freeze({ account: stands, newIds }, ada, byAnn), noChange(ada))
    }
    for (const stands of [account, { ...frozen, erased: true }, null]) {
      assert.deepStrictEqual(unfreeze({ account: stands, newIds }, ada, byAnn), noChange(ada))
    }
  })
})
