import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import { type Cents, cents } from "../../src/money/Money.ts"
import {
  askWithdrawal,
  chargeBack,
  deposit,
  emptyWallet,
  failWithdrawal,
  payTicket,
  refundTicket,
  releaseAwaiting,
  reverseChargeback,
  type Wallet,
  winAwaitingPrize,
  winPrize,
  winRoomPrize,
  type WithdrawnMoney
} from "../../src/money/Wallet.ts"
import {
  addMaturingPrize,
  awaitingIdentity,
  type MaturingPrize,
  maturingPrizesMax,
  restingAt,
  viewWallet,
  withdrawableAt
} from "../../src/money/Withdrawable.ts"
import { userId } from "../../src/values/Ids.ts"
import { dayMillis, type Instant, instant } from "../../src/values/Instant.ts"

const player = userId("01900000-0000-7000-8000-00000000000a")
const start = Date.UTC(2026, 1, 3)
const hold = 14
const day = (n: number): Instant => instant(start + n * dayMillis)

const allowed = <A, E>(result: Result.Result<A, E>): A =>
  Result.isSuccess(result) ? result.success : assert.fail(JSON.stringify(result.failure, (_, value) => `${value}`))

const funded = (amount: bigint): Wallet => allowed(deposit(emptyWallet, player, cents(amount), "test", "test:1")).wallet
const wonInRoom = (wallet: Wallet, amount: bigint, at: number, room = "a"): Wallet =>
  allowed(winRoomPrize(wallet, player, cents(amount), room, day(at + hold), day(at))).wallet
const wonInDraw = (wallet: Wallet, amount: bigint): Wallet =>
  allowed(winPrize(wallet, player, cents(amount), "d")).wallet
const bought = (wallet: Wallet, tickets: number): Wallet => {
  let after = wallet
  for (let n = 0; n < tickets; n++) after = allowed(payTicket(after, "d", `t${n}`)).wallet
  return after
}
const winningsOnly = { withdrawDeposits: false }
const free = (wallet: Wallet, at: number): Cents => withdrawableAt(wallet, winningsOnly, day(at))

describe("a room's prize", () => {
  it("is in the balance at once, and can be withdrawn once it has rested", () => {
    const wallet = wonInRoom(funded(100n), 1_900n, 0)
    assert.deepStrictEqual(viewWallet({ ...wallet, updatedAt: day(0) }, winningsOnly, day(0)), {
      balance: cents(2_000n),
      withdrawable: cents(0n),
      maturing: cents(1_900n),
      maturesAt: day(hold),
      awaitingIdentity: cents(0n),
      pendingWithdrawal: cents(0n),
      debt: cents(0n),
      updatedAt: day(0)
    })
    assert.strictEqual(withdrawableAt(wallet, winningsOnly, instant(day(hold) - 1)), 0n)
    assert.strictEqual(free(wallet, hold), 1_900n)
    assert.deepStrictEqual(restingAt(wallet, day(hold)), { maturing: cents(0n), maturesAt: null })
  })

  it("keeps back nothing that was won in daily draws or bought, where purchases may be withdrawn", () => {
    const wallet = wonInDraw(wonInRoom(funded(100n), 1_900n, 0), 500n)
    assert.strictEqual(free(wallet, 0), 500n)
    assert.strictEqual(withdrawableAt(wallet, { withdrawDeposits: true }, day(0)), 600n)
  })

  it("is spent after what can be withdrawn, and the part that rests longest last", () => {
    let wallet = wonInRoom(wonInRoom(wonInDraw(emptyWallet, 100n), 300n, 0), 200n, 7, "b")
    assert.strictEqual(free(wallet, 7), 100n)
    wallet = bought(wallet, 1)
    assert.deepStrictEqual([free(wallet, 7), restingAt(wallet, day(7)).maturing], [0n, 500n])
    wallet = bought(wallet, 3)
    // the 2.00 that are left are those which mature last
    assert.deepStrictEqual(restingAt(wallet, day(7)), { maturing: cents(200n), maturesAt: day(7 + hold) })
    assert.deepStrictEqual([free(wallet, hold), free(wallet, 7 + hold)], [0n, 200n])
  })

  it("rests not at all where nothing is asked to rest", () => {
    const { movements, wallet } = allowed(winRoomPrize(emptyWallet, player, cents(190n), "a", day(0), day(0)))
    assert.deepStrictEqual(wallet.maturing, [])
    assert.strictEqual(movements[0]?.maturesAt, day(0))
    assert.strictEqual(free(wallet, 0), 190n)
  })

  it("pays a debt first, and only what is left of it rests", () => {
    const owing = allowed(chargeBack(emptyWallet, player, cents(1_000n), "test", "test:1")).wallet
    const wallet = wonInRoom(owing, 1_900n, 0)
    assert.deepStrictEqual(wallet.maturing, [{ amount: cents(900n), maturesAt: day(hold) }])
    assert.deepStrictEqual([wallet.balance, wallet.withdrawable, wallet.debt], [900n, 900n, 0n])
    assert.deepStrictEqual(wonInRoom(owing, 900n, 0).maturing, [])
  })

  it("pays for a purchase that is taken back while it rests", () => {
    const wallet = wonInRoom(funded(100n), 1_900n, 0)
    const after = allowed(chargeBack(wallet, player, cents(2_000n), "test", "test:1")).wallet
    assert.deepStrictEqual([after.balance, after.withdrawable, after.debt], [0n, 0n, 0n])
    assert.deepStrictEqual(restingAt(after, day(0)), { maturing: cents(0n), maturesAt: null })
  })

  it("is left where purchased credit is withdrawn beside it, and comes back as it was", () => {
    const wallet = wonInRoom(funded(500n), 1_900n, 0)
    const asked = allowed(askWithdrawal(wallet, cents(500n), "w", { withdrawDeposits: true }, day(0)))
    assert.strictEqual(asked.movement.withdrawableDelta, 0n)
    assert.strictEqual(withdrawableAt(asked.wallet, { withdrawDeposits: true }, day(0)), 0n)
    const refused = askWithdrawal(asked.wallet, cents(1n), "w", { withdrawDeposits: true }, day(0))
    assert.deepStrictEqual(Result.isFailure(refused) && refused.failure, {
      _tag: "NotWithdrawable",
      balance: cents(1_900n),
      withdrawable: cents(0n),
      maturing: cents(1_900n),
      maturesAt: day(hold),
      awaitingIdentity: cents(0n),
      asked: cents(1n)
    })
    const money = { id: "w", amount: cents(500n), withdrawableDelta: asked.movement.withdrawableDelta }
    const back = allowed(failWithdrawal(asked.wallet, player, money)).wallet
    assert.deepStrictEqual(restingAt(back, day(0)), restingAt(wallet, day(0)))
  })

  it("becomes withdrawable by no round trip through a ticket that is refunded", () => {
    const wallet = wonInRoom(emptyWallet, 190n, 0)
    const paid = allowed(payTicket(wallet, "d", "t"))
    const back = allowed(refundTicket(paid.wallet, player, paid.movement.withdrawableDelta, "d", "t")).wallet
    assert.deepStrictEqual(viewWallet({ ...back, updatedAt: day(0) }, winningsOnly, day(1)), {
      ...viewWallet({ ...wallet, updatedAt: day(0) }, winningsOnly, day(1))
    })
  })
})

/** What a player may do with a wallet who wants to shorten the rest; in cents. */
type Step =
  | { readonly step: "room" | "draw" | "deposit" | "charge back" | "withdraw"; readonly amount: bigint }
  | { readonly step: "ticket" | "refund" | "reverse" | "fail" }

const amount = fc.bigInt(1n, 2_000n)
const steps: fc.Arbitrary<ReadonlyArray<Step>> = fc.array(
  fc.oneof(
    fc.record({
      step: fc.constantFrom(
        "room" as const,
        "draw" as const,
        "deposit" as const,
        "charge back" as const,
        "withdraw" as const
      ),
      amount
    }),
    fc.record({
      step: fc.constantFrom("ticket" as const, "refund" as const, "reverse" as const, "fail" as const)
    })
  ),
  { maxLength: 60 }
)

describe("whatever is done with a wallet", () => {
  it("no more is withdrawn within the rest than was won elsewhere", () => {
    fc.assert(fc.property(steps, fc.boolean(), (all, withdrawDeposits) => {
      let wallet = emptyWallet
      let [elsewhere, credit, withdrawn] = [0n, 0n, 0n]
      const tickets: Array<Cents> = []
      const chargebacks: Array<{ readonly amount: Cents; readonly withdrawableDelta: Cents }> = []
      const withdrawals: Array<WithdrawnMoney> = []
      for (const [n, next] of all.entries()) {
        // all within one rest
        const now = instant(start + n)
        switch (next.step) {
          case "room":
            wallet = allowed(
              winRoomPrize(wallet, player, cents(next.amount), `r${n}`, instant(now + hold * dayMillis), now)
            ).wallet
            break
          case "draw":
            wallet = wonInDraw(wallet, next.amount)
            elsewhere += next.amount
            break
          case "deposit":
            wallet = allowed(deposit(wallet, player, cents(next.amount), "test", `test:${n}`)).wallet
            credit += next.amount
            break
          case "charge back": {
            const taken = allowed(chargeBack(wallet, player, cents(next.amount), "test", `test:${n}`))
            wallet = taken.wallet
            const withdrawableDelta = taken.movements.at(-1)?.withdrawableDelta ?? cents(0n)
            chargebacks.push({ amount: cents(next.amount), withdrawableDelta })
            break
          }
          case "reverse": {
            const last = chargebacks.pop()
            if (last !== undefined) {
              wallet = allowed(reverseChargeback(wallet, player, last.amount, "test", last, `r${n}`)).wallet
              credit += last.amount
            }
            break
          }
          case "fail": {
            const last = withdrawals.pop()
            if (last !== undefined) {
              wallet = allowed(failWithdrawal(wallet, player, last)).wallet
              withdrawn -= last.amount
            }
            break
          }
          case "withdraw": {
            const asked = askWithdrawal(wallet, cents(next.amount), `w${n}`, { withdrawDeposits }, now)
            if (Result.isSuccess(asked)) {
              wallet = asked.success.wallet
              withdrawn += next.amount
              const { withdrawableDelta } = asked.success.movement
              withdrawals.push({ id: `w${n}`, amount: cents(next.amount), withdrawableDelta })
            }
            break
          }
          case "ticket": {
            const paid = payTicket(wallet, "d", `t${n}`)
            if (Result.isSuccess(paid)) {
              wallet = paid.success.wallet
              tickets.push(paid.success.movement.withdrawableDelta)
            }
            break
          }
          case "refund": {
            const delta = tickets.pop()
            if (delta !== undefined) wallet = allowed(refundTicket(wallet, player, delta, "d", `t${n}`)).wallet
          }
        }
        const view = viewWallet({ ...wallet, updatedAt: now }, { withdrawDeposits }, now)
        assert.isTrue(view.withdrawable >= 0n && view.withdrawable + view.maturing <= view.balance)
      }
      assert.isTrue(withdrawn <= elsewhere + (withdrawDeposits ? credit : 0n))
    }))
  })

  it("what rests becomes withdrawable at `maturesAt` and not a millisecond before, and all of it in the end", () => {
    const prizes = fc.array(
      fc.record({ amount: amount.map(cents), maturesAt: fc.integer({ min: 0, max: 30 }).map(day) }),
      { maxLength: 40 }
    )
    fc.assert(fc.property(prizes, fc.bigInt(0n, 30_000n), (won, winnings) => {
      const maturing = won.reduce<ReadonlyArray<MaturingPrize>>((all, each) => addMaturingPrize(all, each, day(0)), [])
      const wallet: Wallet = { ...emptyWallet, balance: cents(winnings), withdrawable: cents(winnings), maturing }
      let now = day(0)
      for (let next = restingAt(wallet, now).maturesAt; next !== null; next = restingAt(wallet, now).maturesAt) {
        assert.strictEqual(
          withdrawableAt(wallet, winningsOnly, instant(next - 1)),
          withdrawableAt(wallet, winningsOnly, now)
        )
        assert.isTrue(withdrawableAt(wallet, winningsOnly, next) > withdrawableAt(wallet, winningsOnly, now))
        now = next
      }
      assert.strictEqual(withdrawableAt(wallet, winningsOnly, now), winnings)
    }))
  })

  it("a wallet keeps a bounded number of prizes, none of which is forgotten or matures earlier", () => {
    const times = fc.array(fc.integer({ min: 1, max: 1_000 }), { maxLength: 100 })
    fc.assert(fc.property(times, fc.integer({ min: 0, max: 1_000 }), (all, at) => {
      let prizes: ReadonlyArray<MaturingPrize> = []
      for (const time of all) {
        prizes = addMaturingPrize(prizes, { amount: cents(1n), maturesAt: instant(start + time) }, day(0))
      }
      assert.isAtMost(prizes.length, maturingPrizesMax)
      const wallet = { withdrawable: cents(1_000n), maturing: prizes, awaiting: [] }
      assert.strictEqual(restingAt(wallet, day(0)).maturing, BigInt(all.length))
      const resting = BigInt(all.filter((time) => time > at).length)
      assert.isTrue(restingAt(wallet, instant(start + at)).maturing >= resting)
    }))
  })
})

describe("a prize that waits for the identity check", () => {
  const wonAwaiting = (wallet: Wallet, amount: bigint, at = 0, maturesAt: Instant | null = null): Wallet =>
    allowed(winAwaitingPrize(wallet, player, cents(amount), "d", maturesAt, day(at))).wallet

  it("is in the balance at once, and can be withdrawn once the player is verified", () => {
    const wallet = wonAwaiting(wonInDraw(funded(100n), 50n), 1_900n)
    const view = viewWallet({ ...wallet, updatedAt: day(0) }, winningsOnly, day(0))
    assert.deepStrictEqual([view.balance, view.withdrawable, view.awaitingIdentity], [2_050n, 50n, 1_900n])
    assert.strictEqual(free(wallet, 1_000), 50n)
    assert.strictEqual(withdrawableAt(wallet, { withdrawDeposits: true }, day(0)), 150n)
    const verified = releaseAwaiting(wallet)
    assert.deepStrictEqual([verified.awaiting, free(verified, 0)], [[], 1_950n])
    assert.strictEqual(verified.releasedTo, wallet.seq)
  })

  it("is spent after what can be withdrawn and what rests, and comes back as it was", () => {
    let wallet = wonAwaiting(wonInRoom(wonInDraw(emptyWallet, 100n), 200n, 0), 300n)
    const shown = () => [free(wallet, 0), restingAt(wallet, day(0)).maturing, awaitingIdentity(wallet)]
    assert.deepStrictEqual(shown(), [100n, 200n, 300n])
    wallet = bought(wallet, 2)
    assert.deepStrictEqual(shown(), [0n, 100n, 300n])
    wallet = bought(wallet, 2)
    assert.deepStrictEqual(shown(), [0n, 0n, 200n])
    wallet = allowed(refundTicket(wallet, player, cents(-100n), "d", "t")).wallet
    assert.deepStrictEqual(shown(), [0n, 0n, 300n])
  })

  it("of a room rests besides, until its own time, and is not counted twice", () => {
    const wallet = wonAwaiting(emptyWallet, 300n, 0, day(hold))
    assert.deepStrictEqual([restingAt(wallet, day(0)).maturing, awaitingIdentity(wallet)], [0n, 300n])
    assert.strictEqual(free(wallet, hold), 0n)
    const verified = releaseAwaiting(wallet)
    assert.deepStrictEqual(restingAt(verified, day(1)), { maturing: cents(300n), maturesAt: day(hold) })
    assert.deepStrictEqual([free(verified, 1), free(verified, hold)], [0n, 300n])
  })

  it("pays a debt first, and only what is left of it waits", () => {
    const owing = allowed(chargeBack(emptyWallet, player, cents(1_000n), "test", "test:1")).wallet
    assert.strictEqual(awaitingIdentity(wonAwaiting(owing, 1_900n)), 900n)
    assert.deepStrictEqual(wonAwaiting(owing, 900n).awaiting, [])
  })

  it("is one of few, however many are won, of which none is forgotten", () => {
    const prize = fc.record({ at: fc.nat(100), rests: fc.option(fc.integer({ min: 0, max: 100 })) })
    fc.assert(fc.property(fc.array(prize, { maxLength: 120 }), (all) => {
      let wallet = emptyWallet
      for (const { at, rests } of all.toSorted((a, b) => a.at - b.at)) {
        wallet = wonAwaiting(wallet, 1n, at, rests === null ? null : day(at + rests))
      }
      assert.strictEqual(awaitingIdentity(wallet), BigInt(all.length))
      assert.isAtMost(wallet.awaiting.length, maturingPrizesMax + 1)
      const verified = releaseAwaiting(wallet)
      assert.isAtMost(verified.maturing.length, maturingPrizesMax)
      const resting = BigInt(all.filter(({ at, rests }) => rests !== null && at + rests > 100).length)
      assert.isTrue(restingAt(verified, day(100)).maturing >= resting)
    }))
  })
})
