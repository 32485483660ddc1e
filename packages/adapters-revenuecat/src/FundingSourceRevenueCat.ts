/**
 * The shop: RevenueCat, which tells of purchases in the stores of phones.
 *
 * It is known by the `Authorization` that was agreed on, verbatim, and, where a signing secret is set, by the
 * signature of each request as well: `t=<unix seconds>,v1=<hex>`, HMAC-SHA-256 of `<t>.<body>`, with a `v1` for each
 * secret while one replaces the other.
 */
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
      : signatureObjection(signingSecret, headers["x-revenuecat-webhook-signature"], body, now)
  }
}

/** A signature may be this old, or as much ahead of our clock, in milliseconds. */
const toleranceMillis = 300_000

const signatureForm = /^t=(\d{1,12})((?:,v1=[0-9a-f]{64}){1,8})$/

const signatureObjection = (
  secret: string,
  header: string | undefined,
  body: Uint8Array,
  now: Instant
): string | undefined => {
  const [, seconds, signatures] = signatureForm.exec(header ?? "") ?? []
  if (seconds === undefined || signatures === undefined) return "it has no signature of the form t=…,v1=…"
  if (Math.abs(now - Number(seconds) * 1_000) > toleranceMillis) {
    return "its signature is of another time: more than five minutes from now"
  }
  const expected = createHmac("sha256", secret).update(`${seconds}.`).update(body).digest()
  const isOurs = signatures.split(",v1=").slice(1).some((hex) => timingSafeEqual(Buffer.from(hex, "hex"), expected))
  return isOurs ? undefined : "its signature is not made with our secret"
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const idForm = /^[\x20-\x7e]{1,255}$/
const typeForm = /^[\x20-\x7e]{1,100}$/

/** How the shop names the event of a body, or, where it does not, what the same body is always named. */
const named = (body: Uint8Array): { readonly eventId: string; readonly type: string } => {
  const { id, type } = eventIn(body) ?? {}
  return typeof id === "string" && idForm.test(id) && typeof type === "string" && typeForm.test(type)
    ? { eventId: id, type }
    : { eventId: hash("sha256", body, "hex"), type: "unreadable" }
}

const eventIn = (body: Uint8Array) => {
  try {
    return eventOf(utf8.decode(body))
  } catch {
    return undefined
  }
}
