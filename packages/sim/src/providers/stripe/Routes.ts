/** The part of Stripe's API that payouts and checkouts use. */
import { type Answer, fault, invalid, missing, ok } from "./Answers.ts"
import type { Asked } from "./Behaviour.ts"
import type { Books, PayoutEnd, StandInAccount } from "./Books.ts"
import type { StandInCheckouts } from "./Checkouts.ts"
import { type Form, formAt, integerAt, textAt, textsAt } from "./Form.ts"

/** A request as it was understood. */
export interface StandInRequest {
  readonly method: string
  readonly path: string
  readonly query: Form
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Of a form, all leaves are texts; of JSON, as it was. */
  readonly body: Form
  /** The connected account that it was made for. */
  readonly account: string | undefined
  readonly idempotencyKey: string | undefined
  /** The status that it was answered with; null: no answer was given, or none yet. */
  status: number | null
}

/** What a valid request asks for. */
export interface Act {
  /** Null: nothing that the stand-in would misbehave about. */
  readonly asked: Asked | null
  readonly run: (end: PayoutEnd) => Answer
}

export interface RoutesOptions {
  readonly books: Books
  readonly checkouts: StandInCheckouts
  /** A new address of the page on which an account is made active. */
  readonly pageOf: (account: string) => { readonly url: string; readonly expiresAt: string }
  readonly livemode: boolean
  /** The platform's own account. */
  readonly platform: string
}

interface Listed {
  readonly id: string
  readonly created: number
}

/** A page of a list, newest first. */
const page = (items: ReadonlyArray<Listed>, query: Form, path: string): Answer => {
  const limit = integerAt(query, "limit") ?? 10
  if (Number.isNaN(limit) || limit < 1 || limit > 100) {
    return invalid("parameter_invalid_integer", "limit is a whole number from 1 to 100", "limit")
  }
  const since = integerAt(formAt(query, "created"), "gte") ?? 0
  const newest = items.filter(({ created }) => created >= since).toReversed()
  const after = textAt(query, "starting_after")
  const start = after === undefined ? 0 : newest.findIndex(({ id }) => id === after) + 1
  if (after !== undefined && start === 0) {
    return invalid("resource_missing", `No such object: '${after}'`, "starting_after")
  }
  return ok({
    object: "list",
    url: path,
    data: newest.slice(start, start + limit),
    has_more: newest.length > start + limit
  })
}

const accountBody = (account: StandInAccount, livemode: boolean) => ({
  id: account.id,
  object: "v2.core.account",
  applied_configurations: ["recipient"],
  contact_email: account.email ?? null,
  display_name: account.displayName ?? null,
  dashboard: "express",
  closed: account.end === "closed",
  livemode,
  metadata: account.metadata,
  configuration: {
    recipient: {
      applied: true,
      capabilities: {
        stripe_balance: { stripe_transfers: { status: account.isActive ? "active" : "restricted", status_details: [] } }
      }
    }
  }
})

const amountIn = (body: Form): number | Answer => {
  const amount = integerAt(body, "amount")
  if (amount === undefined) return invalid("parameter_missing", "Missing required param: amount.", "amount")
  return Number.isNaN(amount) || amount < 1
    ? invalid("parameter_invalid_integer", "This value must be greater than or equal to 1.", "amount")
    : amount
}

const isAnswer = (value: object): value is Answer => "status" in value

export class Routes {
  readonly #options: RoutesOptions

  constructor(options: RoutesOptions) {
    this.#options = options
  }

  /** Answers a question, which changes nothing. */
  read({ account, path, query }: StandInRequest): Answer {
    const { books, livemode, platform } = this.#options
    const gone = books.gone(account)
    if (gone !== undefined) return gone
    if (path === "/v1/account") return ok({ id: platform, object: "account" })
    const accountId = /^\/v2\/core\/accounts\/([^/]+)$/.exec(path)?.[1]
    if (accountId !== undefined) {
      const known = books.accounts.get(accountId)
      if (known?.end === "disconnected") return books.gone(accountId) ?? missing("account", accountId)
      return known === undefined ? missing("account", accountId) : ok(accountBody(known, livemode))
    }
    const paidIn = this.#readPaidIn(path, query)
    if (paidIn !== undefined) return paidIn
    const [, kind, id] = /^\/v1\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? []
    switch (kind) {
      case "transfers": {
        if (id === undefined) {
          const [group, destination] = [textAt(query, "transfer_group"), textAt(query, "destination")]
          const transfers = [...books.transfers.values()].filter((transfer) =>
            (group === undefined || transfer.transfer_group === group) &&
            (destination === undefined || transfer.destination === destination)
          )
          return page(transfers, query, path)
        }
        const transfer = books.transfers.get(id)
        return transfer === undefined ? missing("transfer", id, "transfer") : ok({ ...transfer })
      }
      case "payouts": {
        if (id === undefined) return page(books.payoutsOf(account ?? ""), query, path)
        const payout = books.payoutOf(account ?? "", id)
        return payout === undefined ? missing("payout", id, "payout") : ok({ ...payout })
      }
      case "balance": {
        const available = account === undefined ? books.platformBalance : books.accounts.get(account)?.available ?? 0
        return ok({ object: "balance", livemode, available: [{ amount: available, currency: "usd" }], pending: [] })
      }
      default:
        return fault(404, { type: "invalid_request_error", message: `Unrecognized request URL (GET: ${path}).` })
    }
  }

  /** Answers a question about money in; undefined where it is about none. */
  #readPaidIn(path: string, query: Form): Answer | undefined {
    const { charges, disputes, payments, refunds, sessions } = this.#options.checkouts
    const [, kind, id] =
      /^\/v1\/(checkout\/sessions|payment_intents|charges|refunds|disputes)(?:\/([^/]+))?$/.exec(path) ?? []
    if (kind === undefined) return undefined
    const known: ReadonlyMap<string, Listed & object> = {
      "checkout/sessions": sessions,
      payment_intents: payments,
      charges,
      refunds,
      disputes
    }[kind] ?? new Map()
    if (id === undefined) {
      const payment = textAt(query, "payment_intent")
      const ofPayment = [...known.values()].filter((each) =>
        payment === undefined || ("payment_intent" in each && each.payment_intent === payment)
      )
      return page(ofPayment.map((each) => ({ ...each })), query, path)
    }
    const session = sessions.get(id)
    if (kind === "checkout/sessions" && session !== undefined) {
      const expand: unknown = query["expand"]
      return ok(this.#options.checkouts.shown(session, Array.isArray(expand) && expand.includes("payment_intent")))
    }
    const object = known.get(id)
    return object === undefined ? missing(kind, id) : ok({ ...object })
  }

  /** What a request about money in asks for; undefined where it is about none. */
  #preparePaidIn(path: string, body: Form): Act | Answer | undefined {
    const { checkouts } = this.#options
    if (path === "/v1/checkout/sessions") {
      const prepared = checkouts.prepare(body)
      return isAnswer(prepared) ? prepared : {
        asked: { step: "checkout", withdrawal: undefined, transferGroup: undefined, metadata: prepared.metadata },
        run: prepared.run
      }
    }
    if (path !== "/v1/refunds") return undefined
    const payment = textAt(body, "payment_intent")
    if (payment === undefined) return invalid("parameter_missing", "Missing required param: payment_intent.")
    const amount = textAt(body, "amount") === undefined ? undefined : amountIn(body)
    if (typeof amount === "object") return amount
    return { asked: null, run: () => checkouts.refund(payment, amount, textsAt(body, "metadata")) }
  }

  /** What a request that changes something asks for; an answer where it is wrong in itself: those are not kept. */
  prepare({ account, body, path }: StandInRequest): Act | Answer {
    const { books, livemode, pageOf } = this.#options
    const gone = books.gone(account) ??
      (path === "/v2/core/account_links" ? books.gone(textAt(body, "account")) : undefined)
    if (gone !== undefined) return gone
    if (path === "/v2/core/accounts") {
      return {
        asked: null,
        run: () =>
          ok(accountBody(
            books.openAccount({
              email: textAt(body, "contact_email"),
              displayName: textAt(body, "display_name"),
              metadata: textsAt(body, "metadata")
            }),
            livemode
          ))
      }
    }
    if (path === "/v2/core/account_links") {
      const id = textAt(body, "account") ?? ""
      if (!books.accounts.has(id)) return missing("account", id)
      return {
        asked: null,
        run: () => {
          const { expiresAt, url } = pageOf(id)
          return ok({
            object: "v2.core.account_link",
            account: id,
            created: expiresAt,
            expires_at: expiresAt,
            livemode,
            url,
            use_case: body["use_case"] ?? null
          })
        }
      }
    }
    const paidIn = this.#preparePaidIn(path, body)
    if (paidIn !== undefined) return paidIn
    const metadata = textsAt(body, "metadata")
    const asked = { withdrawal: metadata["withdrawal"], transferGroup: textAt(body, "transfer_group"), metadata }
    const reversal = /^\/v1\/transfers\/([^/]+)\/reversals$/.exec(path)?.[1]
    if (reversal !== undefined) {
      const amount = textAt(body, "amount") === undefined ? undefined : amountIn(body)
      if (typeof amount === "object") return amount
      return { asked: { ...asked, step: "reversal" }, run: () => books.reverse(reversal, amount, metadata) }
    }
    if (path !== "/v1/transfers" && path !== "/v1/payouts") {
      return fault(404, { type: "invalid_request_error", message: `Unrecognized request URL (POST: ${path}).` })
    }
    const amount = amountIn(body)
    if (typeof amount === "object") return amount
    if (textAt(body, "currency") !== "usd") {
      return invalid("parameter_missing", "currency must be usd here.", "currency")
    }
    if (path === "/v1/payouts") {
      if (account === undefined) return invalid("parameter_missing", "The platform itself is not paid out here.")
      return { asked: { ...asked, step: "payout" }, run: (end) => books.payOut(account, amount, metadata, end) }
    }
    const destination = textAt(body, "destination")
    if (destination === undefined) {
      return invalid("parameter_missing", "Missing required param: destination.", "destination")
    }
    return {
      asked: { ...asked, step: "transfer" },
      run: () => books.transfer({ amount, destination, metadata, transferGroup: asked.transferGroup })
    }
  }
}

/** Whether a request was found wrong before anything was done. */
export const isTurnedAway = (prepared: Act | Answer): prepared is Answer => isAnswer(prepared)
