/** Passwords of roles, as they are told to PostgreSQL. */
import { Redacted } from "effect"
import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto"

/**
 * What PostgreSQL stores of a password (RFC 5802, RFC 7677). Made here, so that the password itself is in no statement and
 * thus in no server's log.
 */
export const scramVerifier = (password: Redacted.Redacted): string => {
  const iterations = 4096
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(Redacted.value(password), salt, iterations, 32, "sha256")
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest()
  const storedKey = createHash("sha256").update(hmac("Client Key")).digest("base64")
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${hmac("Server Key").toString("base64")}`
}
