import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { cents, centsMax, ticketPrice } from "../src/Money.ts"
import {
  collectFee,
  deposit,
  emptyWallet,
  isRefusal,
  type Moved,
  type Movement,
  payTicket,
  refundTicket,
  type Wallet,
  type WalletRefusal,
  winPrize
} from "../src/Wallet.ts"

const draw = "019a0000-0000-7000-8000-000000000001"

/** What may happen to a wallet, by name and amount. */
type Step = { readonly step: "deposit" | "prize" | "fee"; readonly amount: bigint } | {
  readonly step: "ticket" | "refund"
}

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    step: fc.constantFrom("deposit" as const, "prize" as const, "fee" as const),
    amount: fc.oneof(fc.bigInt(1n, 500n), fc.bigInt(1n, centsMax))
  }),
  fc.record({ step: fc.constantFrom("ticket" as const, "refund" as const) })
)

/** Takes a step; `bought` are the ticket movements that were not refunded yet. */
const take = (wallet: Wallet, bought: Array<Movement>, next: Step): Moved | WalletRefusal | undefined => {
  switch (next.step) {
    case "deposit":
      return deposit(wallet, cents(next.amount), "test", "test:1")
    case "prize":
      return winPrize(wallet, cents(next.amount), draw)
    case "fee":
      return collectFee(wallet, cents(next.amount), draw)
    case "ticket":
      return payTicket(wallet, draw, "DDL-20260203-00000")
    case "refund": {
      const purchase = bought.pop()
      return purchase && refundTicket(wallet, purchase.withdrawableDelta, draw, "DDL-20260203-00000")
    }
  }
}

describe("a wallet", () => {
  it("is the sum of its movements, numbered without gaps, and never below zero", () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let wallet = emptyWallet
      const movements: Array<Movement> = []
      const bought: Array<Movement> = []
      for (const next of steps) {
        const before = structuredClone(wallet)
        const result = take(wallet, bought, next)
        assert.deepStrictEqual(wallet, before)
        if (result === undefined || isRefusal(result)) continue
        const { movement } = result
        assert.strictEqual(movement.seq, wallet.seq + 1)
        assert.strictEqual(movement.balanceAfter, wallet.balance + movement.amount)
        wallet = result.wallet
        movements.push(movement)
        if (movement.type === "ticket_purchase") bought.push(movement)
        assert.isTrue(0n <= wallet.withdrawable && wallet.withdrawable <= wallet.balance && wallet.balance <= centsMax)
      }
      assert.strictEqual(wallet.balance, movements.reduce((sum, { amount }) => sum + amount, 0n))
      assert.strictEqual(wallet.withdrawable, movements.reduce((sum, movement) => sum + movement.withdrawableDelta, 0n))
      assert.strictEqual(wallet.seq, movements.length)
    }))
  })

  it("pays with purchased credit before winnings", () => {
    fc.assert(fc.property(fc.bigInt(0n, 1000n), fc.bigInt(0n, 1000n), (credit, winnings) => {
      const wallet: Wallet = { ...emptyWallet, balance: cents(credit + winnings), withdrawable: cents(winnings) }
      const paid = payTicket(wallet, draw, "DDL-20260203-00000")
      if (isRefusal(paid)) {
        assert.deepStrictEqual(paid, { _tag: "InsufficientFunds", balance: wallet.balance, needed: ticketPrice })
        assert.isTrue(wallet.balance < ticketPrice)
        return
      }
      const fromWinnings = credit >= ticketPrice ? 0n : ticketPrice - credit
      assert.strictEqual(paid.wallet.withdrawable, winnings - fromWinnings)
    }))
  })

  it("is after a refund what it was before the ticket, the split included", () => {
    fc.assert(fc.property(fc.bigInt(0n, 500n), fc.bigInt(0n, 500n), (credit, winnings) => {
      const wallet: Wallet = { ...emptyWallet, balance: cents(credit + winnings), withdrawable: cents(winnings) }
      const paid = payTicket(wallet, draw, "DDL-20260203-00000")
      fc.pre(!isRefusal(paid))
      if (isRefusal(paid)) return
      const back = refundTicket(paid.wallet, paid.movement.withdrawableDelta, draw, "DDL-20260203-00000")
      assert.isFalse(isRefusal(back))
      if (!isRefusal(back)) assert.deepStrictEqual(back.wallet, { ...wallet, seq: 2 })
    }))
  })

  it("refuses what DECIMAL(12,2) cannot hold", () => {
    const full: Wallet = { ...emptyWallet, balance: cents(centsMax) }
    assert.deepStrictEqual(deposit(full, cents(1n), "test", "test:1"), {
      _tag: "BalanceTooLarge",
      balance: full.balance,
      added: cents(1n)
    })
  })

  it("takes no deposit of nothing, or of less", () => {
    assert.throws(() => deposit(emptyWallet, cents(0n), "test", "test:1"), RangeError)
    assert.throws(() => winPrize(emptyWallet, cents(-1n), draw), RangeError)
  })
})
