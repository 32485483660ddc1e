import type { Checkout } from "@ddd/core/money/Checkout"
import { cents } from "@ddd/core/money/Money"
import { type CheckoutNotice, CheckoutProvider, type PaymentEvent } from "@ddd/core/ports/CheckoutProvider"
import { userId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import * as StripeStandIn from "@ddd/sim/providers/StripeStandIn"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Redacted, type Scope } from "effect"
import * as CheckoutProviderStripe from "../src/CheckoutProviderStripe.ts"
import { startAt } from "./support/stripe.ts"

const returnUrl = new URL("https://lottery.example/play?from=app")

const checkout: Checkout = {
  id: "019a0000-0000-7000-8000-000000000001",
  userId: userId("01900000-0000-7000-8000-00000000000a"),
  amount: cents(2_000n),
  provider: "stripe test acct_standin",
  askedAt: instant(startAt),
  expiresAt: instant(startAt + 3_600_000),
  status: "asked",
  sessionId: null,
  url: null,
  paymentId: null,
  problem: null
}

interface Scene {
  readonly standIn: StripeStandIn.StripeStandIn
  readonly provider: CheckoutProvider["Service"]
}

const withStripe = <A, E>(
  options: StripeStandIn.StripeStandInOptions,
  test: (scene: Scene) => Effect.Effect<A, E, Scope.Scope>
) =>
  Effect.scoped(Effect.gen(function*() {
    const standIn = yield* StripeStandIn.make({ startAt, clock: "still", silenceMillis: 50, ...options })
    const context = yield* Layer.build(CheckoutProviderStripe.layer({
      secretKey: Redacted.make(standIn.secretKey),
      apiBase: new URL(standIn.url),
      returnUrl,
      timeoutMillis: 2_000
    }))
    return yield* test({ standIn, provider: Context.get(context, CheckoutProvider) })
  }))

/** Opens the page of the checkout, and pays on it. */
const paid = Effect.fnUntraced(function*({ provider, standIn }: Scene, paidWith: "card" | "bank" = "card") {
  const { sessionId } = yield* provider.open(checkout)
  return { sessionId, payment: standIn.pay(sessionId, paidWith) ?? assert.fail("it can be paid") }
})

/** What the newest event of a type comes to. */
const noticeOf = ({ provider, standIn }: Scene, type: string): CheckoutNotice =>
  provider.read(standIn.events.findLast((event) => event.type === type)?.body ?? assert.fail(`no ${type}`))

const reference = (payment: string) => `stripe:${payment}`

describe("a page of Stripe Checkout", () => {
  it.live("is opened once a checkout, in dollars alone, and leads back", () =>
    withStripe({}, ({ provider, standIn }) =>
      Effect.gen(function*() {
        const first = yield* provider.open(checkout)
        assert.deepStrictEqual(yield* provider.open(checkout), first)
        assert.strictEqual(standIn.sessions.size, 1)
        const session = standIn.sessions.get(first.sessionId) ?? assert.fail("it is there")
        assert.deepStrictEqual(
          [session.amount_total, session.currency, session.client_reference_id, session.expires_at],
          [2_000, "usd", checkout.id, (startAt + 3_600_000) / 1_000]
        )
        assert.deepStrictEqual(session.metadata, { checkout: checkout.id, player: checkout.userId })
        assert.strictEqual(session.success_url, "https://lottery.example/play?from=app&checkout=done")
        assert.strictEqual(session.cancel_url, "https://lottery.example/play?from=app&checkout=canceled")
        const [request] = standIn.requests.filter(({ path }) => path === "/v1/checkout/sessions")
        assert.deepStrictEqual(request?.body["adaptive_pricing"], { enabled: "false" })
        const page = yield* Effect.promise(() => fetch(first.url))
        assert.include(yield* Effect.promise(() => page.text()), "USD 20.00")
      })))

  for (const behaviour of ["time-out before", "time-out after", "5xx after"] as const) {
    it.live(`is not known to be opened after a ${behaviour}, and asked for again under the same key`, () =>
      withStripe({ behave: () => behaviour }, ({ provider, standIn }) =>
        Effect.gen(function*() {
          assert.strictEqual((yield* Effect.flip(provider.open(checkout)))._tag, "ProviderUnavailable")
          const again = yield* Effect.result(provider.open(checkout))
          // a 500 is kept under its key: what was opened is one page, which nobody has
          assert.strictEqual(again._tag, behaviour === "5xx after" ? "Failure" : "Success")
          assert.strictEqual(standIn.sessions.size, 1)
        })))
  }

  it.live("is refused for good where Stripe says so", () =>
    withStripe({ behave: () => "refused" }, ({ provider }) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* Effect.flip(provider.open(checkout)))._tag, "CheckoutNotOpened")
      })))

  it.live("is looked up as it is: open, paid, on its way, failed, expired", () =>
    withStripe({}, (scene) =>
      Effect.gen(function*() {
        const { provider, standIn } = scene
        const { sessionId } = yield* provider.open(checkout)
        const base = {
          sessionId,
          checkoutId: checkout.id,
          isPaid: false,
          isFailed: false,
          amount: cents(2_000n),
          currency: "USD"
        }
        assert.deepStrictEqual(yield* provider.session(sessionId), { ...base, status: "open", paymentId: null })
        const paymentId = standIn.pay(sessionId, "bank") ?? assert.fail("it can be paid")
        assert.deepStrictEqual(yield* provider.session(sessionId), { ...base, status: "complete", paymentId })
        standIn.arrive(paymentId, false)
        assert.deepStrictEqual(yield* provider.session(sessionId), {
          ...base,
          status: "complete",
          isFailed: true,
          paymentId
        })
        assert.isNull(yield* provider.session("cs_none"))

        const second = { ...checkout, id: "019a0000-0000-7000-8000-000000000002" }
        const other = yield* provider.open(second)
        standIn.advance(3_600_001)
        assert.strictEqual((yield* provider.session(other.sessionId))?.status, "expired")
        assert.deepStrictEqual(
          (yield* provider.sessionsSince(instant(startAt))).map((seen) => seen.checkoutId),
          [second.id, checkout.id]
        )
      })))
})

describe("an event of Stripe's", () => {
  it.live("tells of a page that was paid, or expired", () =>
    withStripe({}, (scene) =>
      Effect.gen(function*() {
        const { payment, sessionId } = yield* paid(scene)
        assert.deepStrictEqual(noticeOf(scene, "checkout.session.completed"), {
          _tag: "Session",
          seen: {
            sessionId,
            checkoutId: checkout.id,
            status: "complete",
            isPaid: true,
            isFailed: false,
            amount: cents(2_000n),
            currency: "USD",
            paymentId: payment
          }
        })
      })))

  it.live("tells of money that takes days that it came, or did not", () =>
    withStripe({}, (scene) =>
      Effect.gen(function*() {
        const { payment } = yield* paid(scene, "bank")
        const completed = noticeOf(scene, "checkout.session.completed")
        assert.isFalse(completed._tag === "Session" && completed.seen.isPaid)
        scene.standIn.arrive(payment, false)
        const failed = noticeOf(scene, "checkout.session.async_payment_failed")
        assert.isTrue(failed._tag === "Session" && failed.seen.isFailed && !failed.seen.isPaid)
      })))

  it.live("tells of a refund by its name, and that it failed", () =>
    withStripe({}, (scene) =>
      Effect.gen(function*() {
        const { payment } = yield* paid(scene)
        const refund = scene.standIn.refund(payment, 500) ?? assert.fail("it is refunded")
        const refunded = {
          _tag: "Refunded",
          reference: reference(payment),
          price: cents(500n),
          currency: "USD",
          refundId: refund
        } as const
        assert.deepStrictEqual(noticeOf(scene, "refund.created"), {
          _tag: "Payment",
          paymentId: payment,
          events: [refunded]
        })
        assert.deepStrictEqual(noticeOf(scene, "charge.refunded"), { _tag: "Refunds", paymentId: payment })
        assert.deepStrictEqual(yield* scene.provider.paymentEvents(payment), [refunded])
        scene.standIn.failRefund(refund)
        const reversed = { _tag: "RefundReversed", reference: reference(payment), refundId: refund } as const
        const back = { _tag: "Payment", paymentId: payment, events: [reversed, refunded] } as const
        assert.deepStrictEqual(noticeOf(scene, "refund.failed"), back)
        assert.deepStrictEqual(yield* scene.provider.paymentEvents(payment), back.events)
      })))

  for (const end of ["won", "lost"] as const) {
    it.live(`tells of a dispute from when it is opened until it is ${end}`, () =>
      withStripe({}, (scene) =>
        Effect.gen(function*() {
          const { payment } = yield* paid(scene)
          const dispute = scene.standIn.dispute(payment) ?? assert.fail("it is disputed")
          const taken = {
            _tag: "Refunded",
            reference: reference(payment),
            price: cents(2_000n),
            currency: "USD",
            refundId: dispute
          } as const
          for (const type of ["charge.dispute.created", "charge.dispute.funds_withdrawn"]) {
            assert.deepStrictEqual(noticeOf(scene, type), { _tag: "Payment", paymentId: payment, events: [taken] })
          }
          scene.standIn.closeDispute(dispute, end)
          const events: ReadonlyArray<PaymentEvent> = end === "lost"
            ? [{ ...taken, isFinal: true }]
            : [{ _tag: "RefundReversed", reference: reference(payment), refundId: dispute }, taken]
          assert.deepStrictEqual(noticeOf(scene, "charge.dispute.closed"), {
            _tag: "Payment",
            paymentId: payment,
            events
          })
          assert.deepStrictEqual(yield* scene.provider.paymentEvents(payment), events)
        })))
  }

  it.live("of an inquiry says that no money was withdrawn", () =>
    withStripe({}, (scene) =>
      Effect.gen(function*() {
        const { payment } = yield* paid(scene)
        const dispute = scene.standIn.dispute(payment, "inquiry") ?? assert.fail("it is asked about")
        assert.strictEqual(noticeOf(scene, "charge.dispute.created")._tag, "Ignored")
        scene.standIn.closeDispute(dispute, "lost")
        assert.strictEqual(noticeOf(scene, "charge.dispute.closed")._tag, "Ignored")
        assert.deepStrictEqual(yield* scene.provider.paymentEvents(payment), [])
      })))

  it.live("is none of ours of a page without our name, of a connected account, of the other mode, or of another kind", () =>
    withStripe({}, ({ provider, standIn }) =>
      Effect.gen(function*() {
        yield* provider.open(checkout)
        const session = [...standIn.sessions.values()][0]
        const event = (changed: object, type = "checkout.session.completed", object: object = session ?? {}) =>
          provider.read(
            JSON.stringify({ id: "evt_1", object: "event", type, livemode: false, data: { object }, ...changed })
          )
        assert.strictEqual(event({})._tag, "Session")
        assert.strictEqual(event({ account: "acct_1" })._tag, "Ignored")
        assert.strictEqual(event({ livemode: true })._tag, "Ignored")
        assert.strictEqual(event({}, "checkout.session.completed", { ...session, metadata: {} })._tag, "Ignored")
        // ours, and cannot be read
        for (
          const broken of [{ amount_total: "20" }, { currency: null }, { payment_status: "paid" }, { status: "new" }]
        ) {
          assert.strictEqual(event({}, "checkout.session.completed", { ...session, ...broken })._tag, "Unusable")
        }
        for (const type of ["payout.paid", "transfer.created", "charge.succeeded", "v2.core.account.updated"]) {
          assert.strictEqual(event({}, type)._tag, "Other")
        }
        for (const body of ["", "[]", "{", "null"]) assert.strictEqual(provider.read(body)._tag, "Other")
        assert.strictEqual(
          event({}, "charge.dispute.closed", {
            object: "dispute",
            id: "dp_1",
            payment_intent: "pi_1",
            amount: 1,
            currency: "usd",
            status: "prevented"
          })._tag,
          "Unusable"
        )
        assert.isFalse(yield* provider.isOurs("pi_other"))
      })))
})
