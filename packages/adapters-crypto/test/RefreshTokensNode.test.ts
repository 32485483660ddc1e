import { RefreshTokens } from "@ddd/core/ports/RefreshTokens"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as RefreshTokensNode from "../src/RefreshTokensNode.ts"

const layer = RefreshTokensNode.layer(Redacted.make("a key of the test"))

describe("RefreshTokensNode", () => {
  it.effect("reads a token that it issued, and names the one successor each time", () =>
    Effect.gen(function*() {
      const tokens = yield* RefreshTokens
      const { hash, token } = yield* tokens.issue
      const shown = tokens.read(token)
      if (shown === null) return assert.fail("an issued token must be read")
      assert.strictEqual(shown.hash, hash)
      assert.notStrictEqual(shown.successor.hash, hash)
      assert.strictEqual(tokens.read(shown.successor.token)?.hash, shown.successor.hash)
      const again = tokens.read(token)
      assert.strictEqual(Redacted.value(again?.successor.token ?? token), Redacted.value(shown.successor.token))
    }).pipe(Effect.provide(layer)))

  it.effect("looks nothing up for a text that is no token", () =>
    Effect.gen(function*() {
      const tokens = yield* RefreshTokens
      for (const text of ["", "x", "a".repeat(44), "ä".repeat(43)]) assert.isNull(tokens.read(Redacted.make(text)))
    }).pipe(Effect.provide(layer)))

  it.effect("does not start on an empty key", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Effect.provide(RefreshTokens, RefreshTokensNode.layer(Redacted.make(""))))
      assert.strictEqual(error.message, "REFRESH_KEY: is empty")
    }))
})
