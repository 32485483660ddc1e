/**
 * What an event of RevenueCat means for us.
 *
 * Events are acted on by an allow-list: new types and new fields come without a new version. There is no type for
 * refunds: a refund is a cancellation by customer support at a price below zero. Money counts where it was paid: in
 * production, in a store that takes any.
 */
import { isStore, storeReference } from "@ddd/core/money/FundingReference"
import type { FundingNotice } from "@ddd/core/ports/FundingSource"
import type { ProductCatalog } from "./ProductCatalog.ts"

/** The fields of an event, none of which can be relied on. */
export type RevenueCatEvent = Readonly<Record<string, unknown>>

/** The event within a body; `undefined` for what is no JSON object that holds one. */
export const eventOf = (body: string): RevenueCatEvent | undefined => {
  let envelope: unknown
  try {
    envelope = JSON.parse(body)
  } catch {
    return undefined
  }
  return isObject(envelope) && isObject(envelope["event"]) ? envelope["event"] : undefined
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Reads a body. Never throws, whatever it holds. */
export const read = (catalog: ProductCatalog) => (body: string): FundingNotice => {
  const event = eventOf(body)
  if (event === undefined) return unusable("the body holds no event as RevenueCat writes them")
  const type = event["type"]
  switch (type) {
    case "NON_RENEWING_PURCHASE":
      return purchase(catalog, event)
    case "CANCELLATION":
      return cancellation(event)
    case "REFUND_REVERSED":
      return ofMoney(event, (reference) => ({ _tag: "Event", event: { _tag: "RefundReversed", reference } }))
    case "TRANSFER":
      return names(event, [event["transferred_from"], event["transferred_to"]])
    case "SUBSCRIBER_ALIAS":
      return names(event, buyerFields(event))
    default:
      return typeof type === "string"
        ? ignored(`events of the type ${shown(type)} are of no interest`)
        : unusable("the event has no type")
  }
}

const ignored = (why: string): FundingNotice => ({ _tag: "Ignored", why })
const unusable = (why: string): FundingNotice => ({ _tag: "Unusable", why })

const purchase = (catalog: ProductCatalog, event: RevenueCatEvent): FundingNotice =>
  ofMoney(event, (reference) => {
    const product = event["product_id"]
    if (typeof product !== "string") return unusable(`${reference}: the purchase names no product`)
    const amount = catalog.get(product)
    if (amount === undefined) {
      return unusable(`${reference}: PRODUCT_CATALOG has no product ${shown(product)}; add it, then replay the event`)
    }
    const names = namesIn(buyerFields(event))
    return names.length === 0
      ? unusable(`${reference}: the purchase names no buyer`)
      : { _tag: "Event", event: { _tag: "Purchased", reference, amount, buyer: { _tag: "Named", names } } }
  })

const cancellation = (event: RevenueCatEvent): FundingNotice => {
  const reason = event["cancel_reason"]
  if (reason !== "CUSTOMER_SUPPORT") return ignored(`cancelled for ${shown(reason)}, which refunds nothing`)
  return ofMoney(event, (reference) => {
    const price = event["price"] ?? null
    if (price !== null && typeof price !== "number") return unusable(`${reference}: the price is not a number`)
    return price !== null && price >= 0
      ? ignored(`${reference}: cancelled at a price that is not below zero, which refunds nothing`)
      : { _tag: "Event", event: { _tag: "Refunded", reference } }
  })
}

/** Transactions of stores: their ids are printable, and no reference is longer than what is stored of it. */
const transactionForm = /^[\x21-\x7e]+$/
const referenceCharactersMax = 100

/** What `noticeOf` makes of an event's reference, where money was paid in it. */
const ofMoney = (event: RevenueCatEvent, noticeOf: (reference: string) => FundingNotice): FundingNotice => {
  const { environment, is_family_share: isShared, store, transaction_id: transaction } = event
  if (typeof environment !== "string") return unusable("the event does not say of which environment it is")
  if (environment !== "PRODUCTION") return ignored(`no money is paid in the environment ${shown(environment)}`)
  if (typeof store !== "string") return unusable("the event names no store")
  if (!isStore(store)) return ignored(`no money was paid in the store ${shown(store)}`)
  if (isShared === true) return ignored("shared within a family: nobody paid for it a second time")
  if (typeof transaction !== "string" || !transactionForm.test(transaction)) {
    return unusable("the event names no transaction")
  }
  const reference = storeReference(store, transaction)
  return reference.length > referenceCharactersMax
    ? unusable(`the reference of its transaction is longer than ${referenceCharactersMax} characters`)
    : noticeOf(reference)
}

/** Names of one buyer. They decide whose money that is, so those of a test environment say nothing. */
const names = (event: RevenueCatEvent, fields: ReadonlyArray<unknown>): FundingNotice => {
  const environment = event["environment"]
  if (environment !== "PRODUCTION") return ignored(`names in the environment ${shown(environment)} are nobody's here`)
  const names = namesIn(fields)
  return names.length < 2 ? ignored("the event knows its buyer by one name at most") : { _tag: "Names", names }
}

/** Where a buyer is named, most telling first. */
const buyerFields = (event: RevenueCatEvent): ReadonlyArray<unknown> => [
  event["app_user_id"],
  event["original_app_user_id"],
  event["aliases"]
]

/** What may be kept as a name: any text that is whole, without control characters. */
const nameForm = /^[^\p{Cc}\p{Cs}]{1,255}$/u
const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Every name once. Apps write ids of players in either case; we write them in lower case. */
const namesIn = (fields: ReadonlyArray<unknown>): ReadonlyArray<string> => {
  const names = new Set<string>()
  for (const name of fields.flat()) {
    if (typeof name === "string" && nameForm.test(name)) names.add(uuidForm.test(name) ? name.toLowerCase() : name)
  }
  return [...names]
}

/** A text of the event's, short and in one line. */
const shown = (value: unknown): string => {
  if (typeof value !== "string") return "(none)"
  return /^[\w.:-]{1,80}$/.test(value) ? value : JSON.stringify(value.slice(0, 80))
}
