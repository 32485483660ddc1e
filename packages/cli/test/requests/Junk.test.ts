import { unmetLimits } from "@ddd/core/accounts/RequestLimits"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { asked, endpointsOf, junkRequests } from "../support/Junk.ts"
import { internalToken, Site, textAt } from "../support/Site.ts"

// one client sends it all
const processes = [{ RATE_LIMITS: unmetLimits }]

layer(Site.layer({ processes }), { excludeTestServices: true, timeout: "120 seconds" })("what strangers send", (it) => {
  it.effect(
    "is never answered 500, whatever stands in whichever parameter, header or field",
    () =>
      Effect.gen(function*() {
        const { ask, buy, deposit, newPlayer, post } = yield* Site
        const endpoints = endpointsOf((yield* ask("GET", "/openapi.json")).json)
        assert.isAbove(endpoints.length, 35)
        let count = 0
        for (const endpoint of endpoints) {
          // one of its own for each, as some end sessions
          const player = yield* newPlayer
          yield* deposit(player, "5.00")
          assert.strictEqual((yield* buy(player.accessToken, 2)).status, 201)
          const room = yield* post("/rooms", { name: "Friday" }, { token: player.accessToken })
          const requests = junkRequests(endpoint, { id: textAt(room.json, "id") })
          count += requests.length
          yield* Effect.forEach(requests, (request) =>
            Effect.gen(function*() {
              const token = endpoint.path === "/wallet/deposit" ? internalToken : player.accessToken
              const answer = yield* ask(endpoint.method, request.path, { ...request.call, token })
              assert.notStrictEqual(answer.status, 500, `${asked(endpoint, request)}: ${answer.text}`)
            }), { concurrency: 8, discard: true })
        }
        assert.isAbove(count, 1_000)
      }),
    180_000
  )
})
