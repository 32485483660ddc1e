import { assert, describe, it } from "@effect/vitest"
import { isSameOperator, operatorFault } from "../../src/values/OperatorAct.ts"

describe("an operator's name", () => {
  it("is written with plain letters, so that no two of one look are two persons", () => {
    for (const name of ["alice", "Åsa Öberg", "ops@example.com", "李雷", "a".repeat(64)]) {
      assert.isNull(operatorFault(name), name)
    }
    for (const name of ["", " alice", "ａｌｉｃｅ", "alice\u2800", "A\u030Asa", "alice\u200B", "a".repeat(65)]) {
      assert.isString(operatorFault(name), name)
    }
    assert.isTrue(isSameOperator("Alice", "alice"))
    assert.isFalse(isSameOperator("alice", "bob"))
  })
})
