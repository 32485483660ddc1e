import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { transactionTypes } from "../../src/money/Wallet.ts"
import { accountGroup, type AccountLine, accountReport, reportColumns } from "../../src/operators/AccountReport.ts"

const movement = fc.record({
  day: fc.integer({ min: 0, max: 5 }),
  holder: fc.constantFrom("players" as const, "house" as const),
  account: fc.constantFrom("draws", "payouts", "receivable", "deposits:app_store", "adjustments:credit"),
  type: fc.constantFrom(...transactionTypes),
  amount: fc.bigInt({ min: -1_000_000n, max: 1_000_000n })
})

const balances = (lines: ReadonlyArray<AccountLine>, which: "opening" | "closing") =>
  new Map(lines.flatMap((line) => line[which] === 0n ? [] : [[line.account, line[which]] as const]))

const sum = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((all, each) => all + each, 0n)

describe("the report of the accounts", () => {
  it("opens with what the day before closed with, adds up in each line, and in all lines to nothing", () => {
    fc.assert(fc.property(fc.array(movement, { maxLength: 40 }), fc.integer({ min: 0, max: 4 }), (movements, day) => {
      const of = (at: number) =>
        accountReport(
          movements.filter((each) => each.day <= at).map(({ day: moved, ...each }) => ({
            ...each,
            isBefore: moved < at,
            count: 1
          }))
        )
      const [today, tomorrow] = [of(day), of(day + 1)]
      assert.deepStrictEqual(balances(tomorrow.lines, "opening"), balances(today.lines, "closing"))
      for (const { closing, moved, opening } of today.lines) {
        assert.strictEqual(opening + sum(reportColumns.map((column) => moved[column])), closing)
      }
      assert.strictEqual(sum(balances(today.lines, "closing").values()), 0n)
      const moves = movements.filter((each) => each.day === day).length
      assert.strictEqual(today.lines.reduce((all, { count }) => all + count, 0), 2 * moves)
    }))
  })

  it("tells of players, the house and draws where nothing ever moved, and of a balance that cannot be", () => {
    const nothing = accountReport([])
    assert.deepStrictEqual(nothing.lines.map(({ account }) => account), ["players", "house", "draws"])
    assert.deepStrictEqual(nothing.faults, [])
    const paid = {
      holder: "players",
      account: "draws",
      type: "prize_win",
      isBefore: true,
      amount: 95n,
      count: 1
    } as const
    assert.deepStrictEqual(accountReport([paid]).faults, [
      "the opening balance of draws is below zero: run ddd audit",
      "the closing balance of draws is below zero: run ddd audit"
    ])
  })

  it("tells of draws together, and of what players owe", () => {
    assert.deepStrictEqual(
      ["draw:019a0000", "receivable:019a0000", "payouts", "deposits:app_store"].map(accountGroup),
      ["draws", "receivable", "payouts", "deposits:app_store"]
    )
  })
})
