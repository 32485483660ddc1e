/** How cases are put to an engine as bytes on a socket, and what is seen of its answers in a few words. */
import { Effect, Stream } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { connect } from "node:net"
import { connect as connectTls } from "node:tls"
import type { EngineName } from "../../src/engine/Engine.ts"
import type { EngineOptions } from "../../src/engine/EngineOptions.ts"
import type { SocketListener } from "../../src/engine/Sockets.ts"
import { firstCert } from "../support/Certificates.ts"
import { type App, eventually, listen } from "./support.ts"

export interface RawCase {
  readonly name: string
  /** Sent in one write, a character a byte; or piece by piece. */
  readonly bytes: string
  /** On a WebSocket that is open already. */
  readonly isSocket?: boolean
  /** The client sends its FIN after it. */
  readonly halfClosed?: boolean
  /** What is seen: the answers, how many purchases were made, what a WebSocket was sent and how it was closed. */
  readonly expected: string
  /** What is seen on uWebSockets.js, where that cannot be brought to it. */
  readonly uws?: string
  /** The same where it comes piece by piece, if that is something else again. */
  readonly uwsPiecemeal?: string
  /** uWebSockets.js keeps the connection for another request. */
  readonly uwsKeeps?: boolean
}

/** What is to be seen of a case on an engine. */
export const expectedOf = (engine: EngineName, isPiecemeal: boolean, each: RawCase): string => {
  if (engine === "node") return each.expected
  return (isPiecemeal ? each.uwsPiecemeal : undefined) ?? each.uws ?? each.expected
}

export const head = (line: string, ...headers: ReadonlyArray<string>) =>
  [line.includes("HTTP/") ? line : `${line} HTTP/1.1`, "Host: x", ...headers, "", ""].join("\r\n")

export const last = "Connection: close"

export const handshake = head(
  "GET /ws",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13"
)

/** What follows from the key above (RFC 6455, section 1.3). */
const accepted = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

export interface Talking {
  /** TLS is spoken. */
  readonly tls?: EngineOptions["tls"]
  /** How many cases are put at once: more than one only where none of them can buy. */
  readonly atOnce?: number
  /** The bytes are sent one by one; of more than `piecesMax`, so many pieces. */
  readonly isPiecemeal?: boolean
}

/** Fewer than the pieces that a frame may arrive in. */
const piecesMax = 200

/**
 * Puts every case to `engine`: what was seen of each. A WebSocket sends back what it is sent, and says goodbye to "bye". Fails where
 * the engine answers no other request afterwards, or has not forgotten every WebSocket.
 */
export const run = (
  engine: EngineName,
  cases: ReadonlyArray<RawCase>,
  { atOnce = 1, isPiecemeal = false, tls }: Talking = {}
): Effect.Effect<ReadonlyArray<string>> =>
  Effect.gen(function*() {
    let [bought, open] = [0, 0]
    const application: App = Effect.gen(function*() {
      const { method, url } = yield* HttpServerRequest.HttpServerRequest
      if (url === "/stream") return HttpServerResponse.stream(Stream.make(new TextEncoder().encode("streamed")))
      if (url === "/slow") yield* Effect.sleep("50 millis")
      if (method !== "POST" || url !== "/buy") return HttpServerResponse.text("ok")
      bought++
      return HttpServerResponse.text("bought", { status: 201 })
    })
    const { port, server, sockets } = yield* listen(engine, { tls })
    yield* server.serve(application)
    yield* sockets.serve((socket): SocketListener => {
      open++
      return {
        message: (text) => text === "bye" ? socket.close(1000, "") : socket.send(text),
        drained: () => {},
        closed: () => open--
      }
    })
    const put = (each: RawCase) => {
      const isKept = /\bopen\b|^100$/.test(expectedOf(engine, isPiecemeal, each)) ||
        (engine === "uws" && each.uwsKeeps === true)
      const patienceMillis = isKept ? openMillis : endedMillis
      return talk(port, each, { isEncrypted: tls !== undefined, isPiecemeal, patienceMillis })
    }
    const seen = yield* Effect.forEach(cases, (each) =>
      Effect.gen(function*() {
        bought = 0
        const { ended, received } = yield* put(each)
        const answer = seenIn(received, ended)
        return bought === 0 ? answer : `${answer}; bought ${bought}`
      }), { concurrency: atOnce })
    yield* eventually("every WebSocket is forgotten", () => open === 0)
    const after = yield* put({ name: "", bytes: head("GET /", last), expected: "200" })
    if (!after.received.startsWith("HTTP/1.1 200 ")) return yield* Effect.die(new Error("nobody is served any more"))
    return seen
  }).pipe(Effect.scoped, Effect.orDie)

/** How long nothing may come of a connection that is expected to be kept open, and of any other, on a machine that is busy. */
const openMillis = 3_000
const endedMillis = 30_000

const talk = (
  port: number,
  { bytes, halfClosed = false, isSocket = false }: RawCase,
  { isEncrypted, isPiecemeal, patienceMillis }: {
    readonly isEncrypted: boolean
    readonly isPiecemeal: boolean
    readonly patienceMillis: number
  }
) =>
  Effect.callback<{ readonly received: string; readonly ended: boolean }>((resume) => {
    const where = { port, host: "127.0.0.1", allowHalfOpen: true, noDelay: isPiecemeal }
    const socket = isEncrypted ? connectTls({ ...where, ca: firstCert }) : connect(where)
    const size = isPiecemeal ? Math.ceil(bytes.length / piecesMax) : bytes.length
    let received = ""
    let isOver = false
    const finish = (ended: boolean) => {
      isOver = true
      clearTimeout(patience)
      socket.destroy()
      resume(Effect.succeed({ received, ended }))
    }
    let patience = setTimeout(() => finish(false), endedMillis)
    const waitOn = () => {
      clearTimeout(patience)
      patience = setTimeout(() => finish(false), patienceMillis)
    }
    const sendFrom = (at: number): void => {
      if (isOver) return
      socket.write(bytes.slice(at, at + size), "latin1")
      if (at + size < bytes.length) return void setImmediate(sendFrom, at + size)
      waitOn()
      if (halfClosed) socket.end()
    }
    socket.on(isEncrypted ? "secureConnect" : "connect", () => {
      if (isSocket) socket.write(handshake)
      else sendFrom(0)
    })
    socket.on("data", (chunk) => {
      if (isSocket && received === "") sendFrom(0)
      received += chunk.toString("latin1")
      if (!isOver) waitOn()
    })
    socket.on("end", () => finish(true))
    socket.on("close", () => finish(true))
    socket.on("error", () => finish(true))
    return Effect.sync(() => finish(false))
  })

/** The answers, in a few words. */
const seenIn = (received: string, ended: boolean): string => {
  if (received.startsWith("HTTP/1.1 101 ")) {
    const end = received.indexOf("\r\n\r\n")
    return [openedBy(received.slice(0, end)), ...framesIn(received.slice(end + 4), ended)].join(", ")
  }
  const answers = received.split(/(?=HTTP\/1\.1 \d{3} )/).filter((text) => text !== "").map(answerIn)
  if (answers.length === 0) return ended ? "ended without an answer" : "open, without an answer"
  return answers.join(", ")
}

const answerIn = (answer: string): string => {
  const [, status = "?"] = /^HTTP\/1\.1 (\d{3})/.exec(answer) ?? []
  const [, code] = /"code":"(\w+)"/.exec(answer) ?? []
  const [, version] = /\r\nsec-websocket-version: (.*)\r\n/i.exec(answer) ?? []
  if (code !== undefined) return version === undefined ? `${status} ${code}` : `${status} ${code} for ${version}`
  if (Number(status) >= 400) return `${status} of the library`
  if (answer.endsWith("\r\n\r\n") && status === "200") {
    const length = /content-length: (\d+)/i.exec(answer)?.[1]
    return length === undefined ? "200 without a length" : `200 of ${length}`
  }
  return status
}

/** `101`, where the answer to a handshake has what it must, and nothing that was not agreed on. */
const openedBy = (answer: string): string => {
  const [, accept] = /\r\nsec-websocket-accept: (.*?)(?:\r\n|$)/i.exec(answer) ?? []
  if (accept !== accepted) return `101 that accepts ${accept}`
  const [, agreed] = /\r\nsec-websocket-(extensions|protocol):/i.exec(answer) ?? []
  return agreed === undefined ? "101" : `101 with ${agreed.toLowerCase()}`
}

/** What a WebSocket was sent, and how it ended: by the code of its goodbye, or without one. */
const framesIn = (frames: string, ended: boolean): ReadonlyArray<string> => {
  const seen: Array<{ readonly what: string; times: number }> = []
  let isClosed = false
  for (let at = 0; at + 1 < frames.length;) {
    const { next, opcode, payload } = frameAt(frames, at)
    const what = opcode === 0x8 ? codeIn(payload) : opcode === 0x1 ? shown(payload) : named(opcode, payload)
    isClosed ||= opcode === 0x8
    const before = seen.at(-1)
    if (before?.what === what) before.times++
    else seen.push({ what, times: 1 })
    at = next
  }
  const end = isClosed ? ended ? [] : ["and stays open"] : [ended ? "ended without a word" : "open"]
  return [...seen.map(({ times, what }) => times === 1 ? what : `${times > 200 ? "many" : times} of ${what}`), ...end]
}

const named = (opcode: number, payload: string): string => {
  const name = opcode === 0x9 ? "ping" : opcode === 0xa ? "pong" : `opcode ${opcode}`
  return payload === "" ? name : `${name} ${shown(payload)}`
}

/** A frame of a server, which has no mask. */
const frameAt = (frames: string, at: number) => {
  const byte = (index: number) => frames.charCodeAt(index) || 0
  const short = byte(at + 1)
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0
  let length = extended === 0 ? short : 0
  for (let i = 0; i < extended; i++) length = length * 256 + byte(at + 2 + i)
  const start = at + 2 + extended
  return { opcode: byte(at) & 0x7f, payload: frames.slice(start, start + length), next: start + length }
}

const codeIn = (payload: string): string =>
  payload.length < 2 ? "no code" : String(payload.charCodeAt(0) * 256 + payload.charCodeAt(1))

/** `"hi"`, `4096 × "x"`. */
const shown = (payload: string): string => {
  const [, one] = /^([^])\1{8,}$/.exec(payload) ?? []
  return one === undefined
    ? JSON.stringify(Buffer.from(payload, "latin1").toString("utf8"))
    : `${payload.length} × ${JSON.stringify(one)}`
}
