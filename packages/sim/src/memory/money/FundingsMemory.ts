/** Money in, in memory. */
import type { FundingEvent } from "@ddd/core/money/Funding"
import { canonicalReference } from "@ddd/core/money/FundingReference"
import { type FundingRefusal, type MoveRefusal, shareNames } from "@ddd/core/money/RecordFunding"
import { FundingConflict, Fundings } from "@ddd/core/ports/Fundings"
import { DepositRefused, UnknownUser } from "@ddd/core/ports/Ledger"
import { Effect, Layer, Result } from "effect"
import { Store } from "../Store.ts"
import { creditWaiting, keepNames, matchesOf, recordEvent } from "./FundingSteps.ts"
import { asTransaction } from "./TransactionView.ts"

const errorOf = (refusal: FundingRefusal | MoveRefusal): FundingConflict | UnknownUser | DepositRefused => {
  switch (refusal._tag) {
    case "FundingConflict":
      return new FundingConflict(refusal)
    case "UnknownUser":
      return new UnknownUser(refusal)
    case "DepositRefused":
      return new DepositRefused(refusal)
  }
}

/** Records an event, its refusals as the port's errors. Whoever calls this writes alone. */
export const record = (store: Store["Service"], event: FundingEvent) =>
  Effect.suspend(() => Effect.fromResult(Result.mapError(recordEvent(store, event), errorOf)))

export const layer: Layer.Layer<Fundings, never, Store> = Layer.effect(
  Fundings,
  Effect.gen(function*() {
    const store = yield* Store

    return Fundings.of({
      record: (event) =>
        store.exclusive(Effect.map(record(store, event), ({ funding, rows }) => ({
          funding,
          transactions: rows.map(asTransaction)
        }))),

      find: (reference) => Effect.sync(() => store.fundings.get(canonicalReference(reference)) ?? null),

      shareNames: (names) =>
        store.exclusive(Effect.sync(() => {
          const shared = shareNames(names, matchesOf(store, names))
          if (shared !== null) keepNames(store, shared)
          return shared !== null
        })),

      creditWaiting: (limit) =>
        store.exclusive(Effect.sync(() => {
          const credited: Array<string> = []
          for (const { reference } of store.fundings.values()) {
            if (credited.length >= limit) break
            if (creditWaiting(store, reference)) credited.push(reference)
          }
          return credited
        }))
    })
  })
)
