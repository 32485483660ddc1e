import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { rushTwice } from "../support/RushTwice.ts"
import { addressIn, Site } from "../support/Site.ts"

/** A player who buys without a pause, to see how long it takes. */
const processes = [{ RATE_LIMITS: "buy=1000000/60s,buy-user=1000000/60s" }]

layer(Site.layer({ processes }), { excludeTestServices: true, timeout: "60 seconds" })("500 sign-ups at once", (it) => {
  it.effect(
    "with passwords that take long to judge never stall /healthz or a purchase either",
    () =>
      Effect.gen(function*() {
        const statuses = yield* rushTwice("sign-ups with weak passwords", (index) => ({
          path: "/auth/sign-up",
          body: {
            email: `weak${index}@example.com`,
            username: `weak${index}`,
            password: "19871231-".repeat(15).slice(0, 128)
          },
          from: addressIn(index)
        }))
        assert.sameMembers(statuses, [400, 503])
      }),
    180_000
  )
})
