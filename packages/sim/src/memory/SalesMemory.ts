/** The sale of daily draws' tickets, in memory. */
import { onSale } from "@ddd/core/draws/Draw"
import { Sales } from "@ddd/core/ports/Sales"
import type { Sealing } from "@ddd/core/ports/Sealing"
import { Effect, Layer } from "effect"
import { makeSelling } from "./Selling.ts"
import { Store } from "./Store.ts"

export const layer: Layer.Layer<Sales, never, Store | Sealing> = Layer.effect(
  Sales,
  Effect.gen(function*() {
    const store = yield* Store
    const purchase = yield* makeSelling
    return Sales.of({
      purchase: (request) =>
        store.exclusive(Effect.suspend(() => {
          const draws = [...store.draws.values()]
          const draw = draws.find((draw) => draw.kind === "daily" && onSale(draw, store.now()))
          return purchase(draw ?? null, request)
        }))
    })
  })
)
