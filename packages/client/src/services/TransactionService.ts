/** What moved in the player's wallet. */
import { type Page, type PageQuery, pageQuery, type Statement, type Transaction } from "../Contract.ts"
import { DddError } from "../Errors.ts"
import { type Api, valueOf } from "../http/Api.ts"

export interface TransactionQuery extends PageQuery {
  readonly type?: Transaction["type"]
}

export class TransactionService {
  readonly #signed: Api

  constructor(signed: Api) {
    this.#signed = signed
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
