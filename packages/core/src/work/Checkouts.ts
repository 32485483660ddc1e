/**
 * Paying in on a provider's page: opened, and followed until it is over.
 *
 * What the provider tells, or has when it is looked up, is recorded as what a shop tells is; the checkout's own row is written after that, so
 * that a process which dies in between leaves a checkout that is looked up again.
 */
import { Effect } from "effect"
import { type Checkout, type CheckoutRequest } from "../money/Checkout.ts"
import { paymentReference, purchaseIn, type SessionSeen } from "../money/CheckoutReport.ts"
import type { Funding } from "../money/Funding.ts"
import type { WebhookConclusion } from "../money/WebhookEvent.ts"
import {
  type CheckoutNotice,
  CheckoutNotOpened,
  CheckoutProvider,
  type PaymentEvent
} from "../ports/CheckoutProvider.ts"
import { Checkouts } from "../ports/Checkouts.ts"
import { Fundings } from "../ports/Fundings.ts"
import { Now } from "../ports/Now.ts"
import type { ProviderUnavailable } from "../ports/PayoutProvider.ts"
import type { Unavailable } from "../ports/Unavailable.ts"
import type { Instant } from "../values/Instant.ts"
import { about, aboutNothing, done, failed, ignored, recordEvent } from "./FundingEvents.ts"
import { repeated } from "./Repeated.ts"

/** A checkout whose page is open. */
export interface OpenCheckout {
  readonly checkout: Checkout
  readonly url: string
  /** Whether the same request was answered before. */
  readonly isReplayed: boolean
}

/** Why a checkout cannot be opened any more; null where its provider may be asked for its page. */
const whyOver = ({ problem, provider, status }: Checkout, own: string): string | null =>
  status !== "asked" ? problem ?? "it is over" : provider === own ? null : "it is with another provider"

/** Begins a checkout, or gives the one that the same request began. Nothing is credited by it. */
export const begin = Effect.fn("Checkouts.begin")(function*(request: Omit<CheckoutRequest, "provider">) {
  const provider = yield* CheckoutProvider
  const checkouts = yield* Checkouts
  const own = yield* provider.identity
  if (!provider.isOffered || own === "off") return null
  const { checkout, isReplayed } = yield* checkouts.ask({ ...request, provider: own })
  if (checkout.url !== null) return { checkout, url: checkout.url, isReplayed } satisfies OpenCheckout
  const over = whyOver(checkout, own)
  if (over !== null) return yield* new CheckoutNotOpened({ reason: over })
  const session = yield* Effect.tapErrorTag(
    provider.open(checkout),
    "CheckoutNotOpened",
    ({ reason }) => checkouts.learn(checkout.id, { _tag: "Refused", reason })
  )
  const opened = (yield* checkouts.learn(checkout.id, { _tag: "Opened", session })) ?? checkout
  return { checkout: opened, url: opened.url ?? session.url, isReplayed } satisfies OpenCheckout
})

/** Acts on what the provider has of a page. */
const actOnSession = Effect.fnUntraced(function*(seen: SessionSeen) {
  const checkouts = yield* Checkouts
  const checkout = yield* checkouts.find(seen.checkoutId)
  const event = purchaseIn(checkout, seen)
  const recorded = event === null ? null : yield* recordEvent(event)
  const after = checkout === null ? null : yield* checkouts.learn(checkout.id, { _tag: "Seen", seen })
  return recorded ?? aboutNothing(
    after === null
      ? ignored(`the books know no checkout ${seen.checkoutId}, and nothing was paid`)
      : done(`checkout ${after.id} is ${after.status}`)
  )
})

/** Whether a payment is a checkout's: known here, or by the name that it bears with the provider. */
const isOfCheckout = Effect.fnUntraced(function*(paymentId: string) {
  const isKnown = (yield* (yield* Fundings).find(paymentReference(paymentId))) !== null ||
    (yield* (yield* Checkouts).paidBy(paymentId)) !== null
  return isKnown || (yield* (yield* CheckoutProvider).isOurs(paymentId))
})

/** One conclusion of several events of one payment: a person looks where one of them says so; else the last has the last word. */
const together = (conclusions: ReadonlyArray<WebhookConclusion>, reference: string): WebhookConclusion => {
  const outcome = conclusions.map((each) => each.outcome).join("; ")
  const state = conclusions.some((each) => each.state === "failed") ? "failed" : conclusions.at(-1)?.state ?? "ignored"
  return { state, outcome, reference }
}

/** Records what was refunded or disputed of a payment. */
const actOnPayment = Effect.fnUntraced(function*(paymentId: string, events: ReadonlyArray<PaymentEvent>) {
  const conclusions = yield* Effect.forEach(events, recordEvent)
  return together(conclusions, paymentReference(paymentId))
})

/** Acts on a notice of the provider, and gives what is written of it. Fails where provider or books are out of reach. */
export const actOnCheckout = Effect.fn("Checkouts.actOnCheckout")(
  function*(notice: Exclude<CheckoutNotice, { readonly _tag: "Other" }>) {
    switch (notice._tag) {
      case "Ignored":
        return aboutNothing(ignored(notice.why))
      case "Unusable":
        yield* Effect.logWarning(`a notice of a payment cannot be acted on: ${notice.why}`)
        return aboutNothing(failed(notice.why))
      case "Session":
        return yield* actOnSession(notice.seen)
      case "Payment":
      case "Refunds": {
        const { paymentId } = notice
        if (!(yield* isOfCheckout(paymentId))) return aboutNothing(ignored(`payment ${paymentId} is no checkout's`))
        const events = notice._tag === "Payment"
          ? notice.events
          : yield* (yield* CheckoutProvider).paymentEvents(paymentId)
        return events.length === 0
          ? about(paymentReference(paymentId))(ignored(`nothing of payment ${paymentId} was refunded`))
          : yield* actOnPayment(paymentId, events)
      }
    }
  }
)

/** Looks a checkout up at its provider, and acts on what it has. */
const lookUp = Effect.fnUntraced(function*(checkout: Checkout, now: Instant) {
  const { expiresAt, id, sessionId } = checkout
  if (sessionId === null) {
    return now <= expiresAt ? null : yield* (yield* Checkouts).learn(id, { _tag: "NeverOpened" })
  }
  const seen = yield* (yield* CheckoutProvider).session(sessionId)
  if (seen === null) return yield* Effect.logWarning(`checkout ${id}: the provider has no page ${sessionId}`)
  return yield* actOnSession(seen)
})

const pollMillis = 5_000
const pollMax = 50
/** Well below what a provider answers a second. */
const lookUpsAtATime = 4

/** Looks up the checkouts that are due. One that cannot be looked up keeps no other from being. */
export const pollOnce = Effect.gen(function*() {
  const own = yield* (yield* CheckoutProvider).identity
  if (own === "off") return
  const due = yield* (yield* Checkouts).claimDue(own, pollMax)
  if (due.length === 0) return
  const now = yield* (yield* Now).now
  yield* Effect.forEach(
    due,
    (checkout) =>
      Effect.catchTag(
        lookUp(checkout, now),
        "ProviderUnavailable",
        ({ message }) => Effect.logWarning(`checkout ${checkout.id} could not be looked up: ${message}`)
      ),
    { concurrency: lookUpsAtATime, discard: true }
  )
})

/** Looks checkouts up over and over, until it is interrupted: a notice may be lost. Never fails. */
export const poll = Effect.fn("Checkouts.poll")(function*() {
  return yield* pollOnce.pipe(repeated(pollMillis, "checkouts could not be looked up"))
})

/** How the books and the provider differ about a checkout, or what of it is for a person. */
export interface Difference {
  readonly checkoutId: string
  /** The provider's name for the page; null where it is not known. */
  readonly sessionId: string | null
  /** What the provider says, in words. */
  readonly found: string
}

/** What stands under a payment, as far as an event can change it. */
const standing = (funding: Funding | null): string =>
  funding === null ? "nothing" : `${funding.creditStatus}${funding.heldReason === null ? "" : ", held"}`

/**
 * Compares what the provider has of a page with the books, and learns what is new. Gives what differed: nothing where the provider knows what
 * the books know, and no person has to look.
 */
const compareSession = Effect.fnUntraced(function*(before: Checkout | null, seen: SessionSeen) {
  const fundings = yield* Fundings
  const { checkoutId, paymentId, sessionId } = seen
  const standingOf = paymentId === null
    ? Effect.succeed("nothing")
    : Effect.map(fundings.find(paymentReference(paymentId)), standing)
  const known = yield* standingOf
  const conclusions = [yield* actOnSession(seen)]
  if (paymentId !== null && seen.isPaid) {
    const events = yield* (yield* CheckoutProvider).paymentEvents(paymentId)
    if (events.length > 0) conclusions.push(yield* actOnPayment(paymentId, events))
  }
  const after = yield* (yield* Checkouts).find(checkoutId)
  const became = yield* standingOf
  const found = [
    ...before === null && seen.isPaid ? ["paid, and the books know of no such checkout: was a backup put back?"] : [],
    ...before !== null && after !== null && after.status !== before.status
      ? [`${before.status} in the books, ${after.status} with the provider`]
      : [],
    ...known === became ? [] : [`its payment was ${known}, and is ${became}`],
    ...conclusions.filter(({ state }) => state === "failed" || state === "waiting").map(({ outcome }) => outcome)
  ]
  return found.map((found): Difference => ({ checkoutId, sessionId, found }))
})

/** Compares a checkout of the books with what its provider has. */
export const reconcile = Effect.fn("Checkouts.reconcile")(function*(
  checkout: Checkout
): Effect.fn.Return<
  ReadonlyArray<Difference>,
  Unavailable,
  CheckoutProvider | Checkouts | Fundings
> {
  const { id: checkoutId, provider, sessionId } = checkout
  const differs = (found: string): ReadonlyArray<Difference> => [{ checkoutId, sessionId, found }]
  const port = yield* CheckoutProvider
  const compared = Effect.gen(function*() {
    if ((yield* port.identity) !== provider) {
      return differs("not compared: it is with another provider than this program's")
    }
    if (sessionId === null) return []
    const seen = yield* port.session(sessionId)
    return seen === null ? differs("the provider has no such page") : yield* compareSession(checkout, seen)
  })
  return yield* Effect.catchTag(
    compared,
    "ProviderUnavailable",
    ({ message }: ProviderUnavailable) => Effect.succeed(differs(`not compared: ${message}`))
  )
})

/** Pages since then that were paid for checkouts which the books do not know: what was paid is held for a person. */
export const unknownCheckouts = Effect.fn("Checkouts.unknownCheckouts")(function*(since: Instant) {
  const { find } = yield* Checkouts
  const sessions = yield* (yield* CheckoutProvider).sessionsSince(since)
  const unknown = yield* Effect.filter(
    sessions.filter(({ isPaid }) => isPaid),
    ({ checkoutId }) => Effect.map(find(checkoutId), (checkout) => checkout === null),
    { concurrency: lookUpsAtATime }
  )
  const differences = yield* Effect.forEach(unknown, (seen) => compareSession(null, seen))
  return differences.flat()
})
