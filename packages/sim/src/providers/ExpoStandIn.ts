/**
 * A stand-in for Expo's push service: an HTTP server on this machine that takes messages and gives receipts as the service does, and misbehaves
 * as told.
 *
 * The program under test may be any other process, pointed at `url` by EXPO_API_BASE.
 */
import { Effect, type Scope } from "effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import { listening } from "./Listening.ts"

/** What becomes of a message: `taken`, or what its ticket says, or what its receipt will say. */
export type ExpoError =
  | "DeviceNotRegistered"
  | "InvalidCredentials"
  | "MessageRateExceeded"
  | "MessageTooBig"
  | "MismatchSenderId"
export type MessageBehaviour =
  | "delivered"
  | { readonly ticket: ExpoError }
  | { readonly receipt: ExpoError }

/** What becomes of a request: 401, 429 and 5xx do nothing; `lost answer` does all, and says nothing. */
export type RequestBehaviour = "done" | "lost answer" | "no answer" | "nonsense" | 401 | 429 | 500 | 503

export interface ExpoMessage {
  readonly to: string
  readonly title: string
  readonly body: string
  readonly expiration: number
  readonly data: { readonly kind: string; readonly drawId: string }
}

export interface ExpoStandInOptions {
  /** The access token that it takes: `expo-token-of-the-stand-in`. */
  readonly accessToken?: string
  /** What becomes of the nth request of a kind, from 1 on: `done`. */
  readonly onRequest?: (kind: "send" | "getReceipts", nth: number) => RequestBehaviour
  /** What becomes of a message: `delivered`. */
  readonly onMessage?: (message: ExpoMessage) => MessageBehaviour
  /** The project whose a token is: all are of one. Tokens of two in one request have all of it refused, saying whose they are. */
  readonly projectOf?: (token: string) => string
  /** It does not say whose they are. */
  readonly hidesProjects?: boolean
  /** Projects to which the access token does not belong, and which ask for theirs. */
  readonly closedProjects?: ReadonlyArray<string>
  /** The id of the ticket of a message: a UUID. */
  readonly ticketId?: (message: ExpoMessage) => string | undefined
  /** How often a receipt is asked for before it is there: 0. */
  readonly receiptsLate?: number
}

export interface ExpoStandIn {
  /** `http://127.0.0.1:PORT`: EXPO_API_BASE. */
  readonly url: string
  readonly accessToken: string
  /** Every message that was taken, oldest first; those too whose answer was lost. */
  readonly taken: ReadonlyArray<ExpoMessage>
  /** How many messages each request had that sent some. */
  readonly requests: ReadonlyArray<number>
  /** Every receipt that was given. */
  readonly receiptsGiven: ReadonlyArray<string>
}

const messagesMax = 100
const receiptsMax = 1_000

const textOf = async (request: IncomingMessage): Promise<string> => {
  let text = ""
  for await (const chunk of request) text += String(chunk)
  return text
}

const faultOf = (error: ExpoError) => ({ status: "error", message: `"${error}"`, details: { error } })

interface Answer {
  readonly status: number
  readonly body: unknown
}
const refusal = (status: number, code: string, details?: unknown): Answer => ({
  status,
  body: { errors: [{ code, message: code, details }] }
})

class Service {
  readonly taken: Array<ExpoMessage> = []
  readonly requests: Array<number> = []
  readonly receiptsGiven: Array<string> = []
  readonly #options: ExpoStandInOptions
  readonly #accessToken: string
  readonly #receipts = new Map<string, { readonly receipt: unknown; asked: number }>()
  readonly #asked = { send: 0, getReceipts: 0 }

  constructor(options: ExpoStandInOptions, accessToken: string) {
    this.#options = options
    this.#accessToken = accessToken
  }

  #send(body: unknown): Answer {
    if (!Array.isArray(body)) return refusal(400, "VALIDATION_ERROR")
    const messages: ReadonlyArray<ExpoMessage> = body
    this.requests.push(messages.length)
    if (messages.length > messagesMax) return refusal(413, "PUSH_TOO_MANY_NOTIFICATIONS")
    const { closedProjects = [], hidesProjects, onMessage = () => "delivered" as const, projectOf = () => "one" } =
      this.#options
    const tokensOf = Object.groupBy(messages.map(({ to }) => to), projectOf)
    if (Object.keys(tokensOf).length > 1) {
      return refusal(400, "PUSH_TOO_MANY_EXPERIENCE_IDS", hidesProjects === true ? undefined : tokensOf)
    }
    if (Object.keys(tokensOf).some((project) => closedProjects.includes(project))) return refusal(403, "FORBIDDEN")
    const data = messages.map((message) => {
      const behaviour = onMessage(message)
      if (typeof behaviour === "object" && "ticket" in behaviour) return faultOf(behaviour.ticket)
      this.taken.push(message)
      const id = this.#options.ticketId?.(message) ??
        `00000000-0000-4000-8000-${String(this.taken.length).padStart(12, "0")}`
      const receipt = typeof behaviour === "object" ? faultOf(behaviour.receipt) : { status: "ok" }
      this.#receipts.set(id, { receipt, asked: 0 })
      return { status: "ok", id }
    })
    return { status: 200, body: { data } }
  }

  #getReceipts(body: unknown): Answer {
    const ids: unknown = Object(body).ids
    if (!Array.isArray(ids)) return refusal(400, "VALIDATION_ERROR")
    if (ids.length > receiptsMax) return refusal(400, "PUSH_TOO_MANY_RECEIPTS")
    const given = ids.flatMap((id) => {
      const known = this.#receipts.get(String(id))
      if (known === undefined || known.asked++ < (this.#options.receiptsLate ?? 0)) return []
      this.receiptsGiven.push(String(id))
      return [[String(id), known.receipt]]
    })
    return { status: 200, body: { data: Object.fromEntries(given) } }
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await textOf(request)
    const kind = /^\/--\/api\/v2\/push\/(send|getReceipts)$/.exec(request.url ?? "")?.[1]
    if (request.method !== "POST" || (kind !== "send" && kind !== "getReceipts")) {
      response.writeHead(404).end()
      return
    }
    const behaviour = this.#options.onRequest?.(kind, ++this.#asked[kind]) ?? "done"
    if (behaviour === "no answer") {
      response.destroy()
      return
    }
    const answer: Answer = request.headers.authorization !== `Bearer ${this.#accessToken}` ?
      refusal(401, "UNAUTHORIZED")
      : typeof behaviour === "number" ?
      refusal(behaviour, "TOO_BAD")
      : kind === "send" ?
      this.#send(JSON.parse(text))
      : this.#getReceipts(JSON.parse(text))
    if (behaviour === "lost answer") {
      response.destroy()
      return
    }
    response.writeHead(answer.status, { "content-type": "application/json" })
      .end(behaviour === "nonsense" ? "<html>" : JSON.stringify(answer.body))
  }
}

/** Starts a stand-in on a free port; it is gone with the scope. */
export const make = (options: ExpoStandInOptions = {}): Effect.Effect<ExpoStandIn, never, Scope.Scope> =>
  Effect.gen(function*() {
    const accessToken = options.accessToken ?? "expo-token-of-the-stand-in"
    const service = new Service(options, accessToken)
    const url = yield* listening((request, response) => service.handle(request, response))
    const { receiptsGiven, requests, taken } = service
    return { url, accessToken, taken, requests, receiptsGiven }
  })
