/** Money in, in memory. */
import { shareNames } from "@ddd/core/money/BuyerNames"
import { decidedEntry, type DecisionRefusal, type PurchaseDecision, whyOpen } from "@ddd/core/money/DecidePurchase"
import type { Funding, FundingEvent } from "@ddd/core/money/Funding"
import { canonicalReference } from "@ddd/core/money/FundingReference"
import type { MoveRefusal } from "@ddd/core/money/MoveFunding"
import type { FundingRefusal } from "@ddd/core/money/RecordFunding"
import type { ApprovalRequired } from "@ddd/core/ports/ApprovalRequired"
import { FourEyesAbove } from "@ddd/core/ports/FourEyesAbove"
import { FundingConflict, Fundings, PurchaseNotOpen } from "@ddd/core/ports/Fundings"
import {
  type DepositBarred,
  type DepositRefused,
  moveError,
  ReferenceRefused,
  type UnknownUser
} from "@ddd/core/ports/Ledger"
import type { NewOperatorEntry } from "@ddd/core/values/OperatorAct"
import { pageOf } from "@ddd/core/values/Page"
import { Effect, Layer, Result } from "effect"
import { type Gate, makeGate } from "../operators/ApprovalSteps.ts"
import { Store } from "../Store.ts"
import { creditWaiting, decideOpen, keepNames, matchesOf, recordEvent } from "./FundingSteps.ts"
import { asTransaction } from "./TransactionView.ts"

const errorOf = (
  refusal: FundingRefusal | MoveRefusal
): FundingConflict | ReferenceRefused | UnknownUser | DepositBarred | DepositRefused => {
  switch (refusal._tag) {
    case "FundingConflict":
      return new FundingConflict(refusal)
    case "ReferenceRefused":
      return new ReferenceRefused(refusal)
    default:
      return moveError(refusal)
  }
}

const decisionError = (
  refusal: DecisionRefusal | MoveRefusal | ApprovalRequired
): PurchaseNotOpen | UnknownUser | DepositBarred | DepositRefused | ApprovalRequired => {
  switch (refusal._tag) {
    case "PurchaseNotOpen":
      return new PurchaseNotOpen(refusal)
    case "ApprovalRequired":
      return refusal
    default:
      return moveError(refusal)
  }
}

/** Carries a person's decision out, its refusals as the port's errors. Whoever calls this writes alone. */
export const decide = (
  store: Store["Service"],
  reference: string,
  decision: PurchaseDecision,
  entryOf: (funding: Funding) => NewOperatorEntry,
  gate: Gate
) =>
  Effect.suspend(() =>
    Effect.fromResult(Result.mapError(decideOpen(store, reference, decision, entryOf, gate), decisionError))
  )

/** Records an event, its refusals as the port's errors. Whoever calls this writes alone. */
export const record = (store: Store["Service"], event: FundingEvent) =>
  Effect.suspend(() => Effect.fromResult(Result.mapError(recordEvent(store, event), errorOf)))

export const layer: Layer.Layer<Fundings, never, Store> = Layer.effect(
  Fundings,
  Effect.gen(function*() {
    const store = yield* Store
    const above = yield* FourEyesAbove

    return Fundings.of({
      record: (event) =>
        store.exclusive(Effect.map(record(store, event), ({ rows, ...recorded }) => ({
          ...recorded,
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
          const marked = [...store.purchasesToMatch].slice(0, limit)
          return marked.filter((reference) => creditWaiting(store, reference))
        })),

      listOpen: ({ cursor, limit }) =>
        Effect.sync(() => {
          const open = [...store.fundings.values()].flatMap((funding) => {
            const reason = whyOpen(funding, matchesOf(store, funding.names))
            return reason === null
              ? []
              : [{ funding, reason, since: store.fundingsSince.get(funding.reference) ?? store.now() }]
          })
          const after = open.findIndex(({ funding }) => funding.reference === cursor)
          return pageOf(open.slice(after + 1), limit, ({ funding }) => funding.reference)
        }),

      decide: (reference, decision, act) =>
        store.exclusive(
          decide(
            store,
            reference,
            decision,
            (funding) => decidedEntry(act, funding, decision),
            makeGate(store, above, act)
          )
        ).pipe(Effect.map(({ funding, rows }) => ({ funding, transactions: rows.map(asTransaction) })))
    })
  })
)
