/** Port: the sale of tickets. */
import { Context, Data, type Effect } from "effect"
import type { Receipt } from "../draws/Receipt.ts"
import type { PurchaseRefusal, PurchaseRequest } from "../draws/Sale.ts"
import type { Unavailable } from "./Unavailable.ts"

/** The purchase was decided against; nothing was changed. */
export class PurchaseRefused extends Data.TaggedError("PurchaseRefused")<{ readonly refusal: PurchaseRefusal }> {}

/**
 * Whether the purchase happened could not be found out: the store was lost while it committed.
 *
 * The same request under the same idempotency key finds it out, and buys if it did not happen.
 */
export class OutcomeUnknown extends Data.TaggedError("OutcomeUnknown")<{ readonly cause: unknown }> {}

/**
 * Sells tickets.
 *
 * A purchase is atomic: wallet, tickets, transactions, the draw's counters and the kept answer change together or not at
 * all, whoever else buys, and it answers only once that is durable. Purchases of one draw are put in one order, their
 * positions without a gap. The same key and fingerprint again answers the first receipt, equal in every field but
 * `replayed`. `Unavailable` where too many purchases are waiting already.
 */
export class Sales extends Context.Service<Sales, {
  readonly purchase: (
    request: PurchaseRequest
  ) => Effect.Effect<Receipt, PurchaseRefused | Unavailable | OutcomeUnknown>
}>()("@ddd/core/ports/Sales") {}
