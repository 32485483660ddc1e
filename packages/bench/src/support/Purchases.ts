/** Purchases over HTTP: a rush of them, and what the answers say. */
import { Schema } from "effect"
import { bodyOf } from "./AnswerBody.ts"
import { askPatiently, ConnectionLost, type HttpAnswer, requestText, withConnections } from "./HttpConnection.ts"
import type { Player } from "./Players.ts"

/** One ticket for a player, under an idempotency key. */
export interface Purchase {
  readonly player: Player
  readonly key: string
}

export const purchaseRequest = ({ key, player }: Purchase): string =>
  requestText({
    method: "POST",
    path: "/lottery/purchase-ticket",
    headers: { authorization: `Bearer ${player.accessToken}`, "idempotency-key": key },
    body: `{"quantity":1}`
  })

/** What came of a purchase: `undefined` where the connection was lost before the answer. */
export type Outcome = HttpAnswer | undefined

/**
 * Sends purchases over so many connections, one at a time on each, in their order. A connection that is lost is not
 * replaced: what is left then has no outcome. `onAnswer` is told how many answers there are.
 */
export const rush = (
  port: number,
  connectionCount: number,
  purchases: ReadonlyArray<Purchase>,
  onAnswer: (count: number) => void = () => {}
): Promise<ReadonlyArray<Outcome>> =>
  withConnections(port, connectionCount, async (connections) => {
    const outcomes: Array<Outcome> = purchases.map(() => undefined)
    const waiting = purchases.entries()
    let answered = 0
    await Promise.all(connections.map(async (connection) => {
      for (const [index, purchase] of waiting) {
        try {
          outcomes[index] = await askPatiently(connection, purchaseRequest(purchase))
        } catch (error) {
          if (error instanceof ConnectionLost) return
          throw error
        }
        onAnswer(++answered)
      }
    }))
    return outcomes
  })

const Receipt = Schema.Struct({
  tickets: Schema.Tuple([Schema.Struct({ position: Schema.Int, ticketId: Schema.String })])
})
const receiptIn = bodyOf(Receipt)

/** The one ticket that an answer of 201 sells. */
export const ticketIn = (answer: HttpAnswer) => receiptIn(answer).tickets[0]

const boughtIn = bodyOf(Schema.Struct({ draw: Schema.Struct({ totalEntries: Schema.Int }) }))

/** How many entries its draw has with the purchase that an answer of 201 tells of. */
export const entriesIn = (answer: HttpAnswer): number => boughtIn(answer).draw.totalEntries
