import { repeatMillis } from "@ddd/core/accounts/Refresh"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { hash } from "node:crypto"
import { assertProblem, Site, tokensOf } from "../support/Site.ts"

const refresh = (refreshToken: string) => Effect.flatMap(Site, ({ post }) => post("/auth/refresh", { refreshToken }))

/** The tokens, where the refresh is answered. */
const refreshed = (refreshToken: string) =>
  Effect.map(refresh(refreshToken), (answer) => {
    assert.strictEqual(answer.status, 200, answer.text)
    return tokensOf(answer)
  })

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("refresh tokens", (it) => {
  it.effect("are opaque, of 256 bits, and stored by their hash alone", () =>
    Effect.gen(function*() {
      const { newPlayer, sql } = yield* Site
      const { refreshToken } = yield* newPlayer
      const second = (yield* refreshed(refreshToken)).refreshToken
      const stored = JSON.stringify(yield* sql`SELECT t::text AS row FROM refresh_tokens t`)
      for (const token of [refreshToken, second]) {
        assert.match(token, /^[\w-]{43}$/)
        assert.notInclude(stored, token)
        assert.include(stored, hash("sha256", token, "hex"))
      }
    }))

  it.effect("are exchanged at each use for a successor and a new access token", () =>
    Effect.gen(function*() {
      const { ask, newPlayer } = yield* Site
      let { refreshToken } = yield* newPlayer
      const seen = new Set([refreshToken])
      for (let turn = 1; turn <= 4; turn++) {
        const tokens = yield* refreshed(refreshToken)
        refreshToken = tokens.refreshToken
        seen.add(refreshToken)
        assert.strictEqual((yield* ask("GET", "/user/profile", { token: tokens.accessToken })).status, 200)
      }
      assert.strictEqual(seen.size, 5)
      assertProblem(yield* refresh("A".repeat(43)), 401, "unauthenticated")
      assertProblem(yield* refresh("none"), 401, "unauthenticated")
    }))

  it.effect("may be repeated for ten seconds by who lost the answer, for the same successor", () =>
    Effect.gen(function*() {
      const { advance, newPlayer } = yield* Site
      const { refreshToken } = yield* newPlayer
      const answers = yield* Effect.forEach(Array.from({ length: 10 }), () => refreshed(refreshToken), {
        concurrency: "unbounded"
      })
      const successors = new Set(answers.map((tokens) => tokens.refreshToken))
      assert.strictEqual(successors.size, 1)
      yield* advance(repeatMillis - 5_000)
      successors.add((yield* refreshed(refreshToken)).refreshToken)
      assert.strictEqual(successors.size, 1)
      yield* advance(5_001)
      assertProblem(yield* refresh(refreshToken), 401, "token_reused")
      assertProblem(yield* refresh([...successors][0] ?? ""), 401, "unauthenticated")
    }))

  it.effect("may not be repeated once the successor was used", () =>
    Effect.gen(function*() {
      const { newPlayer } = yield* Site
      const { refreshToken } = yield* newPlayer
      const second = yield* refreshed(refreshToken)
      yield* refreshed(second.refreshToken)
      assertProblem(yield* refresh(refreshToken), 401, "token_reused")
    }))
})
