import { userId } from "@ddd/core/Ids"
import { cents } from "@ddd/core/Money"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { tokenFor } from "../support/Keys.ts"
import { assertProblem, Client, layer as server, makePlayer } from "../support/Server.ts"

layer(server())("a player's own page", (it) => {
  it.effect("shows the player and the wallet, and nothing else that is stored of them", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      const player = yield* makePlayer(cents(1_234n))
      const answer = yield* call("GET", "/user/profile", { token: player.token })
      assert.strictEqual(answer.headers.get("cache-control"), "no-store")
      assert.deepStrictEqual(answer.json, {
        id: player.id,
        email: `${player.username}@example.com`,
        username: player.username,
        emailVerified: false,
        createdAt: "2026-02-03T10:30:00.000Z",
        wallet: {
          balance: "12.34",
          withdrawable: "0.00",
          pendingWithdrawal: "0.00",
          updatedAt: "2026-02-03T10:30:00.000Z"
        },
        kycStatus: "none",
        country: null
      })
    }))

  it.effect("is for players alone", () =>
    Effect.gen(function*() {
      const { call } = yield* Client
      const nobody = tokenFor(userId("018f2d5e-7a1b-7cc0-9d3a-0b7a3f6f1a2b"))
      assertProblem(yield* call("GET", "/user/profile"), 401, "unauthenticated")
      assertProblem(yield* call("GET", "/user/profile", { token: nobody }), 401, "unauthenticated")
    }))
})
