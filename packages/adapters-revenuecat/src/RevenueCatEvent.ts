/**
 * What an event of RevenueCat means for us.
 *
 * Events are acted on by an allow-list: new types and new fields come without a new version. There is no type for
 * refunds: a refund is a cancellation by customer support at a price below zero. Money counts where it was paid: in
 * production, in a store that takes any. What speaks of money and is not understood is for a person, never ignored.
 */
import type { FundingEvent } from "@ddd/core/money/Funding"
import { isStore, storeReference, transactionIdForm } from "@ddd/core/money/FundingReference"
import { type Cents, formatCents, isCents } from "@ddd/core/money/Money"
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
      return ofMoney(event, (reference) => eventNotice(event, { _tag: "RefundReversed", reference }))
    case "TRANSFER":
      // purchases went from one to the other in the shop: two people's names as likely as one's
      return ignored("a transfer says nothing of who bought what")
    default:
      return typeof type === "string" ? other(event, type) : unusable("the event has no type")
  }
}

const ignored = (why: string): FundingNotice => ({ _tag: "Ignored", why })
const unusable = (why: string): FundingNotice => ({ _tag: "Unusable", why })
const eventNotice = (event: RevenueCatEvent, told: FundingEvent): FundingNotice => ({
  _tag: "Event",
  event: told,
  names: buyerNames(event)
})

const purchase = (catalog: ProductCatalog, event: RevenueCatEvent): FundingNotice =>
  ofMoney(event, (reference) => {
    const product = event["product_id"]
    if (typeof product !== "string") return unusable(`${reference}: the purchase names no product`)
    const amount = catalog.get(product)
    if (amount === undefined) {
      return unusable(`${reference}: PRODUCT_CATALOG has no product ${shown(product)}; add it, then replay the event`)
    }
    const names = buyerNames(event)
    if (names.length === 0) return unusable(`${reference}: the purchase names no buyer`)
    const [appUserId] = namesIn([event["app_user_id"]])
    const doubt = doubtOf(event, amount)
    return eventNotice(event, {
      _tag: "Purchased",
      reference,
      amount,
      buyer: { _tag: "Named", ...appUserId === undefined ? {} : { appUserId }, names },
      ...paid(event, 1),
      ...doubt === undefined ? {} : { doubt }
    })
  })

const cancellation = (event: RevenueCatEvent): FundingNotice => {
  const { cancel_reason: reason, price = null } = event
  if (reason !== "CUSTOMER_SUPPORT") return other(event, `cancelled for ${shown(reason)}`)
  return ofMoney(event, (reference) => {
    if (price !== null && typeof price !== "number") return unusable(`${reference}: the price is not a number`)
    if (price === 0) return ignored(`${reference}: cancelled at no price, which refunds nothing`)
    if (price !== null && price > 0) {
      return unusable(`${reference}: cancelled by customer support at a price above zero: is it a refund?`)
    }
    return eventNotice(event, { _tag: "Refunded", reference, ...paid(event, -1) })
  })
}

/** An event that credits and refunds nothing: of interest for its names, and for a person where money was paid. */
const other = (event: RevenueCatEvent, what: string): FundingNotice => {
  const { environment, price, store } = event
  const isOfMoney = environment === "PRODUCTION" && !(typeof store === "string" && freeStores.has(store))
  if (isOfMoney && typeof price === "number" && price !== 0) {
    return unusable(`${shown(what)}: money moved (${price}), and events of this kind credit and refund nothing here`)
  }
  const names = environment === "PRODUCTION" ? buyerNames(event) : []
  return names.length < 2
    ? ignored(`${shown(what)}: events of this kind are of no interest`)
    : { _tag: "Names", names }
}

const dollars = "USD"

/** What was paid or refunded, in which currency where that is told; nothing where no sum is. */
interface Paid {
  readonly price?: Cents
  readonly currency?: string
}

const sumIn = (sum: number, currency: string | undefined): Paid => {
  const hundredths = Math.max(1, Math.round(sum * 100))
  if (!(sum > 0) || !Number.isSafeInteger(hundredths)) return {}
  const price = BigInt(hundredths)
  if (!isCents(price)) return {}
  return currency === undefined ? { price } : { price, currency }
}

/**
 * What was paid (`sign` 1) or refunded (-1), one hundredth at least. `price` is in US dollars, by the rate of its day,
 * `price_in_purchased_currency` in the currency of the purchase.
 */
const paid = (event: RevenueCatEvent, sign: 1 | -1): Paid => {
  const { currency = null, price, price_in_purchased_currency: inCurrency } = event
  if (typeof inCurrency === "number") {
    return sumIn(inCurrency * sign, typeof currency === "string" && /^[A-Z]{3}$/.test(currency) ? currency : undefined)
  }
  return typeof price === "number" && (currency === null || currency === dollars) ? sumIn(price * sign, dollars) : {}
}

/** Why a purchase of a product that credits `amount` cannot be credited by the catalogue; `undefined` where it can. */
const doubtOf = (event: RevenueCatEvent, amount: Cents): string | undefined => {
  const { currency = null, price = null, quantity = null } = event
  if (quantity !== null && quantity !== 1) return `it is a purchase of ${shown(quantity)} pieces, not of one`
  if (currency !== null && currency !== "USD") return `it was paid in ${shown(currency)}, not in US dollars`
  if (price === null) return undefined
  if (typeof price !== "number") return `its price is ${shown(price)}, which is no number`
  const hundredths = price * 100
  return hundredths * 2 >= Number(amount) && hundredths * 2 <= Number(amount) * 3
    ? undefined
    : `its price is ${price}, which a product that credits ${formatCents(amount)} cannot have`
}

/** Where nobody pays. */
const freeStores: ReadonlySet<string> = new Set(["PROMOTIONAL", "TEST_STORE"])

/** No reference is longer than what is stored of it. */
const referenceCharactersMax = 100

/** What `noticeOf` makes of an event's reference, where money was paid in it. */
const ofMoney = (event: RevenueCatEvent, noticeOf: (reference: string) => FundingNotice): FundingNotice => {
  const { environment, is_family_share: isShared, store, transaction_id: transaction } = event
  if (environment === "SANDBOX") return ignored("no money is paid in the environment SANDBOX")
  if (environment !== "PRODUCTION") return unusable(`the event is of the environment ${shown(environment)}`)
  if (typeof store !== "string") return unusable("the event names no store")
  if (freeStores.has(store)) return ignored(`no money was paid in the store ${shown(store)}`)
  if (!isStore(store)) return unusable(`the store ${shown(store)} is not known here`)
  if (isShared === true) return ignored("shared within a family: nobody paid for it a second time")
  if (typeof transaction !== "string" || !transactionIdForm.test(transaction)) {
    return unusable("the event names no transaction")
  }
  const reference = storeReference(store, transaction)
  return reference.length > referenceCharactersMax
    ? unusable(`the reference of its transaction is longer than ${referenceCharactersMax} characters`)
    : noticeOf(reference)
}

/** The names of the event's buyer, most telling first. */
const buyerNames = (event: RevenueCatEvent): ReadonlyArray<string> =>
  namesIn([event["app_user_id"], event["original_app_user_id"], event["aliases"]])

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

/** A text or number of the event's, short and in one line. */
const shown = (value: unknown): string => {
  if (typeof value === "number") return String(value)
  if (typeof value !== "string") return "(none)"
  return /^[\w.:-]{1,80}$/.test(value) ? value : JSON.stringify(value.slice(0, 80))
}
