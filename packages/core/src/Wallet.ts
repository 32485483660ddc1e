/**
 * What may happen to a wallet.
 *
 * A wallet changes by movements alone. Each movement is numbered (`seq`, without gaps), carries the balance after it, and
 * names the account on the other side, so that the books are double entry by construction (DESIGN.md, "Money").
 *
 * Of the balance, `withdrawable` is what came from prizes; purchased credit is spent before it.
 */
import { type Cents, cents, isCents, ticketPrice, zero } from "./Money.ts"

/** A wallet as the rules see it. `0 ≤ withdrawable ≤ balance`. */
export interface Wallet {
  readonly balance: Cents
  readonly withdrawable: Cents
  readonly pendingWithdrawal: Cents
  /** How many movements it has had: the number of its newest one. */
  readonly seq: number
}

/** The wallet of a player who has just signed up. */
export const emptyWallet: Wallet = { balance: zero, withdrawable: zero, pendingWithdrawal: zero, seq: 0 }

/** Every kind of movement (API.md, "Transaction"). */
export const transactionTypes = [
  "deposit",
  "withdrawal",
  "ticket_purchase",
  "prize_win",
  "refund",
  "chargeback",
  "debt",
  "debt_repaid",
  "house_fee"
] as const
export type TransactionType = typeof transactionTypes[number]

/** A named account on the other side of a movement: `draw:<id>`, `deposits:<source>`, `payouts`, `receivable:<user>`. */
export type CounterAccount = `draw:${string}` | `deposits:${string}` | "payouts" | `receivable:${string}`

/** One movement of one wallet. The counter account moves by `-amount`. */
export interface Movement {
  readonly seq: number
  readonly type: TransactionType
  /** Signed: negative where money leaves the wallet. */
  readonly amount: Cents
  readonly balanceAfter: Cents
  readonly withdrawableDelta: Cents
  readonly counterAccount: CounterAccount
  readonly referenceId: string | null
}

/** A movement and the wallet after it. */
export interface Moved {
  readonly wallet: Wallet
  readonly movement: Movement
}

/** Why a wallet refuses a movement; the wallet is as it was. */
export type WalletRefusal =
  | { readonly _tag: "InsufficientFunds"; readonly balance: Cents; readonly needed: Cents }
  | { readonly _tag: "BalanceTooLarge"; readonly balance: Cents; readonly added: Cents }

export const isRefusal = (result: Moved | WalletRefusal): result is WalletRefusal => "_tag" in result

const moved = (
  wallet: Wallet,
  type: TransactionType,
  amount: Cents,
  withdrawableAfter: bigint,
  counterAccount: CounterAccount,
  referenceId: string | null
): Moved => {
  const after: Wallet = {
    balance: cents(wallet.balance + amount),
    withdrawable: cents(withdrawableAfter),
    pendingWithdrawal: wallet.pendingWithdrawal,
    seq: wallet.seq + 1
  }
  return {
    wallet: after,
    movement: {
      seq: after.seq,
      type,
      amount,
      balanceAfter: after.balance,
      withdrawableDelta: cents(after.withdrawable - wallet.withdrawable),
      counterAccount,
      referenceId
    }
  }
}

const credit = (
  wallet: Wallet,
  type: TransactionType,
  amount: Cents,
  withdrawableAdded: Cents,
  counterAccount: CounterAccount,
  referenceId: string | null
): Moved | WalletRefusal => {
  if (amount <= 0n) throw new RangeError(`a credit is positive, not ${amount} cents`)
  if (!isCents(wallet.balance + amount)) {
    return { _tag: "BalanceTooLarge", balance: wallet.balance, added: amount }
  }
  return moved(wallet, type, amount, wallet.withdrawable + withdrawableAdded, counterAccount, referenceId)
}

/** Purchased credit comes in from `source`, once per `referenceId`. `amount > 0`. It is not withdrawable. */
export const deposit = (wallet: Wallet, amount: Cents, source: string, referenceId: string): Moved | WalletRefusal =>
  credit(wallet, "deposit", amount, zero, `deposits:${source}`, referenceId)

/** Pays for one ticket: purchased credit first, winnings after. Source: plan, part 3.2; DESIGN.md, "Money". */
export const payTicket = (wallet: Wallet, drawId: string, ticketId: string): Moved | WalletRefusal => {
  const left = wallet.balance - ticketPrice
  if (left < 0n) return { _tag: "InsufficientFunds", balance: wallet.balance, needed: ticketPrice }
  const withdrawable = wallet.withdrawable < left ? wallet.withdrawable : left
  return moved(wallet, "ticket_purchase", cents(-ticketPrice), withdrawable, `draw:${drawId}`, ticketId)
}

/** A draw's pot is won. `amount > 0`; all of it is withdrawable. */
export const winPrize = (wallet: Wallet, amount: Cents, drawId: string): Moved | WalletRefusal =>
  credit(wallet, "prize_win", amount, amount, `draw:${drawId}`, drawId)

/** The house's part of a draw. `amount > 0`. */
export const collectFee = (wallet: Wallet, amount: Cents, drawId: string): Moved | WalletRefusal =>
  credit(wallet, "house_fee", amount, amount, `draw:${drawId}`, drawId)

/**
 * A ticket's price comes back, because its draw was void or its room closed.
 *
 * `withdrawableDelta` is what the purchase's row stored (zero or negative): the split between credit and winnings is
 * restored by it.
 */
export const refundTicket = (
  wallet: Wallet,
  withdrawableDelta: Cents,
  drawId: string,
  ticketId: string
): Moved | WalletRefusal => credit(wallet, "refund", ticketPrice, cents(-withdrawableDelta), `draw:${drawId}`, ticketId)
