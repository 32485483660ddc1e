/** Who checks identities, as tests know it: the real reader of its messages. */
import * as IdentitySourceWebhook from "@ddd/adapters-kyc/IdentitySourceWebhook"
import { signature as signed } from "@ddd/sim/providers/WebhookSignature"
import { Redacted } from "effect"

/** While one secret replaces the other, both are good. */
export const secrets = ["the checker's secret of today", "the checker's secret of tomorrow"] as const

export const layer = (known: ReadonlyArray<string> = secrets) =>
  IdentitySourceWebhook.layer(known.map((secret) => Redacted.make(secret)))

/** The header that signs a body, at an instant. */
export const signature = (body: string, at: number, secret: string = secrets[0]): string => signed(body, at, secret)
