import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { HttpApi } from "effect/http-api"
import { Api } from "../../src/Api.ts"
import { assertProblem, at, Client, internalToken, layer as server, makePlayer } from "../support/Server.ts"

/** Every endpoint, by whether it declares a query and a body. */
const endpoints = () => {
  const all: Array<{ method: string; path: string; takesQuery: boolean; takesBody: boolean }> = []
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint: { method, path, payload, query } }) =>
      all.push({
        method,
        path: path.replace(":deviceId", "0190e1a2-5c3e-7000-8000-0000000000d1").replaceAll(/:\w+/g, "2026-02-03"),
        takesQuery: query !== undefined,
        takesBody: payload.size > 0
      })
  })
  return all
}

const unknown = (path: string) => ({ path, message: "is not a field of this request" })

layer(server())("what an endpoint does not read", (it) => {
  it.effect("is refused in a query, at every endpoint", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      const { token } = yield* makePlayer()
      for (const { method, path } of endpoints()) {
        const of = { token: path === "/wallet/deposit" ? internalToken : token }
        const answer = yield* call(method, `${path}?planted=1&planted=2`, of)
        assertProblem(answer, 400, "invalid_request")
        assert.deepInclude(at(answer.json, "errors"), unknown("planted"), `${method} ${path}`)
      }
    }))

  it.effect("is refused in a body where an endpoint takes none, and an empty object is not", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      let count = 0
      for (const { method, path, takesBody } of endpoints()) {
        // a client of this kind sends no body with GET
        if (takesBody || method === "GET") continue
        count++
        const { token } = yield* makePlayer()
        const answer = yield* call(method, path, { token, body: { planted: 1 } })
        assertProblem(answer, 400, "invalid_request")
        assert.deepStrictEqual(at(answer.json, "errors"), [unknown("planted")], `${method} ${path}`)
        for (const [body, code] of [["x=1", "invalid_json"], ["{\"a\":1,\"a\":1}", "invalid_json"]] as const) {
          assertProblem(yield* call(method, path, { token, body }), 400, code)
        }
        for (const body of [undefined, {}, ""]) {
          const { status } = yield* call(method, path, { token, body })
          assert.notInclude([400, 415], status, `${method} ${path}`)
        }
      }
      assert.isAbove(count, 7)
    }))

  it.effect("is no more than an empty query", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      assert.strictEqual((yield* call("GET", "/healthz?")).status, 200)
    }))
})
