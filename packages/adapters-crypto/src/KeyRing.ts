/**
 * A secret that rotates: the current one, and every earlier one, each with the id that is stored with what it made.
 *
 * An earlier secret is never dropped: tickets sealed with it must still verify, seeds must still open.
 */
import { Redacted, Result } from "effect"
import { KeysUnusable } from "./KeysUnusable.ts"

/** How the environment gives a rotating secret, e.g. SEED_KEY, SEED_KEY_KEY_ID, SEED_KEY_PREVIOUS. */
export interface KeyRingConfig {
  readonly secret: Redacted.Redacted
  readonly keyId: string
  /** `id:secret,id:secret`; empty: none. */
  readonly previous: Redacted.Redacted
}

/** A secret as its UTF-8 bytes (docs/fairness.md, "Notation"). */
export interface RingKey {
  readonly keyId: string
  readonly secret: Redacted.Redacted<Uint8Array>
}

export interface KeyRing {
  readonly current: RingKey
  /** The key with this id, the current one included. */
  readonly byId: (keyId: string) => RingKey | undefined
  /** All keys, the current one first. */
  readonly all: ReadonlyArray<RingKey>
}

/** What may name a key: stored with rows, shown in errors. */
export const isKeyId = (text: string): boolean => /^[A-Za-z0-9_-]{1,32}$/.test(text)

/** Said of what may not. */
export const keyIdRule = "must be 1 to 32 letters, digits, - or _"

/** Reads a rotating secret; `variable` is the name of its first variable. */
export const makeKeyRing = (variable: string, config: KeyRingConfig): Result.Result<KeyRing, KeysUnusable> => {
  const unusable = (suffix: string, reason: string) =>
    Result.fail(new KeysUnusable({ variable: `${variable}${suffix}`, reason }))
  const secret = Redacted.value(config.secret)
  if (secret === "") return unusable("", "is empty")
  // once replaced it must be listed as an earlier one; better to hear it now than on the day of the rotation
  if (secret.includes(",")) return unusable("", "must not contain a comma")
  if (!isKeyId(config.keyId)) return unusable("_KEY_ID", keyIdRule)

  const current = ringKey(config.keyId, secret)
  const keys = new Map([[current.keyId, current]])
  const previous = Redacted.value(config.previous)
  for (const [index, entry] of (previous === "" ? [] : previous.split(",")).entries()) {
    const colon = entry.indexOf(":")
    const keyId = entry.slice(0, Math.max(0, colon))
    if (!isKeyId(keyId) || colon === entry.length - 1) {
      return unusable("_PREVIOUS", `entry ${index + 1} is not of the form id:secret`)
    }
    if (keys.has(keyId)) return unusable("_PREVIOUS", `the key id ${keyId} is used twice; every secret needs its own`)
    keys.set(keyId, ringKey(keyId, entry.slice(colon + 1)))
  }
  return Result.succeed({ current, byId: (keyId) => keys.get(keyId), all: [...keys.values()] })
}

const ringKey = (keyId: string, secret: string): RingKey => ({
  keyId,
  secret: Redacted.make<Uint8Array>(new TextEncoder().encode(secret))
})
