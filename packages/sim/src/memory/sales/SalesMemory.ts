/** The sale of daily draws' tickets, in memory: one request at a time. */
import { onSale } from "@ddd/core/draws/Draw"
import { keptBlocks } from "@ddd/core/draws/KeptAnswers"
import { answersOf, repeatedPurchases } from "@ddd/core/draws/Receipt"
import { numberingOfNothing, type PurchaseRequest, sell } from "@ddd/core/draws/Sale"
import { PurchaseRefused, Sales } from "@ddd/core/ports/Sales"
import type { Sealing } from "@ddd/core/ports/Sealing"
import { Effect, Layer, Result } from "effect"
import { Store } from "../Store.ts"
import { makeSelling } from "./Selling.ts"

export const layer: Layer.Layer<Sales, never, Store | Sealing> = Layer.effect(
  Sales,
  Effect.gen(function*() {
    const store = yield* Store
    const selling = yield* makeSelling

    const purchase = (request: PurchaseRequest) => {
      const clock = store.now()
      const draw = [...store.draws.values()].find((draw) => draw.kind === "daily" && onSale(draw, clock)) ?? null
      const buyer = selling.buyerIn(draw, request.userId)
      const sale = sell(
        draw === null ? null : selling.poolOf(draw),
        clock,
        new Map(buyer === null ? [] : [[request.userId, buyer]]),
        keptBlocks("Purchase", selling.keptOf(request)),
        draw === null ? numberingOfNothing : selling.numberingOf(draw),
        [request]
      )
      const sold = draw === null || sale.tickets.length === 0 ? [] : selling.write(draw, sale)
      for (const outcome of sale.outcomes) {
        if (outcome._tag === "Sold") selling.keep(request, { _tag: "Purchase", block: outcome.block })
      }
      const [answer] = answersOf(sale.outcomes, sold, repeatedPurchases(sale.outcomes, sold).flatMap(selling.ticketsOf))
      if (answer === undefined) throw new Error("a request was not decided")
      return Result.mapError(answer, (refusal) => new PurchaseRefused({ refusal }))
    }

    return Sales.of({
      purchase: (request) => store.exclusive(Effect.suspend(() => Effect.fromResult(purchase(request))))
    })
  })
)
