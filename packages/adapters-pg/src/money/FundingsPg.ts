/** Money in, on PostgreSQL. */
import { shareNames } from "@ddd/core/money/BuyerNames"
import { decidedEntry } from "@ddd/core/money/DecidePurchase"
import type { Funding } from "@ddd/core/money/Funding"
import { canonicalReference } from "@ddd/core/money/FundingReference"
import { FourEyesAbove } from "@ddd/core/ports/FourEyesAbove"
import { Fundings } from "@ddd/core/ports/Fundings"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { Outbox } from "@ddd/core/ports/Outbox"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { transactionOf } from "../database/Rows.ts"
import { orUnavailable, transact } from "../database/Transaction.ts"
import { makeGate, orApproval } from "../operators/ApprovalRows.ts"
import { findMarked, keepNames, markLast, matchesOf } from "./BuyerNameRows.ts"
import { creditWaiting, decideOpen, readFunding, recordEvent } from "./FundingSteps.ts"
import { findOpen } from "./OpenPurchases.ts"

/** How long what waits is kept from being credited by a lock that somebody holds, until others are looked at first: milliseconds. */
const creditMillisMax = 1_000

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const { newId } = yield* Identifiers
  const services = { sql, newId, outbox: yield* Outbox }
  const above = yield* FourEyesAbove

  const creditOne = Effect.fnUntraced(function*(reference: string) {
    yield* sql`SELECT set_config('lock_timeout', ${String(creditMillisMax)}, true)`
    return yield* creditWaiting(services, reference)
  }, transact(sql))

  /**
   * One that fails, or whose buyer's wallet somebody holds, keeps nobody else waiting: it is looked at again after all others. Where the
   * database is out of reach this fails too.
   */
  const putBehind = (reference: string) => markLast(sql, reference).pipe(transact(sql), Effect.as(false))
  const failed = (reference: string, why: unknown) =>
    Effect.andThen(Effect.logError(`${reference} could not be credited`, why), putBehind(reference))

  const creditIfPossible = (reference: string) =>
    creditOne(reference).pipe(
      Effect.catchTags({
        DepositBarred: () => failed(reference, "its buyer does not play now, and no store has taken the money"),
        DepositRefused: () => failed(reference, "it does not fit in its buyer's wallet"),
        UnknownUser: ({ userId }) => failed(reference, `player ${userId} is gone`),
        Unavailable: () => putBehind(reference)
      }),
      Effect.catchDefect((defect) => failed(reference, defect))
    )

  return Fundings.of({
    record: Effect.fn("FundingsPg.record")(
      function*(event) {
        const { rows, ...recorded } = yield* recordEvent(services, event)
        return { ...recorded, transactions: rows.map(transactionOf) }
      },
      transact(sql)
    ),

    find: (reference) => orUnavailable(readFunding(sql, canonicalReference(reference))),

    shareNames: Effect.fn("FundingsPg.shareNames")(
      function*(names) {
        const shared = shareNames(names, yield* matchesOf(sql, names))
        if (shared === null) return false
        yield* keepNames(sql, shared)
        return true
      },
      transact(sql)
    ),

    creditWaiting: Effect.fn("FundingsPg.creditWaiting")(function*(limit) {
      const credited: Array<string> = []
      for (const reference of yield* orUnavailable(findMarked(sql, limit))) {
        if (yield* creditIfPossible(reference)) credited.push(reference)
      }
      return credited
    }),

    listOpen: Effect.fn("FundingsPg.listOpen")((page) => findOpen(sql, page), orUnavailable),

    decide: Effect.fn("FundingsPg.decide")(
      (reference, decision, act) => {
        const entryOf = (funding: Funding) => decidedEntry(act, funding, decision)
        return decideOpen(services, reference, decision, entryOf, makeGate(services, above, act))
      },
      transact(sql),
      orApproval,
      Effect.map(({ funding, rows }) => ({ funding, transactions: rows.map(transactionOf) }))
    )
  })
})

export const layer = Layer.effect(Fundings, make)
