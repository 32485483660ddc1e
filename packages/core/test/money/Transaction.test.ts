import { assert, describe, it } from "@effect/vitest"
import { initialStatus } from "../../src/money/Transaction.ts"
import { transactionTypes } from "../../src/money/Wallet.ts"

describe("a movement", () => {
  it("is complete as it is written, but for a withdrawal's", () => {
    const pending = transactionTypes.filter((type) => initialStatus(type) !== "completed")
    assert.deepStrictEqual(pending, ["withdrawal"])
    assert.strictEqual(initialStatus("withdrawal"), "pending")
  })
})
