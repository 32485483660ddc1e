import { cents, formatCents } from "@ddd/core/money/Money"
import { Ledger } from "@ddd/core/ports/Ledger"
import { OutcomeUnknown, Sales } from "@ddd/core/ports/Sales"
import { Unavailable } from "@ddd/core/ports/Unavailable"
import { userId } from "@ddd/core/values/Ids"
import { World } from "@ddd/sim/World"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { tokenFor } from "../support/Keys.ts"
import { assertProblem, at, Client, layer as server, makePlayer, ports, textAt } from "../support/Server.ts"

const path = "/lottery/purchase-ticket"

const buy = (token: string, body: unknown = { quantity: 1 }, headers: Readonly<Record<string, string>> = {}) =>
  Effect.flatMap(Client, ({ call }) => call("POST", path, { token, body, headers }))

const key = (text: string) => ({ "Idempotency-Key": text })

for (const engine of ["uws", "node"] as const) {
  layer(server({ engine }))(`buying tickets, on ${engine}`, (it) => {
    it.effect("sells all of the tickets, shown to their buyer with the wallet and the draw after the sale", () =>
      Effect.gen(function*() {
        const player = yield* makePlayer(cents(500n))
        const answer = yield* buy(player.token, { quantity: 3 })
        assert.strictEqual(answer.status, 201, answer.text)
        assert.strictEqual(answer.headers.get("cache-control"), "no-store")
        assert.isNull(answer.headers.get("idempotent-replayed"))
        assert.lengthOf(Array.from(at(answer.json, "tickets") as ReadonlyArray<unknown>), 3)
        assert.strictEqual(textAt(answer.json, "tickets", 0, "userId"), player.id)
        assert.match(textAt(answer.json, "tickets", 2, "ticketId"), /^DDL-20260203-[0-9A-Z]{5}$/)
        assert.match(textAt(answer.json, "tickets", 2, "ownerSalt"), /^[0-9a-f]{64}$/)
        assert.strictEqual(textAt(answer.json, "wallet", "balance"), "2.00")
        assert.strictEqual(at(answer.json, "draw", "totalEntries"), at(answer.json, "tickets", 2, "position"))
      }))

    it.effect("sells one ticket to who asks for nothing in particular, with a body or without", () =>
      Effect.gen(function*() {
        const { call } = yield* Client
        const { token } = yield* makePlayer(cents(200n))
        assert.strictEqual((yield* buy(token, {})).status, 201)
        assert.strictEqual((yield* call("POST", path, { token })).status, 201)
      }))

    it.effect("answers the same bytes under the same key, and says that it did", () =>
      Effect.gen(function*() {
        const { token } = yield* makePlayer(cents(500n))
        const first = yield* buy(token, { quantity: 2 }, key("k 1"))
        const again = yield* Effect.all(
          Array.from({ length: 20 }, () => buy(token, { quantity: 2 }, key("k 1"))),
          { concurrency: "unbounded" }
        )
        for (const answer of again) {
          assert.strictEqual(answer.status, 201)
          assert.strictEqual(answer.text, first.text)
          assert.strictEqual(answer.headers.get("idempotent-replayed"), "true")
        }
        assert.strictEqual(textAt(first.json, "wallet", "balance"), "3.00")
      }))

    it.effect("takes a key for one request to the byte, and for one player", () =>
      Effect.gen(function*() {
        const { token } = yield* makePlayer(cents(500n))
        const other = yield* makePlayer(cents(500n))
        assert.strictEqual((yield* buy(token, "{\"quantity\":1}", key("k2"))).status, 201)
        assertProblem(yield* buy(token, "{\"quantity\":2}", key("k2")), 422, "idempotency_key_reused")
        assertProblem(yield* buy(token, "{\"quantity\": 1}", key("k2")), 422, "idempotency_key_reused")
        assert.strictEqual((yield* buy(other.token, "{\"quantity\":2}", key("k2"))).status, 201)
      }))

    it.effect("does not keep a refusal", () =>
      Effect.gen(function*() {
        const ledger = yield* Ledger
        const player = yield* makePlayer(cents(50n))
        assertProblem(yield* buy(player.token, {}, key("k3")), 402, "insufficient_funds")
        yield* ledger.deposit({ userId: player.id, amount: cents(50n), referenceId: "k3", metadata: null })
        assert.strictEqual((yield* buy(player.token, {}, key("k3"))).status, 201)
      }))

    it.effect("refuses a key that is empty, too long or not printable", () =>
      Effect.gen(function*() {
        const { token } = yield* makePlayer(cents(500n))
        for (const bad of ["", "x".repeat(256), "a\tb"]) {
          const answer = yield* buy(token, {}, key(bad))
          assertProblem(answer, 400, "invalid_request")
          assert.strictEqual(at(answer.json, "errors", 0, "path"), "idempotency-key")
        }
        assert.strictEqual((yield* buy(token, {}, key("x".repeat(255)))).status, 201)
      }))

    it.effect("#11 refuses quantities that are no whole number from 1 to 100", () =>
      Effect.gen(function*() {
        const { token } = yield* makePlayer(cents(500n))
        const values = [
          "-1",
          "0",
          "0.5",
          "1e999",
          "9007199254740992",
          "\"1\"",
          "\"100\"",
          "101",
          "null",
          "true",
          "[1]",
          "{}"
        ]
        for (const value of values) {
          const answer = yield* buy(token, `{"quantity":${value}}`)
          assert.strictEqual(answer.status, 400, `${value}: ${answer.text}`)
        }
        assertProblem(yield* buy(token, "{\"quantity\":\"٣\"}"), 400, "invalid_request")
      }))

    it.effect("refuses a body that is not what it takes, naming the field", () =>
      Effect.gen(function*() {
        const { token } = yield* makePlayer(cents(500n))
        const unknown = yield* buy(token, { quantity: 1, price: "0.01" })
        assertProblem(unknown, 400, "invalid_request")
        assert.deepStrictEqual(at(unknown.json, "errors"), [
          { path: "price", message: "is not a field of this request" }
        ])
        const id = yield* buy(token, { drawId: "today" })
        assert.deepStrictEqual(at(id.json, "errors"), [{ path: "drawId", message: "must be a UUID in lower case" }])
        for (const body of ["[]", "\"x\"", "null", "1"]) assertProblem(yield* buy(token, body), 400, "invalid_request")
        for (
          const body of [
            "{",
            "{\"quantity\":1,\"quantity\":2}",
            "{\"__proto__\":{}}",
            "{\"__proto__\":{\"quantity\":1},\"a\":1}",
            " "
          ]
        ) {
          assertProblem(yield* buy(token, body), 400, "invalid_json")
        }
      }))

    it.effect("refuses other content types", () =>
      Effect.gen(function*() {
        const { token } = yield* makePlayer(cents(500n))
        for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1"]) {
          assertProblem(yield* buy(token, "{}", { "content-type": type }), 415, "unsupported_media_type")
        }
        assertProblem(yield* buy(token, "{}", { "content-encoding": "gzip" }), 415, "unsupported_media_type")
        assert.strictEqual((yield* buy(token, "{}", { "content-type": "Application/JSON; charset=UTF-8" })).status, 201)
      }))

    it.effect("#27 refuses a body one byte too long, and takes one that just fits", () =>
      Effect.gen(function*() {
        const { token } = yield* makePlayer(cents(500n))
        const padded = (bytes: number) => `{}${" ".repeat(bytes - 2)}`
        assert.strictEqual((yield* buy(token, padded(64 * 1024))).status, 201)
        const answer = yield* buy(token, padded(64 * 1024 + 1))
        assert.strictEqual(answer.status, 413)
        assert.strictEqual(at(answer.json, "code"), "payload_too_large")
      }))

    it.effect("#8 sells three tickets to fifty requests with funds for three", () =>
      Effect.gen(function*() {
        const { token } = yield* makePlayer(cents(350n))
        const answers = yield* Effect.all(Array.from({ length: 50 }, () => buy(token)), { concurrency: "unbounded" })
        assert.deepStrictEqual(
          answers.map(({ status }) => status).sort((a, b) => a - b),
          [...Array.from({ length: 3 }, () => 201), ...Array.from({ length: 47 }, () => 402)]
        )
      }))
  })
}

layer(server())("who may buy, and what", (it) => {
  it.effect("refuses who shows no token, a bad one, or one of nobody", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      const none = yield* call("POST", path, { body: {} })
      assertProblem(none, 401, "unauthenticated")
      assert.strictEqual(none.headers.get("www-authenticate"), "Bearer")
      assertProblem(yield* buy("nonsense"), 401, "unauthenticated")
      assertProblem(
        yield* call("POST", path, { body: {}, headers: { authorization: "Basic YTpi" } }),
        401,
        "unauthenticated"
      )
      assertProblem(yield* buy(tokenFor(userId("018f2d5e-7a1b-7cc0-9d3a-0b7a3f6f1a2b"))), 401, "unauthenticated")
      const expired = yield* buy("018f2d5e-7a1b-7cc0-9d3a-0b7a3f6f1a2b/018f2d5e-7a1b-7cc0-9d3a-0b7a3f6f1a2b/1")
      assertProblem(expired, 401, "token_expired")
    }))

  it.effect("asks for the token before it looks at the body", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      assertProblem(
        yield* call("POST", path, { body: "{", headers: { "content-type": "text/plain" } }),
        401,
        "unauthenticated"
      )
    }))

  it.effect("refuses a draw that is not on sale, and a frozen account", () =>
    Effect.gen(function*() {
      const world = yield* World
      const player = yield* makePlayer(cents(500n))
      const closed = yield* buy(player.token, { drawId: "018f2d5e-7a1b-7cc0-9d3a-0b7a3f6f1a2b" })
      assertProblem(closed, 409, "draw_closed")
      yield* world.freeze(player.id)
      assertProblem(yield* buy(player.token), 403, "account_frozen")
      const balance = (yield* (yield* Ledger).wallet(player.id)).balance
      assert.strictEqual(formatCents(balance), "5.00")
    }))

  it.effect("answers 503 where nothing is on sale, saying when to try again", () =>
    Effect.gen(function*() {
      const world = yield* World
      const { token } = yield* makePlayer(cents(500n))
      yield* world.advance(30 * 86_400_000)
      const answer = yield* buy(token)
      assertProblem(answer, 503, "unavailable")
      assert.strictEqual(answer.headers.get("retry-after"), "5")
    }))
})

const failing = Layer.succeed(Sales)(Sales.of({
  purchase: ({ quantity }) =>
    quantity === 1
      ? Effect.fail(new Unavailable({ message: "the queue is full of secrets", retryAfter: 1.2 }))
      : quantity === 2
      ? Effect.fail(new OutcomeUnknown({ cause: new Error("connection to secret-host lost") }))
      : Effect.die(new Error("a secret bug"))
}))

layer(server({}, Layer.provideMerge(failing, ports)))("when the sale cannot answer", (it) => {
  it.effect("says whether something may have happened, and never why", () =>
    Effect.gen(function*() {
      const { token } = yield* makePlayer()
      const unavailable = yield* buy(token, { quantity: 1 })
      assertProblem(unavailable, 503, "unavailable")
      assert.strictEqual(unavailable.headers.get("retry-after"), "2")
      const unknown = yield* buy(token, { quantity: 2 })
      assertProblem(unknown, 503, "outcome_unknown")
      assert.isNull(unknown.headers.get("retry-after"))
      const unknownUnderKey = yield* buy(token, { quantity: 2 }, key("k4"))
      assertProblem(unknownUnderKey, 503, "outcome_unknown")
      assert.strictEqual(unknownUnderKey.headers.get("retry-after"), "1")
      const defect = yield* buy(token, { quantity: 3 })
      assertProblem(defect, 500, "internal")
      for (const { text } of [unavailable, unknown, defect]) assert.notInclude(text, "secret")
    }))
})
