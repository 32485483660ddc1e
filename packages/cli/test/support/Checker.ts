/** Who checks identities, as tests are it. */
import { signature } from "@ddd/sim/providers/WebhookSignature"
import { hash } from "node:crypto"
import type { Call } from "./Call.ts"

/** KYC_WEBHOOK_SECRET. */
export const checkerSecret = hash("sha256", "the secret of who checks identities in these tests")

/** A message as who checks sends it at that time, RFC 3339. */
export const signedMessage = (message: Readonly<Record<string, unknown>>, at: string): Call => {
  const body = JSON.stringify(message)
  return { body, headers: { "x-kyc-signature": signature(body, Date.parse(at), checkerSecret) } }
}
