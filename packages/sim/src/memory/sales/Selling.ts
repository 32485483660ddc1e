/** What a sale reads and writes, in memory. Each of these is part of an exclusive write, which core decides. */
import { followedHashes, isFollowed } from "@ddd/core/draws/DrawChain"
import type { KeptBody } from "@ddd/core/draws/KeptAnswers"
import type { Buyer, Pool, PurchaseRequest, Sale, SoldBlock } from "@ddd/core/draws/Sale"
import { sealSale } from "@ddd/core/draws/SealedSale"
import { makeSeals } from "@ddd/core/draws/Seals"
import { resultBeforeDraw, type Ticket } from "@ddd/core/draws/Ticket"
import { dailyPrefix, roomPrefix } from "@ddd/core/draws/TicketId"
import { BeaconChains } from "@ddd/core/ports/BeaconChains"
import { MinAge } from "@ddd/core/ports/MinAge"
import { Sealing } from "@ddd/core/ports/Sealing"
import { TicketsPerDraw } from "@ddd/core/ports/TicketsPerDraw"
import type { Room } from "@ddd/core/rooms/Room"
import { answerKeyOf, type KeptAnswer } from "@ddd/core/values/Idempotency"
import type { Position, TicketId, UserId } from "@ddd/core/values/Ids"
import { Effect } from "effect"
import type { DrawRow, TicketRow } from "../../audit/Rows.ts"
import { asTicket } from "../draws/TicketView.ts"
import { postMovement } from "../money/WalletMoves.ts"
import { getOrPut, Store } from "../Store.ts"

type Keyed = Pick<PurchaseRequest, "userId" | "idempotency">

export const makeSelling = Effect.gen(function*() {
  const store = yield* Store
  const sealing = yield* Sealing
  const seals = makeSeals(sealing)
  const ticketsPerPlayerMax = yield* TicketsPerDraw
  const minAge = yield* MinAge
  const followed = followedHashes(sealing.sha256, (yield* BeaconChains).followed)

  const prefixOf = ({ drawDate, id }: DrawRow): string => {
    const lobby = store.lobbies.get(id)
    if (lobby !== undefined) return roomPrefix(lobby.code)
    if (drawDate === null) throw new Error(`draw ${id} has neither a day nor a room`)
    return dailyPrefix(drawDate)
  }

  const numberingOf = (draw: DrawRow): (position: Position) => TicketId =>
    seals.numberingOf({ id: draw.id, prefix: prefixOf(draw), sealKeyId: draw.sealKeyId, epoch: 0 })

  const poolOf = (draw: DrawRow): Omit<Pool, "room"> => ({
    draw,
    totalEntries: draw.totalEntries,
    lastPurchasedAt: draw.lastPurchasedAt,
    isFollowed: isFollowed(followed, draw.beacon?.chainHash ?? null),
    ticketsPerPlayerMax,
    minAge,
    isPaused: store.pausedDraws.has(draw.id)
  })

  /** A buyer in a day's draw, with the tickets of it that they have. */
  const buyerIn = (draw: DrawRow | null, userId: UserId): Buyer | null => {
    const buyer = buyerOf(userId)
    if (buyer === null || draw === null) return buyer
    const tickets = (store.tickets.get(draw.id) ?? []).filter((ticket) => ticket.userId === userId).length
    return { ...buyer, held: { drawId: draw.id, tickets } }
  }

  const buyerOf = (userId: UserId): Buyer | null => {
    const user = store.users.get(userId)
    const wallet = store.wallets.get(userId)
    return user === undefined || wallet === undefined ? null : { wallet, frozen: user.frozen, held: null }
  }

  /** What was kept of an earlier request under the same key, if there is one, by `answerKeyOf`. */
  const keptOf = ({ idempotency, userId }: Keyed): ReadonlyMap<string, KeptAnswer<KeptBody<Room>>> => {
    const name = idempotency === null ? null : answerKeyOf(userId, idempotency.key)
    const kept = name === null ? undefined : store.answers.get(name)
    return new Map(name === null || kept === undefined ? [] : [[name, kept]])
  }

  const keep = ({ idempotency, userId }: Keyed, answer: KeptBody<Room>): void => {
    if (idempotency !== null) {
      store.answers.set(answerKeyOf(userId, idempotency.key), { userId, ...idempotency, answer, keptAt: store.now() })
    }
  }

  /** Writes a sale in `draw`, but for what is kept of it. Gives its tickets. */
  const write = (draw: DrawRow, sale: Sale): ReadonlyArray<Ticket> => {
    const sealed = sealSale(seals, { ...draw, epoch: 0 }, sale, sale.tickets.map(() => store.newId()))
    const own = getOrPut(store.tickets, draw.id, () => [])
    sealed.tickets.forEach((ticket, index) => {
      const row: TicketRow = {
        id: ticket.id,
        ticketId: ticket.ticketId,
        userId: ticket.userId,
        drawId: ticket.drawId,
        position: ticket.position,
        totalEntriesAtPurchase: ticket.totalEntriesAtPurchase,
        ticketHash: ticket.ticketHash,
        ownerCommit: ticket.ownerCommit,
        purchasedAt: ticket.purchasedAt,
        sealKeyId: sealed.sealKeyId,
        walletSeq: sale.tickets[index]!.movement.seq
      }
      own.push(row)
      store.ticketsById.set(row.ticketId, row)
    })
    store.draws.set(draw.id, { ...draw, ...sealed.draw })
    for (const { movement, userId } of sale.tickets) {
      const wallet = sale.wallets.get(userId)
      if (wallet === undefined) throw new Error("who bought has a wallet")
      postMovement(store, userId, { movement, wallet }, sale.purchasedAt)
    }
    if (sealed.opens) store.tell("Status", draw.id)
    store.tell("Sold", draw.id)
    return sealed.tickets
  }

  /** The tickets of an earlier purchase, as they were before the draw. */
  const ticketsOf = ({ drawId, firstPosition, quantity }: SoldBlock): ReadonlyArray<Ticket> => {
    const draw = store.draws.get(drawId)
    if (draw === undefined) throw new Error(`a purchase names draw ${drawId}, which does not exist`)
    return (store.tickets.get(drawId) ?? []).slice(firstPosition - 1, firstPosition - 1 + quantity)
      .map((row) => asTicket(row, draw, seals, resultBeforeDraw))
  }

  return { buyerIn, buyerOf, keep, keptOf, numberingOf, poolOf, ticketsOf, write }
})
