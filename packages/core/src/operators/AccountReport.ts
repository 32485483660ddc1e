/**
 * What each account of the books held at the beginning and at the end of a period, and what moved in between.
 *
 * Every movement has a wallet on one side and a named account on the other. Wallets are told together, as `players` and `house`; the
 * accounts of draws together, as `draws`, and those of what players owe, as `receivable`. All accounts together hold nothing.
 */
import type { TransactionType } from "../money/Wallet.ts"

/** Movements of one kind between the same two accounts. */
export interface MovementSum {
  readonly holder: "players" | "house"
  /** The account on the other side, as `accountGroup` calls it. */
  readonly account: string
  readonly type: TransactionType
  /** Whether they are of before the period. */
  readonly isBefore: boolean
  /** In cents, signed, on the wallets' side; of years it may be more than one amount can be. */
  readonly amount: bigint
  readonly count: number
}

/** The account by which movements against a named account are told. On PostgreSQL an expression says it again. */
export const accountGroup = (counterAccount: string): string =>
  counterAccount.startsWith("draw:")
    ? "draws"
    : counterAccount.startsWith("receivable:")
    ? "receivable"
    : counterAccount

/** Why money moved, in the order in which it is told. */
export const reportColumns = [
  "deposits",
  "chargebacks",
  "debts",
  "sales",
  "prizes",
  "fees",
  "refunds",
  "payouts",
  "adjustments"
] as const
export type ReportColumn = typeof reportColumns[number]

const columnOf: { readonly [T in TransactionType]: ReportColumn } = {
  deposit: "deposits",
  chargeback: "chargebacks",
  debt: "debts",
  debt_repaid: "debts",
  ticket_purchase: "sales",
  prize_win: "prizes",
  house_fee: "fees",
  refund: "refunds",
  withdrawal: "payouts",
  adjustment: "adjustments"
}

export interface AccountLine {
  readonly account: string
  /** In cents, as all of it. */
  readonly opening: bigint
  readonly moved: Readonly<Record<ReportColumn, bigint>>
  readonly closing: bigint
  /** How many movements it had in the period. */
  readonly count: number
}

export interface AccountReport {
  /** `players`, `house`, `draws`, then the others by name: each that ever had a movement, and these three always. */
  readonly lines: ReadonlyArray<AccountLine>
  /** What cannot be so, each a sentence; none where the books are as they should be. */
  readonly faults: ReadonlyArray<string>
}

const nothingMoved: AccountLine["moved"] = {
  deposits: 0n,
  chargebacks: 0n,
  debts: 0n,
  sales: 0n,
  prizes: 0n,
  fees: 0n,
  refunds: 0n,
  payouts: 0n,
  adjustments: 0n
}

const untouched = (account: string): AccountLine => ({
  account,
  opening: 0n,
  moved: nothingMoved,
  closing: 0n,
  count: 0
})

const firstAccounts = ["players", "house", "draws"]

const orderOf = (account: string): string => {
  const at = firstAccounts.indexOf(account)
  return at < 0 ? `9${account}` : `${at}`
}

/** Who cannot hold less than nothing: what was never paid in cannot be there to be lost. */
const neverBelowZero: ReadonlySet<string> = new Set(firstAccounts)

export const accountReport = (sums: ReadonlyArray<MovementSum>): AccountReport => {
  const lines = new Map<string, AccountLine>(
    firstAccounts.map((account) => [account, untouched(account)])
  )
  const put = (account: string, { count, isBefore, type }: MovementSum, amount: bigint): void => {
    const line = lines.get(account) ?? untouched(account)
    const column = columnOf[type]
    lines.set(account, {
      account,
      opening: isBefore ? line.opening + amount : line.opening,
      moved: isBefore ? line.moved : { ...line.moved, [column]: line.moved[column] + amount },
      closing: line.closing + amount,
      count: isBefore ? line.count : line.count + count
    })
  }
  for (const sum of sums) {
    put(sum.holder, sum, sum.amount)
    put(sum.account, sum, -sum.amount)
  }
  const told = [...lines.values()].toSorted((a, b) => orderOf(a.account) < orderOf(b.account) ? -1 : 1)
  return { lines: told, faults: told.flatMap(faultsOf) }
}

const faultsOf = ({ account, closing, opening }: AccountLine): ReadonlyArray<string> =>
  neverBelowZero.has(account)
    ? [["opening", opening] as const, ["closing", closing] as const].flatMap(([which, balance]) =>
      balance < 0n ? [`the ${which} balance of ${account} is below zero: run ddd audit`] : []
    )
    : []
