/** How draws, jobs and money stand, by what `/metrics` is told; what is too much is what docs/operations/alerts.yml says. */
import { readDrawsStanding } from "@ddd/adapters-pg/draws/DrawsStanding"
import { readJobsStanding } from "@ddd/adapters-pg/jobs/JobsStanding"
import { readMoneyStanding } from "@ddd/adapters-pg/money/MoneyStanding"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { count } from "../terminal/Numbers.ts"
import { failed, ok, type Said, warning } from "./Finding.ts"

/** Above which something is late, in seconds: of a draw's step, of a beacon's round, of a job. */
export const drawLateSecondsMax = 120
export const roundLateSecondsMax = 600
export const jobLateSecondsMax = 300
/** How long an identity check, and prizes that wait for one, may take, in seconds: three days. */
export const identityWaitSecondsMax = 259_200

const draws = (sql: PgClient.PgClient) =>
  Effect.map(readDrawsStanding(sql), ({ lateSeconds, roundLateSeconds }): Said => {
    if (lateSeconds > drawLateSecondsMax) {
      return failed(
        `The step of a draw has been due for ${
          count(Math.round(lateSeconds))
        } s. Start a server; \`ddd draw list\` shows it, and the log why.`
      )
    }
    return roundLateSeconds > roundLateSecondsMax
      ? failed(
        `A draw has waited for its beacon's round for ${
          count(Math.round(roundLateSeconds))
        } s. See docs/operations/beacon.md.`
      )
      : ok("No draw is late.")
  })

const jobs = (sql: PgClient.PgClient) =>
  Effect.map(readJobsStanding(sql), (queues): Said => {
    const given = queues.filter(({ failed: many }) => many > 0).map(({ queue }) => queue)
    if (given.length > 0) {
      return warning(`Jobs were given up (${given.join(", ")}): \`ddd jobs list --state failed\` shows them.`)
    }
    const late = queues.filter(({ lateSeconds }) => lateSeconds > jobLateSecondsMax).map(({ queue }) => queue)
    return late.length > 0
      ? warning(`Jobs have been due for more than five minutes (${late.join(", ")}): \`ddd jobs list\` shows them.`)
      : ok("No job is late, and none was given up.")
  })

const money = (sql: PgClient.PgClient) =>
  Effect.map(
    readMoneyStanding(sql),
    ({ checksPending, held, identityWaitSeconds, noticesFailed, prizesWaiting, purchasesWaiting }): Said => {
      const waits = [
        ...held.count > 0 ? [`${held.count} withdrawals: \`ddd withdrawals list --held\``] : [],
        ...noticesFailed > 0 ? [`${noticesFailed} notices that failed: \`ddd webhooks list --state failed\``] : [],
        ...purchasesWaiting > 0
          ? [`${purchasesWaiting} purchases that nobody is credited for: \`ddd purchases list\``]
          : [],
        ...prizesWaiting.count > 0
          ? [
            `$${
              prizesWaiting.dollars.toFixed(2)
            } of ${prizesWaiting.count} players for an identity check: \`ddd kyc list\``
          ]
          : [],
        ...identityWaitSeconds > identityWaitSecondsMax && checksPending > 0
          ? [
            `${checksPending} identity checks, the first for ${
              count(Math.floor(identityWaitSeconds / 86_400))
            } days: \`ddd kyc list\``
          ]
          : []
      ]
      return waits.length > 0
        ? warning(`Money waits for a person. ${waits.join("; ")}.`)
        : ok("No money waits for a person.")
    }
  )

/** On a connection to a database of this program's schema; three statements, by indexes. */
export const standingChecks = [
  { name: "draws", look: Effect.flatMap(PgClient.PgClient, draws) },
  { name: "jobs", look: Effect.flatMap(PgClient.PgClient, jobs) },
  { name: "money", look: Effect.flatMap(PgClient.PgClient, money) }
] as const

export const standingNames: ReadonlyArray<string> = standingChecks.map(({ name }) => name)
