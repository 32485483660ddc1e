/**
 * How much of a wallet may be withdrawn, which the wallet shows and a withdrawal is decided by.
 *
 * Winnings may be withdrawn, purchased credit where the operator says so (WITHDRAW_DEPOSITS), and prizes of rooms only once they have
 * rested (ROOM_PRIZE_HOLD): friends who play among themselves would turn purchased credit into winnings at once otherwise, and have the
 * purchase refunded afterwards. What rests is an amount, not certain coins: of a wallet's winnings, as much as its rooms paid lately.
 * Whatever takes winnings (tickets, chargebacks, debts) takes those that rest last, so that no round trip of money shortens the rest.
 */
import { type Instant, instant } from "../values/Instant.ts"
import { type Cents, cents, smaller } from "./Money.ts"

/** A room's prize that cannot be withdrawn before `maturesAt`. */
export interface MaturingPrize {
  /** Positive: what the prize added to the winnings, once a debt was paid from it. */
  readonly amount: Cents
  readonly maturesAt: Instant
}

/** The parts of a wallet that decide how much of it may be withdrawn. */
export interface Winnings {
  readonly balance: Cents
  /** What of the balance came from prizes; `0 ≤ withdrawable ≤ balance`. */
  readonly withdrawable: Cents
  /** Prizes of rooms, by ascending `maturesAt`; those that have matured may still be among them. */
  readonly maturing: ReadonlyArray<MaturingPrize>
}

/** What the operator allows to be withdrawn. */
export interface WithdrawalTerms {
  /** Whether purchased credit may be withdrawn too. */
  readonly withdrawDeposits: boolean
}

/** How many prizes of a wallet mature each at its own time, at most; of more, the two that mature first become one. */
export const maturingPrizesMax = 32

const stillMaturing = (prizes: ReadonlyArray<MaturingPrize>, now: Instant): ReadonlyArray<MaturingPrize> =>
  prizes.filter(({ maturesAt }) => maturesAt > now)

const sumOf = (prizes: ReadonlyArray<MaturingPrize>): bigint => prizes.reduce((sum, { amount }) => sum + amount, 0n)

/**
 * The prizes with one more, and without those that have matured at `now`. Never more than `maturingPrizesMax`: beyond that the two which
 * mature first do so together, at the later time.
 */
export const addMaturingPrize = (
  prizes: ReadonlyArray<MaturingPrize>,
  added: MaturingPrize,
  now: Instant
): ReadonlyArray<MaturingPrize> => {
  const [first, second, ...rest] = [...stillMaturing(prizes, now), added].sort((a, b) => a.maturesAt - b.maturesAt)
  if (first === undefined || second === undefined) return [added]
  return rest.length + 2 <= maturingPrizesMax
    ? [first, second, ...rest]
    : [{ amount: cents(first.amount + second.amount), maturesAt: second.maturesAt }, ...rest]
}

/** What of a wallet rests, and when the next part of it becomes withdrawable; null where nothing rests. */
export interface Resting {
  readonly maturing: Cents
  readonly maturesAt: Instant | null
}

/** What of the winnings rests at `now`. */
export const restingAt = ({ maturing, withdrawable }: Omit<Winnings, "balance">, now: Instant): Resting => {
  const prizes = stillMaturing(maturing, now)
  const resting = smaller(withdrawable, sumOf(prizes))
  if (resting === 0n) return { maturing: cents(0n), maturesAt: null }
  // where winnings were spent, the first prizes to mature may change nothing
  const next = prizes.findIndex((_, index) => smaller(withdrawable, sumOf(prizes.slice(index + 1))) < resting)
  return { maturing: cents(resting), maturesAt: instant(prizes[next]?.maturesAt ?? now) }
}

/** How much a withdrawal at `now` may take. Nobody withdraws who owes, which leaves nothing in the wallet. */
export const withdrawableAt = (wallet: Winnings, { withdrawDeposits }: WithdrawalTerms, now: Instant): Cents =>
  cents((withdrawDeposits ? wallet.balance : wallet.withdrawable) - restingAt(wallet, now).maturing)

/** How much of the winnings does not rest at `now`: a withdrawal takes this first, then purchased credit where that is allowed. */
export const freeWinningsAt = (wallet: Winnings, now: Instant): Cents =>
  cents(wallet.withdrawable - restingAt(wallet, now).maturing)

/** A wallet as its player sees it (docs/api.md, "Wallet"). */
export interface WalletView {
  readonly balance: Cents
  /** What a withdrawal of now may take. */
  readonly withdrawable: Cents
  /** What is in the balance, and rests. */
  readonly maturing: Cents
  /** When the next part of it becomes withdrawable; null where nothing rests. */
  readonly maturesAt: Instant | null
  readonly pendingWithdrawal: Cents
  readonly debt: Cents
  readonly updatedAt: Instant
}

/** What is shown of a wallet at `now`. */
export const viewWallet = (
  wallet: Winnings & Pick<WalletView, "pendingWithdrawal" | "debt" | "updatedAt">,
  terms: WithdrawalTerms,
  now: Instant
): WalletView => ({
  balance: wallet.balance,
  withdrawable: withdrawableAt(wallet, terms, now),
  ...restingAt(wallet, now),
  pendingWithdrawal: wallet.pendingWithdrawal,
  debt: wallet.debt,
  updatedAt: wallet.updatedAt
})
