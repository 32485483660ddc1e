/** An event of a purchase, as the shop writes it, of which tests change a part. */
import type { RevenueCatEvent } from "../../src/RevenueCatEvent.ts"

export const player = "018f2d5e-7a1b-7cc0-9d3a-0b7a3f6f1a2b"

export const purchase: RevenueCatEvent = {
  id: "11111111-2222-3333-4444-555555555555",
  type: "NON_RENEWING_PURCHASE",
  environment: "PRODUCTION",
  store: "APP_STORE",
  transaction_id: "2000000123",
  product_id: "funds_5",
  is_family_share: false,
  app_user_id: player,
  original_app_user_id: "$RCAnonymousID:87c6049c58069238dce29853916d624c",
  aliases: ["$RCAnonymousID:8069238d6049ce87cc529853916d624c", player],
  price: 4.99,
  price_in_purchased_currency: 4.99,
  currency: "USD"
}

/** A refund of it. */
export const refund: RevenueCatEvent = {
  ...purchase,
  id: "11111111-2222-3333-4444-666666666666",
  type: "CANCELLATION",
  cancel_reason: "CUSTOMER_SUPPORT",
  price: -4.99,
  price_in_purchased_currency: -4.99
}

export const body = (event: unknown): string => JSON.stringify({ api_version: "1.0", event })
