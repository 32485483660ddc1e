/** Whoever refuses a request, an engine or the application, the answer is told in one form (docs/api.md, "errors"). */
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Exit, Fiber, Logger, Scope } from "effect"
import { HttpServerResponse } from "effect/http"
import { STATUS_CODES } from "node:http"
import { makeAnswerHeaders } from "../../src/boundary/AnswerHeaders.ts"
import { boundary } from "../../src/boundary/Boundary.ts"
import { makeCors } from "../../src/boundary/Cors.ts"
import { Problem } from "../../src/problems/Problem.ts"
import { renderProblem } from "../../src/problems/ProblemResponse.ts"
import { type App, engines, eventually, listen, say, serve } from "../engine/support.ts"
import { at, Client, layer as server } from "../support/Server.ts"

const origin = "https://app.example.com"
const address = { publicUrl: new URL("https://api.example.com"), corsOrigins: [origin] }
const requestId = "app:7.f-3"

/** A request that names its id and its page. */
const request = (line: string, ...headers: ReadonlyArray<string>) =>
  `${line} HTTP/1.1\r\n${
    ["Host: x", `X-Request-Id: ${requestId}`, `Origin: ${origin}`, ...headers].join("\r\n")
  }\r\n\r\n`

const handshake = (query: string, version: string, ...headers: ReadonlyArray<string>) =>
  [
    `GET /ws${query} HTTP/1.1`,
    "Host: x",
    `X-Request-Id: ${requestId}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    `Sec-WebSocket-Version: ${version}`,
    ...headers,
    "",
    ""
  ].join("\r\n")

/** An answer as it came. */
const parsed = (received: string) => {
  const [head = "", body = ""] = received.split("\r\n\r\n", 2)
  const [line = "", ...fields] = head.split("\r\n")
  const headers = new Map(fields.map((field) => {
    const [name = "", value = ""] = field.split(/: (.*)/)
    return [name.toLowerCase(), value] as const
  }))
  const [, status = "", reason = ""] = /^HTTP\/1\.1 (\d+) (.*)$/.exec(line) ?? []
  return { status: Number(status), reason, headers, body }
}

const assertOneForm = (received: string, code: string, more: Readonly<Record<string, string>> = {}) => {
  const { body, headers, reason, status } = parsed(received)
  const json: unknown = JSON.parse(body)
  assert.deepStrictEqual(
    Object.keys(Object(json)),
    ["type", "title", "status", "code", "detail", "requestId"],
    received
  )
  assert.deepInclude(json, { type: "about:blank", title: STATUS_CODES[status], status, code })
  assert.strictEqual(reason, STATUS_CODES[status])
  assert.strictEqual(at(json, "requestId"), headers.get("x-request-id"))
  const expected = {
    "content-type": "application/problem+json",
    "content-length": String(Buffer.byteLength(body)),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "strict-transport-security": "max-age=31536000",
    "vary": "Origin",
    ...more
  }
  for (const [name, value] of Object.entries(expected)) assert.strictEqual(headers.get(name), value, `${name} ${code}`)
}

const ofPage = { "access-control-allow-origin": origin, "x-request-id": requestId }

/** What is asked of both engines over the whole application: each with the code that it is answered, and further headers. */
const refusedByTheApplication = [
  [request("GET /nothing", "Connection: close"), "not_found", ofPage],
  [request("GET /auth/sign-up", "Connection: close"), "method_not_allowed", { ...ofPage, allow: "POST" }],
  [request("GET /user/profile", "Connection: close"), "unauthenticated", { ...ofPage, "www-authenticate": "Bearer" }],
  [request("GET /", "Connection: close"), "unavailable", { ...ofPage, "retry-after": "60" }]
] as const
const refusedByTheEngine = [
  [request("TRACE /"), "method_not_allowed", { ...ofPage, allow: "GET, HEAD" }],
  [request("TRACE /user/profile?x=1"), "method_not_allowed", { ...ofPage, allow: "GET, HEAD, PATCH" }],
  [request("TRACE /nothing"), "method_not_allowed", { ...ofPage, allow: "" }],
  [request("POST /auth/sign-up", "Content-Length: 5", "Content-Length: 5") + "hello", "invalid_request", ofPage],
  [request("POST /auth/sign-up", "Content-Length: 65537"), "payload_too_large", ofPage],
  [request("POST /auth/sign-up", "Transfer-Encoding: chunked") + "1\r\nx\r\n0\r\n\r\n", "length_required", ofPage]
] as const
const refusedHandshakes = [
  ["?token=x", "13", [`Origin: ${origin}`], "invalid_request", ofPage],
  ["", "8", [`Origin: ${origin}`], "invalid_request", ofPage],
  ["", "13", ["Origin: https://evil.example.com"], "forbidden", { "x-request-id": requestId }]
] as const

describe.each(engines)("a problem on %s", (engine) => {
  const options = {
    allowedOrigins: new Set([origin]),
    answerHeaders: makeAnswerHeaders(address)
  }
  const ok: App = Effect.succeed(HttpServerResponse.text("ok"))

  layer(server({ engine, publicUrl: address.publicUrl.href, corsOrigins: [origin] }))("of the application", (it) => {
    it.effect("has the members and headers of every problem", () =>
      Effect.gen(function*() {
        const port = Number(new URL((yield* Client).url).port)
        for (const [text, code, headers] of refusedByTheApplication) {
          assertOneForm((yield* say(port, [text])).received, code, headers)
        }
      }))

    it.effect("looks the same where the engine refuses, and ends the connection", () =>
      Effect.gen(function*() {
        const port = Number(new URL((yield* Client).url).port)
        for (const [text, code, headers] of refusedByTheEngine) {
          const { closed, received } = yield* say(port, [text])
          assertOneForm(received, code, { ...headers, connection: "close" })
          assert.isTrue(closed, code)
        }
      }))
  })

  it.live("looks the same where a WebSocket is refused", () =>
    Effect.gen(function*() {
      const { port, sockets } = yield* serve(engine, ok, options)
      yield* sockets.serve(() => ({ message: () => {}, drained: () => {}, closed: () => {} }))
      for (const [query, version, headers, code, expected] of refusedHandshakes) {
        assertOneForm((yield* say(port, [handshake(query, version, ...headers)])).received, code, expected)
      }
    }))

  it.live("looks the same before there is an application", () =>
    Effect.gen(function*() {
      const { port } = yield* listen(engine, options)
      const more = { ...ofPage, "retry-after": "1" }
      assertOneForm((yield* say(port, [request("GET /")])).received, "unavailable", more)
      assertOneForm(
        (yield* say(port, [handshake("", "13", `Origin: ${origin}`)])).received,
        "unavailable",
        more
      )
    }))

  it.live("looks the same where the application's answer cannot be sent", () =>
    Effect.gen(function*() {
      const unsendable = HttpServerResponse.text("", { headers: { "x-a": "1\r\nset-cookie: stolen=1" } })
      const { port } = yield* serve(engine, Effect.succeed(unsendable), options)
      assertOneForm((yield* say(port, [request("GET /", "Connection: close")])).received, "internal", ofPage)
    }))

  it.live("has no body for HEAD, whoever refuses", () =>
    Effect.gen(function*() {
      const { port } = yield* serve(engine, ok, options)
      const { received } = yield* say(port, [request("HEAD /", "Content-Length: 65537")])
      const { body, headers, status } = parsed(received)
      assert.deepStrictEqual([status, body], [413, ""])
      assert.strictEqual(headers.get("content-type"), "application/problem+json")
      assert.isAbove(Number(headers.get("content-length")), 0)
    }))

  const key = "Idempotency-Key: k-1"
  const keyless = { template: "/", allow: "GET, HEAD, POST", countedAs: new Map(), takesKey: false }
  const keyed = { template: "/bought", allow: "POST", countedAs: new Map(), takesKey: true }
  const around = boundary({
    record: () => {},
    routes: (url) => [keyless, keyed].find(({ template }) => template === url),
    cors: makeCors([origin]),
    insecure: () => undefined,
    answerHeaders: options.answerHeaders,
    notFoundPage: undefined
  })

  it.live("says of a request that the stopping server waits for no longer whether it may have done something", () =>
    Effect.gen(function*() {
      const cases = [
        [request("GET /"), "unavailable", "1", "Try again."],
        [request("POST /"), "outcome_unknown", undefined, "Look at"],
        [request("POST /", key), "outcome_unknown", undefined, "Look at"],
        [request("POST /bought"), "outcome_unknown", undefined, "Look at"],
        [request("POST /bought", key), "outcome_unknown", "1", "under the same idempotency key"]
      ] as const
      const scope = yield* Scope.make()
      let begun = 0
      const unending: App = around(
        Effect.sync(() => begun++).pipe(
          Effect.andThen(Effect.never),
          Effect.onInterrupt(() => Effect.sleep("20 millis")), // as long as a ROLLBACK may take
          Effect.interruptible
        )
      )
      const { port } = yield* serve(engine, unending, { ...options, gracePeriod: "10 millis" }).pipe(
        Scope.provide(scope)
      )
      const asked = yield* Effect.forkChild(Effect.all(cases.map(([text]) => say(port, [text])), { concurrency: 5 }))
      yield* eventually("all are under way", () => begun === cases.length)
      yield* Scope.close(scope, Exit.void)
      for (const [i, { received }] of (yield* Fiber.join(asked)).entries()) {
        const [, code, retryAfter, advice] = cases[i] ?? assert.fail()
        assertOneForm(received, code, ofPage)
        const { body, headers } = parsed(received)
        assert.strictEqual(headers.get("retry-after"), retryAfter, body)
        assert.include(at(JSON.parse(body), "detail"), advice)
      }
    }))

  it.live("is a defect of ours, logged with its cause, where neither the client nor a stop interrupted the request", () =>
    Effect.gen(function*() {
      const logged: Array<string> = []
      const collecting = Logger.layer([Logger.map(Logger.formatStructured, (line) => {
        logged.push(JSON.stringify(line))
      })])
      const { port } = yield* serve(engine, around(Effect.interrupt), options).pipe(Effect.provide(collecting))
      const { received } = yield* say(port, [request("POST /bought", key, "Connection: close")])
      assertOneForm(received, "internal", ofPage)
      const [line = ""] = logged.filter((line) => line.includes("could not be answered"))
      assert.include(line, requestId)
      assert.include(line, "nterrupt")
    }))
})

describe("a problem", () => {
  it("says in whole seconds, one at least, when the same request makes sense again", () => {
    const retryAfter = (seconds: number) =>
      renderProblem(new Problem("rate_limited", "Wait.", { retryAfter: seconds }), "id").headers["retry-after"]
    assert.deepStrictEqual([retryAfter(0), retryAfter(0.2), retryAfter(1.2)], ["1", "1", "2"])
  })

  it("names each part of the request that is wrong", () => {
    const errors = [{ path: "amount", message: "is required" }]
    const { body } = renderProblem(new Problem("invalid_request", "The body is wrong.", { errors }), "id")
    assert.deepStrictEqual(at(JSON.parse(body), "errors"), errors)
  })

  it("says why a token is not taken", () => {
    const challenge = (code: "unauthenticated" | "token_expired" | "invalid_credentials") =>
      renderProblem(new Problem(code, "No."), "id").headers["www-authenticate"]
    assert.strictEqual(challenge("unauthenticated"), "Bearer")
    assert.strictEqual(challenge("token_expired"), "Bearer error=\"invalid_token\"")
    assert.isUndefined(challenge("invalid_credentials"))
  })
})
