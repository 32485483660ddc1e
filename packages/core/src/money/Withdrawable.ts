/**
 * How much of a wallet may be withdrawn, which the wallet shows and a withdrawal is decided by.
 *
 * Winnings may be withdrawn, purchased credit where the operator says so (WITHDRAW_DEPOSITS), and prizes of rooms only once they have
 * rested (ROOM_PRIZE_HOLD): friends who play among themselves would turn purchased credit into winnings at once otherwise, and have the
 * purchase refunded afterwards. What rests is an amount, not certain coins: of a wallet's winnings, as much as its rooms paid lately.
 * Whatever takes winnings (tickets, chargebacks, debts) takes those that rest last, so that no round trip of money shortens the rest.
 *
 * Prizes from PRIZE_REPORT_FROM on wait for their player's identity check, where the operator says so (PRIZE_HOLD_KYC): likewise an amount,
 * which is taken after those that rest. A prize of a room that waits begins to rest when it was won.
 */
import { type Instant, instant } from "../values/Instant.ts"
import { type Cents, cents, centsMax, smaller } from "./Money.ts"

/** A room's prize that cannot be withdrawn before `maturesAt`. */
export interface MaturingPrize {
  /** Positive: what the prize added to the winnings, once a debt was paid from it. */
  readonly amount: Cents
  readonly maturesAt: Instant
}

/** A prize that cannot be withdrawn before its player's identity is verified; of a room, and not before `maturesAt` either. */
export interface AwaitingPrize {
  /** As of a prize that rests. */
  readonly amount: Cents
  /** Null of daily draws. */
  readonly maturesAt: Instant | null
}

/** The parts of a wallet that decide how much of it may be withdrawn. */
export interface Winnings {
  readonly balance: Cents
  /** What of the balance came from prizes; `0 ≤ withdrawable ≤ balance`. */
  readonly withdrawable: Cents
  /** Prizes of rooms, by ascending `maturesAt`; those that have matured may still be among them. */
  readonly maturing: ReadonlyArray<MaturingPrize>
  /** Prizes that wait for the identity check: one for those that rest no more, and before it those of rooms. */
  readonly awaiting: ReadonlyArray<AwaitingPrize>
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

const sumOf = (prizes: ReadonlyArray<Pick<MaturingPrize, "amount">>): bigint =>
  prizes.reduce((sum, { amount }) => sum + amount, 0n)

/**
 * The prizes with one more, and without those that have matured at `now`. Never more than `maturingPrizesMax`: beyond that the two which
 * mature first do so together, at the later time.
 */
export const addMaturingPrize = (
  prizes: ReadonlyArray<MaturingPrize>,
  added: MaturingPrize,
  now: Instant
): ReadonlyArray<MaturingPrize> => atMostMax([...stillMaturing(prizes, now), added])

/** The same prizes by ascending time; of too many, those that mature first do so together. */
const atMostMax = (prizes: ReadonlyArray<MaturingPrize>): ReadonlyArray<MaturingPrize> => {
  const sorted = prizes.toSorted((a, b) => a.maturesAt - b.maturesAt)
  const [first, second, ...rest] = sorted
  return first === undefined || second === undefined || sorted.length <= maturingPrizesMax
    ? sorted
    : atMostMax([{ amount: cents(first.amount + second.amount), maturesAt: second.maturesAt }, ...rest])
}

const isOfRoom = (prize: AwaitingPrize): prize is MaturingPrize => prize.maturesAt !== null

/** The prizes that wait with one more. Those of rooms that matured before the newest of a room count with the others from then on. */
export const addAwaitingPrize = (
  prizes: ReadonlyArray<AwaitingPrize>,
  { amount, maturesAt }: AwaitingPrize,
  now: Instant
): ReadonlyArray<AwaitingPrize> => {
  const ofRooms = prizes.filter(isOfRoom)
  const matured = maturesAt === null ? [] : ofRooms.filter((prize) => prize.maturesAt <= now)
  const others = sumOf([
    ...prizes.filter((prize) => !isOfRoom(prize)),
    ...matured,
    ...maturesAt === null ? [{ amount }] : []
  ])
  return [
    ...others === 0n ? [] : [{ amount: cents(smaller(others, centsMax)), maturesAt: null }],
    ...maturesAt === null ? ofRooms : addMaturingPrize(ofRooms, { amount, maturesAt }, now)
  ]
}

/** What rests once the prizes that wait do so no more: those of rooms rest on until their time. */
export const restingOnceReleased = (
  { awaiting, maturing }: Pick<Winnings, "awaiting" | "maturing">
): ReadonlyArray<MaturingPrize> => atMostMax([...maturing, ...awaiting.filter(isOfRoom)])

/** What of the winnings waits for the identity check. */
export const awaitingIdentity = ({ awaiting, withdrawable }: Pick<Winnings, "awaiting" | "withdrawable">): Cents =>
  cents(smaller(withdrawable, sumOf(awaiting)))

/** What of a wallet rests, and when the next part of it becomes withdrawable; null where nothing rests. */
export interface Resting {
  readonly maturing: Cents
  readonly maturesAt: Instant | null
}

/** What of the winnings rests at `now`, beside what waits for the identity check. */
export const restingAt = (wallet: Omit<Winnings, "balance">, now: Instant): Resting => {
  const prizes = stillMaturing(wallet.maturing, now)
  const withdrawable = wallet.withdrawable - awaitingIdentity(wallet)
  const resting = smaller(withdrawable, sumOf(prizes))
  if (resting === 0n) return { maturing: cents(0n), maturesAt: null }
  // where winnings were spent, the first prizes to mature may change nothing
  const next = prizes.findIndex((_, index) => smaller(withdrawable, sumOf(prizes.slice(index + 1))) < resting)
  return { maturing: cents(resting), maturesAt: instant(prizes[next]?.maturesAt ?? now) }
}

/** What of the winnings cannot be withdrawn at `now`. */
const heldBackAt = (wallet: Winnings, now: Instant): bigint =>
  restingAt(wallet, now).maturing + awaitingIdentity(wallet)

/** How much a withdrawal at `now` may take. Nobody withdraws who owes, which leaves nothing in the wallet. */
export const withdrawableAt = (wallet: Winnings, { withdrawDeposits }: WithdrawalTerms, now: Instant): Cents =>
  cents((withdrawDeposits ? wallet.balance : wallet.withdrawable) - heldBackAt(wallet, now))

/** How much of the winnings is not held back at `now`: a withdrawal takes this first, then purchased credit where that is allowed. */
export const freeWinningsAt = (wallet: Winnings, now: Instant): Cents =>
  cents(wallet.withdrawable - heldBackAt(wallet, now))

/** A wallet as its player sees it (docs/api.md, "Wallet"). */
export interface WalletView {
  readonly balance: Cents
  /** What a withdrawal of now may take. */
  readonly withdrawable: Cents
  /** What is in the balance, and rests. */
  readonly maturing: Cents
  /** When the next part of it becomes withdrawable; null where nothing rests. */
  readonly maturesAt: Instant | null
  /** What is in the balance, and waits for the identity check. */
  readonly awaitingIdentity: Cents
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
  awaitingIdentity: awaitingIdentity(wallet),
  pendingWithdrawal: wallet.pendingWithdrawal,
  debt: wallet.debt,
  updatedAt: wallet.updatedAt
})
