/**
 * One connection of the live hub: what was said and is not answered yet, and whether the other side is still there.
 *
 * Silence is noticed: after 20 seconds the server is asked for a sign of life; what stays unanswered for 5 seconds puts all that was told in
 * doubt, for 10 seconds ends the connection.
 */
import { at } from "../http/Transport.ts"
import type { Clock, SocketPort } from "../Ports.ts"
import type { ServerClock } from "../time/ServerClock.ts"
import { eventOf, type LiveEvent } from "./Events.ts"

export type Message =
  | { readonly type: "auth"; readonly token: string }
  | { readonly type: "subscribe" | "unsubscribe"; readonly channel: string }
  | { readonly type: "ping" }

/** What a message is answered with. */
export type Answer =
  | { readonly ok: true; readonly data: unknown }
  | { readonly ok: false; readonly code: string }

export interface ConnectionListener {
  /** Something that answers no message. */
  readonly hear: (event: LiveEvent) => void
  /** Whether what was told may be old has changed. */
  readonly doubt: () => void
  /** The connection is no more; called once. `code`: the server's (RFC 6455), 0 where it did not say. */
  readonly lost: (code: number) => void
}

interface Said {
  readonly message: Message
  readonly at: number
  readonly answered: (answer: Answer) => void
}

const lookMillis = 2_500
const silenceMillis = 20_000
const doubtMillis = 5_000
const lostMillis = 10_000

const answers = { auth: "authenticated", subscribe: "subscribed", unsubscribe: "unsubscribed", ping: "pong" } as const

export class Connection {
  readonly #socket: SocketPort
  readonly #clock: Clock
  readonly #time: ServerClock
  readonly #listener: ConnectionListener
  /** What is not answered yet, in the order in which it was said. */
  readonly #said: Array<Said> = []
  #heardAt: number
  #timer: unknown
  #isInDoubt = false
  #isOver = false
  #isClosed = false

  /** `socket` is open. */
  constructor(socket: SocketPort, clock: Clock, time: ServerClock, listener: ConnectionListener) {
    this.#socket = socket
    this.#clock = clock
    this.#time = time
    this.#listener = listener
    this.#heardAt = clock.now()
    socket.addEventListener("message", ({ data }) => this.#take(data))
    socket.addEventListener("close", ({ code = 0 }) => this.#end(code))
    socket.addEventListener("error", () => this.#end(0))
    this.#look()
  }

  /** Nothing has been heard for so long that what was told may be old. */
  get isInDoubt(): boolean {
    return this.#isInDoubt
  }

  say(message: Message, answered: (answer: Answer) => void = () => {}): void {
    if (this.#isOver) return
    this.#said.push({ message, at: this.#clock.now(), answered })
    try {
      this.#socket.send(JSON.stringify(message))
    } catch {
      this.#end(0)
    }
  }

  /** The device was asleep or away: is anybody still there? */
  check(): void {
    if (this.#clock.now() - this.#heardAt > doubtMillis) {
      this.#setDoubt(true)
      this.say({ type: "ping" })
    }
  }

  /** Ends it; its listener does not hear of that. */
  close(): void {
    this.#isClosed = true
    this.#end(0)
  }

  #take(message: unknown): void {
    if (this.#isOver) return
    this.#heardAt = this.#clock.now()
    const told = eventOf(message)
    if (told === undefined) return
    const { data, event } = told
    const serverTime = Date.parse(String(at(data, "serverTime")))
    const index = this.#answeredBy(event, data)
    const [said] = index < 0 ? [] : this.#said.splice(index, 1)
    if (!Number.isNaN(serverTime)) this.#time.tell(serverTime, said?.at ?? this.#heardAt, this.#heardAt)
    if (said === undefined) this.#listener.hear(told)
    else said.answered(event === "error" ? { ok: false, code: String(at(data, "code")) } : { ok: true, data })
    this.#setDoubt(false)
  }

  /** Which of what was said an event answers. Answers come in order; that the token has expired is told of its own accord too. */
  #answeredBy(event: string, data: unknown): number {
    if (event !== "error") {
      const channel = at(data, "channel")
      return this.#said.findIndex(({ message }) =>
        answers[message.type] === event && (!("channel" in message) || message.channel === channel)
      )
    }
    const first = this.#said[0]?.message
    if (first === undefined) return -1
    const concernsTokens = first.type === "auth" || first.type === "subscribe" && first.channel !== "draw"
    return at(data, "code") === "token_expired" && !concernsTokens ? -1 : 0
  }

  #look(): void {
    const now = this.#clock.now()
    const waiting = now - (this.#said[0]?.at ?? now)
    const silent = now - this.#heardAt
    if (waiting > lostMillis) return this.#end(0)
    if (waiting > doubtMillis || silent > silenceMillis + doubtMillis) this.#setDoubt(true)
    if (silent > silenceMillis && !this.#said.some(({ message }) => message.type === "ping")) this.say({ type: "ping" })
    if (!this.#isOver) this.#timer = this.#clock.setTimeout(() => this.#look(), lookMillis)
  }

  #setDoubt(isInDoubt: boolean): void {
    if (this.#isInDoubt === isInDoubt || this.#isOver) return
    this.#isInDoubt = isInDoubt
    this.#listener.doubt()
  }

  #end(code: number): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#clock.clearTimeout(this.#timer)
    this.#socket.close()
    if (!this.#isClosed) this.#listener.lost(code)
  }
}
