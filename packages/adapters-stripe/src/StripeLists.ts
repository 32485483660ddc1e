/** All that Stripe has of one step of a withdrawal, and all transfers, from lists that are read to their end. */
import type { Withdrawal } from "@ddd/core/money/Withdrawal"
import { dayMillis, type Instant } from "@ddd/core/values/Instant"
import type { Stripe } from "stripe"
import {
  type ListPage,
  type Marked,
  type PayoutSeen,
  readPage,
  readPayout,
  readTransfer,
  transferGroup,
  type TransferSeen
} from "./StripeObjects.ts"

const pageSize = 100
/** Far beyond what an account can have: a list that does not end is no answer. */
const pagesMax = 100
/** Pages of a list of all transfers: a hundred thousand. */
export const allPagesMax = 1_000

/** A list, read to its end; undefined where it cannot be. */
export const readAll = async (
  page: (after: string | undefined) => Promise<unknown>,
  max = pagesMax
): Promise<Array<unknown> | undefined> => {
  const items: Array<unknown> = []
  let after: string | undefined
  for (let pages = 0; pages < max; pages++) {
    const read: ListPage | undefined = readPage(await page(after))
    if (read === undefined) return undefined
    items.push(...read.items)
    if (read.after === undefined) return items
    after = read.after
  }
  return undefined
}

/** What a page of a list is asked for by. */
export const startingAfter = (after: string | undefined) => ({
  limit: pageSize,
  ...(after === undefined ? {} : { starting_after: after })
})

/** The transfers of a list; undefined where it cannot be read to its end, or has something else. */
const transfersOf = async (
  stripe: Stripe,
  which: Pick<Stripe.TransferListParams, "created" | "transfer_group">,
  max = pagesMax
): Promise<ReadonlyArray<Marked<TransferSeen>> | undefined> => {
  const transfers = await readAll((after) => stripe.transfers.list({ ...which, ...startingAfter(after) }), max)
  const read = transfers?.map(readTransfer)
  return read?.every((transfer) => transfer !== undefined) === true ? read : undefined
}

/** All that Stripe has of one step of a withdrawal; undefined where it did not say. */
export const listStep = async (
  stripe: Stripe,
  { account, askedAt, id }: Withdrawal,
  step: "transfer" | "payout"
): Promise<ReadonlyArray<Marked<TransferSeen | PayoutSeen>> | undefined> => {
  if (step === "transfer") return transfersOf(stripe, { transfer_group: transferGroup(id) })
  // no attempt was made before it was asked for; a day for what our clock and Stripe's may differ
  const since = Math.floor((askedAt - dayMillis) / 1_000)
  const payouts = await readAll((after) =>
    stripe.payouts.list({ created: { gte: since }, ...startingAfter(after) }, { stripeAccount: account })
  )
  const read = payouts?.map((payout) => readPayout(payout, account))
  return read?.every((payout) => payout !== undefined) === true
    ? read.filter(({ withdrawalId }) => withdrawalId === id)
    : undefined
}

/** All transfers since an instant; undefined where Stripe did not say, or has more than can be read. */
export const listTransfers = (
  stripe: Stripe,
  since: Instant
): Promise<ReadonlyArray<Marked<TransferSeen>> | undefined> =>
  transfersOf(stripe, { created: { gte: Math.floor(since / 1_000) } }, allPagesMax)
