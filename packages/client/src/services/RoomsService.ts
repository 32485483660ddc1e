/** Private rooms: draws of one's own. `id` is a room's id or its code. */
import { type Page, type PageQuery, pageQuery, type Room, type RoomReceipt, type Ticket } from "../Contract.ts"
import { type Api, doneOf, valueOf } from "../http/Api.ts"
import type { KeptRequests } from "../requests/KeptRequests.ts"

export interface NewRoom {
  readonly name: string
  /** 2 to 50; 50 unless given. */
  readonly maxParticipants?: number
}

export class RoomsService {
  readonly #signed: Api
  readonly #requests: KeptRequests

  constructor(signed: Api, requests: KeptRequests) {
    this.#signed = signed
    this.#requests = requests
  }

  /** Those that the player is in, newest first. */
  rooms(query: PageQuery = {}): Promise<Page<Room>> {
    return valueOf(this.#signed.GET("/rooms", { params: { query: pageQuery(query) } }))
  }

  /** Makes a room, whose host the player is. */
  create(room: NewRoom): Promise<Room> {
    return valueOf(this.#signed.POST("/rooms", { body: room }))
  }

  /** `not_found` to who is no member. */
  room(id: string): Promise<Room> {
    return valueOf(this.#signed.GET("/rooms/{id}", { params: { path: { id } } }))
  }

  /** By its code. `not_found`, `room_full`, `already_member`. */
  join(code: string): Promise<Room> {
    return valueOf(this.#signed.POST("/rooms/{id}/join", { params: { path: { id: code } }, body: { code } }))
  }

  /** Buys the player's one ticket, once: see `unsettled` of `OwnCode`. `already_has_ticket`, `insufficient_funds`, … */
  purchaseTicket(roomId: string): Promise<RoomReceipt> {
    return this.#requests.perform("roomTicket", () => ({ roomId }))
  }

  /** The player's own; `not_found` without one. */
  ticket(id: string): Promise<Ticket> {
    return valueOf(this.#signed.GET("/rooms/{id}/ticket", { params: { path: { id } } }))
  }

  leave(id: string): Promise<void> {
    return doneOf(this.#signed.POST("/rooms/{id}/leave", { params: { path: { id } } }))
  }

  /** Of the host, before the lock: every ticket is refunded. */
  close(id: string): Promise<Room> {
    return valueOf(this.#signed.POST("/rooms/{id}/close", { params: { path: { id } } }))
  }

  /** Of the host: locks the room; it is drawn by the host, or at `drawAt`, within 24 hours. */
  startDraw(id: string, drawAt?: string): Promise<Room> {
    const body = drawAt === undefined ? {} : { drawAt }
    return valueOf(this.#signed.POST("/rooms/{id}/start-draw", { params: { path: { id } }, body }))
  }

  /** Of the host. `beacon_pending` with `retryAfter`: then the server draws by itself. */
  executeDraw(id: string): Promise<Room> {
    return valueOf(this.#signed.POST("/rooms/{id}/execute-draw", { params: { path: { id } } }))
  }

  /** Its proof bundle, to be verified. */
  proof(id: string): Promise<string> {
    return valueOf(this.#signed.GET("/rooms/{id}/proof", { params: { path: { id } }, parseAs: "text" }))
  }
}
