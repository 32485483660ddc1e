/** Port: paying in on a provider's page, as our own books have it. What was paid is credited by `Fundings`. */
import { Context, Data, type Effect } from "effect"
import type {
  Checkout,
  CheckoutProviderId,
  CheckoutRefusal,
  CheckoutRequest,
  CheckoutStatus
} from "../money/Checkout.ts"
import type { CheckoutReport } from "../money/CheckoutReport.ts"
import type { UserId } from "../values/Ids.ts"
import type { Page, PageRequest } from "../values/Page.ts"
import type { Unavailable } from "./Unavailable.ts"

/** No checkout begins; nothing was changed. */
export class CheckoutRefused extends Data.TaggedError("CheckoutRefused")<{ readonly refusal: CheckoutRefusal }> {}

export interface CheckoutFilter {
  readonly status?: CheckoutStatus
  readonly userId?: UserId
}

export class Checkouts extends Context.Service<Checkouts, {
  /**
   * Writes a checkout down, before its provider is asked. The same key and fingerprint again gives the first one as it is by now, with
   * `isReplayed`. Keys are shared with purchases.
   */
  readonly ask: (
    request: CheckoutRequest
  ) => Effect.Effect<
    { readonly checkout: Checkout; readonly isReplayed: boolean },
    CheckoutRefused | Unavailable
  >
  readonly find: (id: string) => Effect.Effect<Checkout | null, Unavailable>
  /** The checkout that was paid by a payment, by the provider's name for it; null where none is known to be. */
  readonly paidBy: (paymentId: string) => Effect.Effect<Checkout | null, Unavailable>
  /** Newest first; the cursor is a checkout's id. */
  readonly list: (filter: CheckoutFilter, page: PageRequest) => Effect.Effect<Page<Checkout>, Unavailable>
  /** Writes what became known of a checkout, and gives it as it stands then; null for an unknown one. */
  readonly learn: (id: string, report: CheckoutReport) => Effect.Effect<Checkout | null, Unavailable>
  /**
   * Takes checkouts with `provider` that are due to be looked up, at most `limit`, oldest first: nobody else is given them before they are due
   * again.
   */
  readonly claimDue: (
    provider: CheckoutProviderId,
    limit: number
  ) => Effect.Effect<ReadonlyArray<Checkout>, Unavailable>
}>()("@ddd/core/ports/Checkouts") {}
