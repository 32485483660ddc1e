/**
 * Seeds sealed with AES-256-GCM.
 *
 * The draw's id is authenticated with the seed: a stored seed moved to another draw's row does not open. Nonces are
 * random; a key seals a few draws a day, far from the 2^32 at which that would matter.
 */
import { type SealedSeed, type Seed, SeedUnreadable, SeedVault } from "@ddd/core/ports/SeedVault"
import type { DrawId } from "@ddd/core/values/Ids"
import { Effect, Layer, Redacted } from "effect"
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from "node:crypto"
import { type KeyRingConfig, makeKeyRing, type RingKey } from "./KeyRing.ts"
import type { KeysUnusable } from "./KeysUnusable.ts"

const cipher = "aes-256-gcm"
const seedBytes = 32
const nonceBytes = 12
const tagBytes = 16

/** SEED_KEY, SEED_KEY_KEY_ID, SEED_KEY_PREVIOUS. */
export const layer = (config: KeyRingConfig): Layer.Layer<SeedVault, KeysUnusable> =>
  Layer.effect(
    SeedVault,
    Effect.gen(function*() {
      const ring = yield* Effect.fromResult(makeKeyRing("SEED_KEY", config))
      return SeedVault.of({
        generate: Effect.sync(() => Redacted.make<Uint8Array>(new Uint8Array(randomBytes(seedBytes)))),
        seal: (drawId, seed) => Effect.sync(() => seal(ring.current, drawId, seed)),
        open: (drawId, sealed) =>
          Effect.suspend(() => {
            const key = ring.byId(sealed.keyId)
            const seed = key === undefined ? undefined : open(key, drawId, sealed)
            if (seed !== undefined) return Effect.succeed(seed)
            const reason = key === undefined ? "unknown key" : "not authentic"
            return Effect.fail(new SeedUnreadable({ drawId, keyId: sealed.keyId, reason }))
          })
      })
    })
  )

/** The secret may have any length and form; the cipher wants 32 uniform bytes. */
const cipherKey = ({ secret }: RingKey): KeyObject =>
  createSecretKey(new Uint8Array(hkdfSync("sha256", Redacted.value(secret), "", "ddd/seed-key/v1", 32)))

const seal = (key: RingKey, drawId: DrawId, seed: Seed): SealedSeed => {
  const bytes = Redacted.value(seed)
  if (bytes.length !== seedBytes) throw new RangeError(`A seed has ${seedBytes} bytes, not ${bytes.length}`)
  const nonce = randomBytes(nonceBytes)
  const sealing = createCipheriv(cipher, cipherKey(key), nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(drawId))
  const encrypted = [sealing.update(bytes), sealing.final()]
  return {
    keyId: key.keyId,
    nonce: new Uint8Array(nonce),
    ciphertext: new Uint8Array(Buffer.concat([...encrypted, sealing.getAuthTag()]))
  }
}

const open = (key: RingKey, drawId: DrawId, { nonce, ciphertext }: SealedSeed): Seed | undefined => {
  if (nonce.length !== nonceBytes || ciphertext.length !== seedBytes + tagBytes) return undefined
  const opening = createDecipheriv(cipher, cipherKey(key), nonce, { authTagLength: tagBytes })
    .setAAD(Buffer.from(drawId))
    .setAuthTag(ciphertext.subarray(seedBytes))
  const seed = opening.update(ciphertext.subarray(0, seedBytes))
  try {
    opening.final()
  } catch {
    // the tag does not fit: the one thing that final() throws for here
    return undefined
  }
  return Redacted.make<Uint8Array>(new Uint8Array(seed))
}
