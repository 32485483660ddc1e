/**
 * Stripe's transfers and payouts as reports about a withdrawal.
 *
 * The library takes any JSON without an `error` for what was asked for, a proxy's own answer included, so objects are
 * read with care: what is not the whole thing is nothing.
 */
import { type Cents, isCents } from "@ddd/core/money/Money"
import type { ProviderReport } from "@ddd/core/money/ProviderReport"
import { type ProviderPayoutStatus, providerPayoutStatuses, type Withdrawal } from "@ddd/core/money/Withdrawal"
import { isUuid } from "@ddd/core/values/Ids"

export type TransferSeen = Extract<ProviderReport, { readonly _tag: "TransferSeen" }>
export type PayoutSeen = Extract<ProviderReport, { readonly _tag: "PayoutSeen" }>

/** What is said of an answer that is not what was asked for. */
export const unreadable = "Stripe's answer could not be read"

/** Any value's properties; none where it has none. */
export const propertiesOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {}

/** What is kept as a name: whole text without control characters, of which the database cannot hold U+0000, as long as it holds. */
const textForm = /^[^\p{Cc}\p{Cs}]{1,255}$/u

/** A text that can be kept as a name; undefined where it is none. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && textForm.test(value) ? value : undefined

/** Stripe's amounts are whole cents; beyond 2^53 a number no longer says which. */
export const centsOf = (value: unknown): Cents | undefined => {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) return undefined
  const amount = BigInt(value)
  return isCents(amount) ? amount : undefined
}

/** Exact: what the books can hold is below 2^40. */
export const amountOf = (amount: Cents): number => Number(amount)

/** What marks a withdrawal's transfer: transfers can be listed by it. */
export const transferGroup = (withdrawalId: string): string => `ddd_${withdrawalId}`

/** A transfer or a payout, and what is on it of whose it is. */
export interface Marked<Seen> {
  /** The withdrawal whose name it bears; undefined: none. */
  readonly withdrawalId: string | undefined
  /** Why it cannot be of a withdrawal of ours; undefined: it can. */
  readonly flaw: string | undefined
  readonly seen: Seen
}

export const uuidOf = (value: unknown): string | undefined =>
  typeof value === "string" && isUuid(value) ? value : undefined

const nameOn = (metadata: unknown, group?: unknown): string | undefined =>
  uuidOf(propertiesOf(metadata)["withdrawal"]) ??
    (typeof group === "string" && group.startsWith(transferGroup("")) ? uuidOf(group.slice(4)) : undefined)

const flawOf = (currency: unknown): string | undefined =>
  currency === "usd" ? undefined : `it is in ${textOf(currency)?.slice(0, 80) ?? "no currency that has a name"}`

/** Reads a transfer; undefined where it is none. */
export const readTransfer = (value: unknown): Marked<TransferSeen> | undefined => {
  const transfer = propertiesOf(value)
  const [objectId, amount, reversed] = [
    textOf(transfer["id"]),
    centsOf(transfer["amount"]),
    centsOf(transfer["amount_reversed"])
  ]
  if (transfer["object"] !== "transfer" || objectId === undefined || amount === undefined || reversed === undefined) {
    return undefined
  }
  const { destination } = transfer
  return {
    withdrawalId: nameOn(transfer["metadata"], transfer["transfer_group"]),
    flaw: flawOf(transfer["currency"]),
    seen: {
      _tag: "TransferSeen",
      objectId,
      account: textOf(destination) ?? textOf(propertiesOf(destination)["id"]) ?? null,
      amount,
      reversed
    }
  }
}

const isProviderPayoutStatus = (status: unknown): status is ProviderPayoutStatus =>
  typeof status === "string" && (providerPayoutStatuses as ReadonlyArray<string>).includes(status)

/** Reads a payout, which is in the account `account`; undefined where it is none. */
export const readPayout = (value: unknown, account: string | null): Marked<PayoutSeen> | undefined => {
  const { amount: sum, currency, id, metadata, object, status } = propertiesOf(value)
  const [objectId, amount] = [textOf(id), centsOf(sum)]
  if (object !== "payout" || objectId === undefined || amount === undefined || !isProviderPayoutStatus(status)) {
    return undefined
  }
  return {
    withdrawalId: nameOn(metadata),
    flaw: flawOf(currency),
    seen: { _tag: "PayoutSeen", objectId, account, amount, status }
  }
}

/** The answer to a reversal as a report about its transfer; undefined where it is not the whole of that transfer's. */
export const readReversal = (
  value: unknown,
  transferId: string,
  { account, amount }: Pick<Withdrawal, "account" | "amount">
): TransferSeen | undefined => {
  const reversal = propertiesOf(value)
  const { transfer } = reversal
  const of = textOf(transfer) ?? textOf(propertiesOf(transfer)["id"])
  return reversal["object"] === "transfer_reversal" && of === transferId && centsOf(reversal["amount"]) === amount
    ? { _tag: "TransferSeen", objectId: transferId, account, amount, reversed: amount }
    : undefined
}

/** The report of an object, once it is certain that it is this withdrawal's. */
export const reportOf = <Seen extends TransferSeen | PayoutSeen>(
  { account, id }: Pick<Withdrawal, "id" | "account">,
  { flaw, seen, withdrawalId }: Marked<Seen>
): ProviderReport => {
  const problem = withdrawalId !== id
    ? `it is ${withdrawalId === undefined ? "no withdrawal" : `withdrawal ${withdrawalId}`}'s`
    : flaw ?? (seen.account !== account ? `it went to ${seen.account ?? "no account"}` : undefined)
  return problem === undefined ? seen : { _tag: "Ambiguous", reason: `Stripe has ${seen.objectId}, but ${problem}` }
}

/** A page of a list. Only a list that was read to its end can say that something is not there. */
export interface ListPage {
  readonly items: ReadonlyArray<unknown>
  /** What the next page starts after; undefined at the end. */
  readonly after: string | undefined
}

/** Reads a page; undefined where it is none. */
export const readPage = (value: unknown): ListPage | undefined => {
  const list = propertiesOf(value)
  const { data, has_more: hasMore } = list
  if (list["object"] !== "list" || !Array.isArray(data) || typeof hasMore !== "boolean") return undefined
  const items: ReadonlyArray<unknown> = data
  const after = hasMore ? textOf(propertiesOf(items.at(-1))["id"]) : undefined
  return hasMore && after === undefined ? undefined : { items, after }
}
