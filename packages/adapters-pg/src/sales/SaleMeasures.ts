/** What is counted of sales (docs/operations/metrics.md). */
import type { Receipt } from "@ddd/core/draws/Receipt"
import type { OutcomeUnknown, PurchaseRefused } from "@ddd/core/ports/Sales"
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import { counters, histogram, observe, waitBoundaries } from "@ddd/core/values/Measure"
import { Exit, Option } from "effect"

const tickets = counters("ddd_sales_tickets_total", "Tickets that were sold.", "draw", ["daily", "room"])

const purchases = counters(
  "ddd_sales_purchases_total",
  "Purchases that were answered. unknown: nobody can say whether it happened; failed: a fault of ours.",
  "outcome",
  ["sold", "repeated", "refused", "unavailable", "unknown", "failed"]
)

const batchPurchases = histogram(
  "ddd_sales_batch_purchases",
  "Purchases that were sold in one transaction.",
  [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
)
const batchSeconds = histogram(
  "ddd_sales_batch_seconds",
  "From taking a batch of purchases to knowing what became of it.",
  waitBoundaries
)

/** A batch of so many purchases took so long, whatever became of it. */
export const countBatch = (size: number, millis: number): void => {
  observe(batchPurchases, size)
  observe(batchSeconds, millis / 1_000)
}

type Failure = PurchaseRefused | Unavailable | OutcomeUnknown

const outcomeOf = (failure: Failure | undefined) => {
  switch (failure?._tag) {
    case "PurchaseRefused":
      return "refused"
    case "Unavailable":
      return "unavailable"
    case "OutcomeUnknown":
      return "unknown"
    case undefined:
      return "failed"
  }
}

/** What a purchase of a day's tickets is about to be answered; a client that went away is answered nothing. */
export const countAnswer = (answer: Exit.Exit<Receipt, Failure>): void => {
  if (Exit.hasInterrupts(answer)) return
  if (Exit.isFailure(answer)) return purchases(outcomeOf(Option.getOrUndefined(Exit.findErrorOption(answer))))
  const { replayed, tickets: sold } = answer.value
  purchases(replayed ? "repeated" : "sold")
  if (!replayed) tickets("daily", sold.length)
}

/** A ticket of a room was sold. */
export const countRoomTicket = (): void => tickets("room", 1)
