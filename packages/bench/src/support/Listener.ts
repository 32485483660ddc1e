/**
 * A client that listens to the draw, as one of the app does: it comes back where it is sent elsewhere, after up to half a second, and says
 * when it heard of what.
 */
const comebackMillis = 500

interface Event {
  readonly event: string
  readonly data: { readonly totalEntries?: number }
}

export class Listener {
  /** The entries that it last heard of; -1 before the first. */
  entries = -1
  /** With which codes it was closed. */
  readonly closes: Array<number> = []
  readonly #heard: Array<readonly [entries: number, at: number]> = []
  readonly #port: number
  #socket: WebSocket | undefined
  #isOver = false

  constructor(port: number) {
    this.#port = port
    this.#open()
  }

  /** When it first heard of so many entries or more, in ms of this process' clock. */
  heardAt(entries: number): number | undefined {
    return this.#heard.find(([heard]) => heard >= entries)?.[1]
  }

  close(): void {
    this.#isOver = true
    this.#socket?.close()
  }

  #open(): void {
    const socket = new WebSocket(`ws://127.0.0.1:${this.#port}/ws`)
    let isOpen = false
    this.#socket = socket
    socket.addEventListener("open", () => {
      isOpen = true
      socket.send("{\"type\":\"subscribe\",\"channel\":\"draw\"}")
    })
    socket.addEventListener("message", ({ data }) => this.#hear(JSON.parse(String(data))))
    socket.addEventListener("close", ({ code }) => {
      if (this.#isOver) return
      if (isOpen) this.closes.push(code)
      setTimeout(() => {
        if (!this.#isOver) this.#open()
      }, Math.random() * comebackMillis)
    })
  }

  #hear({ data, event }: Event): void {
    if (event !== "draw:update" || data.totalEntries === undefined) return
    this.entries = data.totalEntries
    this.#heard.push([data.totalEntries, performance.now()])
  }
}
