/**
 * One kept-alive HTTP/1.1 connection, with as little between the caller and the socket as can be.
 *
 * A load generator shares its machine with what it loads: each millisecond it takes is one the server lacks. Requests are
 * written as text that the caller made beforehand, one at a time; answers are read by their Content-Length, which is how
 * this server answers what is asked here.
 */
import { connect, type Socket } from "node:net"
import { performance } from "node:perf_hooks"
import { setTimeout as sleep } from "node:timers/promises"

export interface HttpAnswer {
  readonly status: number
  /** Status line and headers, as they came. */
  readonly head: string
  readonly body: Buffer
}

export interface HttpConnection {
  /** Sends a request, head and body; rejects with `ConnectionLost` where no whole answer comes. */
  readonly ask: (request: string) => Promise<HttpAnswer>
  readonly close: () => void
}

/** The connection ended before the answer did: whether the request was served is not known. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost"
}

/** What a request is made of. */
export interface HttpRequest {
  readonly method: "GET" | "POST"
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** JSON. */
  readonly body?: string
}

/** The request as it goes over the wire. */
export const requestText = ({ body = "", headers = {}, method, path }: HttpRequest): string => {
  const sent = {
    host: "127.0.0.1",
    ...headers,
    ...(body === "" ? {} : { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) })
  }
  const lines = Object.entries(sent).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`
}

/** The value of a header, whatever the case of its name; `undefined` where it is missing. */
export const headerOf = ({ head }: HttpAnswer, name: string): string | undefined =>
  new RegExp(`^${name}:[ \t]*(.*?)[ \t]*$`, "im").exec(head)?.[1]

/** For how long an answer that says to come again is believed, in milliseconds. */
const patienceMillis = 60_000

/**
 * Asks as the contract has clients do it: whoever is told to come again (503 with Retry-After, as a busy machine answers) does, for a minute
 * at most. A purchase that may be asked twice has a key.
 */
export const askPatiently = async (connection: HttpConnection, request: string): Promise<HttpAnswer> => {
  for (const until = performance.now() + patienceMillis;;) {
    const answer = await connection.ask(request)
    const seconds = headerOf(answer, "retry-after")
    if (answer.status !== 503 || seconds === undefined || performance.now() > until) return answer
    await sleep(Number(seconds) * 1_000)
  }
}

const headEnd = Buffer.from("\r\n\r\n")
const contentLength = /\r\ncontent-length: *(\d+)/i

/** The first answer in `bytes`, which nothing may follow: `undefined` while a part of it is missing. */
const readAnswer = (bytes: Buffer): HttpAnswer | undefined => {
  const headLength = bytes.indexOf(headEnd)
  if (headLength < 0) return undefined
  const head = bytes.toString("latin1", 0, headLength)
  const status = Number(head.slice(9, 12))
  const length = status === 204 ? "0" : contentLength.exec(head)?.[1]
  if (!head.startsWith("HTTP/1.1 ") || length === undefined) {
    throw new ConnectionLost(`not an answer of known length: ${head}`)
  }
  const end = headLength + headEnd.length + Number(length)
  if (bytes.length > end) throw new ConnectionLost("more came than was asked for")
  return bytes.length < end ? undefined : { status, head, body: bytes.subarray(headLength + headEnd.length) }
}

interface Waiting {
  readonly resolve: (answer: HttpAnswer) => void
  readonly reject: (error: ConnectionLost) => void
}

/** Connects to a port of 127.0.0.1, from an address of this machine where one is named. */
export const openConnection = (port: number, from?: string): Promise<HttpConnection> =>
  new Promise((resolve, reject) => {
    const own = from === undefined ? {} : { localAddress: from }
    const socket = connect({ host: "127.0.0.1", port, noDelay: true, ...own })
    const refuse = (error: Error) => reject(new ConnectionLost(error.message))
    socket.once("error", refuse)
    socket.once("connect", () => {
      socket.off("error", refuse)
      resolve(onSocket(socket))
    })
  })

const onSocket = (socket: Socket): HttpConnection => {
  let waiting: Waiting | undefined
  let received: Buffer | undefined
  let lost: ConnectionLost | undefined

  const lose = (error: ConnectionLost) => {
    lost ??= error
    waiting?.reject(lost)
    waiting = undefined
    socket.destroy()
  }
  socket.on("error", (error) => lose(new ConnectionLost(error.message)))
  socket.on("close", () => lose(new ConnectionLost("the server closed the connection")))
  socket.on("data", (chunk) => {
    received = received === undefined ? chunk : Buffer.concat([received, chunk])
    try {
      const answer = readAnswer(received)
      if (answer === undefined) return
      received = undefined
      const asked = waiting
      waiting = undefined
      asked?.resolve(answer)
    } catch (error) {
      lose(error instanceof ConnectionLost ? error : new ConnectionLost(String(error)))
    }
  })

  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (lost !== undefined) return reject(lost)
        if (waiting !== undefined) throw new Error("one request at a time")
        waiting = { resolve, reject }
        socket.write(request)
      }),
    close: () => socket.destroy()
  }
}

/** Opens connections, hands them to `use`, closes them. */
export const withConnections = async <A>(
  port: number,
  count: number,
  use: (connections: ReadonlyArray<HttpConnection>) => Promise<A>
): Promise<A> => {
  const connections = await Promise.all(Array.from({ length: count }, () => openConnection(port)))
  try {
    return await use(connections)
  } finally {
    for (const connection of connections) connection.close()
  }
}
