/**
 * A wallet's movements of a month, with the balance before and after them, and what they come to by type.
 *
 * A month's movements are a stretch of the wallet's numbers: those after its last movement of before the month, up to its last one of
 * before the next. So each movement is in one statement, and one statement begins where the one before it ended, even where a clock that
 * was put back dates a movement before the one it follows.
 */
import { Result, Stream } from "effect"
import type { Instant } from "../values/Instant.ts"
import { type Month, monthEnd, monthStart } from "../values/Month.ts"
import type { Pages } from "../values/Page.ts"
import { type Cents, cents, zero } from "./Money.ts"
import type { Transaction } from "./Transaction.ts"
import { type TransactionType, transactionTypes } from "./Wallet.ts"

/** From when until when a statement is; `until` is not part of it. */
export interface Period {
  readonly from: Instant
  readonly until: Instant
}

/** The month has not begun. */
export interface MonthAhead {
  readonly _tag: "MonthAhead"
  readonly month: Month
}

/** The period of a month, once it has begun. A month of before the wallet has no movements, and is none to be refused. */
export const statementPeriod = (month: Month, now: Instant): Result.Result<Period, MonthAhead> =>
  monthStart(month) > now
    ? Result.fail({ _tag: "MonthAhead", month })
    : Result.succeed({ from: monthStart(month), until: monthEnd(month) })

/**
 * The number of a wallet's last movement of before a time; 0 where there is none. `isBefore` says of a number whether there is such a
 * movement and it is older. Looks at as many movements as `newest` has binary digits; what is added later changes nothing of an answer.
 *
 * SQL says it once more (adapters-pg, `ReadStatement`).
 */
export const lastBefore = (newest: number, isBefore: (seq: number) => boolean): number => {
  let last = 0
  for (let step = highestPowerOfTwo(newest); step >= 1; step /= 2) if (isBefore(last + step)) last += step
  return last
}

/** The largest power of two up to a number; 0 of 0. */
export const highestPowerOfTwo = (number: number): number => number < 1 ? 0 : 2 ** Math.floor(Math.log2(number))

/** What a statement is made from. */
export interface StatementRecords<E> {
  /** The balance before the first of the movements. */
  readonly openingBalance: Cents
  /** Oldest first. */
  readonly movements: Pages<Transaction, E>
}

/** What the movements of one type come to. */
export interface Total {
  readonly type: TransactionType
  readonly count: number
  /** Signed. */
  readonly amount: Cents
}

/** What a statement comes to. `openingBalance` and all totals are `closingBalance`. */
export interface Closing {
  readonly closingBalance: Cents
  /** In the order of the types, without those that there are none of. */
  readonly totals: ReadonlyArray<Total>
}

interface Tally {
  readonly balance: Cents
  readonly totals: ReadonlyMap<TransactionType, Total>
}

/** Adds a page of movements. Throws where one does not continue the balance before it: then the books are wrong, and nothing is stated. */
const addMovements = ({ balance, totals }: Tally, page: ReadonlyArray<Transaction>): Tally => {
  const sums = new Map(totals)
  let reached = balance
  for (const { amount, balanceAfter, id, type } of page) {
    if (reached + amount !== balanceAfter) throw new Error(`the movement ${id} does not continue the balance before it`)
    reached = balanceAfter
    const { amount: sum, count } = sums.get(type) ?? { amount: zero, count: 0 }
    sums.set(type, { type, count: count + 1, amount: cents(sum + amount) })
  }
  return { balance: reached, totals: sums }
}

const closingOf = ({ balance, totals }: Tally): Closing => ({
  closingBalance: balance,
  totals: transactionTypes.flatMap((type) => totals.get(type) ?? [])
})

/** Whose statement it is, and of what. */
export interface StatementHead {
  readonly user: { readonly id: string; readonly username: string }
  readonly month: Month
  readonly period: Period
  /** When it was asked for. Before the month is over it states what has been until then. */
  readonly madeAt: Instant
  readonly openingBalance: Cents
}

/** Whether the month is over: what is stated changes no more, but for whether a withdrawal has arrived. */
export const isComplete = ({ madeAt, period }: Pick<StatementHead, "madeAt" | "period">): boolean =>
  madeAt >= period.until

/** How a statement is written: each part of it as text, so that it can be sent as it is read. */
export interface StatementForm {
  readonly begin: (head: StatementHead) => string
  /** Some of the movements, at least one; `isFirst`: none was before them. */
  readonly movements: (page: ReadonlyArray<Transaction>, isFirst: boolean) => string
  readonly end: (closing: Closing, head: StatementHead) => string
}

/** Writes a statement, a page at a time. */
export const writeStatement = <E>(
  form: StatementForm,
  about: Omit<StatementHead, "openingBalance">,
  { movements, openingBalance }: StatementRecords<E>
): Stream.Stream<string, E> =>
  Stream.suspend(() => {
    const head = { ...about, openingBalance }
    let tally: Tally = { balance: openingBalance, totals: new Map() }
    return Stream.succeed(form.begin(head)).pipe(
      Stream.concat(Stream.map(Stream.filter(movements, (page) => page.length > 0), (page) => {
        const isFirst = tally.totals.size === 0
        tally = addMovements(tally, page)
        return form.movements(page, isFirst)
      })),
      Stream.concat(Stream.suspend(() => Stream.succeed(form.end(closingOf(tally), head))))
    )
  })
