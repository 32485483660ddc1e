import { assert, describe, it } from "@effect/vitest"
import { Api } from "../../src/Api.ts"
import { routesOf } from "../../src/boundary/RouteTable.ts"

describe("the routes of the contract", () => {
  it("say which of them take an idempotency key", () => {
    const keyed = routesOf(Api).filter(({ takesKey }) => takesKey).map(({ method, path }) => `${method} ${path}`)
    assert.sameMembers(keyed, [
      "POST /lottery/purchase-ticket",
      "POST /rooms/:id/purchase-ticket",
      "POST /wallet/withdraw"
    ])
  })
})
