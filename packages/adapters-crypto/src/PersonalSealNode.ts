/**
 * What is kept of a person, sealed with AES-256-GCM under a key of their own, and pseudonyms by HMAC-SHA-256.
 *
 * Nonces are random; a person's key seals a few events a day, far from the 2^32 at which that would matter. Where REFRESH_KEY is
 * replaced, pseudonyms change: counters of failed sign-ins start anew, and networks that were known are strange once more.
 */
import { PersonalSeal } from "@ddd/core/ports/PersonalSeal"
import { Effect, Layer, type Redacted } from "effect"
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto"
import type { KeysUnusable } from "./KeysUnusable.ts"
import { keyFor, readRefreshKey } from "./RefreshKey.ts"

const cipher = "aes-256-gcm"
const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16

/** `secret` is REFRESH_KEY. */
export const layer = (secret: Redacted.Redacted): Layer.Layer<PersonalSeal, KeysUnusable> =>
  Layer.effect(
    PersonalSeal,
    Effect.map(Effect.fromResult(readRefreshKey(secret)), (checked) => {
      const key = keyFor(checked, "ddd/pseudonym/v1")
      return PersonalSeal.of({
        newKey: Effect.sync(() => new Uint8Array(randomBytes(keyBytes))),
        seal: (key, context, text) => Effect.sync(() => seal(key, context, text)),
        open: (key, context, sealed) => Effect.sync(() => open(key, context, sealed)),
        pseudonym: (value) => createHmac("sha256", key).update(value).digest("hex")
      })
    })
  )

/** Nonce, ciphertext and tag, one after another. */
const seal = (key: Uint8Array, context: string, text: string): Uint8Array => {
  const nonce = randomBytes(nonceBytes)
  const sealing = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(context))
  const encrypted = [nonce, sealing.update(text, "utf8"), sealing.final()]
  return new Uint8Array(Buffer.concat([...encrypted, sealing.getAuthTag()]))
}

const open = (key: Uint8Array, context: string, sealed: Uint8Array): string | null => {
  if (sealed.length < nonceBytes + tagBytes) return null
  const opening = createDecipheriv(cipher, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(context))
    .setAuthTag(sealed.subarray(-tagBytes))
  const text = opening.update(sealed.subarray(nonceBytes, -tagBytes))
  try {
    return Buffer.concat([text, opening.final()]).toString("utf8")
  } catch {
    // the tag does not fit: the one thing that final() throws for here
    return null
  }
}
