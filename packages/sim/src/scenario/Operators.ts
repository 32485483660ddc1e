/** Operators of these tests, who do things by hand. */
import type { OperatorAct } from "@ddd/core/values/OperatorAct"

export const byAnn: OperatorAct = { operator: "ann", command: "test", reason: "as the test says" }
export const byBob: OperatorAct = { operator: "bob", command: "test", reason: "as the test says too" }
