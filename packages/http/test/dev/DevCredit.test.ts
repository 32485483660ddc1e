import { cents } from "@ddd/core/money/Money"
import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { assertProblem, at, Client, layer as server, makePlayer, textAt } from "../support/Server.ts"

const call = (...args: Parameters<typeof Client.Service.call>) =>
  Effect.flatMap(Client, (client) => client.call(...args))

const credit = (token: string, body: unknown, key?: string) =>
  call("POST", "/dev/credit", { token, body, ...key === undefined ? {} : { headers: { "idempotency-key": key } } })

const balanceOf = (token: string) => Effect.map(call("GET", "/wallet", { token }), ({ json }) => at(json, "balance"))

describe.each(["uws", "node"] as const)("on %s", (engine) => {
  layer(server({ engine, devCredit: true }))("in development", (it) => {
    it.effect("a player credits the wallet, with a deposit that says what it is", () =>
      Effect.gen(function*() {
        const { token } = yield* makePlayer(cents(200n))
        const credited = yield* credit(token, { amount: "10.00" })
        assert.strictEqual(credited.status, 201, credited.text)
        assert.deepInclude(credited.json, {
          type: "deposit",
          amount: "10.00",
          balanceAfter: "12.00",
          status: "completed"
        })
        assert.match(textAt(credited.json, "referenceId"), /^dev:/)
        assert.deepStrictEqual(
          at((yield* call("GET", "/wallet/transactions?type=deposit", { token })).json, "items", 0),
          credited.json
        )
        // without a key each is another
        yield* credit(token, { amount: "10.00" })
        assert.strictEqual(yield* balanceOf(token), "22.00")
        // it buys tickets, and is not withdrawn
        assert.strictEqual(at((yield* call("GET", "/wallet", { token })).json, "withdrawable"), "0.00")
        const bought = yield* call("POST", "/lottery/purchase-ticket", { token, body: { quantity: 1 } })
        assert.strictEqual(bought.status, 201, bought.text)
      }))

    it.effect("credits once a key, and a player", () =>
      Effect.gen(function*() {
        const { token } = yield* makePlayer()
        const first = yield* credit(token, { amount: "5.00" }, "a key")
        assert.isNull(first.headers.get("idempotent-replayed"))
        const again = yield* credit(token, { amount: "5.00" }, "a key")
        assert.strictEqual(again.status, 201)
        assert.strictEqual(again.text, first.text)
        assert.strictEqual(again.headers.get("idempotent-replayed"), "true")
        assertProblem(yield* credit(token, { amount: "6.00" }, "a key"), 422, "idempotency_key_reused")
        assert.strictEqual(yield* balanceOf(token), "5.00")
        const other = yield* makePlayer()
        assert.strictEqual((yield* credit(other.token, { amount: "6.00" }, "a key")).status, 201)
      }))

    it.effect("refuses what a deposit refuses, and credits nothing", () =>
      Effect.gen(function*() {
        const { token } = yield* makePlayer()
        for (
          const body of [{}, { amount: "0.00" }, { amount: "-1.00" }, { amount: 1 }, { amount: "1.00", userId: "a" }]
        ) assertProblem(yield* credit(token, body), 400, "invalid_request")
        assertProblem(yield* credit(token, { amount: "9999999999.00" }), 403, "limit_exceeded")
        assertProblem(yield* call("POST", "/dev/credit", { body: { amount: "1.00" } }), 401, "unauthenticated")
        assertProblem(yield* call("GET", "/dev/credit", { token }), 405, "method_not_allowed")
        assertProblem(
          yield* call("POST", "/dev/credit?a=b", { token, body: { amount: "1.00" } }),
          400,
          "invalid_request"
        )
        yield* call("POST", "/user/time-out", { token, body: { hours: 24 } })
        assertProblem(yield* credit(token, { amount: "1.00" }), 403, "timed_out")
        assert.strictEqual(yield* balanceOf(token), "0.00")
      }))

    it.effect("a limit of deposits holds as for every deposit: what is more is credited, and kept as such", () =>
      Effect.gen(function*() {
        const { token } = yield* makePlayer()
        const limited = yield* call("PUT", "/user/limits", { token, body: { dailyDeposit: "5.00" } })
        assert.strictEqual(limited.status, 200)
        assert.strictEqual((yield* credit(token, { amount: "20.00" })).status, 201)
        assert.strictEqual(yield* balanceOf(token), "20.00")
      }))
  })

  layer(server({ engine }))("elsewhere", (it) => {
    it.effect("there is nothing at its path, by any method, and no document tells of it", () =>
      Effect.gen(function*() {
        const { token } = yield* makePlayer()
        for (const method of ["POST", "GET", "PUT", "OPTIONS"]) {
          const body = method === "POST" || method === "PUT" ? { body: { amount: "1.00" } } : {}
          const [there, nowhere] = yield* Effect.all([
            call(method, "/dev/credit", { token, ...body }),
            call(method, "/dev/nothing", { token, ...body })
          ])
          assertProblem(there, 404, "not_found")
          assert.deepStrictEqual(
            { ...Object(there.json), requestId: "" },
            { ...Object(nowhere.json), requestId: "" }
          )
        }
        assert.strictEqual(yield* balanceOf(token), "0.00")
        assert.notInclude((yield* call("GET", "/openapi.json")).text, "/dev/")
      }))
  })
})
