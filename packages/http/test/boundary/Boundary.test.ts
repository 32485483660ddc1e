import { Accounts } from "@ddd/core/ports/Accounts"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer, Logger, References } from "effect"
import { assertProblem, at, Client, layer as server, makePlayer, ports, textAt } from "../support/Server.ts"

const call = (...args: Parameters<typeof Client.Service.call>) =>
  Effect.flatMap(Client, (client) => client.call(...args))

describe.each(["uws", "node"] as const)("on %s", (engine) => {
  layer(server({ engine }))("whatever is asked", (it) => {
    it.effect("is answered 404 where nothing is", () =>
      Effect.gen(function*() {
        const paths = [
          "/assets/nothing.js",
          "/nothing",
          "/lottery",
          "/lottery/current-draw/",
          "//lottery/current-draw",
          "/Lottery/current-draw",
          "/v1/healthz"
        ]
        for (const path of paths) assertProblem(yield* call("GET", path), 404, "not_found")
        assertProblem(yield* call("POST", "/nothing", { body: "{" }), 404, "not_found")
      }))

    it.effect("is answered 405 where the method is another, naming those that are taken", () =>
      Effect.gen(function*() {
        const cases = [
          ["POST", "/lottery/current-draw", "GET, HEAD"],
          ["DELETE", "/lottery/draws/2026-02-03?x=1", "GET, HEAD"],
          ["GET", "/auth/sign-up", "POST"],
          ["HEAD", "/auth/sign-up", "POST"],
          ["OPTIONS", "/auth/sign-up", "POST"],
          ["PUT", "/openapi.json", "GET, HEAD"]
        ] as const
        for (const [method, path, allow] of cases) {
          const answer = yield* call(method, path)
          assert.strictEqual(answer.status, 405, `${method} ${path}`)
          assert.strictEqual(answer.headers.get("allow"), allow)
          if (method !== "HEAD") assertProblem(answer, 405, "method_not_allowed")
        }
      }))

    it.effect("is answered to HEAD as to GET, without the body", () =>
      Effect.gen(function*() {
        const head = yield* call("HEAD", "/lottery/current-draw")
        assert.strictEqual(head.status, 200)
        assert.strictEqual(head.text, "")
        assert.strictEqual(head.headers.get("cache-control"), "public, no-cache")
      }))

    it.effect("carries a request id: the client's where it is sane, else a new one", () =>
      Effect.gen(function*() {
        const given = yield* call("GET", "/nothing", { headers: { "X-Request-Id": "app:7.f-3" } })
        assert.strictEqual(given.headers.get("x-request-id"), "app:7.f-3")
        assert.strictEqual(at(given.json, "requestId"), "app:7.f-3")
        for (const bad of ["a b", "x".repeat(65), "\"", "<script>"]) {
          const answer = yield* call("GET", "/healthz", { headers: { "X-Request-Id": bad } })
          assert.match(answer.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/)
        }
      }))

    it.effect("carries headers that keep it safe", () =>
      Effect.gen(function*() {
        for (const path of ["/healthz", "/nothing"]) {
          const { headers } = yield* call("GET", path)
          assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
          assert.strictEqual(headers.get("cache-control"), "no-store")
          assert.strictEqual(headers.get("content-security-policy"), "default-src 'none'; frame-ancestors 'none'")
          assert.strictEqual(headers.get("cross-origin-resource-policy"), "same-origin")
          assert.strictEqual(headers.get("referrer-policy"), "no-referrer")
          assert.isNull(headers.get("strict-transport-security"))
          assert.isNull(headers.get("access-control-allow-origin"))
          assert.isNull(headers.get("vary"))
        }
      }))
  })
})

const origin = "https://app.example.com"
layer(server({ publicUrl: "https://api.example.com", corsOrigins: [origin, "https://admin.example.com"] }))(
  "in public",
  (it) => {
    it.effect("tells browsers to stay with HTTPS", () =>
      Effect.gen(function*() {
        const { headers } = yield* call("GET", "/healthz")
        assert.strictEqual(headers.get("strict-transport-security"), "max-age=31536000")
      }))

    it.effect("answers the pages of listed origins, and no other", () =>
      Effect.gen(function*() {
        const listed = yield* call("GET", "/healthz", { headers: { origin } })
        assert.strictEqual(listed.headers.get("access-control-allow-origin"), origin)
        assert.include(listed.headers.get("access-control-expose-headers"), "Idempotent-Replayed")
        for (
          const other of [
            "https://evil.example.com",
            "https://app.example.com.evil.com",
            "http://app.example.com",
            "null"
          ]
        ) {
          const { headers } = yield* call("GET", "/healthz", { headers: { origin: other } })
          assert.isNull(headers.get("access-control-allow-origin"), other)
          assert.strictEqual(headers.get("vary"), "Origin")
        }
      }))

    it.effect("allows of the methods those that the path takes", () =>
      Effect.gen(function*() {
        const cases = [
          ["/user/profile", "GET, HEAD, PATCH"],
          ["/auth/sessions/1", "DELETE"],
          ["/lottery/purchase-ticket", "POST"],
          ["/nothing", ""]
        ] as const
        for (const [path, methods] of cases) {
          const { headers, status } = yield* call("OPTIONS", path, {
            headers: { origin, "access-control-request-method": "GET" }
          })
          assert.strictEqual(status, 204)
          assert.strictEqual(headers.get("access-control-allow-methods"), methods)
        }
      }))

    it.effect("answers preflights", () =>
      Effect.gen(function*() {
        const ask = { "access-control-request-method": "POST", "access-control-request-headers": "authorization" }
        const listed = yield* call("OPTIONS", "/lottery/purchase-ticket", { headers: { origin, ...ask } })
        assert.strictEqual(listed.status, 204)
        assert.strictEqual(listed.headers.get("access-control-allow-origin"), origin)
        assert.include(listed.headers.get("access-control-allow-headers"), "Idempotency-Key")
        const foreign = yield* call("OPTIONS", "/lottery/purchase-ticket", {
          headers: { origin: "https://evil.example.com", ...ask }
        })
        assertProblem(foreign, 405, "method_not_allowed")
        assert.isNull(foreign.headers.get("access-control-allow-methods"))
      }))
  }
)

const brokenAccounts = Layer.effect(
  Accounts,
  Effect.map(
    Accounts,
    (accounts) => Accounts.of({ ...accounts, profile: () => Effect.die(new Error("the planted bug, with a secret")) })
  )
).pipe(Layer.provideMerge(ports))

/** Everything that was logged, as text. */
const logged: Array<string> = []
const collecting = Logger.layer([Logger.map(Logger.formatStructured, (line) => {
  logged.push(JSON.stringify(line))
})]).pipe(Layer.merge(Layer.succeed(References.MinimumLogLevel, "Debug")))

layer(server({}, Layer.merge(brokenAccounts, collecting)), { excludeTestServices: true })("what is logged", (it) => {
  it.effect("of a defect is all, under the id that is all that the client learns", () =>
    Effect.gen(function*() {
      const { token } = yield* makePlayer()
      const answer = yield* call("GET", "/user/profile", { token })
      assertProblem(answer, 500, "internal")
      assert.notInclude(answer.text, "secret")
      const lines = logged.filter((line) => line.includes(textAt(answer.json, "requestId")))
      assert.isTrue(lines.some((line) => line.includes("the planted bug")))
    }))

  it.effect("#29 has no tokens, passwords, bodies or path parameters of requests", () =>
    Effect.gen(function*() {
      const { token } = yield* makePlayer()
      yield* call("POST", "/auth/sign-in", { body: { email: "planted@example.com", password: "planted password" } })
      yield* call("POST", "/auth/refresh", { body: { refreshToken: "planted-token" } })
      yield* call("POST", "/auth/reset-password", { body: { email: "planted@example.com" } })
      yield* call("POST", "/auth/reset-password/confirm", {
        body: { token: "planted-token", password: "planted password" }
      })
      yield* call("POST", "/wallet/deposit", { token: "planted-token", body: { planted: "planted body" } })
      yield* call("GET", "/lottery/tickets?cursor=planted", { token })
      yield* call("GET", "/lottery/tickets/planted/verify?planted=1", { headers: { "user-agent": "planted" } })
      for (const line of logged) {
        assert.notInclude(line, "planted@")
        assert.notMatch(line, /planted (?!bug)|planted-|planted"|=planted|\/planted/)
        assert.notInclude(line, token)
      }
    }))
})
