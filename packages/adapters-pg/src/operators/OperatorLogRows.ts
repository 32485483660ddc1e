/** Writes what an operator did, in the transaction of its effect. */
import type { Identifiers } from "@ddd/core/ports/Identifiers"
import type { NewOperatorEntry } from "@ddd/core/values/OperatorAct"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { clockOf } from "../database/ClockCheck.ts"

export interface LogServices {
  readonly sql: PgClient.PgClient
  readonly newId: Identifiers["Service"]["newId"]
}

/** Gives the entry's id. */
export const writeEntry = Effect.fnUntraced(function*({ newId, sql }: LogServices, entry: NewOperatorEntry) {
  const id = newId(yield* clockOf(sql))
  const { command, details, operator, reason, subject } = entry
  yield* sql`
    INSERT INTO operator_log (id, operator, command, subject_kind, subject_id, reason, details)
    VALUES (${id}::uuid, ${operator}, ${command}, ${subject.kind}, ${subject.id}, ${reason}, ${
    sql.json(details)
  }::jsonb)`
  return id
})
