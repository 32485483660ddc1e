/** One transaction that sells a member their ticket in a room: locked, read and written as every sale is. */
import { roomPrefix } from "@ddd/core/draws/TicketId"
import type { RoomPurchaseRequest } from "@ddd/core/rooms/RoomPurchase"
import { buyInRoom, roomReceiptOf } from "@ddd/core/rooms/RoomPurchase"
import { Effect, Result } from "effect"
import { instantOf } from "../database/Rows.ts"
import { lockWallets } from "../money/WalletMoves.ts"
import type { RoomKey, RoomRows } from "../rooms/RoomRows.ts"
import { keepAnswers, readKept } from "./KeptAnswers.ts"
import { buyersOf, frozenUsers, poolOf, readPool, requireAcknowledged, soldIn, ticketsSold } from "./SaleFacts.ts"
import { type SaleWriter, writeSale } from "./WriteSale.ts"

/** Sells in a room; to be run in a transaction, which `batchId` names should its outcome be lost. Gives the
 * receipt, and what is to be remembered before it is shown; or why there is none. */
export const sellInRoom = (writer: SaleWriter, rooms: RoomRows) =>
  Effect.fnUntraced(function*(batchId: string, { code, id }: RoomKey, request: RoomPurchaseRequest) {
    const { acknowledged, seals, sql } = writer
    const wallets = yield* lockWallets(sql, [request.userId])
    const frozen = yield* frozenUsers(sql, [request.userId])
    const kept = yield* readKept(sql, [request])
    yield* sql`SELECT 1 FROM draws WHERE id = ${id}::uuid FOR NO KEY UPDATE`
    const row = yield* readPool(sql, id)
    yield* row === undefined ? Effect.void : requireAcknowledged(acknowledged, row)
    const room = yield* rooms.byId(id)
    if (row === undefined || room === null) return yield* Effect.die(new Error(`room ${id} is gone`))
    const decided = buyInRoom({
      clock: instantOf(row.clock),
      pool: poolOf(row, writer),
      room,
      buyer: buyersOf(wallets, frozen).get(request.userId) ?? null,
      kept,
      numbering: seals.numberingOf({ id, prefix: roomPrefix(code), sealKeyId: row.seal_key_id, epoch: row.epoch })
    }, request)
    if (Result.isFailure(decided)) return Result.fail(decided.failure)
    const purchase = decided.success
    const [ticket] = purchase._tag === "Sold"
      ? yield* writeSale(writer, batchId, row, purchase.sale)
      : yield* ticketsSold(sql, seals, [purchase.answer.block])
    if (ticket === undefined) return yield* Effect.die(new Error("a purchase in a room is of a ticket"))
    if (purchase._tag === "Sold") {
      yield* keepAnswers(sql, [{ request, answer: purchase.answer }], purchase.sale.purchasedAt)
    }
    return Result.succeed({
      receipt: roomReceiptOf(purchase, ticket),
      // also of a purchase that is repeated: the process which sold it may not have lived to remember it
      sold: soldIn(row, purchase._tag === "Sold" ? purchase.sale.totalEntries : row.total_entries)
    })
  })
