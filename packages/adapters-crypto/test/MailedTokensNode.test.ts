import { MailedTokens } from "@ddd/core/ports/MailedTokens"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { hash } from "node:crypto"
import * as MailedTokensNode from "../src/MailedTokensNode.ts"

const tokensUnder = (secret: string) => Effect.provide(MailedTokens, MailedTokensNode.layer(Redacted.make(secret)))

describe("MailedTokensNode", () => {
  it.effect("gives an id the same token each time, another id and another key another", () =>
    Effect.gen(function*() {
      const tokens = yield* tokensUnder("a key of the test")
      const others = yield* tokensUnder("another key")
      const of = (id: string) => Redacted.value(tokens.tokenOf(id))
      assert.strictEqual(of("1"), of("1"))
      assert.strictEqual(new Set([of("1"), of("2"), Redacted.value(others.tokenOf("1"))]).size, 3)
      assert.match(of("1"), /^[A-Za-z0-9_-]{43}$/)
      assert.strictEqual(tokens.hashOf(tokens.tokenOf("1")), hash("sha256", of("1"), "hex"))
    }))
})
