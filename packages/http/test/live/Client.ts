/** A WebSocket client that keeps what it was sent until the test asks for it. */
import { Effect, type Scope } from "effect"

export interface Closed {
  readonly code: number
  readonly reason: string
}

export class Client {
  readonly #socket: WebSocket
  readonly #received: Array<string> = []
  readonly #waiting: Array<(text: string) => void> = []
  #closed: Closed | undefined
  readonly #closeListeners: Array<(closed: Closed) => void> = []

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener("message", ({ data }) => {
      const waiting = this.#waiting.shift()
      if (waiting === undefined) this.#received.push(String(data))
      else waiting(String(data))
    })
    socket.addEventListener("close", ({ code, reason }) => {
      this.#closed = { code, reason }
      for (const listener of this.#closeListeners) listener(this.#closed)
    })
  }

  /** An open connection, closed with the scope. `headers`: what the handshake has besides, as a proxy would add. */
  static open(port: number, headers: Readonly<Record<string, string>> = {}): Effect.Effect<Client, never, Scope.Scope> {
    return Effect.acquireRelease(
      Effect.callback<Client>((resume) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers })
        const client = new Client(socket)
        socket.addEventListener("open", () => resume(Effect.succeed(client)))
        socket.addEventListener("error", () => resume(Effect.die(new Error("the connection was not opened"))))
      }),
      (client) => Effect.sync(() => client.close())
    )
  }

  send(text: string): void {
    this.#socket.send(text)
  }

  sendBytes(bytes: Uint8Array<ArrayBuffer>): void {
    this.#socket.send(bytes)
  }

  /** Sends a message of the protocol. */
  say(message: object): void {
    this.send(JSON.stringify(message))
  }

  close(): void {
    this.#socket.close()
  }

  /** The next message; a defect after 8 s. */
  get text(): Effect.Effect<string> {
    return Effect.suspend(() => {
      const received = this.#received.shift()
      return received === undefined
        ? Effect.callback<string>((resume) => {
          this.#waiting.push((text) => resume(Effect.succeed(text)))
        })
        : Effect.succeed(received)
    }).pipe(Effect.timeout("30 seconds"), Effect.orDie)
  }

  /** The next message, which is an event. */
  get event(): Effect.Effect<
    { readonly event: string; readonly data: Record<string, unknown>; readonly channel?: string }
  > {
    return Effect.map(this.text, (text) => JSON.parse(text))
  }

  /** Messages that came and were not asked for. */
  get unread(): ReadonlyArray<string> {
    return this.#received
  }

  /** How the server closed it; a defect after 8 s. */
  get closed(): Effect.Effect<Closed> {
    return Effect.callback<Closed>((resume) => {
      if (this.#closed === undefined) this.#closeListeners.push((closed) => resume(Effect.succeed(closed)))
      else resume(Effect.succeed(this.#closed))
    }).pipe(Effect.timeout("30 seconds"), Effect.orDie)
  }
}
