/** A sale of one request at a time, in memory: decided by core's `sell`, and written. Part of an exclusive write. */
import { keyOf, type Pool, potOf, type PurchaseRequest, type Sale, sell, type SoldBlock } from "@ddd/core/draws/Sale"
import { makeSeals } from "@ddd/core/draws/Seals"
import type { Receipt } from "@ddd/core/draws/Ticket"
import { dailyPrefix, roomPrefix } from "@ddd/core/draws/TicketId"
import { PurchaseRefused } from "@ddd/core/ports/Sales"
import { Sealing } from "@ddd/core/ports/Sealing"
import { append } from "@ddd/core/proof/Merkle"
import { toHex } from "@ddd/core/values/Bytes"
import { houseUserId, type Position, type TicketId } from "@ddd/core/values/Ids"
import { Effect } from "effect"
import type { DrawRow } from "../audit/Rows.ts"
import { getOrPut, Store } from "./Store.ts"
import { asTicket } from "./TicketView.ts"
import { postMovement } from "./WalletMoves.ts"

export const makeSelling = Effect.gen(function*() {
  const store = yield* Store
  const sealing = yield* Sealing
  const seals = makeSeals(sealing)

  const prefixOf = ({ drawDate, id }: DrawRow): string => {
    const lobby = store.lobbies.get(id)
    if (lobby !== undefined) return roomPrefix(lobby.code)
    if (drawDate === null) throw new Error(`draw ${id} has neither a day nor a room`)
    return dailyPrefix(drawDate)
  }

  const numberingOf = (draw: DrawRow): (position: Position) => TicketId =>
    seals.numberingOf({ id: draw.id, prefix: prefixOf(draw), sealKeyId: draw.sealKeyId })

  /** Writes a sale of one request in `draw`. */
  const write = (draw: DrawRow, { purchasedAt, tickets, totalEntries }: Sale): void => {
    const sealer = seals.current
    const sold = getOrPut(store.tickets, draw.id, () => [])
    const leaves: Array<Uint8Array> = []
    for (const { movement, ...ticket } of tickets) {
      const seal = sealer.seal({ ...ticket, drawId: draw.id, purchasedAt })
      const row = {
        ...ticket,
        id: store.newId(),
        drawId: draw.id,
        ticketHash: seal.ticketHash,
        ownerCommit: toHex(seal.ownerCommit),
        sealKeyId: sealer.keyId,
        walletSeq: movement.seq,
        purchasedAt
      }
      sold.push(row)
      store.ticketsById.set(row.ticketId, row)
      leaves.push(seal.leafHash)
    }
    store.draws.set(draw.id, {
      ...draw,
      // from the first sale on, whoever is late with the step that says so
      status: "open",
      totalEntries,
      prizePool: potOf(totalEntries),
      frontier: append(sealing.sha256, draw.frontier, leaves),
      lastPurchasedAt: purchasedAt
    })
  }

  /** The answer to a purchase, made from what it left behind, whenever it is asked for. */
  const receiptOf = (block: SoldBlock, replayed: boolean): Receipt => {
    const draw = store.draws.get(block.drawId)
    if (draw === undefined) throw new Error(`a purchase names draw ${block.drawId}, which does not exist`)
    const first = block.firstPosition - 1
    const rows = (store.tickets.get(block.drawId) ?? []).slice(first, first + block.quantity)
    const { seq: _, ...wallet } = block.wallet
    return {
      tickets: rows.map((row) => asTicket(row, { ...draw, status: "open" }, seals)),
      wallet: { ...wallet, updatedAt: block.purchasedAt },
      draw: { id: block.drawId, prizePool: potOf(block.totalEntries), totalEntries: block.totalEntries },
      replayed
    }
  }

  /** What a purchase in `draw` (null: nothing is on sale) is answered; `room` is who is in the room that it is. */
  const purchase = (
    draw: DrawRow | null,
    request: PurchaseRequest,
    room?: NonNullable<Pool["room"]>
  ): Effect.Effect<Receipt, PurchaseRefused> => {
    const { idempotency, userId } = request
    const user = store.users.get(userId)
    const wallet = store.wallets.get(userId)
    const buys = user !== undefined && wallet !== undefined && userId !== houseUserId
    const answerKey = idempotency === null ? null : keyOf(userId, idempotency.key)
    const kept = answerKey === null ? undefined : store.answers.get(answerKey)
    const pool: Pool | null = draw === null ? null : {
      draw,
      totalEntries: draw.totalEntries,
      lastPurchasedAt: draw.lastPurchasedAt,
      ...(room === undefined ? {} : { room })
    }
    const sale = sell(
      pool,
      store.now(),
      new Map(buys ? [[userId, { wallet, frozen: user.frozen }]] : []),
      new Map(
        answerKey !== null && kept !== undefined
          ? [[answerKey, { fingerprint: kept.fingerprint, answer: kept.sold }]]
          : []
      ),
      draw === null ? () => notOnSale() : numberingOf(draw),
      [request]
    )
    const outcome = sale.outcomes[0]
    if (outcome === undefined) throw new Error("a request was not decided")
    if (outcome._tag === "Refused") return Effect.fail(new PurchaseRefused({ refusal: outcome.refusal }))
    if (outcome._tag === "Sold") {
      if (draw === null) return notOnSale()
      write(draw, sale)
      for (const { movement } of sale.tickets) {
        postMovement(store, userId, { movement, wallet: outcome.block.wallet }, sale.purchasedAt)
      }
      if (answerKey !== null && idempotency !== null) {
        store.answers.set(answerKey, { userId, ...idempotency, sold: outcome.block, withdrawalId: null })
      }
      if (draw.status !== "open") store.tell("Status", draw.id)
      store.tell("Sold", draw.id)
    }
    return Effect.succeed(receiptOf(outcome.block, outcome._tag === "Replayed"))
  }

  return purchase
})

const notOnSale = (): never => {
  throw new Error("tickets were sold where nothing is on sale")
}
