/**
 * The shop: RevenueCat, which tells of purchases in the stores of phones.
 *
 * It is known by the `Authorization` that was agreed on, verbatim, and, where a signing secret is set, by the signature of each request as
 * well (`core/hash/WebhookSignature`).
 */
import { type IsSigned, signatureObjection } from "@ddd/core/hash/WebhookSignature"
import { namedEvent } from "@ddd/core/money/WebhookEvent"
import { FundingSource } from "@ddd/core/ports/FundingSource"
import { Now } from "@ddd/core/ports/Now"
import type { WebhookRequest, WebhookVerdict } from "@ddd/core/ports/WebhookInbox"
import type { Instant } from "@ddd/core/values/Instant"
import { Effect, Layer, Redacted } from "effect"
import { createHmac, hash, timingSafeEqual } from "node:crypto"
import type { ProductCatalog } from "./ProductCatalog.ts"
import { eventOf, read } from "./RevenueCatEvent.ts"

export interface RevenueCatOptions {
  /** What the shop may send as `Authorization` (REVENUECAT_WEBHOOK_AUTH); without any nothing is believed. */
  readonly authorizations: ReadonlyArray<Redacted.Redacted>
  /** What it signs with (REVENUECAT_SIGNING_SECRET); without it `authorization` is enough. */
  readonly signingSecret: Redacted.Redacted | undefined
  readonly catalog: ProductCatalog
}

export const layer = (
  { authorizations, catalog, signingSecret }: RevenueCatOptions
): Layer.Layer<FundingSource, never, Now> =>
  Layer.effect(
    FundingSource,
    Effect.map(Now, ({ now }) => {
      const objection = authorizations.length === 0
        ? undefined
        : objections(authorizations.map((each) => Redacted.value(each)), signingSecret && Redacted.value(signingSecret))
      return FundingSource.of({
        authenticate: (request) =>
          objection === undefined
            ? Effect.succeed({ _tag: "NotConfigured" })
            : Effect.map(now, (at): WebhookVerdict => {
              const why = objection(request, at)
              return why === undefined ? { _tag: "Genuine", ...named(request.body) } : { _tag: "Forged", why }
            }),
        read: read(catalog)
      })
    })
  )

/** Digests have one length, so that comparing them tells nothing of the secret's. */
const digest = (text: string): Buffer => hash("sha256", text, "buffer")

/** Why a request is not the shop's; `undefined` where it is. */
const objections = (authorizations: ReadonlyArray<string>, signingSecret: string | undefined) => {
  const expected = authorizations.map(digest)
  return ({ body, headers }: WebhookRequest, now: Instant): string | undefined => {
    const shown = digest(headers["authorization"] ?? "")
    // each is compared, whichever it is
    if (expected.filter((each) => timingSafeEqual(each, shown)).length === 0) return "its authorization is not ours"
    return signingSecret === undefined
      ? undefined
      : signatureObjection(headers["x-revenuecat-webhook-signature"], body, [signedWith(signingSecret)], now)
  }
}

/** By a secret: whether a signature is made with it. */
const signedWith = (secret: string): IsSigned => (message, signature) =>
  timingSafeEqual(createHmac("sha256", secret).update(message).digest(), signature)

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** How the shop names the event of a body, or, where it does not, what the same body is always named. */
const named = (body: Uint8Array): { readonly eventId: string; readonly type: string } => {
  const { id, type } = eventIn(body) ?? {}
  return namedEvent(id, type) ?? { eventId: hash("sha256", body, "hex"), type: "unreadable" }
}

const eventIn = (body: Uint8Array) => {
  try {
    return eventOf(utf8.decode(body))
  } catch {
    return undefined
  }
}
