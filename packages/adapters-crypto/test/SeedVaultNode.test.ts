import { type SealedSeed, SeedVault } from "@ddd/core/ports/SeedVault"
import { drawId } from "@ddd/core/values/Ids"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Exit, Redacted } from "effect"
import { createDecipheriv, hkdfSync } from "node:crypto"
import * as SeedVaultNode from "../src/SeedVaultNode.ts"

const monday = drawId("019a0000-0000-7000-8000-437ad1daed7c")
const tuesday = drawId("019a0000-0000-7000-8000-d63dd6d00c21")

const vault = (secret: string, keyId = "1", previous = "") =>
  SeedVaultNode.layer({ secret: Redacted.make(secret), keyId, previous: Redacted.make(previous) })

const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => i === at ? byte ^ 1 : byte)

layer(vault("first secret"))("SeedVaultNode", (it) => {
  it.effect("opens what it sealed", () =>
    Effect.gen(function*() {
      const { generate, open, seal } = yield* SeedVault
      const seed = yield* generate
      const sealed = yield* seal(monday, seed)
      assert.deepStrictEqual([sealed.keyId, sealed.nonce.length, sealed.ciphertext.length], ["1", 12, 48])
      assert.deepStrictEqual(Redacted.value(yield* open(monday, sealed)), Redacted.value(seed))
    }))

  it.effect("makes a new seed each time, and seals each time differently", () =>
    Effect.gen(function*() {
      const { generate, seal } = yield* SeedVault
      const seeds = yield* Effect.all(Array.from({ length: 100 }, () => generate))
      assert.isTrue(seeds.every((seed) => Redacted.value(seed).length === 32))
      assert.strictEqual(new Set(seeds.map((seed) => Buffer.from(Redacted.value(seed)).toString("hex"))).size, 100)
      const [seed = yield* generate] = seeds
      assert.notDeepEqual((yield* seal(monday, seed)).nonce, (yield* seal(monday, seed)).nonce)
    }))

  it.effect("does not open another draw's seed, nor one with a single bit changed", () =>
    Effect.gen(function*() {
      const { generate, open, seal } = yield* SeedVault
      const sealed = yield* seal(monday, yield* generate)
      const { ciphertext, nonce } = sealed
      const wrong: ReadonlyArray<SealedSeed> = [
        ...Array.from(ciphertext, (_, at) => ({ ...sealed, ciphertext: flipped(ciphertext, at) })),
        ...Array.from(nonce, (_, at) => ({ ...sealed, nonce: flipped(nonce, at) })),
        { ...sealed, ciphertext: ciphertext.subarray(0, 44) },
        { ...sealed, ciphertext: new Uint8Array() },
        { ...sealed, nonce: new Uint8Array() }
      ]
      for (const other of wrong) {
        assert.strictEqual((yield* Effect.flip(open(monday, other))).reason, "not authentic")
      }
      const error = yield* Effect.flip(open(tuesday, sealed))
      assert.strictEqual(error._tag, "SeedUnreadable")
      assert.include(error.message, tuesday)
    }))

  it.effect("dies on a seed that is not 32 bytes", () =>
    Effect.gen(function*() {
      const exit = yield* Effect.exit((yield* SeedVault).seal(monday, Redacted.make(new Uint8Array(31))))
      assert.isTrue(Exit.hasDies(exit))
    }))

  it.effect("encrypts with AES-256-GCM under a key derived by HKDF-SHA-256", () =>
    Effect.gen(function*() {
      const { generate, seal } = yield* SeedVault
      const seed = yield* generate
      const { ciphertext, nonce } = yield* seal(monday, seed)
      const key = Buffer.from(hkdfSync("sha256", "first secret", new Uint8Array(), "ddd/seed-key/v1", 32))
      const opening = createDecipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(monday))
      opening.setAuthTag(ciphertext.subarray(32))
      const opened = Buffer.concat([opening.update(ciphertext.subarray(0, 32)), opening.final()])
      assert.deepStrictEqual(new Uint8Array(opened), Redacted.value(seed))
    }))
})

describe("SeedVaultNode after a rotation", () => {
  it.effect("opens under the earlier key, seals under the new one, and names a key that is gone", () =>
    Effect.gen(function*() {
      const [seed, old] = yield* SeedVault.use(({ generate, seal }) =>
        Effect.flatMap(generate, (seed) => Effect.map(seal(monday, seed), (sealed) => [seed, sealed] as const))
      ).pipe(Effect.provide(vault("first secret")))

      const reopened = yield* SeedVault.use(({ open }) => open(monday, old)).pipe(
        Effect.provide(vault("second secret", "2", "1:first secret"))
      )
      assert.deepStrictEqual(Redacted.value(reopened), Redacted.value(seed))

      const renewed = yield* SeedVault.use(({ seal }) => seal(monday, seed)).pipe(
        Effect.provide(vault("second secret", "2", "1:first secret"))
      )
      assert.strictEqual(renewed.keyId, "2")

      const gone = yield* SeedVault.use(({ open }) => open(monday, old)).pipe(
        Effect.provide(vault("second secret", "2")),
        Effect.flip
      )
      assert.deepInclude(gone, { _tag: "SeedUnreadable", reason: "unknown key", keyId: "1" })
    }))
})
