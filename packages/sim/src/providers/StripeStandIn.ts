/**
 * A stand-in for Stripe: an HTTP server on this machine that speaks the part of its API that payouts and Checkout use,
 * keeps balances, payments, keys and a clock of its own, hosts the page that players pay on, sends signed webhooks, and
 * misbehaves as told.
 *
 * The stand-in lives in the process that makes it; the program under test may be any other, pointed at `url` by
 * STRIPE_API_BASE.
 *
 * Over 300 lines: what it can be told, and what it shows, are described beside the service that does so.
 */
import { Effect, type Scope } from "effect"
import { randomBytes } from "node:crypto"
import type { IncomingMessage, ServerResponse } from "node:http"
import { listening } from "./Listening.ts"
import { type Answer, fault, internal, invalid, missing } from "./stripe/Answers.ts"
import { type Asked, type Behaviour, Behaviours } from "./stripe/Behaviour.ts"
import {
  Books,
  type PayoutEnd,
  type PayoutTimes,
  type StandInAccount,
  type StandInPayout,
  type StandInTransfer
} from "./stripe/Books.ts"
import {
  type PaidWith,
  type StandInCharge,
  StandInCheckouts,
  type StandInDispute,
  type StandInPayment,
  type StandInRefund,
  type StandInSession
} from "./stripe/Checkouts.ts"
import { Deliveries, type Delivery, type StandInEvent } from "./stripe/Deliveries.ts"
import { type Form, parseForm } from "./stripe/Form.ts"
import { Keys } from "./stripe/Keys.ts"
import { isTurnedAway, Routes, type StandInRequest } from "./stripe/Routes.ts"

export type { Asked, Behaviour } from "./stripe/Behaviour.ts"
export { behaviours } from "./stripe/Behaviour.ts"
export type { StandInAccount, StandInPayout, StandInTransfer } from "./stripe/Books.ts"
export type {
  PaidWith,
  StandInCharge,
  StandInDispute,
  StandInPayment,
  StandInRefund,
  StandInSession
} from "./stripe/Checkouts.ts"
export type { Delivery, StandInEvent } from "./stripe/Deliveries.ts"
export type { StandInRequest } from "./stripe/Routes.ts"

export interface StripeStandInOptions {
  /** The key that it takes: `sk_test_standin`. A live one makes everything live. */
  readonly secretKey?: string
  /** The platform's own account: `acct_standin`. */
  readonly platform?: string
  /** Where webhooks go, and what they are signed with. None: they are only kept. */
  readonly webhook?: { readonly url: string; readonly secret: string }
  /** How it behaves when it is asked for a step: `done`. */
  readonly behave?: (asked: Asked) => Behaviour
  /** How often a fault shows for one step of one withdrawal: once. After that it is done. */
  readonly faultsMax?: number
  /** How an event goes out: once, at once. */
  readonly deliver?: (event: StandInEvent) => Delivery
  /** Cents that can be transferred: 10 billion. */
  readonly platformBalance?: number
  /** In transit after 1 s, paid after 5 s, sent back after 2 days, by its clock. */
  readonly times?: Partial<PayoutTimes>
  /** How long it is silent before it cuts the connection, in real milliseconds: 250. */
  readonly silenceMillis?: number
  /** Its clock goes on by itself, or only by `advance`: `running`. */
  readonly clock?: "running" | "still"
  /** What its clock shows first, in milliseconds since 1970: the time of the machine. */
  readonly startAt?: number
  /** What webhooks are signed with as their time, in milliseconds: its clock's. */
  readonly signedAt?: () => number
  /** Lets a request wait once its key is taken. */
  readonly hold?: (request: StandInRequest) => Promise<void>
}

export interface StripeStandIn {
  /** `http://127.0.0.1:PORT`: STRIPE_API_BASE. */
  readonly url: string
  readonly secretKey: string
  /** Every request that had the right key, oldest first. */
  readonly requests: ReadonlyArray<StandInRequest>
  readonly accounts: ReadonlyMap<string, Readonly<StandInAccount>>
  readonly transfers: ReadonlyMap<string, Readonly<StandInTransfer>>
  readonly payouts: ReadonlyMap<string, Readonly<StandInPayout>>
  readonly sessions: ReadonlyMap<string, Readonly<StandInSession>>
  readonly payments: ReadonlyMap<string, Readonly<StandInPayment>>
  readonly charges: ReadonlyMap<string, Readonly<StandInCharge>>
  readonly refunds: ReadonlyMap<string, Readonly<StandInRefund>>
  readonly disputes: ReadonlyMap<string, Readonly<StandInDispute>>
  /** Every event, delivered or not, oldest first. */
  readonly events: ReadonlyArray<StandInEvent>
  /** What its clock shows. */
  readonly now: () => number
  readonly platformBalance: () => number
  /** Moves its clock forward; what is due by then happens. */
  readonly advance: (millis: number) => void
  /** Money can be sent to the account from now on; false for an unknown one. */
  readonly activate: (account: string) => boolean
  /** No money can be sent to the account any more, until it is activated. */
  readonly restrict: (account: string) => void
  /** The account is closed, or its owner leaves us. */
  readonly end: (account: string, end: "closed" | "disconnected") => void
  /** The bank refuses a payout, or sends it back; false where there is none that it could. */
  readonly failPayout: (id: string) => boolean
  /**
   * Somebody pays on a session's page: the payment's id; undefined where it cannot be paid. From a bank account the money takes its time.
   * `amount`: another sum than was asked for, as Stripe never takes.
   */
  readonly pay: (session: string, paidWith?: PaidWith, amount?: number) => string | undefined
  /** The money of a payment from a bank account comes, or does not; false where none is on its way. */
  readonly arrive: (payment: string, comes: boolean) => boolean
  /** Refunds a payment, or part of it, in Stripe's own pages; the refund's id. */
  readonly refund: (payment: string, amount?: number) => string | undefined
  /** The bank does not take a refund. */
  readonly failRefund: (refund: string) => boolean
  /** A payment is disputed, or its bank inquires; the dispute's id. */
  readonly dispute: (payment: string, kind?: "dispute" | "inquiry", amount?: number) => string | undefined
  readonly closeDispute: (dispute: string, end: "won" | "lost") => boolean
  /** Adds cents to what a connected account has, below zero takes them: a debit, or the player's own money. */
  readonly adjust: (account: string, amount: number) => void
  /** Adds cents to what can be transferred. */
  readonly fund: (amount: number) => void
  /** Delivers an event once, now; whether the receiver took it. `url`: to another receiver than webhooks go to. */
  readonly deliver: (event: StandInEvent, url?: string) => Effect.Effect<boolean>
  /** Delivers every event once, in that order: whatever was lost or late is known after. Gives how many were taken. */
  readonly deliverAll: (
    order?: (events: ReadonlyArray<StandInEvent>) => ReadonlyArray<StandInEvent>
  ) => Effect.Effect<number>
  /** Whether no webhook is on its way or waits for another try. */
  readonly isIdle: () => boolean
}

const tickMillis = 50
const linkLifeMillis = 5 * 60_000
const bodyBytesMax = 1_000_000

const textOf = (request: IncomingMessage): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Array<Buffer> = []
    let length = 0
    request.on("data", (chunk: Buffer) => {
      length += chunk.length
      if (length > bodyBytesMax) reject(new Error("the body is too large"))
      else chunks.push(chunk)
    })
    request.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")))
    request.on("error", reject)
  })

const jsonOf = (text: string): Form | undefined => {
  try {
    const value: unknown = text === "" ? {} : JSON.parse(text)
    return typeof value === "object" && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

const headerOf = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name]
  return typeof value === "string" && value !== "" ? value : undefined
}

class Service {
  readonly books: Books
  readonly checkouts: StandInCheckouts
  readonly deliveries: Deliveries
  readonly requests: Array<StandInRequest> = []
  readonly secretKey: string
  url = ""
  readonly #options: StripeStandInOptions
  readonly #livemode: boolean
  readonly #run = randomBytes(4).toString("hex")
  readonly #keys = new Keys()
  readonly #behaviours: Behaviours
  readonly #routes: Routes
  readonly #pages = new Map<string, { readonly account: string; readonly until: number }>()
  readonly #start: number
  readonly #begun = performance.now()
  #moved = 0
  #made = 0
  /** The events of the request that is being done: they go out by how it behaves. */
  #held: Array<StandInEvent> | null = null

  constructor(options: StripeStandInOptions) {
    this.#options = options
    this.secretKey = options.secretKey ?? "sk_test_standin"
    this.#livemode = /^[sr]k_live_/.test(this.secretKey)
    this.#start = options.startAt ?? Date.now()
    this.#behaviours = new Behaviours(options.behave ?? (() => "done"), options.faultsMax ?? 1)
    this.deliveries = new Deliveries({
      url: options.webhook?.url ?? null,
      secret: options.webhook?.secret ?? "",
      deliver: options.deliver ?? (() => ({ times: 1, delayMillis: 0 })),
      now: options.signedAt ?? this.now
    })
    this.books = new Books({
      run: this.#run,
      livemode: this.#livemode,
      platformBalance: options.platformBalance ?? 10_000_000_000,
      times: { inTransitMillis: 1_000, paidMillis: 5_000, failedLaterMillis: 2 * 86_400_000, ...options.times },
      now: this.now,
      emit: this.#snapshot,
      emitAccount: this.#thin
    })
    this.checkouts = new StandInCheckouts({
      run: this.#run,
      livemode: this.#livemode,
      now: this.now,
      emit: this.#snapshot,
      pageOf: (session) => `${this.url}/c/pay/${session}`
    })
    this.#routes = new Routes({
      books: this.books,
      checkouts: this.checkouts,
      pageOf: this.#pageOf,
      livemode: this.#livemode,
      platform: options.platform ?? "acct_standin"
    })
  }

  readonly now = (): number =>
    this.#start + this.#moved + (this.#options.clock === "still" ? 0 : Math.floor(performance.now() - this.#begun))

  advance(millis: number): void {
    this.#moved += millis
    this.settle()
  }

  /** Lets happen what is due. */
  settle(): void {
    this.books.settle()
    this.checkouts.settle()
  }

  readonly #pageOf = (account: string) => {
    const until = this.now() + linkLifeMillis
    const token = `${this.#run}${++this.#made}`
    this.#pages.set(token, { account, until })
    return { url: `${this.url}/onboarding/${token}`, expiresAt: new Date(until).toISOString() }
  }

  #emit(event: StandInEvent): void {
    this.deliveries.events.push(event)
    if (this.#held === null) this.deliveries.dispatch(event)
    else this.#held.push(event)
  }

  #eventId(): string {
    return `evt_${this.#run}${String(++this.#made).padStart(6, "0")}`
  }

  /** A snapshot event: the object as it is now. */
  readonly #snapshot = (type: string, object: object, account: string | null): void => {
    const id = this.#eventId()
    const { id: about, metadata }: { readonly id?: string; readonly metadata?: Readonly<Record<string, string>> } =
      object
    this.#emit({
      id,
      type,
      about: about ?? "",
      withdrawal: metadata?.["withdrawal"],
      body: JSON.stringify({
        id,
        object: "event",
        api_version: "2026-10-28.endive",
        created: Math.floor(this.now() / 1_000),
        livemode: this.#livemode,
        type,
        ...(account === null ? {} : { account }),
        data: { object },
        pending_webhooks: 1,
        request: { id: null, idempotency_key: null }
      })
    })
  }

  /** A thin event about an account: it only names it. */
  readonly #thin = (account: string): void => {
    const id = this.#eventId()
    const type = "v2.core.account[configuration.recipient].capability_status_updated"
    this.#emit({
      id,
      type,
      about: account,
      withdrawal: undefined,
      body: JSON.stringify({
        id,
        object: "v2.core.event",
        created: new Date(this.now()).toISOString(),
        livemode: this.#livemode,
        type,
        related_object: { id: account, type: "v2.core.account", url: `/v2/core/accounts/${account}` }
      })
    })
  }

  /** Does what was asked for in the way it is to be done; null: no answer is given. */
  async #act(request: StandInRequest): Promise<Answer | null> {
    const { account, body, idempotencyKey, path } = request
    const scope = account ?? ""
    const fingerprint = `${path} ${JSON.stringify(body)}`
    const claim = idempotencyKey === undefined
      ? { _tag: "New" as const }
      : this.#keys.look(scope, idempotencyKey, fingerprint, this.now())
    if (claim._tag === "Answer") return claim.answer
    const prepared = this.#routes.prepare(request)
    if (isTurnedAway(prepared)) return prepared
    const behaviour = prepared.asked === null ? "done" : this.#behaviours.of(prepared.asked)
    if (behaviour === "time-out before") return null

    if (idempotencyKey !== undefined) this.#keys.take(scope, idempotencyKey, fingerprint, this.now())
    await this.#options.hold?.(request)
    const held: Array<StandInEvent> = []
    this.#held = held
    const did = behaviour === "refused" ?
      invalid("payouts_not_allowed", "The account cannot receive that.")
      : behaviour === "5xx before" ?
      internal
      : prepared.run(endOf(behaviour))
    this.#held = null
    const answer = behaviour === "5xx after" ? internal : did
    if (idempotencyKey !== undefined) this.#keys.keep(scope, idempotencyKey, answer)
    for (const event of held) {
      if (behaviour === "webhook first") await this.deliveries.post(event)
      else if (behaviour !== "webhook never") this.deliveries.dispatch(event)
    }
    return behaviour === "time-out after" ? null : answer
  }

  #onboard(path: string): { readonly status: number; readonly text: string } {
    const page = this.#pages.get(path.slice("/onboarding/".length))
    if (page === undefined || page.until < this.now()) return { status: 404, text: "This link is no longer good." }
    this.books.activate(page.account)
    return { status: 200, text: `Account ${page.account} can be paid out to.` }
  }

  /** The hosted page: a form that pays, by card or from a bank account, and leads back to the shop. */
  #hosted(method: string | undefined, id: string, text: string): {
    readonly status: number
    readonly location?: string
    readonly text: string
  } {
    const session = this.checkouts.sessions.get(id)
    if (session === undefined || session.status !== "open") return { status: 404, text: "<p>This page is over.</p>" }
    if (method !== "POST") {
      const price = `${session.currency.toUpperCase()} ${(session.amount_total / 100).toFixed(2)}`
      const buttons = ["card", "bank"].map((way) => `<button name="with" value="${way}">Pay by ${way}</button>`)
      return {
        status: 200,
        text: `<!doctype html><title>Checkout</title><p>${price}</p><form method="post">${buttons.join("")}</form>` +
          `<a href="${session.cancel_url ?? ""}">Back</a>`
      }
    }
    this.checkouts.pay(id, new URLSearchParams(text).get("with") === "bank" ? "bank" : "card")
    return { status: 303, location: session.success_url, text: "" }
  }

  async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? "/", "http://127.0.0.1")
    const text = await textOf(incoming)
    if (url.pathname.startsWith("/onboarding/")) {
      const { status, text } = this.#onboard(url.pathname)
      response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text)
      return
    }
    if (url.pathname.startsWith("/c/pay/")) {
      const { location, status, text: html } = this.#hosted(incoming.method, url.pathname.slice("/c/pay/".length), text)
      response.writeHead(status, {
        "content-type": "text/html; charset=utf-8",
        ...location === undefined ? {} : { location }
      }).end(html)
      return
    }
    const answer = await this.#answer(incoming, url, text)
    if (answer === null) {
      setTimeout(() => response.destroy(), this.#options.silenceMillis ?? 250)
      return
    }
    response.writeHead(answer.status, {
      "content-type": "application/json",
      "request-id": `req_${this.#run}${++this.#made}`
    }).end(JSON.stringify(answer.body))
  }

  async #answer(incoming: IncomingMessage, url: URL, text: string): Promise<Answer | null> {
    if (headerOf(incoming, "authorization") !== `Bearer ${this.secretKey}`) {
      return fault(401, { type: "invalid_request_error", message: "Invalid API Key provided." })
    }
    this.settle()
    const path = url.pathname
    const body = path.startsWith("/v2/") ? jsonOf(text) : parseForm(text)
    if (body === undefined) return invalid("invalid_fields", "The body is no JSON.")
    const request: StandInRequest = {
      method: incoming.method ?? "",
      path,
      query: parseForm(url.search.slice(1)),
      headers: Object.fromEntries(Object.keys(incoming.headers).map((name) => [name, headerOf(incoming, name)])),
      body,
      account: headerOf(incoming, "stripe-account"),
      idempotencyKey: headerOf(incoming, "idempotency-key"),
      status: null
    }
    this.requests.push(request)
    const answer = request.method === "GET" ?
      this.#routes.read(request)
      : request.method === "POST" ?
      await this.#act(request)
      : missing("resource", path)
    request.status = answer?.status ?? null
    return answer
  }
}

const endOf = (behaviour: Behaviour): PayoutEnd =>
  behaviour === "failed" || behaviour === "failed days later" ? behaviour : "paid"

/** Starts a stand-in on a free port; it is gone with the scope. */
export const make = (options: StripeStandInOptions = {}): Effect.Effect<StripeStandIn, never, Scope.Scope> =>
  Effect.gen(function*() {
    const service = new Service(options)
    const url = yield* listening(
      (request, response) => service.handle(request, response),
      () => service.deliveries.close()
    )
    service.url = url
    if (options.clock !== "still") {
      yield* Effect.forkScoped(
        Effect.sync(() => service.settle()).pipe(Effect.delay(tickMillis), Effect.forever)
      )
    }
    return {
      url: service.url,
      secretKey: service.secretKey,
      requests: service.requests,
      accounts: service.books.accounts,
      transfers: service.books.transfers,
      payouts: service.books.payouts,
      sessions: service.checkouts.sessions,
      payments: service.checkouts.payments,
      charges: service.checkouts.charges,
      refunds: service.checkouts.refunds,
      disputes: service.checkouts.disputes,
      events: service.deliveries.events,
      now: service.now,
      platformBalance: () => service.books.platformBalance,
      advance: (millis) => service.advance(millis),
      activate: (account) => service.books.activate(account),
      restrict: (account) => service.books.restrict(account),
      end: (account, end) => service.books.end(account, end),
      failPayout: (id) => service.books.failPayout(id),
      pay: (session, paidWith, amount) => service.checkouts.pay(session, paidWith, amount),
      arrive: (payment, comes) => service.checkouts.arrive(payment, comes),
      refund: (payment, amount) => {
        const { body } = service.checkouts.refund(payment, amount)
        return "id" in body && typeof body.id === "string" ? body.id : undefined
      },
      failRefund: (refund) => service.checkouts.failRefund(refund),
      dispute: (payment, kind, amount) => service.checkouts.dispute(payment, kind, amount),
      closeDispute: (dispute, end) => service.checkouts.closeDispute(dispute, end),
      adjust: (account, amount) => {
        const known = service.books.accounts.get(account)
        if (known !== undefined) known.available += amount
      },
      fund: (amount) => {
        service.books.platformBalance += amount
      },
      deliver: (event, url) => Effect.promise(() => service.deliveries.post(event, url)),
      deliverAll: (order = (events) => events) =>
        Effect.map(
          Effect.forEach(order([...service.deliveries.events]), (event) =>
            Effect.promise(() => service.deliveries.post(event))),
          (taken) =>
            taken.filter((wasTaken) => wasTaken).length
        ),
      isIdle: () => service.deliveries.isIdle
    }
  })
