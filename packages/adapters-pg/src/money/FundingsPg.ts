/** Money in, on PostgreSQL. */
import { shareNames } from "@ddd/core/money/BuyerNames"
import { canonicalReference } from "@ddd/core/money/FundingReference"
import { Fundings } from "@ddd/core/ports/Fundings"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { Outbox } from "@ddd/core/ports/Outbox"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { transactionOf } from "../database/Rows.ts"
import { inTransaction, orUnavailable, transact } from "../database/Transaction.ts"
import {
  creditWaiting,
  decideOpen,
  findCreditable,
  keepNames,
  matchesOf,
  readFunding,
  recordEvent
} from "./FundingSteps.ts"
import { findOpen } from "./OpenPurchases.ts"

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const { newId } = yield* Identifiers
  const services = { sql, newId, outbox: yield* Outbox }

  const creditOne = Effect.fnUntraced(function*(reference: string) {
    return yield* creditWaiting(services, reference)
  }, inTransaction(sql))

  const creditIfPossible = (reference: string) =>
    creditOne(reference).pipe(
      // one that cannot be credited keeps nobody else waiting
      Effect.catchTags({
        DepositRefused: () => Effect.as(Effect.logError(`${reference} does not fit in its buyer's wallet`), false),
        UnknownUser: () => Effect.succeed(false)
      })
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
      let page = yield* findCreditable(sql, null)
      while (page.last !== null) {
        for (const reference of page.creditable) {
          if (credited.length >= limit) return credited
          if (yield* creditIfPossible(reference)) credited.push(reference)
        }
        page = yield* findCreditable(sql, page.last)
      }
      return credited
    }, orUnavailable),

    listOpen: Effect.fn("FundingsPg.listOpen")((page) => findOpen(sql, page), orUnavailable),

    decide: Effect.fn("FundingsPg.decide")(
      function*(reference, decision) {
        const { funding, rows } = yield* decideOpen(services, reference, decision)
        return { funding, transactions: rows.map(transactionOf) }
      },
      transact(sql)
    )
  })
})

export const layer = Layer.effect(Fundings, make)
