/**
 * Whether this process should be sent requests, as `/readyz` tells: the database answers, its schema is
 * ours, its clock is to be believed, it lacks nothing that was acknowledged, what is sold can be remembered, and we stay.
 */
import { readClockProblem } from "@ddd/adapters-pg/database/ClockCheck"
import * as Migrator from "@ddd/adapters-pg/database/Migrator"
import { behindText } from "@ddd/adapters-pg/draws/Behind"
import type { AcknowledgedService } from "@ddd/core/ports/Acknowledged"
import { Readiness } from "@ddd/http/operator/Readiness"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"

/** How long the database may take to answer. */
const patience = "2 seconds"

/** `isStopping` tells whether the process is about to end. */
export const layer = (isStopping: () => boolean, acknowledged: AcknowledgedService) =>
  Layer.effect(
    Readiness,
    Effect.map(SqlClient.SqlClient, (sql) => {
      const database = Migrator.schemaProblem().pipe(
        Effect.filterOrElse((problem) => problem !== null, () => readClockProblem()),
        Effect.map((problem) =>
          problem ?? acknowledged.problem() ?? (acknowledged.lost().length === 0 ? null : behindText)
        ),
        Effect.provideService(SqlClient.SqlClient, sql),
        Effect.timeout(patience),
        Effect.match({
          onFailure: () => ({ ok: false, detail: "the database does not answer" }),
          onSuccess: (problem) => problem === null ? { ok: true, detail: "ready" } : { ok: false, detail: problem }
        })
      )
      return Readiness.of({
        ready: Effect.suspend(() =>
          isStopping() ? Effect.succeed({ ok: false, detail: "the server is stopping" }) : database
        )
      })
    })
  )
