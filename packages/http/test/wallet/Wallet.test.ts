import { cents } from "@ddd/core/money/Money"
import { Approvals } from "@ddd/core/ports/Approvals"
import { FourEyesAbove } from "@ddd/core/ports/FourEyesAbove"
import { Fundings } from "@ddd/core/ports/Fundings"
import { byAnn } from "@ddd/sim/scenario/Operators"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { assertProblem, at, Client, internalToken, layer as server, makePlayer } from "../support/Server.ts"

const deposit = (body: unknown, token = internalToken) =>
  Effect.flatMap(Client, ({ call }) => call("POST", "/wallet/deposit", { token, body }))

const history = (token: string, query = "") =>
  Effect.flatMap(Client, ({ call }) => call("GET", `/wallet/transactions${query}`, { token }))

const fourEyes = Layer.provide(server(), Layer.succeed(FourEyesAbove, cents(5_000n)))

layer(fourEyes)("deposits above FOUR_EYES_ABOVE", (it) => {
  it.effect("wait for an operator under one approval, and are credited once they are approved", () =>
    Effect.gen(function*() {
      const player = yield* makePlayer()
      const body = { userId: player.id, amount: "50.01", referenceId: "apple:large", metadata: { note: "a fair" } }
      const asked = yield* deposit(body)
      assert.strictEqual(asked.status, 202, asked.text)
      assert.deepStrictEqual(at(asked.json, "code"), "approval_required")
      assert.strictEqual((yield* deposit(body)).text, asked.text)
      assertProblem(yield* deposit({ ...body, amount: "60.00" }), 409, "reference_conflict")
      assertProblem(yield* deposit({ ...body, userId: "018f2d5e-7a1b-7cc0-9d3a-00000000dead" }), 404, "not_found")
      yield* Approvals.use((approvals) => approvals.approve(String(at(asked.json, "approvalId")), byAnn))
      const credited = yield* deposit(body)
      assert.deepStrictEqual([credited.status, at(credited.json, "amount")], [200, "50.01"])
      assert.strictEqual((yield* deposit({ ...body, amount: "50.00", referenceId: "apple:small" })).status, 201)
    }))
})

layer(server())("deposits", (it) => {
  it.effect("credits once a reference, and answers the first transaction again", () =>
    Effect.gen(function*() {
      const { id } = yield* makePlayer()
      const body = {
        userId: id,
        amount: "12.34",
        referenceId: "apple:1",
        metadata: { product: "funds_12", nested: [1, null] }
      }
      const first = yield* deposit(body)
      assert.strictEqual(first.status, 201, first.text)
      assert.deepStrictEqual({ ...(first.json as object), id: "", createdAt: "" }, {
        id: "",
        type: "deposit",
        amount: "12.34",
        balanceAfter: "12.34",
        status: "completed",
        referenceId: "apple:1",
        createdAt: ""
      })
      const again = yield* deposit(body)
      assert.strictEqual(again.status, 200)
      assert.strictEqual(again.text, first.text)
    }))

  it.effect("refuses a reference that was used for another player or amount", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* makePlayer(), yield* makePlayer()]
      assert.strictEqual((yield* deposit({ userId: one.id, amount: "1.00", referenceId: "apple:2" })).status, 201)
      assertProblem(
        yield* deposit({ userId: one.id, amount: "1.01", referenceId: "apple:2" }),
        409,
        "reference_conflict"
      )
      assertProblem(
        yield* deposit({ userId: other.id, amount: "1.00", referenceId: "apple:2" }),
        409,
        "reference_conflict"
      )
    }))

  it.effect("knows a store's reference in any case, and shows it in one", () =>
    Effect.gen(function*() {
      const { id } = yield* makePlayer()
      const first = yield* deposit({ userId: id, amount: "5.00", referenceId: "APP_STORE:Ab-1" })
      assert.strictEqual(first.status, 201, first.text)
      assert.strictEqual(at(first.json, "referenceId"), "app_store:Ab-1")
      const again = yield* deposit({ userId: id, amount: "5.00", referenceId: "app_store:Ab-1" })
      assert.strictEqual(again.status, 200)
      assert.strictEqual(again.text, first.text)
    }))

  it.effect("refuses a reference that was refunded before it was credited", () =>
    Effect.gen(function*() {
      const fundings = yield* Fundings
      const { id } = yield* makePlayer()
      yield* fundings.record({ _tag: "Refunded", reference: "app_store:refunded" })
      const answer = yield* deposit({ userId: id, amount: "5.00", referenceId: "app_store:refunded" })
      assertProblem(answer, 409, "reference_conflict")
      assert.include(answer.text, "refunded")
    }))

  it.effect("refuses a player that does not exist, and what a wallet cannot hold", () =>
    Effect.gen(function*() {
      const { id } = yield* makePlayer(cents(100n))
      const nobody = "018f2d5e-7a1b-7cc0-9d3a-0b7a3f6f1a2b"
      assertProblem(yield* deposit({ userId: nobody, amount: "1.00", referenceId: "apple:3" }), 404, "not_found")
      assertProblem(
        yield* deposit({ userId: id, amount: "9999999999.99", referenceId: "apple:4" }),
        403,
        "limit_exceeded"
      )
    }))

  it.effect("is for the internal token alone", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      const { id, token } = yield* makePlayer()
      const body = { userId: id, amount: "1.00", referenceId: "apple:5" }
      assertProblem(yield* deposit(body, token), 401, "unauthenticated")
      assertProblem(yield* deposit(body, `${internalToken}x`), 401, "unauthenticated")
      assertProblem(yield* call("POST", "/wallet/deposit", { body }), 401, "unauthenticated")
    }))

  it.effect("#11 refuses amounts that are not money above zero", () =>
    Effect.gen(function*() {
      const { id } = yield* makePlayer()
      const amounts = [
        "-1",
        "0",
        "0.5",
        "1e999",
        "9007199254740992",
        "100",
        "\"100\"",
        "\"1.001\"",
        "\"٣.00\"",
        "\"-1.00\"",
        "\"0.00\"",
        "\"-0.00\"",
        "\"+1.00\"",
        "\" 1.00\"",
        "\"01.00\"",
        "\"1,00\"",
        "\"1e2\"",
        "\"10000000000.00\"",
        "null"
      ]
      for (const amount of amounts) {
        const answer = yield* deposit(`{"userId":"${id}","amount":${amount},"referenceId":"apple:6"}`)
        assert.strictEqual(answer.status, 400, `${amount}: ${answer.text}`)
      }
      const number = yield* deposit({ userId: id, amount: 5, referenceId: "apple:6" })
      assert.include(number.text, "must be an amount of US dollars as a decimal string")
    }))

  it.effect("refuses bodies that are not what it takes", () =>
    Effect.gen(function*() {
      const { id } = yield* makePlayer()
      const good = { userId: id, amount: "1.00", referenceId: "apple:7" }
      const bad: ReadonlyArray<unknown> = [
        { ...good, currency: "EUR" },
        { ...good, referenceId: "" },
        { ...good, referenceId: "x".repeat(101) },
        { ...good, referenceId: "a\nb" },
        { ...good, referenceId: "reversal:018f2d5e-7a1b-7cc0-9d3a-00000000000a" },
        { ...good, referenceId: "AppStore:2000000123" },
        { ...good, referenceId: "app_store:2000000123 " },
        { ...good, referenceId: `${"x".repeat(92)}:1` },
        { ...good, metadata: [] },
        { ...good, userId: id.toUpperCase() },
        { userId: id, amount: "1.00" },
        "[]"
      ]
      for (const body of bad) {
        const answer = yield* deposit(body)
        assertProblem(answer, 400, "invalid_request")
        assert.notInclude(answer.text, "Expected ")
      }
      for (const body of ["", `{"userId":"${id}","amount":"1.00","amount":"9.00","referenceId":"apple:7"}`]) {
        assertProblem(yield* deposit(body), 400, "invalid_json")
      }
    }))
})

layer(server())("the wallet's history", (it) => {
  it.effect("goes page by page, newest first, and shows nobody else's", () =>
    Effect.gen(function*() {
      const { id, token } = yield* makePlayer()
      for (let n = 1; n <= 5; n++) yield* deposit({ userId: id, amount: `${n}.00`, referenceId: `page:${n}` })
      const amounts: Array<unknown> = []
      let query = "?limit=2"
      for (let pages = 0; pages < 3; pages++) {
        const page = yield* history(token, query)
        assert.strictEqual(page.status, 200, page.text)
        for (let i = 0; i < 2; i++) amounts.push(at(page.json, "items", i, "amount"))
        query = `?limit=2&cursor=${String(at(page.json, "nextCursor"))}`
      }
      assert.strictEqual(query, "?limit=2&cursor=null")
      assert.deepStrictEqual(amounts, ["5.00", "4.00", "3.00", "2.00", "1.00", undefined])
      const other = yield* makePlayer()
      assert.deepStrictEqual((yield* history(other.token)).json, { items: [], nextCursor: null })
    }))

  it.effect("may be of one type", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      const { token } = yield* makePlayer(cents(200n))
      yield* call("POST", "/lottery/purchase-ticket", { token, body: {} })
      const page = yield* history(token, "?type=ticket_purchase")
      assert.strictEqual(at(page.json, "items", 0, "amount"), "-1.00")
      assert.isUndefined(at(page.json, "items", 1))
    }))

  it.effect("refuses queries that it does not know", () =>
    Effect.gen(function*() {
      const { token } = yield* makePlayer()
      const queries = [
        "limit=0",
        "limit=101",
        "limit=1e1",
        "limit=-1",
        "limit=",
        "limit=1&limit=2",
        "cursor=x",
        "type=all",
        "page=2"
      ]
      for (const query of queries) {
        const answer = yield* history(token, `?${query}`)
        assertProblem(answer, 400, "invalid_request")
        assert.strictEqual(at(answer.json, "errors", 0, "path"), query.split("=")[0], answer.text)
      }
    }))

  it.effect("is the player's own", () =>
    Effect.gen(function*() {
      assertProblem(yield* history("nonsense"), 401, "unauthenticated")
    }))
})
