/**
 * What each engine answers to bytes on a socket, lawful and not: one list, which `RawCases.test.ts` holds both to and
 * `npm run engines` prints.
 */
import { Effect, Stream } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { connect } from "node:net"
import { connect as connectTls } from "node:tls"
import type { EngineName } from "../../src/engine/Engine.ts"
import type { EngineOptions } from "../../src/engine/EngineOptions.ts"
import type { SocketListener } from "../../src/engine/Sockets.ts"
import { firstCert } from "../support/Certificates.ts"
import { type App, listen } from "./support.ts"

export interface RawCase {
  readonly name: string
  /** Sent in one write. */
  readonly bytes: string
  /** On a WebSocket that is open already. */
  readonly isSocket?: boolean
  /** The client sends its FIN after it. */
  readonly halfClosed?: boolean
  /** What is seen: the answers, how many purchases were made, and how a WebSocket was closed. */
  readonly expected: string
  /** What is seen on uWebSockets.js, where that cannot be brought to it. */
  readonly uws?: string
}

const head = (line: string, ...headers: ReadonlyArray<string>) =>
  [line.includes("HTTP/") ? line : `${line} HTTP/1.1`, "Host: x", ...headers, "", ""].join("\r\n")

const last = "Connection: close"
const buy = (...headers: ReadonlyArray<string>) => head("POST /buy", ...headers)

const handshake = head(
  "GET /ws",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13"
)

/** A frame as clients send it, masked with zeros. */
const frame = (first: number, payload: string, length = payload.length): string => {
  const extended = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff]
  return `${String.fromCharCode(first, ...extended, 0, 0, 0, 0)}${payload}`
}

const http: ReadonlyArray<RawCase> = [
  {
    name: "two requests in one write, answered in order",
    bytes: head("GET /1") + head("GET /2", last),
    expected: "200, 200",
    uws: "ended without an answer"
  },
  {
    name: "a purchase, and a request behind it",
    bytes: buy() + head("GET /", last),
    expected: "201, 200; bought 1",
    uws: "ended without an answer"
  },
  {
    name: "a body in chunks",
    bytes: `${buy("Transfer-Encoding: chunked")}1\r\nx\r\n0\r\n\r\n`,
    expected: "411 length_required"
  },
  {
    name: "a chunk whose size is junk",
    bytes: `${buy("Transfer-Encoding: chunked")}zz\r\nx\r\n0\r\n\r\n`,
    expected: "411 length_required",
    uws: "400 of the library"
  },
  {
    name: "a purchase in the trailer of a chunked body",
    bytes: `${head("POST /", "Transfer-Encoding: chunked")}0\r\n${buy()}\r\n`,
    expected: "411 length_required",
    uws: "ended without an answer"
  },
  {
    name: "another transfer encoding",
    bytes: buy("Transfer-Encoding: gzip, chunked"),
    expected: "411 length_required"
  },
  {
    name: "a length beside a transfer encoding",
    bytes: `${buy("Content-Length: 5", "Transfer-Encoding: chunked")}0\r\n\r\n`,
    expected: "400 invalid_request",
    uws: "400 of the library"
  },
  {
    name: "two lengths that differ",
    bytes: `${buy("Content-Length: 5", "Content-Length: 6")}hello!`,
    expected: "400 invalid_request"
  },
  {
    name: "two lengths that are the same",
    bytes: `${buy("Content-Length: 5", "Content-Length: 5")}hello`,
    expected: "400 invalid_request"
  },
  {
    name: "a length with a sign",
    bytes: `${buy("Content-Length: +5")}hello`,
    expected: "400 invalid_request",
    uws: "400 of the library"
  },
  {
    name: "a length in another base",
    bytes: `${buy("Content-Length: 0x5")}hello`,
    expected: "400 invalid_request",
    uws: "400 of the library"
  },
  { name: "a body over the limit", bytes: buy("Content-Length: 65537"), expected: "413 payload_too_large" },
  {
    name: "a purchase within a body is no request",
    bytes: `${head("POST /", last, `Content-Length: ${buy().length}`)}${buy()}`,
    expected: "200"
  },
  {
    name: "more than the body's length is the next request",
    bytes: `${buy("Content-Length: 2")}hiGARBAGE\r\n\r\n`,
    expected: "201, 400 invalid_request; bought 1",
    uws: "201; bought 1"
  },
  {
    name: "HEAD of an answer whose length is not known",
    bytes: head("HEAD /stream", last),
    expected: "200 without a length"
  },
  { name: "HTTP/1.0", bytes: "GET / HTTP/1.0\r\n\r\n", expected: "200", uws: "505 of the library" },
  {
    name: "HTTP/2 without its negotiation",
    bytes: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    expected: "505 version_not_supported",
    uws: "505 of the library"
  },
  {
    name: "the absolute form of a target",
    bytes: head("GET http://y/1", last),
    expected: "200",
    uws: "505 of the library"
  },
  { name: "a fragment in the target", bytes: head("GET /#a", last), expected: "400 invalid_request", uws: "200" },
  {
    name: "an empty line before the request",
    bytes: `\r\n${head("GET /", last)}`,
    expected: "200",
    uws: "open, without an answer"
  },
  {
    name: "no Host, since the target has one",
    bytes: "GET http://y/1 HTTP/1.1\r\n\r\n",
    expected: "400 invalid_request",
    uws: "505 of the library"
  },
  {
    name: "a Host that is none",
    bytes: "GET / HTTP/1.1\r\nHost: <x>\r\nConnection: close\r\n\r\n",
    expected: "400 invalid_request",
    uws: "200"
  },
  {
    name: "a target whose authority is none",
    bytes: head("GET http://[::1/", last),
    expected: "400 invalid_request",
    uws: "505 of the library"
  },
  { name: "no Host", bytes: "GET / HTTP/1.1\r\n\r\n", expected: "400 invalid_request", uws: "400 of the library" },
  {
    name: "two Hosts",
    bytes: head("GET /", "Host: y", last),
    expected: "400 invalid_request",
    uws: "400 of the library"
  },
  {
    name: "a head of 15 KiB",
    bytes: head("GET /", last, `X: ${"x".repeat(15 * 1024)}`),
    expected: "200",
    uws: "431 of the library"
  },
  {
    name: "a head of 17 KiB",
    bytes: head("GET /", last, `X: ${"x".repeat(17 * 1024)}`),
    expected: "431 headers_too_large",
    uws: "431 of the library"
  },
  {
    name: "120 headers",
    bytes: head("GET /", last, ...Array.from({ length: 118 }, (_, i) => `X-${i}: 1`)),
    expected: "200",
    uws: "431 of the library"
  },
  {
    name: "130 headers",
    bytes: head("GET /", last, ...Array.from({ length: 128 }, (_, i) => `X-${i}: 1`)),
    expected: "431 headers_too_large",
    uws: "431 of the library"
  },
  {
    name: "lines that end with a line feed alone",
    bytes: "GET / HTTP/1.1\nHost: x\n\n",
    expected: "400 invalid_request",
    uws: "505 of the library"
  },
  {
    name: "a line feed alone within a header",
    bytes: head("GET /", last, "X: 1\nY: 2"),
    expected: "400 invalid_request",
    uws: "400 of the library"
  },
  {
    name: "white space before a colon",
    bytes: head("GET /", last, "Content-Length : 5"),
    expected: "400 invalid_request",
    uws: "400 of the library"
  },
  {
    name: "a folded header",
    bytes: head("GET /", last, "X: 1", " 2"),
    expected: "400 invalid_request",
    uws: "400 of the library"
  },
  {
    name: "a NUL in a header",
    bytes: head("GET /", last, "X: \0"),
    expected: "400 invalid_request",
    uws: "400 of the library"
  },
  {
    name: "TLS where none is spoken",
    bytes: "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
    expected: "400 invalid_request",
    uws: "505 of the library"
  },
  { name: "TRACE", bytes: head("TRACE /", "Cookie: secret=1"), expected: "405 method_not_allowed" },
  { name: "CONNECT", bytes: head("CONNECT y:443"), expected: "405 method_not_allowed", uws: "505 of the library" },
  {
    name: "a client that has sent its last byte",
    bytes: head("GET /slow"),
    halfClosed: true,
    expected: "200",
    uws: "ended without an answer"
  },
  {
    name: "half a head, and no more",
    bytes: "GET / HTTP/1.1\r\nHost: x\r\n",
    halfClosed: true,
    expected: "400 invalid_request",
    uws: "ended without an answer"
  },
  {
    name: "half a body, and no more",
    bytes: `${buy("Content-Length: 5")}he`,
    halfClosed: true,
    expected: "400 invalid_request",
    uws: "ended without an answer"
  },
  {
    name: "a client that waits to be told to go on",
    bytes: buy("Content-Length: 2", "Expect: 100-continue", last),
    expected: "100"
  },
  {
    name: "HTTP/1.0 that says so, which knows no answer before the answer",
    bytes: "POST /buy HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
    expected: "open, without an answer",
    uws: "505 of the library"
  },
  {
    name: "a WebSocket whose key is none",
    bytes: handshake.replace("dGhlIHNhbXBsZSBub25jZQ==", "!".repeat(24)),
    expected: "400 invalid_request",
    uws: "101, then open"
  },
  {
    name: "a WebSocket whose sub-protocols are no list",
    bytes: handshake.replace("Upgrade: w", "Sec-WebSocket-Protocol: ,,\r\nUpgrade: w"),
    expected: "101, then open"
  },
  {
    name: "a WebSocket that Connection does not name",
    bytes: handshake.replace("Connection: Upgrade", last),
    expected: "200",
    uws: "101, then open"
  },
  {
    name: "a WebSocket of HTTP/1.0",
    bytes: handshake.replace("HTTP/1.1", "HTTP/1.0"),
    expected: "200",
    uws: "505 of the library"
  }
]

const sockets: ReadonlyArray<RawCase> = [
  { name: "a text", bytes: frame(0x81, "bye"), expected: "101, then 1000" },
  {
    name: "a text in 128 frames",
    bytes: frame(0x01, "b") + frame(0x00, "").repeat(125) + frame(0x00, "y") + frame(0x80, "e"),
    expected: "101, then 1000"
  },
  { name: "a goodbye", bytes: frame(0x88, "\x03\xe8"), expected: "101, then 1000" },
  { name: "a frame without a mask", bytes: "\x81\x02hi", expected: "101, then 1002", uws: "101, then open" },
  {
    name: "a reserved opcode",
    bytes: frame(0x83, "hi"),
    expected: "101, then 1002",
    uws: "101, then ended without a word"
  },
  {
    name: "a reserved bit",
    bytes: frame(0xc1, "hi"),
    expected: "101, then 1002",
    uws: "101, then ended without a word"
  },
  {
    name: "a ping in two frames",
    bytes: frame(0x09, "hi"),
    expected: "101, then 1002",
    uws: "101, then ended without a word"
  },
  {
    name: "a goodbye with a code that nobody may send",
    bytes: frame(0x88, "\x03\xed"),
    expected: "101, then 1002",
    uws: "101, then no code"
  },
  {
    name: "a text that is not UTF-8",
    bytes: frame(0x81, "\xff"),
    expected: "101, then 1007",
    uws: "101, then ended without a word"
  },
  { name: "bytes", bytes: frame(0x82, "hi"), expected: "101, then 1003" },
  { name: "a text of 4,097 bytes", bytes: frame(0x81, "x".repeat(4097)), expected: "101, then 1009" },
  { name: "a text of 65,000 bytes", bytes: frame(0x81, "x".repeat(65_000)), expected: "101, then 1009" },
  { name: "5,000 pings in one write", bytes: frame(0x89, "").repeat(5_000), expected: "101, then 1008" },
  {
    name: "100 lawful texts in one write",
    bytes: frame(0x81, "hi").repeat(100) + frame(0x81, "bye"),
    expected: "101, then 1000"
  }
].map((each) => ({ ...each, name: `WebSocket: ${each.name}`, isSocket: true }))

export const cases: ReadonlyArray<RawCase> = [...http, ...sockets]

/** Runs every case on `engine`, in turn, over TLS where `tls` is given: what was seen of each. */
export const run = (engine: EngineName, tls?: EngineOptions["tls"]): Effect.Effect<ReadonlyArray<string>> =>
  Effect.gen(function*() {
    let bought = 0
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
    yield* sockets.serve((socket): SocketListener => ({
      message: (text) => {
        if (text === "bye") socket.close(1000, "")
      },
      drained: () => {},
      closed: () => {}
    }))
    return yield* Effect.forEach(cases, (each) =>
      Effect.gen(function*() {
        bought = 0
        const { ended, received } = yield* talk(port, each, tls !== undefined)
        const seen = seenIn(received, ended)
        return bought === 0 ? seen : `${seen}; bought ${bought}`
      }))
  }).pipe(Effect.scoped, Effect.orDie)

/** How long the server may take to end a connection; one that it keeps open waits for more. */
const patienceMillis = 3_000

const talk = (port: number, { bytes, halfClosed = false, isSocket = false }: RawCase, isEncrypted: boolean) =>
  Effect.callback<{ readonly received: string; readonly ended: boolean }>((resume) => {
    const where = { port, host: "127.0.0.1", allowHalfOpen: true }
    const socket = isEncrypted ? connectTls({ ...where, ca: firstCert }) : connect(where)
    let received = ""
    const finish = (ended: boolean) => {
      clearTimeout(patience)
      socket.destroy()
      resume(Effect.succeed({ received, ended }))
    }
    const patience = setTimeout(() => finish(false), patienceMillis)
    socket.write(isSocket ? handshake : bytes, "latin1")
    if (halfClosed) socket.end()
    socket.on("data", (chunk) => {
      if (isSocket && received === "") socket.write(bytes, "latin1")
      received += chunk.toString("latin1")
      if (isSocket && /^\d+$/.test(closeIn(framesIn(received), false))) finish(true)
    })
    socket.on("end", () => finish(true))
    socket.on("close", () => finish(true))
    socket.on("error", () => finish(true))
    return Effect.sync(() => finish(false))
  })

/** The answers, in a few words. */
const seenIn = (received: string, ended: boolean): string => {
  if (received.startsWith("HTTP/1.1 101 ")) {
    return `101, then ${closeIn(framesIn(received), ended)}`
  }
  const answers = received.split(/(?=HTTP\/1\.1 \d{3} )/).filter((text) => text !== "").map(answerIn)
  if (answers.length === 0) return ended ? "ended without an answer" : "open, without an answer"
  return answers.join(", ")
}

const answerIn = (answer: string): string => {
  const [, status = "?"] = /^HTTP\/1\.1 (\d{3})/.exec(answer) ?? []
  const [, code] = /"code":"(\w+)"/.exec(answer) ?? []
  if (code !== undefined) return `${status} ${code}`
  if (Number(status) >= 400) return `${status} of the library`
  if (answer.endsWith("\r\n\r\n") && status === "200") {
    const length = /content-length: (\d+)/i.exec(answer)?.[1]
    return length === undefined ? "200 without a length" : `200 of ${length}`
  }
  return status
}

/** What follows the answer to a handshake. */
const framesIn = (received: string): string => received.slice(received.indexOf("\r\n\r\n") + 4)

/** How the last frame says goodbye: its code. */
const closeIn = (frames: string, ended: boolean): string => {
  for (let at = 0; at + 1 < frames.length;) {
    const length = frames.charCodeAt(at + 1)
    if (frames.charCodeAt(at) === 0x88) {
      return length < 2
        ? "no code"
        : String(frames.charCodeAt(at + 2) * 256 + frames.charCodeAt(at + 3))
    }
    at += 2 + length
  }
  return ended ? "ended without a word" : "open"
}
