/**
 * Counts requests on PostgreSQL, for all processes together: one statement a request, which waits for no disk.
 *
 * The rule and the statement are rate-limiter-flexible's. It goes through the same pool, with the same bounds, as all else; nothing in the
 * table names a network or a player in clear.
 */
import { type RequestCount, requestCount } from "@ddd/core/accounts/RequestLimits"
import { PersonalSeal } from "@ddd/core/ports/PersonalSeal"
import { SharedCounts } from "@ddd/core/ports/SharedCounts"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { SqlError } from "effect/sql"
import { RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible"
import { orUnavailable } from "../database/Transaction.ts"

/** How long a count is waited for. Who waits has another way to count, and a request still to be answered. */
const countingMax = "1 second"

const outOfTime = new Unavailable({ message: "the database did not count a request in time", retryAfter: 1 })

/** What rate-limiter-flexible asks of a client of PostgreSQL. */
interface Query {
  readonly text: string
  readonly values: ReadonlyArray<unknown>
}

interface CountRow {
  readonly points: number
  readonly expire: string | number | bigint
}

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const seal = yield* PersonalSeal
  const run = Effect.runPromiseWith(yield* Effect.context())
  const storeClient = {
    query: ({ text, values }: Query) =>
      run(Effect.map(sql.unsafe<CountRow>(text, values), (rows) => ({
        // it subtracts times, which are numbers
        rows: rows.map(({ expire, points }) => ({ points, expire: Number(expire) }))
      })))
  }

  return SharedCounts.of({
    counter: (policy, quota) => {
      const limiter = new RateLimiterPostgres({
        storeClient,
        storeType: "client",
        keyPrefix: policy,
        points: quota.quantity,
        duration: quota.seconds,
        tableName: "request_counts",
        // by a migration; `Retention` removes what is over
        tableCreated: true,
        clearExpiredByTimeout: false,
        inMemoryBlockOnConsumed: quota.quantity + 1
      })
      // that it was one too many is told as an error, as what the database fails with is
      const over = (error: unknown): RequestCount | SqlError.SqlError => {
        if (error instanceof RateLimiterRes) return requestCount(quota, true, error)
        if (SqlError.isSqlError(error)) return error
        throw error
      }
      const within = (window: RateLimiterRes): RequestCount => requestCount(quota, false, window)
      const count = Effect.fnUntraced(function*(key: string) {
        const told = yield* Effect.promise(() => limiter.consume(seal.pseudonym(`requests\n${key}`)).then(within, over))
        if (SqlError.isSqlError(told)) return yield* told
        return told
      })
      return (key) =>
        orUnavailable(count(key)).pipe(
          Effect.timeoutOrElse({ duration: countingMax, orElse: () => Effect.fail(outOfTime) })
        )
    }
  })
})

export const layer = Layer.effect(SharedCounts, make)
