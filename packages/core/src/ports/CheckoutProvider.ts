/**
 * Port: whose page players pay in on.
 *
 * It tells of payments, refunds and disputes by notices, and is looked up where none comes. Nothing that a browser says counts.
 */
import { Context, Data, type Effect } from "effect"
import type { Checkout } from "../money/Checkout.ts"
import type { OpenedSession, SessionSeen } from "../money/CheckoutReport.ts"
import type { FundingEvent } from "../money/Funding.ts"
import type { OwnProvider } from "../money/ProviderId.ts"
import type { Instant } from "../values/Instant.ts"
import type { ProviderUnavailable } from "./PayoutProvider.ts"

/** The provider will not open a page for this checkout, ever. `reason`: a clause. */
export class CheckoutNotOpened extends Data.TaggedError("CheckoutNotOpened")<{ readonly reason: string }> {}

/** What a refund or a dispute of a payment comes to. */
export type PaymentEvent = Extract<FundingEvent, { readonly _tag: "Refunded" | "RefundReversed" }>

/** What a notice of the provider is about. */
export type CheckoutNotice =
  | { readonly _tag: "Session"; readonly seen: SessionSeen }
  /** Refunds, or disputes, of a payment that may be a checkout's: to be recorded in this order. */
  | { readonly _tag: "Payment"; readonly paymentId: string; readonly events: ReadonlyArray<PaymentEvent> }
  /** A payment was refunded: its refunds are to be looked up. */
  | { readonly _tag: "Refunds"; readonly paymentId: string }
  /** Nothing is to be done. */
  | { readonly _tag: "Ignored"; readonly why: string }
  /** It is about money, and cannot be acted on as things are. */
  | { readonly _tag: "Unusable"; readonly why: string }
  /** It is not about money in. */
  | { readonly _tag: "Other" }

export class CheckoutProvider extends Context.Service<CheckoutProvider, {
  /** Whether players are offered to pay here. What was paid before is heard of all the same. */
  readonly isOffered: boolean
  /** Which it is, and by which account of ours; `off`: none. */
  readonly identity: Effect.Effect<OwnProvider, ProviderUnavailable>
  /** Opens the page of a checkout, once, however often it is asked for within a day. */
  readonly open: (checkout: Checkout) => Effect.Effect<OpenedSession, CheckoutNotOpened | ProviderUnavailable>
  /** Looks a page up; null where there is none, or none of ours. */
  readonly session: (sessionId: string) => Effect.Effect<SessionSeen | null, ProviderUnavailable>
  /** All pages since then that bear the name of a checkout, whether or not the books know it. */
  readonly sessionsSince: (since: Instant) => Effect.Effect<ReadonlyArray<SessionSeen>, ProviderUnavailable>
  /** Whether a payment bears the name of a checkout; false where there is no such payment. */
  readonly isOurs: (paymentId: string) => Effect.Effect<boolean, ProviderUnavailable>
  /** What refunds and disputes of a payment there are, oldest first, each as the notice of its state would say it. */
  readonly paymentEvents: (paymentId: string) => Effect.Effect<ReadonlyArray<PaymentEvent>, ProviderUnavailable>
  /** Reads a notice that was found genuine. */
  readonly read: (body: string) => CheckoutNotice
}>()("@ddd/core/ports/CheckoutProvider") {}
