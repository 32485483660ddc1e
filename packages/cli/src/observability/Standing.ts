/**
 * How the draws, the queues and money on its way stand, read from the database.
 *
 * It is read every 15 seconds, whoever asks for it and how often, by three statements on a connection of their own, none of which reads more
 * than a few hundred rows. Where the database does not answer, what was read last stays, and how old it is shows.
 */
import { requestWaits } from "@ddd/adapters-pg/database/Client"
import * as Provision from "@ddd/adapters-pg/database/Provision"
import { readDrawsStanding } from "@ddd/adapters-pg/draws/DrawsStanding"
import { readJobsStanding } from "@ddd/adapters-pg/jobs/JobsStanding"
import { readMoneyStanding } from "@ddd/adapters-pg/money/MoneyStanding"
import { gauge } from "@ddd/core/values/Measure"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Schedule } from "effect"
import type { Database } from "../Database.ts"

const pause = "15 seconds"

/** How long all of it may take. */
const patience = "8 seconds"

const read = (sql: PgClient.PgClient) =>
  Effect.all({ draws: readDrawsStanding(sql), queues: readJobsStanding(sql), money: readMoneyStanding(sql) })

type Standing = Effect.Success<ReturnType<typeof read>>

/** Shows what is read; `standing` gives the newest. Nothing is shown before there is any. */
const show = Effect.fnUntraced(function*(first: Standing, standing: () => Standing) {
  for (const [at, { kind, status }] of first.draws.draws.entries()) {
    yield* gauge(
      "ddd_draws",
      "Draws that are not over, 200 at most; of rooms the locked ones alone.",
      () => standing().draws.draws[at]?.count ?? 0,
      { kind, status }
    )
  }
  yield* gauge(
    "ddd_draw_late_seconds",
    "For how long the step of a draw that has been due for longest has been so.",
    () => standing().draws.lateSeconds
  )
  yield* gauge(
    "ddd_draw_round_late_seconds",
    "For how long the oldest draw that is to be drawn has waited for its beacon's round.",
    () => standing().draws.roundLateSeconds
  )
  for (const [at, { queue }] of first.queues.entries()) {
    const labels = { queue }
    yield* gauge("ddd_jobs_pending", "Jobs to be done, 200 at most.", () => standing().queues[at]?.pending ?? 0, labels)
    yield* gauge(
      "ddd_jobs_late_seconds",
      "For how long the job that has been due for longest has been so.",
      () => standing().queues[at]?.lateSeconds ?? 0,
      labels
    )
    yield* gauge(
      "ddd_jobs_failed",
      "Jobs that were given up, 200 at most.",
      () => standing().queues[at]?.failed ?? 0,
      labels
    )
  }
  for (const [state, of] of [["held", "held"], ["under_way", "underWay"]] as const) {
    yield* gauge(
      "ddd_withdrawals",
      "Withdrawals that wait for a person, or whose money is on its way, out or back; 200 of each at most.",
      () => standing().money[of].count,
      { state }
    )
    yield* gauge("ddd_withdrawals_dollars", "Their sum.", () => standing().money[of].dollars, { state })
  }
  yield* gauge(
    "ddd_purchases_waiting",
    "Purchases of a shop that nobody was credited for yet and that were not wholly refunded, 200 at most.",
    () => standing().money.purchasesWaiting
  )
  const ofIdentity = {
    checks: () => standing().money.checksPending,
    prizes: () => standing().money.prizesWaiting.count
  }
  for (const [what, value] of Object.entries(ofIdentity)) {
    yield* gauge(
      "ddd_identity_waiting",
      "Players whose identity check is pending, or whose prizes wait for one, among the 200 who have waited for longest.",
      value,
      { what }
    )
  }
  yield* gauge(
    "ddd_identity_waiting_dollars",
    "The prizes of those players that wait.",
    () => standing().money.prizesWaiting.dollars
  )
  yield* gauge(
    "ddd_identity_waiting_seconds",
    "For how long the first of those players has waited.",
    () => standing().money.identityWaitSeconds
  )
  for (const [state, of] of [["failed", "noticesFailed"], ["waiting", "noticesWaiting"]] as const) {
    yield* gauge(
      "ddd_webhook_events",
      "Notices of outside services that failed, or are to be acted on, 200 of each at most.",
      () => standing().money[of],
      { state }
    )
  }
})

/** Reads and shows until the scope closes. */
export const layer = ({ app, servers }: Database) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const sql = yield* PgClient.PgClient
    let newest: Standing | undefined
    let readAt = performance.now()
    yield* gauge(
      "ddd_database_reading_age_seconds",
      "Since the database was last read for what is shown here.",
      () => (performance.now() - readAt) / 1_000
    )
    const look = Effect.gen(function*() {
      const standing = yield* read(sql)
      const isFirst = newest === undefined
      newest = standing
      readAt = performance.now()
      if (isFirst) yield* show(standing, () => newest ?? standing)
    }).pipe(
      Effect.timeout(patience),
      Effect.catchCause((cause) => Effect.logDebug("the database could not be read for its figures", cause))
    )
    yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced(pause)))
  })).pipe(
    Layer.provide(
      Provision.layer(app, { applicationName: "ddd figures", maxConnections: 1, waits: requestWaits, servers })
    )
  )
