/** The list of purchases that wait for their buyer or for a person, which an index holds, however many are done. */
import { whyOpen } from "@ddd/core/money/DecidePurchase"
import type { OpenPurchase } from "@ddd/core/ports/Fundings"
import { pageOf, type PageRequest } from "@ddd/core/values/Page"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { instantOf } from "../database/Rows.ts"
import { matchesOf } from "./BuyerNameRows.ts"
import { fundingColumns, fundingOf, type FundingRow } from "./FundingSteps.ts"

interface OpenRow extends FundingRow {
  readonly created_at: Date
}

/** How many rows are read in order to fill a page: a few of them are worth nothing, by a cent that was rounded. */
const readMax = 500

/** What is open, as its index says it: of what was refunded, what was so in part. */
export const isOpenRow = (sql: PgClient.PgClient) =>
  sql.literal(`purchased AND given = 'nothing' AND user_id IS NULL
    AND (NOT refunded OR refund_reversed OR (refund_price < price AND coalesce(refund_currency = price_currency, true)))`)

const readOpen = (sql: PgClient.PgClient, after: string | null) =>
  sql<OpenRow>`
    SELECT ${fundingColumns(sql)}, created_at FROM fundings
    WHERE ${isOpenRow(sql)} AND (created_at, reference) > (${
    after === null
      ? sql`'-infinity'::timestamptz, ''`
      : sql`(SELECT created_at FROM fundings WHERE reference = ${after}), ${after}`
  })
    ORDER BY created_at, reference LIMIT ${readMax}`

/** A page of the purchases that are open, oldest first. */
export const findOpen = Effect.fnUntraced(function*(sql: PgClient.PgClient, { cursor, limit }: PageRequest) {
  const open: Array<OpenPurchase> = []
  let rows = yield* readOpen(sql, cursor)
  while (rows.length > 0 && open.length <= limit) {
    const matches = yield* matchesOf(sql, rows.flatMap(({ names }) => names))
    for (const row of rows) {
      const funding = fundingOf(row)
      const reason = whyOpen(funding, matches)
      if (reason !== null) open.push({ funding, reason, since: instantOf(row.created_at) })
    }
    const last = rows.at(-1)
    rows = last === undefined ? [] : yield* readOpen(sql, last.reference)
  }
  return pageOf(open, limit, ({ funding }) => funding.reference)
})
