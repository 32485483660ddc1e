/** Money that waits for another operator, as rows: asked for, and decided, in the transaction of whoever moves money. */
import {
  type Approval,
  approvalAt,
  approvalEntry,
  type ApprovalState,
  askApproval,
  type HandMoney,
  type HandMoneyKind,
  needsApproval
} from "@ddd/core/money/FourEyes"
import { type Cents, cents } from "@ddd/core/money/Money"
import { ApprovalRequired } from "@ddd/core/ports/ApprovalRequired"
import { userId } from "@ddd/core/values/Ids"
import type { OperatorAct } from "@ddd/core/values/OperatorAct"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { SqlError } from "effect/sql"
import { clockOf, type ClocksDisagree } from "../database/ClockCheck.ts"
import { instantOf, instantOrNull } from "../database/Rows.ts"
import { type LogServices, writeEntry } from "./OperatorLogRows.ts"

export interface ApprovalRow {
  readonly id: string
  readonly kind: HandMoneyKind
  readonly user_id: string
  readonly amount: bigint
  readonly reference: string
  readonly corrects: string | null
  readonly is_winnings: boolean
  readonly metadata: Readonly<Record<string, unknown>> | null
  readonly requester: string
  readonly command: string
  readonly reason: string | null
  readonly asked_at: Date
  readonly expires_at: Date
  readonly state: ApprovalState
  readonly decided_by: string | null
  readonly decided_at: Date | null
}

export const approvalColumns = (sql: PgClient.PgClient) =>
  sql.literal(
    `id, kind, user_id, (amount * 100)::bigint AS amount, reference, corrects, is_winnings, metadata, requester,
    command, reason, asked_at, expires_at, state, decided_by, decided_at`
  )

export const approvalOf = (row: ApprovalRow): Approval => ({
  id: row.id,
  money: {
    kind: row.kind,
    userId: userId(row.user_id),
    amount: cents(row.amount),
    reference: row.reference,
    corrects: row.corrects,
    isWinnings: row.is_winnings,
    metadata: row.metadata
  },
  asked: { operator: row.requester, command: row.command, reason: row.reason },
  askedAt: instantOf(row.asked_at),
  expiresAt: instantOf(row.expires_at),
  state: row.state,
  decidedBy: row.decided_by,
  decidedAt: instantOrNull(row.decided_at)
})

/** What a transaction did; or that what it was asked for waits for another operator. */
export type Held<A> =
  | { readonly _tag: "Done"; readonly value: A }
  | { readonly _tag: "Waits"; readonly approvalId: string; readonly isSame: boolean }

type Waits = Extract<Held<never>, { readonly _tag: "Waits" }>

export const held = <A>(value: A): Held<A> => ({ _tag: "Done", value })

/** Once the transaction has committed: that something waits is told as the port's error. */
export const orApproval = <A, E, R>(transaction: Effect.Effect<Held<A>, E, R>) =>
  Effect.flatMap(
    transaction,
    (came) =>
      came._tag === "Done"
        ? Effect.succeed(came.value)
        : Effect.fail(new ApprovalRequired({ approvalId: came.approvalId, isSame: came.isSame }))
  )

/** Asked before money is moved by hand: null where it may be, else what waits. */
export type Gate = (money: HandMoney) => Effect.Effect<Waits | null, SqlError.SqlError | ClocksDisagree>

/** For what was approved. */
export const openGate: Gate = () => Effect.succeed(null)

/** Has what is above the limit wait. `above`: FOUR_EYES_ABOVE. */
export const makeGate = (services: LogServices, above: Cents | null, act: OperatorAct): Gate => (money) =>
  needsApproval(above, money.amount) ? askFor(services, money, act) : Effect.succeed(null)

/** Under the lock of whatever moves the money, so one at a time. */
const askFor = Effect.fnUntraced(function*(services: LogServices, money: HandMoney, act: OperatorAct) {
  const { newId, sql } = services
  const { kind, reference } = money
  const now = yield* clockOf(sql)
  const [row] = yield* sql<ApprovalRow>`
    SELECT ${
    approvalColumns(sql)
  } FROM approvals WHERE kind = ${kind} AND reference = ${reference} AND state = 'waiting'`
  const found = row === undefined ? null : approvalAt(approvalOf(row), now)
  if (found?.state === "expired") {
    yield* sql`UPDATE approvals SET state = 'expired' WHERE id = ${found.id}::uuid AND state = 'waiting'`
  }
  const waiting = found?.state === "waiting" ? found : null
  const asked = askApproval({ waiting, now, newId: newId(now) }, money, act)
  const { approval } = asked
  if (asked._tag === "Waits") return { _tag: "Waits", approvalId: approval.id, isSame: asked.isSame } satisfies Waits
  const { metadata } = money
  yield* sql`
    INSERT INTO approvals (id, kind, user_id, amount, reference, corrects, is_winnings, metadata, requester, command, reason)
    VALUES (${approval.id}::uuid, ${kind}, ${money.userId}::uuid, ${money.amount}::bigint * 0.01, ${reference},
      ${money.corrects}::uuid, ${money.isWinnings}, ${
    metadata === null ? null : sql.json(metadata)
  }::jsonb, ${act.operator},
      ${act.command}, ${act.reason})`
  yield* writeEntry(services, approvalEntry(act, approval))
  return { _tag: "Waits", approvalId: approval.id, isSame: true } satisfies Waits
})
