/**
 * Jobs on PostgreSQL, by Effect's `PersistedQueue`: enqueued in the transaction that causes them, done at least once.
 *
 * A job that fails is tried again after a second, two, four, up to every ten minutes, for about a day. What then still fails, or
 * is refused for good, stays in the table `jobs` as `failed`, with the reason. Done jobs are kept 30 days.
 */
import { Outbox } from "@ddd/core/ports/Outbox"
import { deviceKinds } from "@ddd/core/values/DeviceKind"
import type { UserId } from "@ddd/core/values/Ids"
import {
  type Job,
  type JobQueueName,
  type JobQueues,
  mailedIdentityStatuses,
  type NewJob,
  withdrawalEvents
} from "@ddd/core/values/Job"
import { PgClient } from "@effect/sql-pg"
import { Cause, Context, Effect, Layer, Logger, Schedule, Schema } from "effect"
import { PersistedQueue } from "effect/persistence"
import { SqlClient, SqlError } from "effect/sql"
import { isUnavailable } from "../database/Failure.ts"
import { orUnavailable } from "../database/Transaction.ts"

const userId = Schema.String.pipe(Schema.brand("UserId"))
const drawId = Schema.String.pipe(Schema.brand("DrawId"))
const tokenMail = { userId, mailedTokenId: Schema.String }
const linkMail = { ...tokenMail, askedFrom: Schema.optionalKey(Schema.Literals(deviceKinds)) }

const schemas = {
  outbox: Schema.TaggedUnion({
    MailWelcome: linkMail,
    MailVerifyAddress: linkMail,
    MailResetPassword: linkMail,
    MailPasswordChanged: { userId, unlinkedPayoutAccount: Schema.optionalKey(Schema.Literal(true)) },
    MailAddressChanged: tokenMail,
    MailTickets: { userId, drawId, from: Schema.Int },
    MailWinner: { userId, drawId },
    MailDrawVoid: { userId, drawId },
    MailRoomClosed: { userId, drawId },
    MailWithdrawal: { userId, withdrawalId: Schema.String, event: Schema.Literals(withdrawalEvents) },
    MailIdentity: { userId, status: Schema.Literals(mailedIdentityStatuses) }
  }),
  webhooks: Schema.TaggedUnion({ HandleWebhook: { eventId: Schema.String } }),
  payouts: Schema.TaggedUnion({ PayOut: { withdrawalId: Schema.String } })
} satisfies { readonly [Name in JobQueueName]: Schema.Schema<JobQueues[Name]> }

/** With the pauses below: about a day. */
const attemptsMax = 150
const pauses = Schedule.min([Schedule.exponential("1 second", 2), Schedule.spaced("10 minutes")])

/** The jobs as workers see them, queue by queue. */
export class Jobs extends Context.Service<Jobs, {
  readonly queues: { readonly [Name in JobQueueName]: PersistedQueue.PersistedQueue<JobQueues[Name]> }
  /** Marks the job that is under way as failed for good; what its handler does after that changes nothing. */
  readonly giveUp: (queue: JobQueueName, id: string, reason: string) => Effect.Effect<void, SqlError.SqlError>
}>()("@ddd/adapters-pg/Jobs") {}

/** What the database answered, of all that the queue wraps around it. */
const sqlErrorOf = (error: unknown): SqlError.SqlError | undefined => {
  if (SqlError.isSqlError(error)) return error
  if (Cause.isCause(error)) return sqlErrorOf(Cause.squash(error))
  return error instanceof Error ? sqlErrorOf(error.cause) : undefined
}

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const kept = { maxAttempts: attemptsMax, retrySchedule: pauses }
  const queues = {
    outbox: yield* PersistedQueue.make({ name: "outbox", schema: schemas.outbox, ...kept }),
    webhooks: yield* PersistedQueue.make({ name: "webhooks", schema: schemas.webhooks, ...kept }),
    payouts: yield* PersistedQueue.make({ name: "payouts", schema: schemas.payouts, ...kept })
  }
  const offer = (id: string, job: Job) => {
    switch (job._tag) {
      case "HandleWebhook":
        return queues.webhooks.offer(job, { id })
      case "PayOut":
        return queues.payouts.offer(job, { id })
      default:
        return queues.outbox.offer(job, { id })
    }
  }
  const outbox = Outbox.of({
    add: Effect.fn("OutboxPg.add")(
      function*(id, job) {
        yield* offer(id, job)
      },
      Effect.catch((error) => {
        const cause = sqlErrorOf(error)
        return cause === undefined ? Effect.die(error) : Effect.fail(cause)
      }),
      orUnavailable
    )
  })
  const jobs = Jobs.of({
    queues,
    // now(): the clock of the queue's own columns. Without `acquired_by` the queue no longer takes the row for the worker's
    giveUp: (queue, id, reason) =>
      Effect.asVoid(sql`
        UPDATE jobs SET state = 'failed', last_failure = ${reason}, acquired_at = NULL, acquired_by = NULL, updated_at = now()
        WHERE queue_name = ${queue} AND id = ${id} AND state = 'pending'`)
  })
  return Context.make(Outbox, outbox).pipe(Context.add(Jobs, jobs))
})

/** Whether the database was unavailable, and nothing else is the matter. */
const isOutage = (cause: Cause.Cause<unknown>): boolean =>
  cause.reasons.length > 0 &&
  cause.reasons.every((reason) => Cause.isFailReason(reason) && isUnavailable(sqlErrorOf(reason.error)))

/** The queue looks for jobs twice a second and logs each failure, with its stack: an outage is told by whatever else asks the database. */
const withoutOutages = Layer.effect(
  Logger.CurrentLoggers,
  Effect.map(
    Effect.service(Logger.CurrentLoggers),
    (loggers) =>
      new Set(
        Array.from(loggers, (logger) =>
          Logger.make((options: Logger.Options<unknown>): unknown =>
            isOutage(options.cause) ? undefined : logger.log(options)
          ))
      )
  )
)

const store = PersistedQueue.layerStoreSql({ tableName: "jobs", pollInterval: "1 second" }).pipe(
  Layer.provide(Layer.effect(SqlClient.SqlClient, PgClient.PgClient)),
  Layer.provide(withoutOutages)
)

/** Outbox, and Jobs, which `worker` takes them from. The client must be that of whoever adds jobs in a transaction. */
export const layer = Layer.effectContext(make).pipe(
  Layer.provide(PersistedQueue.layer),
  Layer.provide(store),
  Layer.orDie
)

/** Adds the jobs that a decision asks for, in their order, in the caller's transaction. */
export const addJobs = (outbox: Outbox["Service"], jobs: ReadonlyArray<NewJob>) =>
  Effect.forEach(jobs, ({ id, job }) => outbox.add(id, job), { discard: true })

/** Removes jobs that were done 30 days ago, once an hour. Failed ones stay. */
export const cleanup = PersistedQueue.layerCleanup().pipe(Layer.provide(store), Layer.orDie)

/** Removes the reasons of a player's failed mails: a mail server's answer may hold the address. */
export const forgetFailures = (sql: PgClient.PgClient, user: UserId) =>
  // as the index says it
  sql`
    UPDATE jobs SET last_failure = NULL
    WHERE last_failure IS NOT NULL AND substring(element FROM '"userId" ?: ?"([0-9a-f-]{36})"') = ${user}`

export interface WorkerOptions<E> {
  /** How many jobs at a time. */
  readonly concurrency: number
  /** Whether trying again is of no use: the job is then failed at once. Never, where it is not given. */
  readonly isFinal?: (error: E) => boolean
}

/** Does the jobs of a queue, without end. The reason of a failure stays in the table and out of the log: it may hold an address. */
export const worker = <Name extends JobQueueName, E extends Error, R>(
  name: Name,
  handle: (job: JobQueues[Name], id: string) => Effect.Effect<void, E, R>,
  { concurrency, isFinal = () => false }: WorkerOptions<E>
): Effect.Effect<never, never, Jobs | R> =>
  Effect.gen(function*() {
    const { giveUp, queues } = yield* Jobs
    const queue: PersistedQueue.PersistedQueue<JobQueues[Name]> = queues[name]
    const one = queue.take((job, { attempts, id }) =>
      handle(job, id).pipe(
        Effect.tapError((error) => isFinal(error) ? giveUp(name, id, `${error.name}: ${error.message}`) : Effect.void),
        Effect.tapCause(() =>
          Effect.logWarning(`job ${id} (${job._tag}) failed at attempt ${attempts}; see \`ddd jobs list\``)
        )
      )
    ).pipe(Effect.ignoreCause, Effect.forever)
    return yield* Effect.all(Array.from({ length: concurrency }, () => one), {
      concurrency: "unbounded",
      discard: true
    })
      .pipe(Effect.andThen(Effect.never))
  }).pipe(Effect.provide(withoutOutages))
