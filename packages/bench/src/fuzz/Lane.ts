/** A connection that reads whatever a server answers: of known length, in chunks, or until it ends; and is opened anew where it ends. */
import { connect, type Socket } from "node:net"

export interface LaneAnswer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
  /** From sending to the whole answer. */
  readonly millis: number
}

/** No whole answer came. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer"
}

interface Read {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

const headersIn = (head: string): ReadonlyMap<string, string> =>
  new Map(
    head.split("\r\n").slice(1).map((line) => {
      const colon = line.indexOf(":")
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    })
  )

/** The body in chunks from `from` on; `undefined` while a part of it is missing. */
const chunksIn = (bytes: Buffer, from: number): Buffer | undefined => {
  const chunks: Array<Buffer> = []
  for (let place = from;;) {
    const end = bytes.indexOf("\r\n", place)
    if (end < 0) return undefined
    const size = Number.parseInt(bytes.toString("latin1", place, end), 16)
    if (Number.isNaN(size)) throw new NoAnswer("a chunk has no size")
    if (bytes.length < end + 2 + size + 2) return undefined
    if (size === 0) return Buffer.concat(chunks)
    chunks.push(bytes.subarray(end + 2, end + 2 + size))
    place = end + 2 + size + 2
  }
}

/** The answer to a request of this method in `bytes`; `undefined` while a part of it is missing. */
export const readAnswer = (bytes: Buffer, method: string, hasEnded: boolean): Read | undefined => {
  const headEnd = bytes.indexOf("\r\n\r\n")
  if (headEnd < 0) return undefined
  const head = bytes.toString("latin1", 0, headEnd)
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1])
  if (!(status >= 200)) throw new NoAnswer(`it begins with ${head.slice(0, 40)}`)
  const headers = headersIn(head)
  const from = headEnd + 4
  const whole = (body: Buffer): Read => ({ status, headers, body })
  if (method === "HEAD" || status === 204 || status === 304) return whole(Buffer.alloc(0))
  if (headers.get("transfer-encoding") === "chunked") {
    const body = chunksIn(bytes, from)
    return body === undefined ? undefined : whole(body)
  }
  const length = headers.get("content-length")
  if (length === undefined) return hasEnded ? whole(bytes.subarray(from)) : undefined
  return bytes.length < from + Number(length) ? undefined : whole(bytes.subarray(from, from + Number(length)))
}

/** How long an answer is waited for: longer than any should take. */
const patienceMillis = 30_000

export class Lane {
  readonly #port: number
  #address: string
  #socket: Socket | undefined

  /** To a port of 127.0.0.1, from an address of this machine. */
  constructor(port: number, address: string) {
    this.#port = port
    this.#address = address
  }

  /** Comes from another address from the next request on. */
  moveTo(address: string): void {
    this.close()
    this.#address = address
  }

  close(): void {
    this.#socket?.destroy()
    this.#socket = undefined
  }

  /** Sends a request; rejects with `NoAnswer` where no whole answer comes. */
  ask(request: Buffer, method: string): Promise<LaneAnswer> {
    const socket = this.#socket ??
      connect({ host: "127.0.0.1", port: this.#port, noDelay: true, localAddress: this.#address })
    this.#socket = socket
    const asked = performance.now()
    return new Promise<LaneAnswer>((resolve, reject) => {
      let received: Buffer = Buffer.alloc(0)
      const settle = (done: () => void) => {
        clearTimeout(patience)
        socket.removeAllListeners()
        socket.on("error", () => {}).on("close", () => {
          if (this.#socket === socket) this.#socket = undefined
        })
        done()
      }
      const fail = (what: string) =>
        settle(() => {
          this.close()
          reject(new NoAnswer(what))
        })
      const look = (hasEnded: boolean) => {
        try {
          const answer = readAnswer(received, method, hasEnded)
          if (answer === undefined) {
            if (hasEnded) fail(`the server closed the connection after ${received.length} bytes`)
            return
          }
          settle(() => {
            if (hasEnded || answer.headers.get("connection") === "close") this.close()
            resolve({ ...answer, millis: performance.now() - asked })
          })
        } catch (error) {
          fail(error instanceof Error ? error.message : String(error))
        }
      }
      const patience = setTimeout(() => fail(`nothing came for ${patienceMillis} ms`), patienceMillis)
      socket.on("data", (chunk: Buffer) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
        look(false)
      })
      socket.on("error", (error) => fail(error.message))
      socket.on("close", () => look(true))
      socket.write(request)
    })
  }
}
