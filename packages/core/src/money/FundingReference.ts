/** The references under which money comes in: `<store>:<transaction id>`, or any of our own machines. */

/** The stores' names, as their notices write them. */
const stores = new Set([
  "APP_STORE",
  "MAC_APP_STORE",
  "PLAY_STORE",
  "AMAZON",
  "GALAXY",
  "STRIPE",
  "RC_BILLING",
  "PADDLE",
  "ROKU"
])

/** The reference of a store's transaction: `app_store:2000000123`. `store` in any case. */
export const storeReference = (store: string, transactionId: string): string =>
  `${store.toLowerCase()}:${transactionId}`

/** A reference in its one spelling: a store's name before the colon stands in lower case, whoever wrote it. */
export const canonicalReference = (reference: string): string => {
  const colon = reference.indexOf(":")
  const store = reference.slice(0, Math.max(0, colon))
  return stores.has(store.toUpperCase()) ? storeReference(store, reference.slice(colon + 1)) : reference
}

/** Whether money is paid in that store. */
export const isStore = (name: string): boolean => stores.has(name)

/** The reference of the movement that gives a taken deposit back, made of the id of the one that took it. */
export const reversalReference = (chargebackId: string): string => `reversal:${chargebackId}`

/** The account on the other side of a deposit: the store before the reference's first colon, else `internal`. */
export const depositSource = (reference: string): string => {
  const colon = reference.indexOf(":")
  return colon > 0 ? reference.slice(0, colon).toLowerCase() : "internal"
}

/** Whether the money was paid in a store before we hear of it. */
export const isPaidInStore = (reference: string): boolean => stores.has(depositSource(reference).toUpperCase())

/** The most characters that a source may have: `deposits:<source>` is the name of an account, of 100 characters. */
const sourceCharactersMax = 91

/** What stands before the colon of references that are our own. */
const reservedSources: ReadonlySet<string> = new Set(["reversal"])

const lettersOf = (name: string): string => name.toUpperCase().replace(/[^A-Z0-9]/g, "")
const storeByLetters = new Map(Array.from(stores, (store) => [lettersOf(store), store]))

/** What a store's transaction ids hold: printable ASCII without blanks. */
export const transactionIdForm = /^[\x21-\x7e]+$/

/**
 * Why a reference is a slip of the pen, beside which the same money might be credited again: one that differs by a blank from another, or
 * a store's in another spelling than its notices have; null where it is none.
 */
const slipIn = (reference: string): string | null => {
  if (reference !== reference.trim()) return "must not begin or end with a blank"
  const colon = reference.indexOf(":")
  const name = reference.slice(0, Math.max(0, colon))
  const store = storeByLetters.get(lettersOf(name))
  if (store === undefined) return null
  const isOne = name.toUpperCase() === store && transactionIdForm.test(reference.slice(colon + 1))
  return isOne
    ? null
    : `must be "${storeReference(store, "<transaction id>")}", without blanks, where it means that store`
}

/** Why money cannot come in under a reference, as the end of a sentence; null where it can. */
export const referenceFault = (reference: string): string | null => {
  const slip = slipIn(reference)
  if (slip !== null) return slip
  const source = depositSource(reference)
  if (reservedSources.has(source)) return `must not begin with "${source}:", which marks movements of our own`
  return source.length > sourceCharactersMax
    ? `must have at most ${sourceCharactersMax} characters before its first colon`
    : null
}
