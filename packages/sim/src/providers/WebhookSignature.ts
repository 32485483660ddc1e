/** How services sign what they tell: Stripe, RevenueCat, and who checks identities. */
import { createHmac } from "node:crypto"

/** The header that signs a body at a time in Unix milliseconds: `t=<unix s>,v1=<hex>`, HMAC-SHA-256 of `<t>.<body>`. */
export const signature = (body: string, atMillis: number, secret: string): string => {
  const seconds = Math.floor(atMillis / 1_000)
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`
}
