/**
 * Refresh tokens: opaque to all but the database, which keeps only their hashes.
 *
 * A token's successor follows from it and a key, so that a client which lost the answer to its refresh gets the same
 * successor again, though the server never stored it (docs/api.md, `/auth/refresh`).
 */
import { Redacted } from "effect"
import { createHmac, hash, randomBytes } from "node:crypto"

const tokenForm = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/

/** A new token: 256 secure random bits, base64url. */
export const newRefreshToken = (): Redacted.Redacted => Redacted.make(randomBytes(32).toString("base64url"))

/** Whether `text` has a refresh token's form; nothing else need be looked up. */
export const isRefreshToken = (text: string): boolean => tokenForm.test(text)

/** What is stored of a token: its SHA-256, hex. The token's 256 random bits need no salt and no slow hash. */
export const refreshTokenHash = (token: Redacted.Redacted): string => hash("sha256", Redacted.value(token), "hex")

/** The one token that follows `token`: HMAC-SHA-256 of it under REFRESH_KEY (its UTF-8 bytes), base64url. */
export const refreshTokenSuccessor = (key: Redacted.Redacted, token: Redacted.Redacted): Redacted.Redacted =>
  Redacted.make(createHmac("sha256", Redacted.value(key)).update(Redacted.value(token)).digest("base64url"))
