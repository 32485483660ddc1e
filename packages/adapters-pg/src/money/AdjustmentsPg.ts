/** Money that an operator moves by hand, on PostgreSQL. */
import { adjustmentEntry } from "@ddd/core/money/Adjustment"
import { Adjustments } from "@ddd/core/ports/Adjustments"
import { FourEyesAbove } from "@ddd/core/ports/FourEyesAbove"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { transact } from "../database/Transaction.ts"
import { makeGate, orApproval } from "../operators/ApprovalRows.ts"
import { adjustWallet } from "./AdjustmentSteps.ts"

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const services = { sql, newId: (yield* Identifiers).newId }
  const above = yield* FourEyesAbove

  return Adjustments.of({
    adjust: Effect.fn("AdjustmentsPg.adjust")(
      (adjustment, act) =>
        adjustWallet(
          services,
          adjustment,
          { entry: adjustmentEntry(act, adjustment), approvalId: null },
          makeGate(services, above, act)
        ),
      transact(sql),
      orApproval
    )
  })
})

export const layer = Layer.effect(Adjustments, make)
