import { readNetworks } from "@ddd/core/accounts/ClientAddress"
import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { engines, say } from "../engine/support.ts"
import { assertProblem, Client, layer as server } from "../support/Server.ts"

const call = (...args: Parameters<typeof Client.Service.call>) =>
  Effect.flatMap(Client, (client) => client.call(...args))

const networks = readNetworks("127.0.0.1") ?? []
const proxies = { networks, from: "x-forwarded-for" } as const
const publicUrl = "https://lottery.example.com"
const inTheOpen = { headers: { "x-forwarded-proto": "http" } }

/** Answers of the engine itself, and one of the application. */
const refused = [
  "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n",
  "POST /auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n",
  "POST /auth/sign-in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
]

describe.each(engines)("on %s", (engine) => {
  layer(server({ engine, publicUrl, proxies, corsOrigins: ["https://app.example.com"] }))(
    "what came unencrypted",
    (it) => {
      it.effect("is sent on to https where it asks for a page, to our own name", () =>
        Effect.gen(function*() {
          for (const method of ["GET", "HEAD"]) {
            for (
              const path of [
                "/",
                "/verify?draw=2026-02-03",
                "/reset-password",
                "/payout-account?state=again",
                "/play/tickets"
              ]
            ) {
              const { headers, status, text } = yield* call(method, path, inTheOpen)
              assert.strictEqual(status, 308, path)
              assert.strictEqual(headers.get("location"), `${publicUrl}${path}`)
              assert.strictEqual(headers.get("strict-transport-security"), "max-age=31536000")
              assert.strictEqual(text, "")
            }
          }
        }))

      it.effect("is refused otherwise, before anything is done", () =>
        Effect.gen(function*() {
          const cases = [
            ["POST", "/"],
            ["GET", "/lottery/current-draw"],
            ["GET", "/openapi.json"],
            ["GET", "//evil.example.com/"],
            ["GET", "/nothing"],
            ["POST", "/auth/sign-up"],
            ["POST", "/webhooks/stripe"]
          ] as const
          for (const [method, path] of cases) assertProblem(yield* call(method, path, inTheOpen), 403, "https_required")
          const preflight = yield* call("OPTIONS", "/auth/sign-in", {
            headers: {
              ...inTheOpen.headers,
              origin: "https://app.example.com",
              "access-control-request-method": "POST"
            }
          })
          assertProblem(preflight, 403, "https_required")
          const signUp = { email: "open@example.com", username: "open", password: "violet kettle sings" }
          assertProblem(yield* call("POST", "/auth/sign-up", { ...inTheOpen, body: signUp }), 403, "https_required")
          const again = yield* call("POST", "/auth/sign-up", {
            headers: { "x-forwarded-proto": "https" },
            body: signUp
          })
          assert.strictEqual(again.status, 201, again.text)
        }))

      it.effect("is answered where it asks after our health, and so is who does not say how they came", () =>
        Effect.gen(function*() {
          for (const path of ["/healthz", "/readyz"]) {
            assert.strictEqual((yield* call("GET", path, inTheOpen)).status, 200)
          }
          assert.strictEqual((yield* call("GET", "/lottery/current-draw")).status, 200)
        }))

      it.effect("has the same headers as every answer, whoever refuses", () =>
        Effect.gen(function*() {
          const port = Number(new URL((yield* Client).url).port)
          for (const request of refused) {
            for (const origin of ["https://app.example.com", "https://evil.example.com"]) {
              const { received } = yield* say(port, [request.replace("Host: x", `Host: x\r\nOrigin: ${origin}`)])
              const head = received.slice(0, received.indexOf("\r\n\r\n")).toLowerCase()
              for (
                const line of [
                  "strict-transport-security: max-age=31536000",
                  "content-security-policy: default-src 'none'; frame-ancestors 'none'",
                  "x-content-type-options: nosniff",
                  "cross-origin-resource-policy: same-origin",
                  "referrer-policy: no-referrer",
                  "cache-control: no-store",
                  "vary: origin"
                ]
              ) assert.include(head, `\r\n${line}`, request)
              assert.strictEqual(
                head.includes("access-control-allow-origin"),
                origin === "https://app.example.com",
                request
              )
            }
          }
        }))
    }
  )
})

layer(server({ engine: "node", publicUrl: "http://lottery.example.com", proxies }))("without https", (it) => {
  it.effect("nothing is refused or sent on for how it came", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* call("GET", "/lottery/current-draw", inTheOpen)).status, 200)
    }))
})

layer(server({ engine: "node", publicUrl }))("where no proxy is trusted", (it) => {
  it.effect("nobody's word about how they came counts", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* call("GET", "/lottery/current-draw", inTheOpen)).status, 200)
    }))
})
