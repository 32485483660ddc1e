/** REFRESH_KEY: the secret behind refresh tokens, mailed tokens and pseudonyms, each with a key of its own made from it. */
import { Redacted, Result } from "effect"
import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto"
import { KeysUnusable } from "./KeysUnusable.ts"

/** The secret, which must not be empty. */
export const readRefreshKey = (secret: Redacted.Redacted): Result.Result<Redacted.Redacted, KeysUnusable> =>
  Redacted.value(secret) === ""
    ? Result.fail(new KeysUnusable({ variable: "REFRESH_KEY", reason: "is empty" }))
    : Result.succeed(secret)

/** The 256-bit key for one purpose: HKDF-SHA-256 of the secret, no salt. Another `purpose` gives an unrelated key. */
export const keyFor = (secret: Redacted.Redacted, purpose: string): KeyObject =>
  createSecretKey(new Uint8Array(hkdfSync("sha256", Redacted.value(secret), "", purpose, 32)))
