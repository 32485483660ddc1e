/** What operators did by hand, on PostgreSQL. */
import { type OperatorEntry, OperatorLog } from "@ddd/core/ports/OperatorLog"
import type { SubjectKind } from "@ddd/core/values/OperatorAct"
import { pageOf } from "@ddd/core/values/Page"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { instantOf } from "../database/Rows.ts"
import { orUnavailable } from "../database/Transaction.ts"
import { idAfterAll, smallestIdAt } from "../database/UuidTimes.ts"

interface EntryRow {
  readonly id: string
  readonly at: Date
  readonly operator: string
  readonly role: string
  readonly command: string
  readonly subject_kind: SubjectKind
  readonly subject_id: string
  readonly reason: string | null
  readonly details: OperatorEntry["details"]
}

const entryOf = ({ at, subject_id, subject_kind, ...row }: EntryRow): OperatorEntry => ({
  ...row,
  at: instantOf(at),
  subject: { kind: subject_kind, id: subject_id }
})

const make = Effect.map(PgClient.PgClient, (sql) => {
  const columns = sql.literal(
    "id, at, operator, role::text AS role, command, subject_kind, subject_id, reason, details"
  )
  return OperatorLog.of({
    list: Effect.fn("OperatorLogPg.list")(function*({ command, operator, since, subject }, { cursor, limit }) {
      const rows = yield* sql<EntryRow>`
        SELECT ${columns} FROM operator_log
        WHERE id < ${cursor ?? idAfterAll}::uuid
          AND (${operator ?? null}::text IS NULL OR operator = ${operator ?? null}::text)
          AND (${command ?? null}::text IS NULL OR command = ${command ?? null}::text)
          AND (${subject ?? null}::text IS NULL OR subject_id = ${subject ?? null}::text)
          AND (${since === undefined} OR id >= ${smallestIdAt(since ?? 0)}::uuid)
        ORDER BY id DESC LIMIT ${limit + 1}`
      const { items, nextCursor } = pageOf(rows, limit, ({ id }) => id)
      return { items: items.map(entryOf), nextCursor }
    }, orUnavailable),

    find: Effect.fn("OperatorLogPg.find")(function*(id) {
      const [row] = yield* sql<EntryRow>`SELECT ${columns} FROM operator_log WHERE id = ${id}::uuid`
      return row === undefined ? null : entryOf(row)
    }, orUnavailable)
  })
})

export const layer = Layer.effect(OperatorLog, make)
