/** What the operations on accounts need of the outside, put together once. */
import { Acknowledged } from "@ddd/core/ports/Acknowledged"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { MailedTokens } from "@ddd/core/ports/MailedTokens"
import { Now } from "@ddd/core/ports/Now"
import { Outbox } from "@ddd/core/ports/Outbox"
import { PersonalSeal } from "@ddd/core/ports/PersonalSeal"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { inTransaction } from "../database/Transaction.ts"
import { makeMailedTokenRows } from "./MailedTokenRows.ts"
import { makeSecurityEvents } from "./SecurityEvents.ts"
import { SessionEnds } from "./SessionEnds.ts"
import { makeWriteChange } from "./WriteChange.ts"

export const makeServices = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const { newId } = yield* Identifiers
  const seal = yield* PersonalSeal
  const writers = {
    sql,
    newId,
    seal,
    acknowledged: yield* Acknowledged,
    outbox: yield* Outbox,
    ends: yield* SessionEnds,
    events: makeSecurityEvents(sql, seal),
    tokens: makeMailedTokenRows(sql, yield* MailedTokens)
  }
  return {
    ...writers,
    now: (yield* Now).now,
    write: makeWriteChange(writers),
    /** One transaction, run again where the database chose it as the victim of a conflict. */
    transact: inTransaction(sql)
  }
})

export type Services = Effect.Success<typeof makeServices>
