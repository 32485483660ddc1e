/**
 * Jobs on PostgreSQL, by Effect's `PersistedQueue`: enqueued in the transaction that causes them, done at least once.
 *
 * A job that fails is tried again after a second, two, four, up to every ten minutes, for about a day. What then still fails, or
 * is refused for good, stays in the table `jobs` as `failed`, with the reason. Done jobs are kept 30 days.
 */
import type { UserId } from "@ddd/core/Ids"
import { type Job, Outbox } from "@ddd/core/ports/Outbox"
import { PgClient } from "@effect/sql-pg"
import { Cause, Context, Effect, Layer, Schedule, Schema } from "effect"
import { PersistedQueue } from "effect/persistence"
import { SqlClient, SqlError } from "effect/sql"
import { orUnavailable } from "./Transaction.ts"

const userId = Schema.String.pipe(Schema.brand("UserId"))
const tokenMail = { userId, mailedTokenId: Schema.String }

const jobSchema = Schema.TaggedUnion({
  MailWelcome: tokenMail,
  MailVerifyAddress: tokenMail,
  MailResetPassword: tokenMail,
  MailPasswordChanged: { userId },
  MailAddressChanged: tokenMail
}) satisfies Schema.Schema<Job>

const queueName = "outbox"
/** With the pauses below: about a day. */
const attemptsMax = 150
const pauses = Schedule.min([Schedule.exponential("1 second", 2), Schedule.spaced("10 minutes")])

/** The jobs as workers see them. */
export class JobQueue extends Context.Service<JobQueue, {
  readonly queue: PersistedQueue.PersistedQueue<Job>
  /** Marks the job that is under way as failed for good; what its handler does after that changes nothing. */
  readonly giveUp: (id: string, reason: string) => Effect.Effect<void, SqlError.SqlError>
}>()("@ddd/adapters-pg/JobQueue") {}

/** What the database answered, of all that the queue wraps around it. */
const sqlErrorOf = (error: unknown): SqlError.SqlError | undefined => {
  if (SqlError.isSqlError(error)) return error
  if (Cause.isCause(error)) return sqlErrorOf(Cause.squash(error))
  return error instanceof Error ? sqlErrorOf(error.cause) : undefined
}

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const queue = yield* PersistedQueue.make({
    name: queueName,
    schema: jobSchema,
    maxAttempts: attemptsMax,
    retrySchedule: pauses
  })
  const outbox = Outbox.of({
    add: Effect.fn("OutboxPg.add")(
      function*(id, job) {
        yield* queue.offer(job, { id })
      },
      Effect.catch((error) => {
        const cause = sqlErrorOf(error)
        return cause === undefined ? Effect.die(error) : Effect.fail(cause)
      }),
      orUnavailable
    )
  })
  const jobs = JobQueue.of({
    queue,
    // now(): the clock of the queue's own columns. Without `acquired_by` the queue no longer takes the row for the worker's
    giveUp: (id, reason) =>
      Effect.asVoid(sql`
        UPDATE jobs SET state = 'failed', last_failure = ${reason}, acquired_at = NULL, acquired_by = NULL, updated_at = now()
        WHERE queue_name = ${queueName} AND id = ${id} AND state = 'pending'`)
  })
  return Context.make(Outbox, outbox).pipe(Context.add(JobQueue, jobs))
})

const store = PersistedQueue.layerStoreSql({ tableName: "jobs", pollInterval: "1 second" }).pipe(
  Layer.provide(Layer.effect(SqlClient.SqlClient, PgClient.PgClient))
)

/** Outbox, and what `worker` takes its jobs from. The client must be that of whoever adds jobs in a transaction. */
export const layer = Layer.effectContext(make).pipe(
  Layer.provide(PersistedQueue.layer),
  Layer.provide(store),
  Layer.orDie
)

/** Removes jobs that were done 30 days ago, once an hour. Failed ones stay. */
export const cleanup = PersistedQueue.layerCleanup().pipe(Layer.provide(store), Layer.orDie)

/** Takes what was said of a player out of the reasons of failed mails: a mail server's answer may hold the address. */
export const forgetFailures = (sql: PgClient.PgClient, user: UserId) =>
  sql`UPDATE jobs SET last_failure = NULL WHERE last_failure IS NOT NULL AND element::jsonb ->> 'userId' = ${user}`

export interface WorkerOptions<E> {
  /** How many jobs at a time. */
  readonly concurrency: number
  /** Whether trying again is of no use: the job is then failed at once. */
  readonly isFinal: (error: E) => boolean
}

/** Does jobs, without end. The reason of a failure stays in the table and out of the log: it may hold a player's address. */
export const worker = <E extends Error, R>(
  handle: (job: Job, id: string) => Effect.Effect<void, E, R>,
  { concurrency, isFinal }: WorkerOptions<E>
): Effect.Effect<never, never, JobQueue | R> =>
  Effect.gen(function*() {
    const { giveUp, queue } = yield* JobQueue
    const one = queue.take((job, { attempts, id }) =>
      handle(job, id).pipe(
        Effect.tapError((error) => isFinal(error) ? giveUp(id, `${error.name}: ${error.message}`) : Effect.void),
        Effect.tapCause(() =>
          Effect.logWarning(`job ${id} (${job._tag}) failed at attempt ${attempts}; see table jobs`)
        )
      )
    ).pipe(Effect.ignoreCause, Effect.forever)
    return yield* Effect.all(Array.from({ length: concurrency }, () => one), {
      concurrency: "unbounded",
      discard: true
    })
      .pipe(Effect.andThen(Effect.never))
  })
