/**
 * What the books must come to: the smallest model that predicts each answer.
 *
 * It knows balances, debts, who holds which position, which keys and references were used, and what is on its way out; nothing
 * of ledgers, trees, seals or records. The winner of a draw is the one thing that it is told (that it is the right one, the audit checks).
 */
import type { Receipt } from "@ddd/core/draws/Receipt"
import type { PurchaseRefusal } from "@ddd/core/draws/Sale"
import type { AskRefusal } from "@ddd/core/money/AskWithdrawal"
import { cents, ticketPrice, zero } from "@ddd/core/money/Money"
import type { Transaction } from "@ddd/core/money/Transaction"
import { type DrawId, houseUserId, type Position, type UserId } from "@ddd/core/values/Ids"
import { type Day, dayAfter, dayOf, dayStart, type Instant } from "@ddd/core/values/Instant"
import { type ExpectedLimits, noExpectedLimits, predictLimit } from "./ExpectedLimits.ts"

export interface ExpectedWallet {
  balance: bigint
  withdrawable: bigint
  debt: bigint
  movements: number
}

const emptyWallet = (): ExpectedWallet => ({ balance: 0n, withdrawable: 0n, debt: 0n, movements: 0 })

/** What was said of a reference, and what came of it. */
export interface ExpectedFunding {
  /** Cents; null until it was deposited. */
  amount: bigint | null
  /** Of the deposit; null until there is one. */
  transactionId: string | null
  refunded: boolean
  reversed: boolean
  given: "nothing" | "credited" | "taken back" | "given back"
}

export interface ExpectedWithdrawal {
  readonly id: string
  readonly amount: bigint
  /** How much of it was winnings. */
  readonly winnings: bigint
  /** `sent`: the provider may have been asked for it. */
  state: "unsent" | "sent" | "paid" | "failed" | "returned"
}

export interface Player extends ExpectedWallet {
  readonly id: UserId
  readonly name: string
  frozen: boolean
  tickets: number
  /** What was bought under a key. */
  readonly bought: Map<string, { readonly request: Request; readonly receipt: Receipt }>
  readonly fundings: Map<string, ExpectedFunding>
  readonly limits: ExpectedLimits
  /** Whether the address is verified, without which no money is paid out. */
  readonly isVerified: boolean
  /** Whether there is an account that money can be paid out to. */
  readonly hasAccount: boolean
  /** Oldest first. */
  readonly withdrawals: Array<ExpectedWithdrawal>
  /** What was asked for under a key. */
  readonly asked: Map<string, { readonly amount: bigint; readonly transaction: Transaction }>
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
  house: emptyWallet(),
  draws: []
})

export const newPlayer = (
  id: UserId,
  name: string,
  payouts: Pick<Player, "hasAccount" | "isVerified">
): Player => ({
  ...emptyWallet(),
  id,
  name,
  frozen: false,
  tickets: 0,
  bought: new Map(),
  fundings: new Map(),
  limits: noExpectedLimits(),
  ...payouts,
  withdrawals: [],
  asked: new Map()
})

/** What was asked to be paid out and is neither paid nor back. */
export const pendingOf = ({ withdrawals }: Player): bigint =>
  withdrawals.reduce((sum, { amount, state }) => state === "unsent" || state === "sent" ? sum + amount : sum, 0n)

export const walletOwners = (
  { house, players }: Expected
): ReadonlyArray<ExpectedWallet & { readonly id: UserId; readonly pending: bigint }> => [
  ...players.map((player) => ({ ...player, pending: pendingOf(player) })),
  { ...house, id: houseUserId, pending: 0n }
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
  if (request.key !== null && player.asked.has(request.key)) return refused({ _tag: "KeyReused" })
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
  const limit = predictLimit(player.limits, needed, clock)
  if (limit !== null) return refused(limit)
  return player.balance < needed
    ? refused({ _tag: "InsufficientFunds", balance: cents(player.balance), needed })
    : { _tag: "Sold" }
}

const refused = (refusal: PurchaseRefusal): Prediction => ({ _tag: "Refused", refusal })

/** Money comes in; what is owed is paid from it at once. */
const credit = (wallet: ExpectedWallet, amount: bigint, winnings = 0n): void => {
  wallet.balance += amount
  wallet.withdrawable += winnings
  wallet.movements++
  if (wallet.debt === 0n) return
  const paid = wallet.debt < wallet.balance ? wallet.debt : wallet.balance
  wallet.debt -= paid
  wallet.movements++
  spend(wallet, paid)
}

/** Money goes; winnings last. */
const spend = (wallet: ExpectedWallet, amount: bigint): void => {
  wallet.balance -= amount
  if (wallet.withdrawable > wallet.balance) wallet.withdrawable = wallet.balance
}

/** A deposit is taken back: from what was not sent out yet where that is needed, and the rest is owed. */
const takeBack = (player: Player, amount: bigint): void => {
  for (const withdrawal of player.withdrawals.toReversed()) {
    if (player.balance >= amount) break
    if (withdrawal.state === "unsent") comeBack(player, withdrawal, "failed")
  }
  const missing = amount - player.balance
  if (missing > 0n) {
    player.balance += missing
    player.debt += missing
    player.movements++
  }
  spend(player, amount)
  player.movements++
}

export const fundingOf = ({ fundings }: Player, reference: string): ExpectedFunding => {
  const known = fundings.get(reference)
  if (known !== undefined) return known
  const made: ExpectedFunding = {
    amount: null,
    transactionId: null,
    refunded: false,
    reversed: false,
    given: "nothing"
  }
  fundings.set(reference, made)
  return made
}

/** Gives or takes what a reference is worth by all that was said of it; whether that moves anything. */
export const follow = (player: Player, funding: ExpectedFunding): boolean => {
  const { amount, given, refunded, reversed } = funding
  if (amount === null) return false
  const isDeserved = !refunded || reversed
  const has = given === "credited" || given === "given back"
  // given back once, it stays
  if (isDeserved === has || given === "given back") return false
  if (isDeserved) credit(player, amount)
  else takeBack(player, amount)
  funding.given = has ? "taken back" : given === "nothing" ? "credited" : "given back"
  return true
}

export interface WithdrawRequest {
  readonly amount: bigint
  readonly key: string | null
  readonly winningsOnly: boolean
}

export type AskPrediction =
  | { readonly _tag: "Accepted" }
  | { readonly _tag: "Replayed"; readonly transaction: Transaction }
  | { readonly _tag: "Refused"; readonly refusal: AskRefusal }

/** What asking for a withdrawal is answered. */
export const predictAsk = (player: Player, { amount, key, winningsOnly }: WithdrawRequest): AskPrediction => {
  const refused = (refusal: AskRefusal): AskPrediction => ({ _tag: "Refused", refusal })
  const earlier = key === null ? undefined : player.asked.get(key)
  if (earlier !== undefined && earlier.amount === amount) return { _tag: "Replayed", transaction: earlier.transaction }
  if (earlier !== undefined || (key !== null && player.bought.has(key))) return refused({ _tag: "KeyReused" })
  if (player.frozen) return refused({ _tag: "AccountFrozen" })
  if (!player.isVerified) return refused({ _tag: "EmailUnverified" })
  if (!player.hasAccount) return refused({ _tag: "NoPayoutAccount", status: "none" })
  const [balance, withdrawable] = [cents(player.balance), cents(player.withdrawable)]
  if (player.debt > 0n) return refused({ _tag: "InDebt", debt: cents(player.debt) })
  if (winningsOnly && amount > withdrawable) {
    return refused({
      _tag: "NotWithdrawable",
      balance,
      withdrawable,
      // these draws are daily ones, whose prizes never rest
      maturing: zero,
      maturesAt: null,
      awaitingIdentity: zero,
      asked: cents(amount)
    })
  }
  return amount > balance
    ? refused({ _tag: "InsufficientFunds", balance, needed: cents(amount) })
    : { _tag: "Accepted" }
}

/** A withdrawal leaves the balance: winnings first. */
export const leave = (player: Player, id: string, amount: bigint): void => {
  const winnings = amount < player.withdrawable ? amount : player.withdrawable
  player.balance -= amount
  player.withdrawable -= winnings
  player.movements++
  player.withdrawals.push({ id, amount, winnings, state: "unsent" })
}

/** A withdrawal comes back, as it was split when it left. */
export const comeBack = (player: Player, withdrawal: ExpectedWithdrawal, state: "failed" | "returned"): void => {
  withdrawal.state = state
  credit(player, withdrawal.amount, withdrawal.winnings)
}

/** Takes a sale's price; winnings are spent last. */
export const pay = (player: Player, quantity: number, at: Instant): void => {
  player.limits.spent.push({ at, amount: BigInt(quantity) * ticketPrice })
  spend(player, BigInt(quantity) * ticketPrice)
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
    credit(wallet, entries * share, entries * share)
  }
}

/** The days that get a draw where records are published at `clock`: a week ahead, and none that has begun but the very first. */
export const daysPublishedAt = ({ draws }: Expected, clock: Instant): ReadonlyArray<Day> => {
  const newest = draws.at(-1)
  return Array.from({ length: 8 }, (_, ahead) => dayAfter(dayOf(clock), ahead))
    .filter((day) => newest === undefined || (day > newest.day && dayStart(day) > clock))
}
