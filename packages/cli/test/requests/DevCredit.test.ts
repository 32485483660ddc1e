/** Credit of development in the books, and that production has none. */
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { call } from "../support/Call.ts"
import { arrayAt, at, Site, textAt } from "../support/Site.ts"

describe.each(["node", "uws"])("on %s", (ENGINE) => {
  layer(Site.layer({ processes: [{ ENGINE, OPERATOR_NAME: "Example Draws" }] }), {
    excludeTestServices: true,
    timeout: "90 seconds"
  })("credit of development", (it) => {
    it.effect(
      "is told by the books, the statement and the export as what it is, and the books balance",
      () =>
        Effect.gen(function*() {
          const { ask, buy, ddd, newPlayer, post } = yield* Site
          const { accessToken } = yield* newPlayer
          const site = yield* ask("GET", "/play/site")
          assert.deepInclude(site.json, { operatorName: "Example Draws", money: { dev: true, checkout: false } })
          const credited = yield* post("/dev/credit", { amount: "5.00" }, { token: accessToken })
          assert.strictEqual(credited.status, 201, credited.text)
          const reference = textAt(credited.json, "referenceId")
          assert.strictEqual((yield* buy(accessToken, 2)).status, 201)

          const statement = yield* ask("GET", "/wallet/statement?month=2026-02", { token: accessToken })
          assert.deepInclude(arrayAt(statement.json, "movements")[0], {
            type: "deposit",
            amount: "5.00",
            referenceId: reference
          })
          const kept = yield* ask("GET", "/user/export", { token: accessToken })
          assert.include(kept.text, reference)
          const day: unknown = JSON.parse((yield* ddd(["report", "day", "2026-02-03", "--json"])).stdout)
          const account = arrayAt(day, "accounts").find((each) => at(each, "account") === "deposits:dev")
          assert.deepInclude(account, { deposits: "-5.00", closing: "-5.00", movements: 1 })
          const audit = yield* ddd(["audit"])
          assert.strictEqual(audit.code, 0, audit.stdout)
        }),
      120_000
    )
  })
})

describe("a server whose key of Stripe pays real money out", () => {
  it.live("credits nothing for nothing, in development neither", () =>
    Effect.gen(function*() {
      const { newPlayer, serve } = yield* Site
      const { accessToken } = yield* newPlayer
      const server = yield* serve({
        STRIPE_SECRET_KEY: "sk_live_0123456789abcdefghijklmn",
        STRIPE_API_BASE: "https://127.0.0.1:1"
      })
      const credited = yield* call(server.url, "POST", "/dev/credit", {
        token: accessToken,
        body: { amount: "5.00" }
      })
      assert.strictEqual(credited.status, 404, credited.text)
      const site = yield* call(server.url, "GET", "/play/site")
      assert.deepStrictEqual(at(site.json, "money"), { dev: false, checkout: false })
    }).pipe(Effect.scoped, Effect.provide(Site.layer())), 120_000)
})
