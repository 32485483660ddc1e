import { nobleSha256 } from "@ddd/core/hash/Hash"
import { Sealing } from "@ddd/core/ports/Sealing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as SealingNode from "../src/SealingNode.ts"

const config = { secret: Redacted.make("ticket secret"), keyId: "2", previous: Redacted.make("1:earlier secret") }

describe("SealingNode", () => {
  it.effect("gives the current secret and the earlier ones as their UTF-8 bytes, and SHA-256", () =>
    Effect.gen(function*() {
      const sealing = yield* Sealing
      const bytesOf = (keyId: string) => {
        const key = sealing.byId(keyId)
        return key && Redacted.value(key.secret)
      }
      assert.strictEqual(sealing.current.keyId, "2")
      assert.deepStrictEqual(bytesOf("2"), new TextEncoder().encode("ticket secret"))
      assert.deepStrictEqual(bytesOf("1"), new TextEncoder().encode("earlier secret"))
      assert.isUndefined(bytesOf("3"))
      assert.deepStrictEqual(sealing.sha256(Uint8Array.of(1, 2)), nobleSha256(Uint8Array.of(1, 2)))
    }).pipe(Effect.provide(SealingNode.layer(config))))

  it.effect("fails to start on secrets that cannot be used", () =>
    Effect.gen(function*() {
      const error = yield* Sealing.pipe(
        Effect.provide(SealingNode.layer({ ...config, previous: Redacted.make("2:again") })),
        Effect.flip
      )
      assert.strictEqual(error._tag, "KeysUnusable")
      assert.strictEqual(error.variable, "TICKET_SEAL_SECRET_PREVIOUS")
    }))
})
