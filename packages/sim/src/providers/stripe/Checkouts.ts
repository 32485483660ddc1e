/**
 * What Stripe keeps of money in: sessions of Checkout with their hosted page, and the payments, refunds and disputes that come of them.
 *
 * Objects have the names and the forms of Stripe's API, as far as clients use them. Amounts are whole cents.
 *
 * Over 300 lines: one payment goes through all of it.
 */
import { type Answer, fault, invalid, missing, ok } from "./Answers.ts"
import { type Form, formAt, integerAt, textAt, textsAt } from "./Form.ts"

type Metadata = Readonly<Record<string, string>>

export interface StandInSession {
  readonly id: string
  readonly object: "checkout.session"
  readonly amount_total: number
  readonly client_reference_id: string | null
  /** Seconds, as all instants here. */
  readonly created: number
  readonly currency: string
  readonly expires_at: number
  readonly livemode: boolean
  readonly metadata: Metadata
  readonly mode: "payment"
  readonly success_url: string
  readonly cancel_url: string | null
  /** The payment's id; null until somebody pays. */
  payment_intent: string | null
  payment_status: "paid" | "unpaid"
  status: "open" | "complete" | "expired"
  url: string | null
}

export interface StandInPayment {
  readonly id: string
  readonly object: "payment_intent"
  readonly amount: number
  readonly created: number
  readonly currency: string
  readonly livemode: boolean
  readonly metadata: Metadata
  latest_charge: string | null
  status: "processing" | "succeeded" | "requires_payment_method"
}

export interface StandInCharge {
  readonly id: string
  readonly object: "charge"
  readonly amount: number
  amount_refunded: number
  readonly created: number
  readonly currency: string
  disputed: boolean
  readonly livemode: boolean
  readonly metadata: Metadata
  readonly paid: true
  readonly payment_intent: string
  refunded: boolean
  readonly status: "succeeded"
}

export interface StandInRefund {
  readonly id: string
  readonly object: "refund"
  readonly amount: number
  readonly charge: string
  readonly created: number
  readonly currency: string
  readonly metadata: Metadata
  readonly payment_intent: string
  status: "succeeded" | "failed"
  failure_reason?: string
}

export interface StandInDispute {
  readonly id: string
  readonly object: "dispute"
  readonly amount: number
  readonly charge: string
  readonly created: number
  readonly currency: string
  readonly livemode: boolean
  readonly metadata: Metadata
  readonly payment_intent: string
  readonly reason: "fraudulent"
  status: "needs_response" | "won" | "lost" | "warning_needs_response" | "warning_closed"
}

/** How a session is paid: by a card, at once; or from a bank account, whose money takes days. */
export type PaidWith = "card" | "bank"

export interface CheckoutsOptions {
  /** Names what this stand-in makes. */
  readonly run: string
  readonly livemode: boolean
  readonly now: () => number
  /** Something happened to an object of the platform's own account. */
  readonly emit: (type: string, object: object, account: null) => void
  /** Where the hosted page of a session is. */
  readonly pageOf: (session: string) => string
}

const lifeSecondsMin = 30 * 60
const lifeSecondsMax = 24 * 3_600

export class StandInCheckouts {
  readonly sessions = new Map<string, StandInSession>()
  readonly payments = new Map<string, StandInPayment>()
  readonly charges = new Map<string, StandInCharge>()
  readonly refunds = new Map<string, StandInRefund>()
  readonly disputes = new Map<string, StandInDispute>()
  /** What a payment's metadata will be, by its session. */
  readonly #paymentMetadata = new Map<string, Metadata>()
  readonly #options: CheckoutsOptions
  #made = 0

  constructor(options: CheckoutsOptions) {
    this.#options = options
  }

  #id(kind: string): string {
    return `${kind}_${this.#options.run}${String(++this.#made).padStart(6, "0")}`
  }

  #seconds(): number {
    return Math.floor(this.#options.now() / 1_000)
  }

  #emit(type: string, object: object): void {
    this.#options.emit(type, { ...object }, null)
  }

  /** What a request for a session asks for; an answer where it is wrong in itself. */
  prepare(body: Form): { readonly metadata: Metadata; readonly run: () => Answer } | Answer {
    const item = formAt(formAt(body, "line_items"), "0")
    const price = formAt(item, "price_data")
    const [amount, quantity] = [
      integerAt(price, "unit_amount") ?? Number.NaN,
      integerAt(item, "quantity") ?? Number.NaN
    ]
    const currency = textAt(price, "currency")
    const successUrl = textAt(body, "success_url")
    const expiresAt = integerAt(body, "expires_at") ?? this.#seconds() + lifeSecondsMax
    const life = expiresAt - this.#seconds()
    if (textAt(body, "mode") !== "payment") return invalid("parameter_missing", "mode must be payment here.", "mode")
    if (currency === undefined || Number.isNaN(amount) || Number.isNaN(quantity) || amount * quantity < 50) {
      return invalid("amount_too_small", "The session's total must be at least $0.50.", "line_items")
    }
    if (textAt(formAt(price, "product_data"), "name") === undefined) {
      return invalid("parameter_missing", "Missing required param: product_data[name].", "line_items")
    }
    if (successUrl === undefined || !URL.canParse(successUrl)) {
      return invalid("url_invalid", "Not a valid URL", "success_url")
    }
    // what is asked for takes a moment to arrive
    if (Number.isNaN(expiresAt) || life < lifeSecondsMin - 60 || life > lifeSecondsMax) {
      return invalid("parameter_invalid", "expires_at must be between 30 minutes and 24 hours from now.", "expires_at")
    }
    const metadata = textsAt(body, "metadata")
    return {
      metadata,
      run: () => {
        const id = this.#id(`cs_${this.#options.livemode ? "live" : "test"}`)
        const session: StandInSession = {
          id,
          object: "checkout.session",
          amount_total: amount * quantity,
          client_reference_id: textAt(body, "client_reference_id") ?? null,
          created: this.#seconds(),
          currency,
          expires_at: expiresAt,
          livemode: this.#options.livemode,
          metadata,
          mode: "payment",
          success_url: successUrl,
          cancel_url: textAt(body, "cancel_url") ?? null,
          payment_intent: null,
          payment_status: "unpaid",
          status: "open",
          url: this.#options.pageOf(id)
        }
        this.sessions.set(id, session)
        this.#paymentMetadata.set(id, textsAt(formAt(body, "payment_intent_data"), "metadata"))
        return ok({ ...session })
      }
    }
  }

  /** The session as it is answered, with its payment whole where that is asked for. */
  shown(session: StandInSession, isExpanded: boolean): object {
    const payment = session.payment_intent === null ? undefined : this.payments.get(session.payment_intent)
    return { ...session, ...isExpanded && payment !== undefined ? { payment_intent: { ...payment } } : {} }
  }

  #succeed(payment: StandInPayment): void {
    const charge: StandInCharge = {
      id: this.#id("ch"),
      object: "charge",
      amount: payment.amount,
      amount_refunded: 0,
      created: this.#seconds(),
      currency: payment.currency,
      disputed: false,
      livemode: payment.livemode,
      metadata: payment.metadata,
      paid: true,
      payment_intent: payment.id,
      refunded: false,
      status: "succeeded"
    }
    this.charges.set(charge.id, charge)
    payment.latest_charge = charge.id
    payment.status = "succeeded"
  }

  /** Somebody pays on a session's page; the payment's id, undefined where it cannot be paid. `amount`: another sum than was asked for. */
  pay(sessionId: string, paidWith: PaidWith = "card", amount?: number): string | undefined {
    this.settle()
    const session = this.sessions.get(sessionId)
    if (session === undefined || session.status !== "open") return undefined
    const payment: StandInPayment = {
      id: this.#id("pi"),
      object: "payment_intent",
      amount: amount ?? session.amount_total,
      created: this.#seconds(),
      currency: session.currency,
      livemode: session.livemode,
      metadata: this.#paymentMetadata.get(sessionId) ?? {},
      latest_charge: null,
      status: "processing"
    }
    this.payments.set(payment.id, payment)
    Object.assign(session, { amount_total: payment.amount, payment_intent: payment.id, status: "complete", url: null })
    if (paidWith === "card") {
      this.#succeed(payment)
      session.payment_status = "paid"
    }
    this.#emit("checkout.session.completed", session)
    return payment.id
  }

  /** The money of a payment from a bank account comes, or does not; false where it is not on its way. */
  arrive(paymentId: string, comes: boolean): boolean {
    const payment = this.payments.get(paymentId)
    const session = [...this.sessions.values()].find((each) => each.payment_intent === paymentId)
    if (payment === undefined || session === undefined || payment.status !== "processing") return false
    if (comes) {
      this.#succeed(payment)
      session.payment_status = "paid"
    } else payment.status = "requires_payment_method"
    this.#emit(`checkout.session.async_payment_${comes ? "succeeded" : "failed"}`, session)
    return true
  }

  /** Gives a payment's money back, or part of it. */
  refund(paymentId: string, asked?: number, metadata: Metadata = {}): Answer {
    const payment = this.payments.get(paymentId)
    const charge = this.charges.get(payment?.latest_charge ?? "")
    if (charge === undefined) return missing("payment_intent", paymentId, "payment_intent")
    const left = charge.amount - charge.amount_refunded
    const amount = asked ?? left
    if (left === 0) return invalid("charge_already_refunded", `Charge ${charge.id} has already been refunded.`)
    if (amount > left || amount < 1) {
      return fault(400, { type: "invalid_request_error", message: `Refund amount is greater than ${left}.` })
    }
    charge.amount_refunded += amount
    charge.refunded = charge.amount_refunded === charge.amount
    const refund: StandInRefund = {
      id: this.#id("re"),
      object: "refund",
      amount,
      charge: charge.id,
      created: this.#seconds(),
      currency: charge.currency,
      metadata,
      payment_intent: paymentId,
      status: "succeeded"
    }
    this.refunds.set(refund.id, refund)
    this.#emit("refund.created", refund)
    this.#emit("charge.refunded", charge)
    return ok({ ...refund })
  }

  /** The bank does not take a refund: its money is back with the platform. */
  failRefund(id: string): boolean {
    const refund = this.refunds.get(id)
    const charge = this.charges.get(refund?.charge ?? "")
    if (refund === undefined || charge === undefined || refund.status === "failed") return false
    refund.status = "failed"
    refund.failure_reason = "expired_or_canceled_card"
    charge.amount_refunded -= refund.amount
    charge.refunded = false
    this.#emit("refund.failed", refund)
    return true
  }

  /** A payment is disputed; the dispute's id. `inquiry`: the bank only asks, and no money is withdrawn. */
  dispute(paymentId: string, kind: "dispute" | "inquiry" = "dispute", amount?: number): string | undefined {
    const charge = this.charges.get(this.payments.get(paymentId)?.latest_charge ?? "")
    if (charge === undefined || charge.disputed) return undefined
    charge.disputed = true
    const dispute: StandInDispute = {
      id: this.#id("dp"),
      object: "dispute",
      amount: amount ?? charge.amount - charge.amount_refunded,
      charge: charge.id,
      created: this.#seconds(),
      currency: charge.currency,
      livemode: charge.livemode,
      metadata: {},
      payment_intent: paymentId,
      reason: "fraudulent",
      status: kind === "inquiry" ? "warning_needs_response" : "needs_response"
    }
    this.disputes.set(dispute.id, dispute)
    this.#emit("charge.dispute.created", dispute)
    if (kind === "dispute") this.#emit("charge.dispute.funds_withdrawn", dispute)
    return dispute.id
  }

  /** A dispute ends: what was withdrawn comes back where it is won; an inquiry is closed either way. */
  closeDispute(id: string, end: "won" | "lost"): boolean {
    const dispute = this.disputes.get(id)
    if (dispute === undefined) return false
    if (dispute.status === "warning_needs_response") dispute.status = "warning_closed"
    else if (dispute.status === "needs_response") {
      dispute.status = end
      if (end === "won") this.#emit("charge.dispute.funds_reinstated", dispute)
    } else return false
    this.#emit("charge.dispute.closed", dispute)
    return true
  }

  /** Lets expire what nobody has paid in time. */
  settle(): void {
    const now = this.#seconds()
    for (const session of this.sessions.values()) {
      if (session.status === "open" && session.expires_at <= now) {
        Object.assign(session, { status: "expired", url: null })
        this.#emit("checkout.session.expired", session)
      }
    }
  }
}
