/** The log of what happened to identities, on PostgreSQL. */
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { Now } from "@ddd/core/ports/Now"
import { PersonalSeal } from "@ddd/core/ports/PersonalSeal"
import { SecurityLog } from "@ddd/core/ports/SecurityLog"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { orUnavailable } from "../database/Transaction.ts"
import { makeSecurityEvents } from "./SecurityEvents.ts"

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const { newId } = yield* Identifiers
  const { now } = yield* Now
  const events = makeSecurityEvents(sql, yield* PersonalSeal)

  return SecurityLog.of({
    append: Effect.fn("SecurityLogPg.append")(function*(type, who, origin) {
      const id = newId(yield* now)
      if ("subject" in who) yield* events.recordOfStranger({ id, type, subject: who.subject })
      else yield* events.record({ id, type, userId: who.userId, sessionId: null, origin, details: {} })
    }, orUnavailable),

    of: Effect.fn("SecurityLogPg.of")(function*(user, limit) {
      const found = yield* events.read(user, limit)
      return found.map(({ at, id, origin, type, userId }) => ({ id, at, type, userId, origin }))
    }, orUnavailable)
  })
})

export const layer = Layer.effect(SecurityLog, make)
