import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Client, layer as server } from "../support/Server.ts"

const said = {
  operatorName: "Example Draws Ltd",
  operatorUrl: new URL("https://example.com"),
  termsUrl: new URL("https://example.com/terms?of=2026"),
  helpUrl: new URL("https://example.com/help"),
  checkout: true
}

const fixed = { currency: "USD", ticketPrice: "1.00", houseShare: "0.05" }

const site = Effect.gen(function*() {
  const { headers, json, status } = yield* (yield* Client).call("GET", "/play/site", {
    headers: { accept: "text/html" }
  })
  assert.strictEqual(status, 200)
  assert.strictEqual(headers.get("content-type"), "application/json")
  assert.strictEqual(headers.get("cache-control"), "public, no-cache")
  return json
})

describe.each(["uws", "node"] as const)("on %s", (engine) => {
  layer(server({ engine }))("a site of which nothing is said", (it) => {
    it.effect("says so, and what holds everywhere", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* site, {
          operatorName: null,
          operatorUrl: null,
          termsUrl: null,
          helpUrl: null,
          minAge: null,
          money: { dev: false, checkout: false },
          ...fixed
        })
      }))
  })

  layer(server({ engine, site: said, devCredit: true }))("a site of an operator, in development", (it) => {
    it.effect("says who they are, and how money comes in", () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* site, {
          operatorName: "Example Draws Ltd",
          operatorUrl: "https://example.com/",
          termsUrl: "https://example.com/terms?of=2026",
          helpUrl: "https://example.com/help",
          minAge: null,
          money: { dev: true, checkout: true },
          ...fixed
        })
      }))
  })
})
