import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { createServer, type IncomingMessage } from "node:http"
import { Duplex } from "node:stream"
import { bodyBytes } from "../../src/engine/Framing.ts"
import { faultOfPart, parseHead } from "../../src/engine/node/RequestHead.ts"
import { Problem } from "../../src/problems/Problem.ts"

const rules = { allow: () => "GET", bodyBytesMax: () => Infinity }

const head = (...lines: ReadonlyArray<string>) => lines.join("\r\n")

const codeOf = (text: string): string | undefined => {
  const parsed = parseHead(text)
  return parsed instanceof Problem ? parsed.code : undefined
}

/** What Node's own parser, llhttp, makes of a head: the request, or null where it takes none. */
const byNode = (text: string): Promise<IncomingMessage | null> =>
  new Promise((resolve) => {
    const server = createServer((request) => resolve(request))
    server.on("clientError", () => resolve(null))
    server.on("connect", () => resolve(null))
    server.on("upgrade", (request) => resolve(request))
    server.on("checkContinue", (request) => resolve(request))
    server.on("checkExpectation", (request) => resolve(request))
    const connection = new Duplex({ read: () => {}, write: (_bytes, _encoding, done) => done() })
    // whatever it ends without a word to us, it has not taken
    connection.on("finish", () => resolve(null)).on("close", () => resolve(null))
    server.emit("connection", connection)
    connection.push(Buffer.from(`${text}\r\n\r\n`, "latin1"))
    connection.push(null)
  })

const bytes = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 12
})
const oneOf = (...texts: ReadonlyArray<string>) => fc.constantFrom(...texts)
const name = fc.oneof(oneOf("Host", "host", "Content-Length", "Connection", "X", "x-y_z", "Cookie", ""), bytes)
const value = fc.oneof(oneOf("x", "5", "close", "keep-alive", "a, b", "", " x ", "\tx"), bytes)
const line = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(name, oneOf(": ", ":", " :", ":\t"), value).map((parts) => parts.join("")) },
  bytes
)
const requestLine = fc.oneof(
  { weight: 4, arbitrary: fc.constant("GET / HTTP/1.1") },
  fc.tuple(
    fc.oneof(oneOf("GET", "POST", "get", "PURGE"), bytes),
    oneOf(" ", "  ", "\t"),
    fc.oneof(oneOf("/", "/a?b=c", "*", "http://x/y", "x"), bytes),
    oneOf(" ", "  "),
    oneOf("HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "http/1.1", "HTTP/1.1 ")
  ).map((parts) => parts.join(""))
)
/** Heads that are nearly lawful. */
const heads = fc.tuple(
  requestLine,
  fc.array(line, { maxLength: 5 }),
  fc.boolean(),
  oneOf("\r\n", "\r\n", "\r\n", "\n", "\r")
)
  .map(([first, lines, hasHost, end]) => [first, ...(hasHost ? ["Host: x"] : []), ...lines].join(end))
  .filter((text) => !text.includes("\r\n\r\n"))

describe("RequestHead", () => {
  it("reads method, target and headers", () => {
    const parsed = parseHead(
      head("POST /a?b=c HTTP/1.1", "Host: x", "X-One:1", "x-one: \t2 ", "Cookie: a=1", "cookie: b=2")
    )
    assert.deepInclude(parsed, { method: "POST", url: "/a?b=c", keepsAlive: true, readsChunks: true })
    assert.deepEqual(
      parsed instanceof Problem ? {} : { ...parsed.headers },
      { host: "x", "x-one": "1, 2", cookie: "a=1; b=2" }
    )
  })

  it("ends the connection where the client asks for it, and after HTTP/1.0", () => {
    const keepsAlive = (...lines: ReadonlyArray<string>) => {
      const parsed = parseHead(head(...lines))
      return parsed instanceof Problem ? parsed.code : parsed.keepsAlive
    }
    assert.isTrue(keepsAlive("GET / HTTP/1.1", "Host: x", "Connection: keep-alive"))
    assert.isFalse(keepsAlive("GET / HTTP/1.1", "Host: x", "Connection: x, Close"))
    assert.isFalse(keepsAlive("GET / HTTP/1.0", "Connection: keep-alive"))
  })

  it("is not deceived by headers named like members of objects", () => {
    const parsed = parseHead(head("GET / HTTP/1.1", "Host: x", "__proto__: p", "Constructor: c"))
    assert.deepEqual(
      parsed instanceof Problem ? [] : Object.entries(parsed.headers),
      [["host", "x"], ["__proto__", "p"], ["constructor", "c"]]
    )
  })

  it("says what is wrong", () => {
    assert.strictEqual(codeOf("GET / HTTP/2.0"), "version_not_supported")
    assert.strictEqual(codeOf("GET / HTTP/1.1"), "invalid_request")
    const twice = parseHead(head("GET / HTTP/1.1", "Host: x", "Host: x"))
    assert.strictEqual(twice instanceof Problem ? undefined : twice.fault?.code, "invalid_request")
    assert.strictEqual(
      codeOf(head("GET / HTTP/1.1", "Host: x", ...Array.from({ length: 128 }, () => "X: 1"))),
      "headers_too_large"
    )
  })

  it("takes nothing that llhttp does not take, and makes the same of it", async () => {
    let taken = 0
    await fc.assert(
      fc.asyncProperty(heads, async (text) => {
        const ours = parseHead(text)
        if (ours instanceof Problem || bodyBytes(ours, rules) instanceof Problem) return
        taken++
        const theirs = await byNode(text)
        // methods that are not registered are the application's to refuse; llhttp knows a list
        if (theirs === null) return assert.notInclude(["GET", "POST", "PURGE"], ours.method, JSON.stringify(text))
        assert.strictEqual(ours.method, theirs.method)
        const { host: ourHost, ...our } = { ...ours.headers }
        const { host: theirHost, ...their } = theirs.headers
        if (theirs.url?.startsWith("/") === true) {
          assert.strictEqual(ours.url, theirs.url)
          assert.strictEqual(ourHost, theirHost)
        }
        assert.deepEqual(
          our,
          Object.fromEntries(Object.entries(their).map(([name, value]) => [name, String(value)]))
        )
      }),
      { numRuns: 3_000 }
    )
    assert.isAbove(taken, 100)
  })

  it("never throws, whatever comes", () =>
    fc.assert(fc.property(fc.oneof(heads, bytes), (text) => {
      parseHead(text)
      faultOfPart(text)
    })))

  it("finds no fault with any part of what becomes a lawful head", () =>
    fc.assert(fc.property(heads, fc.nat(), (text, at) => {
      fc.pre(!(parseHead(text) instanceof Problem))
      const whole = `${text}\r\n\r\n`
      assert.isUndefined(faultOfPart(whole.slice(0, 1 + at % (whole.length - 1))))
    })))
})
