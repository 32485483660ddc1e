/** Pages of a list of all transfers: a hundred thousand. */
const allPagesMax = 1_000

/** All transfers since an instant; undefined where Stripe did not say, or has more than can be read. */
export const listTransfers = async (
  stripe: Stripe,
  since: Instant
): Promise<ReadonlyArray<Marked<TransferSeen>> | undefined> => {
  const created = { gte: Math.floor(since / 1_000) }
  const transfers = await readAll((after) => stripe.transfers.list({ created, ...startingAfter(after) }), allPagesMax)
  const read = transfers?.map(readTransfer)
  return read?.every((transfer) => transfer !== undefined) === true ? read : undefined
}

/** All that Stripe has of one step of a withdrawal, from lists that are read to their end. */
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

/** A list, read to its end; undefined where it cannot be. */
const readAll = async (
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

const startingAfter = (after: string | undefined) => ({
  limit: pageSize,
  ...(after === undefined ? {} : { starting_after: after })
})

/** All that Stripe has of one step of a withdrawal; undefined where it did not say. */
export const listStep = async (
  stripe: Stripe,
  { account, askedAt, id }: Withdrawal,
  step: "transfer" | "payout"
): Promise<ReadonlyArray<Marked<TransferSeen | PayoutSeen>> | undefined> => {
  if (step === "transfer") {
    const transfers = await readAll((after) =>
      stripe.transfers.list({ transfer_group: transferGroup(id), ...startingAfter(after) })
    )
    const read = transfers?.map(readTransfer)
    return read?.every((transfer) => transfer !== undefined) === true ? read : undefined
  }
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
