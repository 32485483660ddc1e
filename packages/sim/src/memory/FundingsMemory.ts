/** Money in, in memory. */
import { type Funding, stepDue } from "@ddd/core/money/Funding"
import { canonicalReference } from "@ddd/core/money/FundingReference"
import { Fundings } from "@ddd/core/ports/Fundings"
import { Effect, Layer, Result } from "effect"
import { keepNames, playerNamed, recordEvent, takeStep, withBuyer } from "./FundingSteps.ts"
import { Store } from "./Store.ts"
import { asTransaction } from "./TransactionView.ts"

export const layer: Layer.Layer<Fundings, never, Store> = Layer.effect(
  Fundings,
  Effect.gen(function*() {
    const store = yield* Store

    /** Credits what waits, where its buyer is known by now and their wallet can hold it; whether it was credited. */
    const creditNow = (waiting: Funding): boolean => {
      const { userId } = withBuyer(store, waiting)
      return userId !== null && Result.isSuccess(takeStep(store, { ...waiting, userId }))
    }

    return Fundings.of({
      record: (event) =>
        store.exclusive(Effect.map(recordEvent(store, event), ({ funding, rows }) => ({
          funding,
          transactions: rows.map(asTransaction)
        }))),

      find: (reference) => Effect.sync(() => store.fundings.get(canonicalReference(reference)) ?? null),

      shareNames: (names) =>
        store.exclusive(Effect.sync(() => {
          const player = playerNamed(store, names)
          if (player !== null) keepNames(store, player, names)
          return player !== null
        })),

      creditWaiting: (limit) =>
        store.exclusive(Effect.sync(() => {
          const credited: Array<string> = []
          for (const funding of store.fundings.values()) {
            if (credited.length >= limit) break
            if (funding.userId !== null || stepDue(funding) !== "credit") continue
            if (creditNow(funding)) credited.push(funding.reference)
          }
          return credited
        }))
    })
  })
)
