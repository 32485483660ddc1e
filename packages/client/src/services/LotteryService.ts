/** The daily draws, and tickets in them. */
import {
  type Draw,
  type LastWinner,
  type Page,
  type PageQuery,
  pageQuery,
  type Receipt,
  type Records,
  type Site,
  type Ticket,
  type TicketCheck
} from "../Contract.ts"
import { DddError } from "../Errors.ts"
import { type Api, valueOf } from "../http/Api.ts"
import type { Patiently } from "../http/Patience.ts"
import type { KeptRequests } from "../requests/KeptRequests.ts"
import type { ServerClock } from "../time/ServerClock.ts"

export interface TicketQuery extends PageQuery {
  readonly drawId?: string
  readonly status?: Ticket["status"]
}

export interface PurchaseOrder {
  /** 1 to 100; 1 unless given. */
  readonly quantity?: number
  /** The draw now on sale unless given. */
  readonly drawId?: string
}

export class LotteryService {
  readonly #open: Api
  readonly #signed: Api
  readonly #requests: KeptRequests
  readonly #time: ServerClock
  readonly #patiently: Patiently
  #onSale: Draw | undefined

  constructor(open: Api, signed: Api, requests: KeptRequests, time: ServerClock, patiently: Patiently) {
    this.#open = open
    this.#signed = signed
    this.#requests = requests
    this.#time = time
    this.#patiently = patiently
  }

  /** The draw now on sale; `unavailable` where none is. */
  async currentDraw(): Promise<Draw> {
    return this.#onSale = await valueOf(this.#open.GET("/lottery/current-draw"))
  }

  /**
   * Buys tickets, all or none, once: see `unsettled` of `OwnCode`. What is bought is of one draw, named with the request: sent again on another
   * day it buys nothing there. `insufficient_funds`, `draw_closed`, `limit_exceeded`, `timed_out`, `not_available_here`, …
   */
  async purchaseTicket({ drawId, quantity = 1 }: PurchaseOrder = {}): Promise<Receipt> {
    if (!Number.isSafeInteger(quantity) || quantity < 1 || quantity > 100) {
      throw new DddError("invalid_request", "A purchase is of 1 to 100 tickets.", {
        errors: [{ path: "quantity", message: "must be 1 to 100" }]
      })
    }
    return this.#requests.perform("ticket", async () => ({
      quantity,
      drawId: drawId ?? await this.#patiently(() => this.#drawOnSale())
    }))
  }

  /** The player's tickets, newest first. */
  tickets(query: TicketQuery = {}): Promise<Page<Ticket>> {
    return valueOf(this.#signed.GET("/lottery/tickets", { params: { query: pageQuery(query) } }))
  }

  /** What anyone may know of a ticket; never whose it is. `not_found`. */
  checkTicket(ticketId: string): Promise<TicketCheck> {
    return valueOf(this.#open.GET("/lottery/tickets/{ticketId}/verify", { params: { path: { ticketId } } }))
  }

  drawHistory(query: PageQuery = {}): Promise<Page<Draw>> {
    return valueOf(this.#open.GET("/lottery/draw-history", { params: { query: pageQuery(query) } }))
  }

  /** Who runs this server, and how an app takes money there. */
  site(): Promise<Site> {
    return valueOf(this.#open.GET("/play/site"))
  }

  lastWinner(): Promise<LastWinner> {
    return valueOf(this.#open.GET("/lottery/last-winner"))
  }

  /** `drawDate`: `2026-02-03`; `not_found`. */
  drawByDate(drawDate: string): Promise<Draw> {
    return valueOf(this.#open.GET("/lottery/draws/{drawDate}", { params: { path: { drawDate } } }))
  }

  /** The signed records of a draw, as far as they are published. */
  records(drawDate: string): Promise<Records> {
    return valueOf(this.#open.GET("/lottery/draws/{drawDate}/records", { params: { path: { drawDate } } }))
  }

  /** The proof bundle of a draw, to be verified. */
  proof(drawDate: string): Promise<string> {
    return valueOf(
      this.#open.GET("/lottery/draws/{drawDate}/proof", { params: { path: { drawDate } }, parseAs: "text" })
    )
  }

  /** The id of the draw on sale: as last told, while its sales are open by the server's clock. */
  async #drawOnSale(): Promise<string> {
    const { closesAt, id } = this.#onSale ?? await this.currentDraw()
    if (closesAt !== null && this.#time.now() < Date.parse(closesAt)) return id
    return (await this.currentDraw()).id
  }
}
