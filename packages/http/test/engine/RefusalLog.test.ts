import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, References } from "effect"
import { HttpServerResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { bodyTooLarge, malformed, type RefusedRequest } from "../../src/engine/Refusal.ts"
import * as RefusalLog from "../../src/engine/RefusalLog.ts"
import { unlimited } from "../../src/limits/RequestLimits.ts"
import { engines, eventually, say, serve } from "./support.ts"

/** Keeps what is logged: each message with its annotations. */
const recorder = () => {
  const lines: Array<Readonly<Record<string, unknown>>> = []
  const layer = Logger.layer([
    Logger.make(({ fiber, message }) => {
      lines.push({ message: [message].flat().join(" "), ...fiber.getRef(References.CurrentLogAnnotations) })
    })
  ])
  return { lines, layer: Layer.fresh(layer) }
}

const rules = {
  bodyBytesMax: () => 10,
  allow: () => "",
  template: (url: string) => url === "/rooms/K7M2QX" ? "/rooms/:id" : undefined,
  isHttpsOnly: false,
  answerHeaders: () => ({}),
  limiting: unlimited
}

const request = (more: Partial<RefusedRequest> = {}): RefusedRequest => ({
  method: "GET",
  url: "/rooms/K7M2QX",
  requestId: "mine",
  origin: undefined,
  limits: {},
  clientAddress: "192.0.2.7",
  ...more
})

describe("the log of refusals", () => {
  it.effect("tells the first of a kind at once, and of those that follow in the same minute how many they were", () => {
    const { layer, lines } = recorder()
    return Effect.gen(function*() {
      const refuse = yield* RefusalLog.make(rules)
      for (let i = 0; i < 1_000; i++) refuse(malformed("no"), request())
      refuse(bodyTooLarge(10), request())
      const kind = { path: "/rooms/:id", status: 400, code: "invalid_request" }
      const network = "192.0.2.0/24"
      assert.deepStrictEqual(lines.splice(0), [
        { message: "a request was refused", method: "GET", ...kind, network, requestId: "mine" },
        {
          message: "a request was refused",
          method: "GET",
          path: "/rooms/:id",
          status: 413,
          code: "payload_too_large",
          network,
          requestId: "mine"
        }
      ])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(lines.splice(0), [
        { message: "more requests were refused in this minute", ...kind, count: 999 }
      ])
      refuse(malformed("no"), request())
      assert.strictEqual(lines.length, 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("shows nothing of a path that may be an id or a code, and no foreign text as it came", () => {
    const { layer, lines } = recorder()
    return Effect.gen(function*() {
      const refuse = yield* RefusalLog.make(rules)
      refuse(malformed("no"), request({ method: `\x1b[2J${"A".repeat(10_000)}`, url: "/secret?token=1" }))
      const [line] = lines
      assert.strictEqual(line?.["path"], "(none)")
      assert.strictEqual(line?.["method"], `\\u{1b}[2J${"A".repeat(16)}`)
    }).pipe(Effect.provide(layer))
  })

  for (const engine of engines) {
    it.live(`is written by ${engine}, with method, path, status and network`, () => {
      const { layer, lines } = recorder()
      return Effect.gen(function*() {
        const { port } = yield* serve(engine, Effect.succeed(HttpServerResponse.text("")), {
          bodyBytesMax: () => 10,
          logLevel: "Warn"
        })
        yield* say(port, ["POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n"])
        yield* say(port, ["POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n"])
        yield* eventually("both are told", () => lines.length === 2)
        const [large, unlawful] = lines
        assert.include(large, { method: "POST", path: "/webhooks/stripe", status: 413, network: "127.0.0.0/24" })
        assert.include(unlawful, { status: 400, network: "127.0.0.0/24" })
      }).pipe(Effect.provide(layer))
    })
  }
})
