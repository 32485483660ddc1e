/** HTTP as bytes on a socket: unlawful, late, or on many connections at the same moment. */
import { Effect } from "effect"
import { connect, type Socket } from "node:net"

export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  /** JSON. */
  readonly body?: string
}

/** A request as it goes over the wire, the last one of its connection. */
export const requestText = ({ body, headers = {}, method, path, token }: RawRequest): string => {
  const sent: Readonly<Record<string, string>> = {
    Host: "lottery.example.com",
    Connection: "close",
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    ...(body === undefined
      ? {}
      : { "Content-Type": "application/json", "Content-Length": String(Buffer.byteLength(body)) }),
    ...headers
  }
  const lines = Object.entries(sent).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`
}

/** A connection to a server, from an address of this machine where one is named. That it is reset is one way to end it. */
export const connectTo = (url: string, from?: string): Socket =>
  connect({
    port: Number(new URL(url).port),
    host: "127.0.0.1",
    ...(from === undefined ? {} : { localAddress: from })
  }).on("error", () => {})

export interface Heard {
  readonly text: string
  /** The server has ended the connection. */
  readonly ended: boolean
}

/** Sends bytes, and listens until the server ends the connection, or for so long. */
export const hear = (
  url: string,
  parts: ReadonlyArray<string | Buffer>,
  { from, patienceMillis = 30_000 }: { readonly from?: string; readonly patienceMillis?: number } = {}
): Effect.Effect<Heard> =>
  Effect.callback((resume) => {
    const socket = connectTo(url, from)
    let text = ""
    const finish = (ended: boolean) => {
      clearTimeout(patience)
      socket.destroy()
      resume(Effect.succeed({ text, ended }))
    }
    const patience = setTimeout(() => finish(false), patienceMillis)
    for (const part of parts) socket.write(part, "latin1")
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1")
    })
    socket.on("close", () => finish(true))
    return Effect.sync(() => finish(false))
  })

export interface RawAnswer {
  readonly status: number
  readonly head: string
  readonly body: string
}

/** An answer after which the server has ended the connection; status 0 where it is none. */
export const answerIn = (text: string): RawAnswer => {
  const end = text.indexOf("\r\n\r\n")
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0),
    head: text.slice(0, Math.max(0, end)),
    body: end < 0 ? "" : text.slice(end + 4)
  }
}

/** The value of a header; undefined where it is missing. */
export const headerOf = ({ head }: RawAnswer, name: string): string | undefined =>
  new RegExp(`^${name}:[ \t]*(.*?)[ \t]*$`, "im").exec(head)?.[1]

/**
 * Sends requests to servers in turn, on a connection each: first all but the last byte of every one, then the last bytes at once. Who is
 * told to come again (503, as a busy machine answers, with its Retry-After) does, for a minute.
 */
export const atOnce = (
  urls: ReadonlyArray<string>,
  requests: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<RawAnswer>> =>
  Effect.gen(function*() {
    const sockets = yield* Effect.forEach(requests, (request, nth) =>
      Effect.callback<Socket>((resume) => {
        const socket = connectTo(urls[nth % urls.length] ?? "")
        socket.on("connect", () => socket.write(request.slice(0, -1), () => resume(Effect.succeed(socket))))
        socket.on("close", () => resume(Effect.die(new Error("the connection was lost"))))
      }), { concurrency: "unbounded" })
    const first = yield* Effect.forEach(sockets, (socket, nth) =>
      Effect.callback<RawAnswer>((resume) => {
        let text = ""
        socket.setEncoding("utf8").on("data", (part) => {
          text += part
        })
        socket.on("close", () => resume(Effect.succeed(answerIn(text))))
        socket.write(requests[nth]?.slice(-1) ?? "")
      }), { concurrency: "unbounded" })
    return yield* Effect.forEach(first, (answer, nth) =>
      patiently(urls[nth % urls.length] ?? "", requests[nth] ?? "", answer), { concurrency: "unbounded" })
  })

const patiently = (url: string, request: string, first: RawAnswer): Effect.Effect<RawAnswer> =>
  Effect.gen(function*() {
    let answer = first
    for (let attempt = 0; answer.status === 503 && attempt < 60; attempt++) {
      yield* Effect.sleep(1_000 * Number(headerOf(answer, "retry-after") ?? 1))
      answer = answerIn((yield* hear(url, [request])).text)
    }
    return answer
  })

/** How often each status was answered. */
export const tally = (answers: ReadonlyArray<{ readonly status: number }>): Readonly<Record<number, number>> => {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/** Headers by which a client says that it is somebody else; of each attempt another one. */
export const inventedAddresses = (attempt: number): Readonly<Record<string, string>> => ({
  "x-forwarded-for": `198.51.${attempt}.4`,
  forwarded: `for=198.51.${attempt}.5`,
  "x-real-ip": `198.51.${attempt}.6`
})
