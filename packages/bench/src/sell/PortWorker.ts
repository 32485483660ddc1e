/** This design at its port: `Sales` as the server composes it, called in its own process. */
import { Sales } from "@ddd/core/ports/Sales"
import { userId } from "@ddd/core/values/Ids"
import { ManagedRuntime } from "effect"
import { randomUUID } from "node:crypto"
import { inside } from "../support/Inside.ts"
import { inTurn, serveOrders } from "./Worker.ts"

// what a key stands for: method, path and body, which there are none of here
const fingerprint = "00".repeat(32)

serveOrders(async (buyers) => {
  const nextBuyer = inTurn(buyers)
  const runtime = ManagedRuntime.make(inside(process.env, "http://localhost"))
  const sales = await runtime.runPromise(Sales)
  return async () => async () => {
    const buyer = userId(nextBuyer().userId)
    const idempotency = { key: randomUUID(), fingerprint }
    await runtime.runPromise(sales.purchase({ userId: buyer, quantity: 1, drawId: null, idempotency }))
  }
})
