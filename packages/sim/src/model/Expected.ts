/**
 * What the books must come to: the smallest model that predicts each answer.
 *
 * It knows balances, who holds which position, and which keys and references were used; nothing of ledgers, trees, seals
 * or records. The winner of a draw is the one thing that it is told (that it is the right one, the audit checks).
 */
import { type DrawId, houseUserId, type Position, type UserId } from "@ddd/core/Ids"
import { type Day, dayAfter, dayOf, dayStart, type Instant } from "@ddd/core/Instant"
import { cents, ticketPrice } from "@ddd/core/Money"
import type { PurchaseRefusal } from "@ddd/core/Sale"
import type { Receipt } from "@ddd/core/Ticket"

export interface ExpectedWallet {
  balance: bigint
  withdrawable: bigint
  movements: number
}

export interface Player extends ExpectedWallet {
  readonly id: UserId
  readonly name: string
  frozen: boolean
  tickets: number
  /** What was bought under a key. */
  readonly bought: Map<string, { readonly request: Request; readonly receipt: Receipt }>
  /** What was credited under a reference: cents, and the transaction's id. */
  readonly deposits: Map<string, { readonly amount: bigint; readonly transactionId: string }>
}

export interface ExpectedDraw {
  readonly id: DrawId
  readonly day: Day
  readonly opensAt: Instant
  readonly closesAt: Instant
  readonly holders: Map<number, Player>
  drawn: boolean
}

export interface Expected {
  readonly players: Array<Player>
  readonly house: ExpectedWallet
  /** By day. */
  readonly draws: Array<ExpectedDraw>
}

export const emptyExpected = (): Expected => ({
  players: [],
  house: { balance: 0n, withdrawable: 0n, movements: 0 },
  draws: []
})

export const newPlayer = (id: UserId, name: string): Player => ({
  id,
  name,
  balance: 0n,
  withdrawable: 0n,
  movements: 0,
  frozen: false,
  tickets: 0,
  bought: new Map(),
  deposits: new Map()
})

export const walletOwners = ({ house, players }: Expected): ReadonlyArray<ExpectedWallet & { readonly id: UserId }> => [
  ...players,
  { ...house, id: houseUserId }
]

export interface Request {
  readonly quantity: number
  readonly drawId: DrawId | null
  readonly key: string | null
}

export type Prediction =
  | { readonly _tag: "Sold" }
  | { readonly _tag: "Replayed"; readonly receipt: Receipt }
  | { readonly _tag: "Refused"; readonly refusal: PurchaseRefusal }

export const drawOnSale = ({ draws }: Expected, clock: Instant): ExpectedDraw | undefined =>
  draws.find(({ closesAt, opensAt }) => opensAt <= clock && clock < closesAt)

/** What a purchase is answered at `clock`. */
export const predict = (expected: Expected, player: Player, request: Request, clock: Instant): Prediction => {
  const earlier = request.key === null ? undefined : player.bought.get(request.key)
  if (earlier !== undefined) {
    return earlier.request.quantity === request.quantity && earlier.request.drawId === request.drawId
      ? { _tag: "Replayed", receipt: { ...earlier.receipt, replayed: true } }
      : refused({ _tag: "KeyReused" })
  }
  const onSale = drawOnSale(expected, clock)
  if (player.frozen) return refused({ _tag: "AccountFrozen" })
  if (request.drawId !== null && request.drawId !== onSale?.id) {
    return refused({ _tag: "DrawClosed", drawId: request.drawId })
  }
  if (onSale === undefined) return refused({ _tag: "NothingOnSale" })
  const needed = cents(BigInt(request.quantity) * ticketPrice)
  return player.balance < needed
    ? refused({ _tag: "InsufficientFunds", balance: cents(player.balance), needed })
    : { _tag: "Sold" }
}

const refused = (refusal: PurchaseRefusal): Prediction => ({ _tag: "Refused", refusal })

export const credit = (player: Player, amount: bigint): void => {
  player.balance += amount
  player.movements++
}

/** Takes a sale's price; winnings are spent last. */
export const pay = (player: Player, quantity: number): void => {
  player.balance -= BigInt(quantity) * ticketPrice
  if (player.withdrawable > player.balance) player.withdrawable = player.balance
  player.movements += quantity
  player.tickets += quantity
}

/** A draw's end: 95 cents a ticket to the holder of the winning position, five to the house. */
export const settle = ({ house }: Expected, draw: ExpectedDraw, winner: Position | null): void => {
  draw.drawn = true
  const entries = BigInt(draw.holders.size)
  const player = winner === null ? undefined : draw.holders.get(winner)
  if (player === undefined) return
  for (const [wallet, share] of [[player, 95n], [house, 5n]] as const) {
    wallet.balance += entries * share
    wallet.withdrawable += entries * share
    wallet.movements++
  }
}

/** The days that get a draw where records are published at `clock`: a week ahead, and none that has begun but the very first. */
export const daysPublishedAt = ({ draws }: Expected, clock: Instant): ReadonlyArray<Day> => {
  const newest = draws.at(-1)
  return Array.from({ length: 8 }, (_, ahead) => dayAfter(dayOf(clock), ahead))
    .filter((day) => newest === undefined || (day > newest.day && dayStart(day) > clock))
}
