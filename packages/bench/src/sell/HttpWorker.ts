/** The load on the server: purchases over HTTP, each on a kept-alive connection of its own that waits for the answer. */
import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import { type HttpConnection, openConnection } from "../support/HttpConnection.ts"
import { settingsIn } from "../support/Inside.ts"
import { purchaseRequest } from "../support/Purchases.ts"
import { inTurn, serveOrders } from "./Worker.ts"

serveOrders(async (buyers) => {
  const nextBuyer = inTurn(buyers)
  const { PORT: port } = await Effect.runPromise(settingsIn(process.env))
  let connections: ReadonlyArray<HttpConnection> = []
  return async (atOnce) => {
    // those of the last order have been idle for too long
    for (const connection of connections) connection.close()
    connections = await Promise.all(Array.from({ length: atOnce }, () => openConnection(port)))
    return async (lane) => {
      const answer = await connections[lane]!.ask(purchaseRequest({ player: nextBuyer(), key: randomUUID() }))
      if (answer.status !== 201) throw new Error(`a purchase was answered ${answer.status}: ${answer.body.toString()}`)
    }
  }
})
