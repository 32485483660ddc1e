/**
 * What a shop tells in the course of many purchases, made up: purchases, refunds, reversals, and much that is none of our business.
 *
 * What the wallets must hold in the end follows from what was said, whatever the order and however often: a purchase counts unless it
 * was refunded, and counts again where its refund was reversed.
 */
import { signature } from "@ddd/sim/providers/WebhookSignature"

/** A webhook's body, as the shop sends it. */
export type Body = string

/** Product ids and what they are worth, in cents. */
const products = { funds_5: 500n, funds_10: 1_000n, funds_25: 2_500n } as const
const productIds = ["funds_5", "funds_10", "funds_25"] as const

export const catalog = JSON.stringify({ funds_5: "5.00", funds_10: "10.00", funds_25: "25.00" })

interface Said {
  readonly type: string
  readonly [field: string]: unknown
}

/** An event in the shop's envelope. */
const bodyOf = (id: string, said: Said): Body =>
  JSON.stringify({
    api_version: "1.0",
    event: {
      id,
      app_id: "app1a2b3c4d",
      event_timestamp_ms: 1_770_000_000_000,
      environment: "PRODUCTION",
      store: "APP_STORE",
      period_type: "NORMAL",
      currency: "USD",
      subscriber_attributes: {},
      ...said
    }
  })

export interface ShopDay {
  readonly bodies: ReadonlyArray<Body>
  /** What the players have from it in the end, in cents, in their order. */
  readonly net: ReadonlyArray<bigint>
  /** What the last of them is first known by. */
  readonly purchases: number
}

/**
 * `count` events about these players. `random` gives numbers from 0 up to 1. The price that an event names is a cent less than what is credited, as shops have them.
 */
export const makeShopDay = (players: ReadonlyArray<string>, count: number, random: () => number): ShopDay => {
  const bodies: Array<Body> = []
  const net = players.map(() => 0n)
  let purchases = 0
  const pick = <A>(items: ReadonlyArray<A>): A => {
    const item = items[Math.floor(random() * items.length)]
    if (item === undefined) throw new RangeError("nothing to pick from")
    return item
  }
  const idOf = () => `event-${bodies.length}-${Math.floor(random() * 1e9)}`
  while (bodies.length < count) {
    const index = Math.floor(random() * players.length)
    const player = players[index] ?? ""
    const anonymous = `$RCAnonymousID:${Math.floor(random() * 1e15).toString(16).padStart(32, "0")}`
    const who = pick([
      { app_user_id: player, original_app_user_id: player, aliases: [anonymous] },
      { app_user_id: anonymous, original_app_user_id: player, aliases: [] },
      { app_user_id: anonymous, original_app_user_id: anonymous, aliases: [anonymous, player] }
    ])
    const product = pick(productIds)
    const price = Number(products[product] - 1n) / 100
    const transaction = {
      product_id: product,
      transaction_id: `2000000${bodies.length}`,
      original_transaction_id: `2000000${bodies.length}`,
      store: pick(["APP_STORE", "PLAY_STORE"]),
      purchased_at_ms: 1_770_000_000_000
    }
    const chance = random()
    if (chance < 0.1) {
      const said = { ...who, ...transaction, type: "NON_RENEWING_PURCHASE", price: 4.99, environment: "SANDBOX" }
      bodies.push(bodyOf(idOf(), said))
      continue
    }
    if (chance < 0.2) {
      const type = pick(["TEST", "INITIAL_PURCHASE", "EXPIRATION", "BILLING_ISSUE", "SOMETHING_NEW"])
      bodies.push(bodyOf(idOf(), { ...who, ...transaction, type, price: 9.99 }))
      continue
    }
    if (chance < 0.25) {
      bodies.push(
        bodyOf(idOf(), { ...who, ...transaction, type: "CANCELLATION", cancel_reason: "UNSUBSCRIBE", price: 0 })
      )
      continue
    }
    purchases++
    const [isRefunded, isReversed] = [random() < 0.4, random() < 0.4]
    bodies.push(bodyOf(idOf(), { ...who, ...transaction, type: "NON_RENEWING_PURCHASE", price }))
    if (isRefunded) {
      const said = { ...who, ...transaction, type: "CANCELLATION", cancel_reason: "CUSTOMER_SUPPORT", price: -price }
      bodies.push(bodyOf(idOf(), said))
      if (isReversed) bodies.push(bodyOf(idOf(), { ...who, ...transaction, type: "REFUND_REVERSED", price }))
    }
    if (!isRefunded || isReversed) net[index] = (net[index] ?? 0n) + products[product]
  }
  return { bodies, net, purchases }
}

/** How the shop signs a body at `seconds`, Unix time. */
export const signed = (secret: string, seconds: number, body: Body): string => signature(body, seconds * 1_000, secret)
