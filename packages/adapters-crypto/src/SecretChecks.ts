/**
 * What a database may keep of each secret, so that another under the same key id is known for what it is.
 *
 * Of a symmetric secret 128 bits of HKDF-SHA-256 under a label of this use alone; of a signing key its public part.
 */
import type { HeldSecret, SecretName } from "@ddd/core/values/SecretChecks"
import { Redacted, Result } from "effect"
import { hkdfSync } from "node:crypto"
import { isKeyId, keyIdRule, type KeyRingConfig, makeKeyRing } from "./KeyRing.ts"
import { KeysUnusable } from "./KeysUnusable.ts"

const valueOf = (name: SecretName, secret: string | Uint8Array): string =>
  Buffer.from(hkdfSync("sha256", secret, "", `ddd/secret-check/v1/${name}`, 16)).toString("hex")

/** Of a rotating secret: the current one, then the earlier ones. */
export const ringChecks = (
  name: "TICKET_SEAL_SECRET" | "SEED_KEY",
  config: KeyRingConfig
): Result.Result<ReadonlyArray<HeldSecret>, KeysUnusable> =>
  Result.map(makeKeyRing(name, config), (ring) =>
    ring.all.map(({ keyId, secret }) => ({
      name,
      keyId,
      value: valueOf(name, Redacted.value(secret)),
      isPrevious: keyId !== ring.current.keyId
    })))

/** Of REFRESH_KEY. */
export const refreshCheck = (
  secret: Redacted.Redacted,
  keyId: string
): Result.Result<HeldSecret, KeysUnusable> =>
  isKeyId(keyId)
    ? Result.succeed({
      name: "REFRESH_KEY",
      keyId,
      value: valueOf("REFRESH_KEY", Redacted.value(secret)),
      isPrevious: false
    })
    : Result.fail(new KeysUnusable({ variable: "REFRESH_KEY_KEY_ID", reason: keyIdRule }))

/** Of the log: its name, and each of its verifier keys. */
export const logChecks = (origin: string, vkeys: ReadonlyArray<string>): ReadonlyArray<HeldSecret> => [
  { name: "LOG_ORIGIN", keyId: "origin", value: origin, isPrevious: false },
  ...vkeys.map((vkey): HeldSecret => ({
    name: "LOG_SIGNING_KEYS",
    keyId: vkey.slice(vkey.lastIndexOf("+") + 1),
    value: vkey,
    isPrevious: false
  }))
]

/** Of the keys that sign access tokens, by their public parts. */
export const accessTokenChecks = (
  keys: ReadonlyArray<{ readonly kid: string; readonly x: string }>
): ReadonlyArray<HeldSecret> =>
  keys.map(({ kid, x }) => ({ name: "JWT_PRIVATE_KEYS", keyId: kid, value: x, isPrevious: false }))
