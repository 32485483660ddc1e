/**
 * The sale of tickets on PostgreSQL.
 *
 * Purchases that are in flight together are sold in one transaction; an answer leaves only after its commit. Where a commit's
 * outcome is lost with its connection, the batch is fenced: a new transaction writes the batch's id as abandoned, which waits
 * for the old one and then either finds it committed or makes it impossible (docs/design.md, "Selling").
 */
import { followedHashes } from "@ddd/core/draws/DrawChain"
import type { PurchaseAnswer, Receipt } from "@ddd/core/draws/Receipt"
import type { PurchaseRequest } from "@ddd/core/draws/Sale"
import { makeSeals } from "@ddd/core/draws/Seals"
import { Acknowledged } from "@ddd/core/ports/Acknowledged"
import { BeaconChains } from "@ddd/core/ports/BeaconChains"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { MinAge } from "@ddd/core/ports/MinAge"
import { Now } from "@ddd/core/ports/Now"
import { OutcomeUnknown, PurchaseRefused, Sales } from "@ddd/core/ports/Sales"
import { Sealing } from "@ddd/core/ports/Sealing"
import { TicketsPerDraw } from "@ddd/core/ports/TicketsPerDraw"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { gauge } from "@ddd/core/values/Measure"
import { PgClient } from "@effect/sql-pg"
import { Cause, Effect, Exit, Layer, Option } from "effect"
import { SqlError } from "effect/sql"
import { performance } from "node:perf_hooks"
import { ClocksDisagree } from "../database/ClockCheck.ts"
import { isUnavailable, tellUnavailable } from "../database/Failure.ts"
import { Suspended } from "../draws/Behind.ts"
import { makeBatcher } from "./Batcher.ts"
import { makeSaleAttempt } from "./SaleAttempt.ts"
import { type BatchAnswer, SaleHoursOver, sellBatch, walletHeld } from "./SaleBatch.ts"
import { countAnswer, countBatch } from "./SaleMeasures.ts"

export interface SalesOptions {
  /** Batches at a time, each on a connection of its own: one writes while the one before commits. */
  readonly concurrency?: number
  /** Tickets of one batch at most. */
  readonly batchTicketsMax?: number
  /** Purchases that may wait; beyond it a purchase is refused at once as `Unavailable`. */
  readonly waitingMax?: number
  /**
   * For how long a purchase may be without its answer, in milliseconds: 4,500, so that it comes within five seconds. What became of one
   * that takes longer is found out by its key.
   */
  readonly patienceMillis?: number
}

/** What became of a request: it was decided, or it could not be; or the buyer's wallet was held by somebody else. */
type Answer = Exit.Exit<BatchAnswer, Unavailable | OutcomeUnknown>

const orRefused = (answer: PurchaseAnswer): Effect.Effect<Receipt, PurchaseRefused> =>
  Effect.mapError(Effect.fromResult(answer), (refusal) => new PurchaseRefused({ refusal }))

const overloaded = new Unavailable({ message: "too many purchases are waiting; nothing was bought", retryAfter: 1 })

const late: Answer = Exit.fail(new OutcomeUnknown({ cause: "the sale was not done in time" }))

/** For how long a purchase is tried again whose buyer's wallet is held by somebody else, and the pauses between, which double. */
const heldMillisMax = 2_000
const heldPauseMillisMin = 5
const heldPauseMillisMax = 100

const held = new Unavailable({
  message: "something else is being done with this wallet; nothing was bought",
  retryAfter: 1
})

const make = Effect.fnUntraced(function*(options: SalesOptions) {
  const sql = yield* PgClient.PgClient
  const identifiers = yield* Identifiers
  const now = yield* Now
  const acknowledged = yield* Acknowledged
  const sealing = yield* Sealing
  const followed = followedHashes(sealing.sha256, (yield* BeaconChains).followed)
  const sell = sellBatch({
    sql,
    seals: makeSeals(sealing),
    newId: identifiers.newId,
    followed,
    acknowledged,
    ticketsPerPlayerMax: yield* TicketsPerDraw,
    minAge: yield* MinAge
  })

  const attempt = makeSaleAttempt(sql, identifiers, now)

  const answersOf = (
    requests: ReadonlyArray<PurchaseRequest>,
    cause: Cause.Cause<SaleHoursOver | ClocksDisagree | Suspended | OutcomeUnknown | SqlError.SqlError>
  ): Effect.Effect<ReadonlyArray<Answer>> => {
    const error = Option.getOrUndefined(Cause.findErrorOption(cause))
    if (error instanceof OutcomeUnknown) return Effect.succeed(requests.map(() => Exit.fail(error)))
    if (error instanceof Suspended) {
      const unavailable = new Unavailable({ message: error.message, retryAfter: 60, cause })
      return Effect.succeed(requests.map(() => Exit.fail(unavailable)))
    }
    if (error instanceof SaleHoursOver || error instanceof ClocksDisagree || isUnavailable(error)) {
      const unavailable = new Unavailable({
        message: "the sale is out of reach; nothing was bought",
        retryAfter: 1,
        cause
      })
      return Effect.as(
        SqlError.isSqlError(error) ? tellUnavailable(error) : Effect.void,
        requests.map(() => Exit.fail(unavailable))
      )
    }
    if (requests.length === 1) return Effect.succeed([Exit.die(Cause.squash(cause))])
    // one request made the database refuse, which the rule should have: find it, and sell to the others
    const half = Math.ceil(requests.length / 2)
    return Effect.zipWith(run(requests.slice(0, half)), run(requests.slice(half)), (left, right) => [...left, ...right])
  }

  const run = (requests: ReadonlyArray<PurchaseRequest>): Effect.Effect<ReadonlyArray<Answer>> =>
    attempt((batchId) => sell(batchId, requests)).pipe(
      Effect.retry({ while: (error) => error instanceof SaleHoursOver, times: 3 }),
      Effect.matchCauseEffect({
        onSuccess: ({ answers, sold }) =>
          Effect.sync(() => {
            if (sold !== null) acknowledged.sold(sold.drawId, sold.epoch, sold.entries)
            return answers.map((answer) => Exit.succeed(answer))
          }),
        onFailure: (cause) => answersOf(requests, cause)
      })
    )

  const batcher = yield* makeBatcher<PurchaseRequest, Answer>({
    concurrency: options.concurrency ?? 2,
    batchWeightMax: options.batchTicketsMax ?? 512,
    waitingMax: options.waitingMax ?? 10_000,
    weightOf: (request) => request.quantity,
    keyOf: (request) => request.userId,
    patienceMillis: options.patienceMillis ?? 4_500,
    late,
    run: (requests) =>
      Effect.suspend(() => {
        const began = performance.now()
        return Effect.onExit(
          run(requests),
          () => Effect.sync(() => countBatch(requests.length, performance.now() - began))
        )
      })
  })
  yield* gauge("ddd_sales_waiting", "Purchases that wait for a batch.", () => batcher.waiting())

  const submit = (request: PurchaseRequest) =>
    Effect.flatMap(batcher.submit(request), (answer) => answer ?? Effect.fail(overloaded))

  /** Tries again what found the wallet held, by itself: whoever is in a batch with it is answered already. */
  const awaitWallet = Effect.fnUntraced(function*(request: PurchaseRequest) {
    const until = performance.now() + heldMillisMax
    let pause = heldPauseMillisMin
    while (performance.now() < until) {
      yield* Effect.sleep(pause)
      const answer = yield* submit(request)
      if (answer !== walletHeld) return answer
      pause = Math.min(pause * 2, heldPauseMillisMax)
    }
    return yield* held
  })

  return Sales.of({
    purchase: (request) =>
      submit(request).pipe(
        Effect.filterOrElse((answer) => answer !== walletHeld, () => awaitWallet(request)),
        Effect.flatMap(orRefused),
        Effect.onExit((answer) => Effect.sync(() => countAnswer(answer)))
      )
  })
})

export const layer = (options: SalesOptions = {}) => Layer.effect(Sales, make(options))
