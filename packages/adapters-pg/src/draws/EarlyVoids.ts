/** Which operators declared draws void before their time: a row a draw, never changed. */
import type { DrawState } from "@ddd/core/draws/DrawState"
import type { DrawId } from "@ddd/core/values/Ids"
import { formatInstant } from "@ddd/core/values/Instant"
import { logged, type OperatorAct } from "@ddd/core/values/OperatorAct"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { instantOf } from "../database/Rows.ts"
import { type LogServices, writeEntry } from "../operators/OperatorLogRows.ts"

/** Part of the transaction that declares it void; nothing where no operator did (null). */
export const insertEarlyVoid = (services: LogServices, { clock, id }: DrawState, by: OperatorAct | null) =>
  by === null ? Effect.void : Effect.andThen(
    services.sql`
      INSERT INTO early_voids (draw_id, operator, declared_at) VALUES (${id}::uuid, ${by.operator}, ${
      formatInstant(clock)
    }::timestamptz)`,
    writeEntry(services, logged(by, "draw", id))
  )

export const readEarlyVoid = (sql: PgClient.PgClient, id: DrawId) =>
  Effect.map(
    sql<{ readonly operator: string; readonly declared_at: Date }>`
      SELECT operator, declared_at FROM early_voids WHERE draw_id = ${id}::uuid`,
    ([row]) => row === undefined ? null : { by: row.operator, at: instantOf(row.declared_at) }
  )
