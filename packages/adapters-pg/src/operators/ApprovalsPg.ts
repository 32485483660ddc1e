/** Money that waits for another operator, on PostgreSQL: what is approved is done in the transaction that says so. */
import { type Approval, approvalAt, approvalEntry, type ApprovalState, decideApproval } from "@ddd/core/money/FourEyes"
import { Acknowledged } from "@ddd/core/ports/Acknowledged"
import { AdjustmentRefused, ApprovalRefused, Approvals, NotGivenBack } from "@ddd/core/ports/Approvals"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { ReferenceConflict } from "@ddd/core/ports/Ledger"
import { Outbox } from "@ddd/core/ports/Outbox"
import type { OperatorAct } from "@ddd/core/values/OperatorAct"
import { pageOf } from "@ddd/core/values/Page"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Result } from "effect"
import { clockOf } from "../database/ClockCheck.ts"
import { orUnavailable, transact } from "../database/Transaction.ts"
import { idAfterAll } from "../database/UuidTimes.ts"
import { adjustWallet } from "../money/AdjustmentSteps.ts"
import { resolveHeld } from "../money/ConcludeWithdrawals.ts"
import { decideOpen, recordEvent } from "../money/FundingSteps.ts"
import { approvalColumns, approvalOf, type ApprovalRow, openGate } from "./ApprovalRows.ts"
import { writeEntry } from "./OperatorLogRows.ts"

/** As `approvalAt` says it: one that waited for too long is stored as waiting until somebody asks anew. */
const inState = (sql: PgClient.PgClient, state: ApprovalState | null) => {
  switch (state) {
    case null:
      return sql`true`
    case "waiting":
      return sql`state = 'waiting' AND expires_at > (SELECT app_now())`
    case "expired":
      return sql`(state = 'expired' OR (state = 'waiting' AND expires_at <= (SELECT app_now())))`
    default:
      return sql`state = ${state}`
  }
}

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const services = {
    sql,
    newId: (yield* Identifiers).newId,
    outbox: yield* Outbox,
    acknowledged: yield* Acknowledged
  }

  const find = (id: string) =>
    Effect.map(
      sql<ApprovalRow>`SELECT ${approvalColumns(sql)} FROM approvals WHERE id = ${id}::uuid`,
      ([row]) => row === undefined ? null : approvalOf(row)
    )

  /** Locks it, decides, and writes the decision: whoever comes second finds it decided. */
  const decide = Effect.fnUntraced(function*(id: string, decision: "approve" | "refuse", act: OperatorAct) {
    yield* sql`SELECT 1 FROM approvals WHERE id = ${id}::uuid FOR NO KEY UPDATE`
    const approval = yield* find(id)
    if (approval === null) return yield* new ApprovalRefused({ refusal: null })
    const decided = decideApproval({ approval, now: yield* clockOf(sql) }, decision, act)
    if (Result.isFailure(decided)) return yield* new ApprovalRefused({ refusal: decided.failure })
    const { decidedBy, state } = decided.success
    yield* sql`UPDATE approvals SET state = ${state}, decided_by = ${decidedBy} WHERE id = ${id}::uuid`
    return decided.success
  })

  /** Moves what was approved, as it would be moved now. */
  const carryOut = Effect.fnUntraced(function*({ id, money }: Approval, entry: ReturnType<typeof approvalEntry>) {
    const { amount, corrects, isWinnings, metadata, reference, userId } = money
    switch (money.kind) {
      case "adjustment": {
        const adjustment = { userId, amount, isWinnings, reference, corrects }
        const moved = yield* adjustWallet(services, adjustment, { entry, approvalId: id }, openGate)
        if (moved._tag === "Done" && moved.value.created) return
        // the same was done meanwhile without anybody's approval
        return yield* new AdjustmentRefused({ refusal: { _tag: "ReferenceConflict", earlier: adjustment } })
      }
      case "purchase":
        yield* decideOpen(services, reference, { _tag: "Credit", userId, amount }, () => entry, openGate)
        return
      case "withdrawal": {
        const resolved = yield* resolveHeld(services, reference, "absent", () => entry, openGate)
        if (resolved._tag === "Done" && resolved.value === null) {
          return yield* new NotGivenBack({ withdrawalId: reference })
        }
        return
      }
      case "deposit": {
        const event = { _tag: "Purchased", reference, amount, buyer: { _tag: "Player", userId } } as const
        const { rows } = yield* Effect.catchTag(
          recordEvent(services, event, metadata),
          "FundingConflict",
          () => Effect.fail(new ReferenceConflict({ referenceId: reference }))
        )
        if (rows.length === 0) return yield* new ReferenceConflict({ referenceId: reference })
        yield* writeEntry(services, entry)
      }
    }
  })

  return Approvals.of({
    list: Effect.fn("ApprovalsPg.list")(function*(state, { cursor, limit }) {
      const rows = yield* sql<ApprovalRow>`
        SELECT ${approvalColumns(sql)} FROM approvals
        WHERE id < ${cursor ?? idAfterAll}::uuid AND ${inState(sql, state)}
        ORDER BY id DESC LIMIT ${limit + 1}`
      const now = yield* clockOf(sql)
      const { items, nextCursor } = pageOf(rows, limit, ({ id }) => id)
      return { items: items.map((row) => approvalAt(approvalOf(row), now)), nextCursor }
    }, orUnavailable),

    find: Effect.fn("ApprovalsPg.find")(function*(id) {
      const approval = yield* find(id)
      return approval === null ? null : approvalAt(approval, yield* clockOf(sql))
    }, orUnavailable),

    approve: Effect.fn("ApprovalsPg.approve")(function*(id, act) {
      const approval = yield* decide(id, "approve", act)
      yield* carryOut(approval, approvalEntry(act, approval))
      return approval
    }, transact(sql)),

    refuse: Effect.fn("ApprovalsPg.refuse")(function*(id, act) {
      const approval = yield* decide(id, "refuse", act)
      yield* writeEntry(services, approvalEntry(act, approval))
      return approval
    }, transact(sql))
  })
})

export const layer = Layer.effect(Approvals, make)
