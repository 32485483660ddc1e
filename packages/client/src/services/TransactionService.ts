/** Paying in, and what moved in the player's wallet. */
import {
  type CheckoutPage,
  type Page,
  type PageQuery,
  pageQuery,
  type Statement,
  type Transaction
} from "../Contract.ts"
import { DddError } from "../Errors.ts"
import { type Api, valueOf } from "../http/Api.ts"
import type { KeptRequests } from "../requests/KeptRequests.ts"

export interface TransactionQuery extends PageQuery {
  readonly type?: Transaction["type"]
}

export class TransactionService {
  readonly #signed: Api
  readonly #requests: KeptRequests

  constructor(signed: Api, requests: KeptRequests) {
    this.#signed = signed
    this.#requests = requests
  }

  /**
   * A page of Stripe's on which the player pays in, from "5.00" to "1000.00": one page a request (see `unsettled` of `OwnCode`). The wallet is
   * credited once Stripe has the money, which the live wallet tells; never because the player came back. `limit_exceeded`, `timed_out`, …
   */
  checkout(amount: string): Promise<CheckoutPage> {
    return this.#requests.perform("checkout", () => ({ amount }))
  }

  /** Newest first. */
  transactions(query: TransactionQuery = {}): Promise<Page<Transaction>> {
    return valueOf(this.#signed.GET("/wallet/transactions", { params: { query: pageQuery(query) } }))
  }

  /** Of a month, `2026-02` in UTC: oldest first, with sums. */
  async statement(month: string): Promise<Statement> {
    const statement = await valueOf(this.#signed.GET("/wallet/statement", { params: { query: { month } } }))
    if (typeof statement === "string") throw new DddError("unreadable", "The statement is no JSON.")
    return statement
  }

  /** The same as a text: `csv` by RFC 4180, `html` to be printed. */
  statementText(month: string, format: "csv" | "html"): Promise<string> {
    return valueOf(this.#signed.GET("/wallet/statement", { params: { query: { month, format } }, parseAs: "text" }))
  }
}
