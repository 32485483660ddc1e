/**
 * One transaction that sells a batch of purchases in the daily draw.
 *
 * It locks the wallets that nobody else has, waiting for none, then the draw; reads in statements of their own, so that each sees what the lock
 * before it waited for; lets the rule of `core` decide; seals here, so that the secret never reaches the database; and writes
 * in set-based statements (docs/design.md, "Selling").
 */
import { onSale } from "@ddd/core/draws/Draw"
import { keptBlocks } from "@ddd/core/draws/KeptAnswers"
import { answersOf, type PurchaseAnswer, repeatedPurchases } from "@ddd/core/draws/Receipt"
import { numberingOfNothing, type PurchaseRequest, sell } from "@ddd/core/draws/Sale"
import { dailyPrefix } from "@ddd/core/draws/TicketId"
import { drawId } from "@ddd/core/values/Ids"
import { Effect } from "effect"
import { clockOf } from "../database/ClockCheck.ts"
import { instantOf } from "../database/Rows.ts"
import { lockFreeWallets } from "../money/WalletMoves.ts"
import { keepAnswers, readKept } from "./KeptAnswers.ts"
import {
  buyersOf,
  frozenUsers,
  heldTickets,
  poolOf,
  readPool,
  requireAcknowledged,
  type SoldEntries,
  soldIn,
  ticketsSold
} from "./SaleFacts.ts"
import { type SaleWriter, writeSale } from "./WriteSale.ts"

/** The draw's hours ended while its lock was awaited: the batch is to be sold anew. Nothing was changed. */
export class SaleHoursOver {
  readonly _tag = "SaleHoursOver"
}

/** The buyer's wallet is locked by somebody else: the purchase was not decided, and may be tried again. */
export const walletHeld = "held"

/** What a batch says to one of its requests. */
export type BatchAnswer = PurchaseAnswer | typeof walletHeld

/** What a batch decided. */
export interface BatchDecided {
  /** In the order of the requests. */
  readonly answers: ReadonlyArray<BatchAnswer>
  /** What is to be remembered once it has committed, and before anybody is answered; null where no draw was read. */
  readonly sold: SoldEntries | null
}

const notSold = (answers: ReadonlyArray<BatchAnswer>): BatchDecided => ({ answers, sold: null })

/**
 * Sells what `asked` for in the daily draw that is on sale; to be run in a transaction. `batchId` is its name should its outcome be lost.
 * Gives the answer to each request, in their order; a wallet that is held keeps nobody else from buying.
 */
export const sellBatch = (writer: SaleWriter) =>
  Effect.fnUntraced(function*(batchId: string, asked: ReadonlyArray<PurchaseRequest>) {
    const { acknowledged, seals, sql, ticketsPerPlayerMax } = writer
    const { held, wallets } = yield* lockFreeWallets(
      sql,
      [...new Set(asked.map((request) => request.userId))].sort()
    )
    const requests = held.size === 0 ? asked : asked.filter(({ userId }) => !held.has(userId))
    if (requests.length === 0) return notSold(asked.map((): BatchAnswer => walletHeld))
    const users = [...new Set(requests.map((request) => request.userId))]
    // what nobody changes while the wallets are locked is read before the draw is: everyone waits for that lock
    const frozen = yield* frozenUsers(sql, users)
    const kept = yield* readKept(sql, requests)
    const owned = yield* heldTickets(sql, wallets, ticketsPerPlayerMax)
    // locks the draw, found by its day however many others there are; what it says is read after the wait
    const [locked] = yield* sql<{ readonly id: string }>`
      SELECT d.id FROM draws d, (SELECT app_now() AS clock) c
      WHERE d.draw_date = (c.clock AT TIME ZONE 'UTC')::date AND d.opens_at <= c.clock AND c.clock < d.closes_at
      FOR NO KEY UPDATE OF d`
    const row = yield* readPool(sql, locked?.id ?? null)
    const clock = row === undefined ? yield* clockOf(sql) : instantOf(row.clock)
    if (row !== undefined) yield* requireAcknowledged(acknowledged, row)
    const pool = row === undefined ? null : poolOf(row, writer)
    if (pool !== null && !onSale(pool.draw, clock)) return yield* Effect.fail(new SaleHoursOver())

    const numbering = row === undefined || row.draw_date === null ? numberingOfNothing : seals.numberingOf({
      id: drawId(row.id),
      prefix: dailyPrefix(row.draw_date),
      sealKeyId: row.seal_key_id,
      epoch: row.epoch
    })
    const sale = sell(pool, clock, buyersOf(wallets, frozen, owned), keptBlocks("Purchase", kept), numbering, requests)
    const sold = row === undefined ? [] : yield* writeSale(writer, batchId, row, sale)
    const granted = requests.flatMap((request, index) => {
      const outcome = sale.outcomes[index]
      return outcome?._tag === "Sold" ? [{ request, answer: { _tag: "Purchase", block: outcome.block } as const }] : []
    })
    yield* keepAnswers(sql, granted, sale.purchasedAt)
    const earlier = yield* ticketsSold(sql, seals, repeatedPurchases(sale.outcomes, sold))
    const answers: ReadonlyArray<BatchAnswer> = answersOf(sale.outcomes, sold, earlier)
    let next = 0
    const all = held.size === 0
      ? answers
      : asked.map(({ userId }) => held.has(userId) ? walletHeld : answers[next++] ?? walletHeld)
    // also where nothing was sold: a purchase that is repeated may be one that the process which sold it did not live to remember
    return row === undefined ? notSold(all) : { answers: all, sold: soldIn(row, sale.totalEntries) }
  })
