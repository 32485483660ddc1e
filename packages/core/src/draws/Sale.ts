/**
 * The rule by which tickets are sold.
 *
 * A batch is the purchases that were in flight together. They are decided one by one, in the order of arrival, against
 * the wallets as they stand after those before; a refusal changes nothing and never harms a neighbour.
 */
import { Result } from "effect"
import { type AgeRefusal, type Birth, refusalOfAge } from "../money/Age.ts"
import { type Barring, type PlayerBarred, refusalOfBarred } from "../money/Barring.ts"
import { type LimitExceeded, spendWithin, ticketsMaxOf } from "../money/Limits.ts"
import { type Cents, cents, ticketPot, ticketPrice } from "../money/Money.ts"
import { type Movement, payTicket, type Wallet } from "../money/Wallet.ts"
import {
  answerKeyOf,
  answerToRepeat,
  type Idempotency,
  type KeptAnswer,
  type KeyReused
} from "../values/Idempotency.ts"
import { type DrawId, houseUserId, type Position, type TicketId, type UserId } from "../values/Ids.ts"
import type { Instant } from "../values/Instant.ts"
import { type Draw, onSale, type Relockable } from "./Draw.ts"

/** The most tickets of one purchase (docs/api.md, "Lottery"). */
export const quantityMax = 100

/** What one player asks for: `quantity` tickets, all or none. */
export interface PurchaseRequest {
  readonly userId: UserId
  /** 1 … `quantityMax`. */
  readonly quantity: number
  /** Only this draw will do; null: the one on sale at the instant of sale. */
  readonly drawId: DrawId | null
  /** The player's idempotency key and the fingerprint of the whole request, or null: no protection against repeats. */
  readonly idempotency: Idempotency | null
}

/** The draw that the batch is sold in, as read under its lock. */
export interface Pool {
  readonly draw: Pick<Draw, "id" | "status" | "opensAt" | "closesAt"> & Relockable
  readonly totalEntries: number
  /** The newest ticket's `purchasedAt`; null before the first. */
  readonly lastPurchasedAt: Instant | null
  /** Whether the beacon's round that decides it can come (`isFollowed`). */
  readonly isFollowed: boolean
  /** How many tickets of it the operator lets a player have; null: any number. Of a room each member has one. */
  readonly ticketsPerPlayerMax: number | null
  /** From which age on one may play; null: from any. */
  readonly minAge: number | null
  /** Whether an operator has paused its sales (`Pausing`). */
  readonly isPaused: boolean
  /** Of a room: who is in it, and who has their one ticket. */
  readonly room?: { readonly members: ReadonlySet<UserId>; readonly holders: ReadonlySet<UserId> }
}

/** A buyer, as read under the wallet's lock. */
export interface Buyer {
  readonly wallet: Wallet
  /** Frozen accounts buy nothing. */
  readonly frozen: boolean
  /** Where a maximum holds for the buyer: the day's draw and how many tickets of it they have, counted up to that maximum. */
  readonly held: HeldTickets | null
}

/** How many tickets of a draw somebody has. */
export interface HeldTickets {
  readonly drawId: DrawId
  readonly tickets: number
}

/** What an earlier purchase under a key was answered: enough to say the same again. */
export interface SoldBlock {
  readonly drawId: DrawId
  readonly firstPosition: Position
  readonly quantity: number
  readonly purchasedAt: Instant
  /** The draw's entries after this purchase. */
  readonly totalEntries: number
  /** The buyer's wallet after this purchase. */
  readonly wallet: Omit<Wallet, "limits" | "withdrawn" | "releasedTo" | keyof Barring | keyof Birth>
}

/** Why a purchase was refused. Data, not an exception: a batch has many outcomes. */
export type PurchaseRefusal =
  | { readonly _tag: "InsufficientFunds"; readonly balance: Cents; readonly needed: Cents }
  | { readonly _tag: "DrawClosed"; readonly drawId: DrawId }
  | { readonly _tag: "NothingOnSale" }
  | { readonly _tag: "AccountFrozen" }
  | PlayerBarred
  | AgeRefusal
  | LimitExceeded
  | { readonly _tag: "UnknownBuyer" }
  | KeyReused
  /** The draw names a beacon's chain whose rounds this program does not fetch: nobody here could decide it. */
  | { readonly _tag: "BeaconNotFollowed" }
  /** An operator has paused the sales. */
  | { readonly _tag: "SalesPaused" }
  /** Of a room: the buyer is none of its members. */
  | { readonly _tag: "NotMember" }
  /** Of a room: a member buys one ticket. */
  | { readonly _tag: "AlreadyHasTicket" }

export type PurchaseOutcome =
  | { readonly _tag: "Sold"; readonly block: SoldBlock }
  | { readonly _tag: "Replayed"; readonly block: SoldBlock }
  | { readonly _tag: "Refused"; readonly refusal: PurchaseRefusal }

/** A ticket that was sold, before it is sealed. */
export interface SoldTicket {
  readonly userId: UserId
  readonly position: Position
  readonly ticketId: TicketId
  /** The draw's entries after the purchase that it belongs to. */
  readonly totalEntriesAtPurchase: number
  /** What its buyer's wallet did for it. */
  readonly movement: Movement
}

export interface Sale {
  /** One for each request, in the order of the requests. */
  readonly outcomes: ReadonlyArray<PurchaseOutcome>
  /** In the order of positions. */
  readonly tickets: ReadonlyArray<SoldTicket>
  /** The wallets that changed. */
  readonly wallets: ReadonlyMap<UserId, Wallet>
  /** Entries of the draw after the batch. */
  readonly totalEntries: number
  /** The one instant of every ticket of the batch. */
  readonly purchasedAt: Instant
}

/** The numbering where nothing is on sale: nothing is numbered then. */
export const numberingOfNothing = (): never => {
  throw new Error("nothing is on sale, so nothing is numbered")
}

/** What a pot of `entries` tickets holds. */
export const potOf = (entries: number): Cents => cents(ticketPot * BigInt(entries))

/**
 * Decides a batch at `clock`, the time read once the draw's row was locked.
 *
 * Positions go up by one without a gap from `pool.totalEntries + 1`. Cents are conserved: what leaves the wallets is what
 * enters the draw's account. `pool` is null where nothing is on sale. `numbering` gives a position its public ticket id.
 * O(requests + tickets). Source: plan, part 3.2; docs/design.md, "Selling".
 */
export const sell = (
  pool: Pool | null,
  clock: Instant,
  buyers: ReadonlyMap<UserId, Buyer>,
  kept: ReadonlyMap<string, KeptAnswer<SoldBlock>>,
  numbering: (position: Position) => TicketId,
  requests: ReadonlyArray<PurchaseRequest>
): Sale => {
  const last = pool?.lastPurchasedAt ?? null
  const purchasedAt = last !== null && last > clock ? last : clock
  const open = pool !== null && onSale(pool.draw, purchasedAt) ? pool : null
  const wallets = new Map<UserId, Wallet>()
  const bought = new Map<UserId, number>()
  const answers = new Map(kept)
  const tickets: Array<SoldTicket> = []
  let totalEntries = pool?.totalEntries ?? 0

  const decide = (request: PurchaseRequest): PurchaseOutcome => {
    const { userId, quantity, idempotency } = request
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > quantityMax) {
      throw new RangeError(`a purchase is of 1 to ${quantityMax} tickets, not ${quantity}`)
    }
    const buyer = buyers.get(userId)
    // the house has a wallet, and never buys
    if (buyer === undefined || userId === houseUserId) return refused({ _tag: "UnknownBuyer" })
    // the player's own earlier answer comes first: a retry is answered even where nothing is on sale any more
    const kept = idempotency === null ? null : answers.get(answerKeyOf(userId, idempotency.key)) ?? null
    const earlier = answerToRepeat(idempotency, kept)
    if (Result.isFailure(earlier)) return refused(earlier.failure)
    if (earlier.success !== null) return { _tag: "Replayed", block: earlier.success }
    if (buyer.frozen) return refused({ _tag: "AccountFrozen" })
    const barred = refusalOfBarred(buyer.wallet, purchasedAt)
    if (barred !== null) return refused(barred)
    if (request.drawId !== null && request.drawId !== open?.draw.id) {
      return refused({ _tag: "DrawClosed", drawId: request.drawId })
    }
    if (open === null) return refused({ _tag: "NothingOnSale" })
    const tooYoung = refusalOfAge(open.minAge, buyer.wallet, purchasedAt)
    if (tooYoung !== null) return refused(tooYoung)
    if (open.room !== undefined) {
      if (!open.room.members.has(userId)) return refused({ _tag: "NotMember" })
      const has = open.room.holders.has(userId) || wallets.has(userId)
      if (has || quantity > 1) return refused({ _tag: "AlreadyHasTicket" })
    }
    if (open.isPaused) return refused({ _tag: "SalesPaused" })
    if (!open.isFollowed) return refused({ _tag: "BeaconNotFollowed" })

    const before = wallets.get(userId) ?? buyer.wallet
    const needed = cents(ticketPrice * BigInt(quantity))
    const tooMany = open.room === undefined ? ticketsRefusal(open, buyer, bought.get(userId) ?? 0, quantity) : null
    if (tooMany !== null) return refused(tooMany)
    const spent = before.limits === null ? null : spendWithin(before.limits, needed, purchasedAt)
    if (spent !== null && Result.isFailure(spent)) return refused(spent.failure)
    if (before.balance < needed) return refused({ _tag: "InsufficientFunds", balance: before.balance, needed })
    let wallet = spent === null ? before : { ...before, limits: spent.success }
    const firstPosition = totalEntries + 1
    totalEntries += quantity
    for (let position = firstPosition; position <= totalEntries; position++) {
      const ticketId = numbering(position as Position)
      const paid = payTicket(wallet, open.draw.id, ticketId)
      if (Result.isFailure(paid)) {
        throw new Error("a wallet that holds the whole price cannot lack the price of one ticket")
      }
      wallet = paid.success.wallet
      tickets.push({
        userId,
        position: position as Position,
        ticketId,
        totalEntriesAtPurchase: totalEntries,
        movement: paid.success.movement
      })
    }
    wallets.set(userId, wallet)
    bought.set(userId, (bought.get(userId) ?? 0) + quantity)
    const block: SoldBlock = {
      drawId: open.draw.id,
      firstPosition: firstPosition as Position,
      quantity,
      purchasedAt,
      totalEntries,
      wallet
    }
    if (idempotency !== null) {
      answers.set(answerKeyOf(userId, idempotency.key), { fingerprint: idempotency.fingerprint, answer: block })
    }
    return { _tag: "Sold", block }
  }

  return { outcomes: requests.map(decide), tickets, wallets, totalEntries, purchasedAt }
}

/** Why a buyer gets no more tickets of a day's draw, of which they have `bought` in this batch already; null where they may. */
const ticketsRefusal = (
  { draw, ticketsPerPlayerMax }: Pool,
  { held, wallet }: Buyer,
  bought: number,
  quantity: number
): LimitExceeded | null => {
  const max = ticketsMaxOf(ticketsPerPlayerMax, wallet.limits)
  if (max === null) return null
  // of a draw that was not on sale when they were counted, and whose buyer's wallet has been locked since, there are none
  const left = max - bought - (held !== null && held.drawId === draw.id ? held.tickets : 0)
  return quantity <= left
    ? null
    : {
      _tag: "LimitExceeded",
      limit: "ticketsPerDraw",
      max: BigInt(max),
      left: BigInt(Math.max(0, left)),
      renewsAt: null
    }
}

const refused = (refusal: PurchaseRefusal): PurchaseOutcome => ({ _tag: "Refused", refusal })
