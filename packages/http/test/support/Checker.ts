/** Who checks identities, as tests know it: the real reader of its messages. */
import * as IdentitySourceWebhook from "@ddd/adapters-kyc/IdentitySourceWebhook"
import { Redacted } from "effect"
import { createHmac } from "node:crypto"

/** While one secret replaces the other, both are good. */
export const secrets = ["the checker's secret of today", "the checker's secret of tomorrow"] as const

export const layer = (known: ReadonlyArray<string> = secrets) =>
  IdentitySourceWebhook.layer(known.map((secret) => Redacted.make(secret)))

/** The header that signs a body, at an instant. */
export const signature = (body: string, at: number, secret: string = secrets[0]): string => {
  const seconds = Math.floor(at / 1_000)
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.`).update(body).digest("hex")}`
}
