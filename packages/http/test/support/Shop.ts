/** The shop that sells credit, as RevenueCat tells of it. */
import * as FundingSourceRevenueCat from "@ddd/adapters-revenuecat/FundingSourceRevenueCat"
import { cents } from "@ddd/core/money/Money"
import { Redacted } from "effect"

export const authorization = "the shop's own authorization"

/** What the shop is known by. */
export const secrets = { authorizations: [Redacted.make(authorization)], signingSecret: undefined }

/** The real reader of its events, which knows one product, worth $5.00. */
export const layer = (known: Pick<FundingSourceRevenueCat.RevenueCatOptions, "authorizations" | "signingSecret">) =>
  FundingSourceRevenueCat.layer({ ...known, catalog: new Map([["funds_5", cents(500n)]]) })

let events = 0

/** The body of an event about a purchase of $5.00, of which tests change a part. */
export const event = (fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    api_version: "1.0",
    event: {
      id: `event-${++events}`,
      type: "NON_RENEWING_PURCHASE",
      environment: "PRODUCTION",
      store: "APP_STORE",
      product_id: "funds_5",
      price: 4.99,
      ...fields
    }
  })

/** What makes the event of a purchase that of its refund. */
export const refunded = { type: "CANCELLATION", cancel_reason: "CUSTOMER_SUPPORT", price: -4.99 }
