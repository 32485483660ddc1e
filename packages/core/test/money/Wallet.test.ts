import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import { type Cents, cents, centsMax, depositedToMax, ticketPrice, zero } from "../../src/money/Money.ts"
import {
  askWithdrawal,
  chargeBack,
  collectFee,
  deposit,
  emptyWallet,
  failWithdrawal,
  type Moved,
  type MovedTogether,
  type Movement,
  payTicket,
  payWithdrawal,
  refundTicket,
  returnWithdrawal,
  reverseChargeback,
  type TransactionType,
  type Wallet,
  type WalletRefusal,
  winPrize,
  type WithdrawalRefusal,
  type WithdrawnMoney
} from "../../src/money/Wallet.ts"
import { userId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"

const player = userId("01900000-0000-7000-8000-00000000000a")
const draw = "019a0000-0000-7000-8000-000000000001"
const ticket = "DDL-20260203-00000"
const payment = "019a0000-0000-7000-8000-000000000002"
const now = instant(Date.UTC(2026, 1, 3))

/** What may happen to a wallet. `which` chooses among the withdrawals that it can happen to. */
type Step =
  | { readonly step: "deposit" | "prize" | "fee" | "charge back"; readonly amount: bigint }
  | { readonly step: "ticket" | "refund" }
  | { readonly step: "withdraw"; readonly amount: bigint; readonly withdrawDeposits: boolean }
  | { readonly step: "paid" | "failed" | "returned"; readonly which: number }

// all amounts of a run together stay below what a wallet can hold, and owe
const amount = fc.oneof(fc.bigInt(1n, 500n), fc.bigInt(1n, centsMax / 100n))

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ step: fc.constantFrom("deposit" as const, "prize", "fee", "charge back"), amount }),
  fc.record({ step: fc.constantFrom("ticket" as const, "refund") }),
  fc.record({ step: fc.constant("withdraw" as const), amount, withdrawDeposits: fc.boolean() }),
  fc.record({ step: fc.constantFrom("paid" as const, "failed", "returned"), which: fc.nat() })
)

/** A wallet with all that happened to it. */
class History {
  wallet: Wallet = emptyWallet
  readonly movements: Array<Movement> = []
  /** Ticket movements that were not refunded. */
  readonly bought: Array<Movement> = []
  readonly pending: Array<WithdrawnMoney> = []
  readonly paid: Array<WithdrawnMoney> = []
  /** What each kind of account must have given, as told by the steps alone. */
  readonly expected = { deposits: 0n, draw: 0n, payouts: 0n }

  /** Takes a step where it can be taken. */
  take(next: Step): void {
    const before = structuredClone(this.wallet)
    const result = this.#decide(next)
    if (result === null || Result.isFailure(result)) {
      assert.deepStrictEqual(this.wallet, before)
      return
    }
    const done = result.success
    for (const movement of "movement" in done ? [done.movement] : done.movements) {
      this.movements.push(movement)
      if (movement.type === "ticket_purchase") this.bought.push(movement)
    }
    this.wallet = done.wallet
    this.#record(next)
  }

  #decide(next: Step): Result.Result<Moved | MovedTogether, WalletRefusal | WithdrawalRefusal> | null {
    const { bought, paid, pending, wallet } = this
    switch (next.step) {
      case "deposit":
        return deposit(wallet, player, cents(next.amount), "test", "test:1")
      case "prize":
        return winPrize(wallet, player, cents(next.amount), draw)
      case "fee":
        return collectFee(wallet, player, cents(next.amount), draw)
      case "charge back":
        return chargeBack(wallet, player, cents(next.amount), "test", "test:1")
      case "ticket":
        return payTicket(wallet, draw, ticket)
      case "refund": {
        const purchase = bought.at(-1)
        return purchase === undefined ? null : refundTicket(wallet, player, purchase.withdrawableDelta, draw, ticket)
      }
      case "withdraw":
        return askWithdrawal(wallet, cents(next.amount), payment, { withdrawDeposits: next.withdrawDeposits }, now)
      case "paid": {
        const money = pending.at(-1 - next.which % pending.length)
        return money === undefined ? null : Result.succeed({ wallet: payWithdrawal(wallet, money), movements: [] })
      }
      case "failed": {
        const money = pending.at(-1 - next.which % pending.length)
        return money === undefined ? null : failWithdrawal(wallet, player, money)
      }
      case "returned": {
        const money = paid.at(-1 - next.which % paid.length)
        return money === undefined ? null : returnWithdrawal(wallet, player, money)
      }
    }
  }

  /** Writes down a step that was taken. */
  #record(next: Step): void {
    const { bought, expected, paid, pending } = this
    switch (next.step) {
      case "deposit":
        expected.deposits += next.amount
        break
      case "charge back":
        expected.deposits -= next.amount
        break
      case "prize":
      case "fee":
        expected.draw += next.amount
        break
      case "ticket":
        expected.draw -= ticketPrice
        break
      case "refund":
        bought.pop()
        expected.draw += ticketPrice
        break
      case "withdraw": {
        const withdrawableDelta = this.movements.at(-1)?.withdrawableDelta ?? zero
        pending.push({ id: payment, amount: cents(next.amount), withdrawableDelta })
        expected.payouts -= next.amount
        break
      }
      case "paid":
        paid.push(...pending.splice(-1 - next.which % pending.length, 1))
        break
      case "failed":
        expected.payouts += pending.splice(-1 - next.which % pending.length, 1)[0]?.amount ?? 0n
        break
      case "returned":
        expected.payouts += paid.splice(-1 - next.which % paid.length, 1)[0]?.amount ?? 0n
        break
    }
  }
}

const sum = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((total, amount) => total + amount, 0n)

/** What the accounts of a kind gave to a wallet. */
const given = (movements: ReadonlyArray<Movement>, kind: string): bigint =>
  sum(movements.filter(({ counterAccount }) => counterAccount.split(":")[0] === kind).map(({ amount }) => amount))

/** A wallet of so much purchased credit and so much won. */
const holding = (credit: bigint, winnings: bigint): Wallet => ({
  ...emptyWallet,
  balance: cents(credit + winnings),
  withdrawable: cents(winnings)
})

const owing = (debt: bigint): Wallet => ({ ...emptyWallet, debt: cents(debt) })

const parts = fc.bigInt(0n, 1_000n)

/** What was decided, as it must be. */
const allowed = <Done extends Moved | MovedTogether>(
  result: Result.Result<Done, WalletRefusal | WithdrawalRefusal>
): Done => Result.isFailure(result) ? assert.fail(`refused: ${result.failure._tag}`) : result.success

/** Why it was refused, as it must be. */
const refused = <Refusal extends WalletRefusal | WithdrawalRefusal>(result: Result.Result<unknown, Refusal>): Refusal =>
  Result.isFailure(result) ? result.failure : assert.fail("allowed")

/** Type, amount and balance after each movement. */
const told = ({ movements }: MovedTogether): ReadonlyArray<readonly [TransactionType, bigint, bigint]> =>
  movements.map(({ amount, balanceAfter, type }) => [type, amount, balanceAfter])

describe("a wallet", () => {
  it("is the sum of its movements after every step, and never below zero", () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
      const history = new History()
      for (const next of steps) {
        history.take(next)
        const { expected, movements, pending, wallet } = history
        assert.isTrue(0n <= wallet.withdrawable && wallet.withdrawable <= wallet.balance && wallet.balance <= centsMax)
        assert.isTrue(wallet.debt === 0n || wallet.debt > 0n && wallet.balance === 0n)
        assert.strictEqual(wallet.balance, sum(movements.map(({ amount }) => amount)))
        assert.strictEqual(wallet.withdrawable, sum(movements.map(({ withdrawableDelta }) => withdrawableDelta)))
        assert.strictEqual(wallet.pendingWithdrawal, sum(pending.map(({ amount }) => amount)))
        assert.strictEqual(wallet.seq, movements.length)
        assert.strictEqual(wallet.debt, given(movements, "receivable"))
        assert.deepStrictEqual(
          {
            deposits: given(movements, "deposits"),
            draw: given(movements, "draw"),
            payouts: given(movements, "payouts")
          },
          expected
        )
      }
    }))
  })

  it("numbers its movements without gaps, each balance continuing the one before", () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
      const history = new History()
      for (const next of steps) history.take(next)
      let balance = 0n
      for (const [i, movement] of history.movements.entries()) {
        assert.strictEqual(movement.seq, i + 1)
        assert.notStrictEqual(movement.amount, zero)
        balance += movement.amount
        assert.isAtLeast(Number(balance), 0)
        assert.strictEqual(movement.balanceAfter, balance)
      }
    }))
  })

  it("pays with purchased credit before winnings", () => {
    fc.assert(fc.property(parts, parts, (credit, winnings) => {
      const wallet = holding(credit, winnings)
      const paid = payTicket(wallet, draw, ticket)
      if (Result.isFailure(paid)) {
        assert.deepStrictEqual(paid.failure, {
          _tag: "InsufficientFunds",
          balance: wallet.balance,
          needed: ticketPrice
        })
        assert.isTrue(wallet.balance < ticketPrice)
        return
      }
      const fromWinnings = credit >= ticketPrice ? 0n : ticketPrice - credit
      assert.strictEqual(paid.success.wallet.withdrawable, winnings - fromWinnings)
    }))
  })

  it("is after a refund what it was before the ticket, the split included", () => {
    fc.assert(fc.property(parts, parts, (credit, winnings) => {
      fc.pre(credit + winnings >= ticketPrice)
      const wallet = holding(credit, winnings)
      const paid = allowed(payTicket(wallet, draw, ticket))
      const back = allowed(refundTicket(paid.wallet, player, paid.movement.withdrawableDelta, draw, ticket))
      assert.deepStrictEqual(back.wallet, { ...wallet, seq: 2 })
    }))
  })

  it("refuses what DECIMAL(12,2) cannot hold", () => {
    const full = holding(centsMax, 0n)
    const refusal = { _tag: "BalanceTooLarge", balance: full.balance, added: cents(1n) } as const
    assert.deepStrictEqual(refused(winPrize(full, player, cents(1n), draw)), refusal)
    const money = { id: payment, amount: cents(1n), withdrawableDelta: zero }
    assert.deepStrictEqual(refused(returnWithdrawal(full, player, money)), refusal)
    const deep = owing(centsMax)
    assert.deepStrictEqual(refused(chargeBack(deep, player, cents(1n), "test", "test:1")), {
      _tag: "DebtTooLarge",
      debt: deep.debt,
      added: cents(1n)
    })
  })

  it("takes deposits to a tenth of that, so that prizes and what comes back find room", () => {
    const most = holding(depositedToMax, 0n)
    assert.strictEqual(refused(deposit(most, player, cents(1n), "test", "test:1"))._tag, "BalanceTooLarge")
    const leaving: Wallet = { ...holding(1n, 0n), pendingWithdrawal: cents(depositedToMax - 1n) }
    assert.strictEqual(refused(deposit(leaving, player, cents(1n), "test", "test:1"))._tag, "BalanceTooLarge")
    // the largest prize that there is, several times
    let { wallet } = allowed(winPrize(most, player, cents(204_010_946_465n), draw))
    for (const _ of [1, 2, 3]) wallet = allowed(winPrize(wallet, player, cents(204_010_946_465n), draw)).wallet
    // what is on its way out always finds its way back
    const out = { ...holding(centsMax - 1n, 0n), pendingWithdrawal: cents(1n) }
    assert.strictEqual(refused(winPrize(out, player, cents(1n), draw))._tag, "BalanceTooLarge")
    const money = { id: payment, amount: cents(1n), withdrawableDelta: zero }
    assert.strictEqual(allowed(failWithdrawal(out, player, money)).wallet.balance, centsMax)
  })

  it("takes no deposit of nothing, or of less", () => {
    assert.throws(() => deposit(emptyWallet, player, zero, "test", "test:1"), RangeError)
    assert.throws(() => winPrize(emptyWallet, player, cents(-1n), draw), RangeError)
    assert.throws(() => chargeBack(emptyWallet, player, zero, "test", "test:1"), RangeError)
    assert.throws(() => askWithdrawal(emptyWallet, zero, payment, { withdrawDeposits: true }, now), RangeError)
  })
})

describe("a deposit that is taken back", () => {
  it("takes purchased credit before winnings, and leaves the rest owed", () => {
    fc.assert(fc.property(parts, parts, fc.bigInt(1n, 3_000n), (credit, winnings, taken) => {
      const { movements, wallet } = allowed(
        chargeBack(holding(credit, winnings), player, cents(taken), "app_store", "app_store:1")
      )
      const balance = credit + winnings
      const left = balance > taken ? balance - taken : 0n
      assert.strictEqual(wallet.balance, left)
      assert.strictEqual(wallet.debt, balance > taken ? 0n : taken - balance)
      assert.strictEqual(wallet.withdrawable, left < winnings ? left : winnings)
      assert.deepStrictEqual(
        movements.map(({ counterAccount, type }) => `${type} ${counterAccount}`),
        [...balance < taken ? [`debt receivable:${player}`] : [], "chargeback deposits:app_store"]
      )
    }))
  })

  it("is after its reversal what it was before, the split included", () => {
    fc.assert(fc.property(parts, parts, fc.bigInt(1n, 3_000n), (credit, winnings, taken) => {
      fc.pre(taken <= credit + winnings)
      const before = holding(credit, winnings)
      const { movements, wallet } = allowed(chargeBack(before, player, cents(taken), "test", "test:1"))
      const chargeback = movements.at(-1) ?? assert.fail("nothing was taken")
      const back = reverseChargeback(wallet, player, cents(taken), "test", chargeback, "reversal:1")
      assert.deepStrictEqual(allowed(back).wallet, { ...before, seq: before.seq + 2 })
    }))
  })

  it("adds to what is owed already", () => {
    const { wallet } = allowed(chargeBack(owing(300n), player, cents(200n), "test", "test:1"))
    assert.deepStrictEqual(wallet, { ...owing(500n), seq: 2 })
  })

  it("is paid from a prize before its winner has it", () => {
    const won = allowed(winPrize(owing(300n), player, cents(1_000n), draw))
    assert.deepStrictEqual(told(won), [["prize_win", 1_000n, 1_000n], ["debt_repaid", -300n, 700n]])
    assert.deepStrictEqual(won.wallet, { ...holding(0n, 700n), seq: 2 })
  })

  it("swallows a deposit that is smaller than what is owed", () => {
    const deposited = allowed(deposit(owing(300n), player, cents(100n), "test", "test:2"))
    assert.deepStrictEqual(told(deposited), [["deposit", 100n, 100n], ["debt_repaid", -100n, 0n]])
    assert.deepStrictEqual(deposited.wallet, { ...owing(200n), seq: 2 })
  })

  it("is paid from a withdrawal that comes back", () => {
    const money = { id: payment, amount: cents(500n), withdrawableDelta: cents(-500n) }
    const failed = allowed(
      failWithdrawal({ ...owing(200n), pendingWithdrawal: cents(500n), withdrawn: 500n }, player, money)
    )
    assert.deepStrictEqual(told(failed), [["refund", 500n, 500n], ["debt_repaid", -200n, 300n]])
    assert.deepStrictEqual(failed.wallet, { ...holding(0n, 300n), seq: 2 })
  })
})

describe("a withdrawal", () => {
  const ask = (wallet: Wallet, asked: bigint, withdrawDeposits = false) =>
    askWithdrawal(wallet, cents(asked), payment, { withdrawDeposits }, now)

  /** What a withdrawal that was asked for has to do with the wallet. */
  const moneyOf = ({ movement }: Moved): WithdrawnMoney => ({
    id: payment,
    amount: cents(-movement.amount),
    withdrawableDelta: movement.withdrawableDelta
  })

  it("takes from the winnings alone, of which there must be enough", () => {
    fc.assert(fc.property(parts, parts, fc.bigInt(1n, 3_000n), (credit, winnings, asked) => {
      const result = ask(holding(credit, winnings), asked)
      assert.strictEqual(Result.isFailure(result), asked > winnings)
      if (Result.isFailure(result)) return
      const left = holding(credit, winnings - asked)
      assert.deepStrictEqual(result.success.wallet, {
        ...left,
        pendingWithdrawal: cents(asked),
        withdrawn: asked,
        seq: 1
      })
    }))
  })

  it("takes winnings before deposits where those may be withdrawn too", () => {
    fc.assert(fc.property(parts, parts, fc.bigInt(1n, 3_000n), (credit, winnings, asked) => {
      const result = ask(holding(credit, winnings), asked, true)
      assert.strictEqual(Result.isFailure(result), asked > credit + winnings)
      if (Result.isFailure(result)) return
      assert.strictEqual(result.success.wallet.balance, credit + winnings - asked)
      assert.strictEqual(result.success.wallet.withdrawable, asked < winnings ? winnings - asked : 0n)
    }))
  })

  it("is after a failure, or a return, as if it had not been asked for", () => {
    fc.assert(fc.property(parts, parts, fc.bigInt(1n, 2_000n), fc.boolean(), (credit, winnings, asked, arrived) => {
      fc.pre(asked <= credit + winnings)
      const wallet = holding(credit, winnings)
      const result = allowed(ask(wallet, asked, true))
      const money = moneyOf(result)
      const back = arrived
        ? returnWithdrawal(payWithdrawal(result.wallet, money), player, money)
        : failWithdrawal(result.wallet, player, money)
      assert.deepStrictEqual(allowed(back).wallet, { ...wallet, seq: 2 })
    }))
  })

  it("is on its way no longer once it is paid, without another movement", () => {
    const asked = allowed(ask(holding(0n, 500n), 500n))
    assert.deepStrictEqual(payWithdrawal(asked.wallet, moneyOf(asked)), { ...emptyWallet, withdrawn: 500n, seq: 1 })
  })

  it("is refused to who owes, whatever else is wrong with it", () => {
    assert.deepStrictEqual(refused(ask(owing(1n), 1_000n)), { _tag: "InDebt", debt: cents(1n) })
    assert.deepStrictEqual(refused(ask(owing(1n), 1_000n, true)), { _tag: "InDebt", debt: cents(1n) })
  })

  it("names what is withdrawable rather than the balance where neither suffices", () => {
    assert.deepStrictEqual(refused(ask(holding(300n, 200n), 1_000n)), {
      _tag: "NotWithdrawable",
      balance: cents(500n),
      withdrawable: cents(200n),
      maturing: zero,
      maturesAt: null,
      awaitingIdentity: zero,
      asked: cents(1_000n)
    })
  })

  it("names the balance where deposits may be withdrawn", () => {
    const needed: Cents = cents(501n)
    assert.deepStrictEqual(refused(ask(holding(300n, 200n), needed, true)), {
      _tag: "InsufficientFunds",
      balance: cents(500n),
      needed
    })
  })
})
