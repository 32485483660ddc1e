import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import {
  type Checkout,
  type CheckoutFacts,
  checkoutMax,
  checkoutMin,
  type CheckoutRequest,
  decideCheckout,
  isCheckoutUnderWay,
  nextLookAt
} from "../../src/money/Checkout.ts"
import { type CheckoutReport, learnOfCheckout, purchaseIn, type SessionSeen } from "../../src/money/CheckoutReport.ts"
import { noLimits, nothingCounted } from "../../src/money/Limits.ts"
import { cents, depositedToMax } from "../../src/money/Money.ts"
import { emptyWallet } from "../../src/money/Wallet.ts"
import { userId } from "../../src/values/Ids.ts"
import { dayOf, instant } from "../../src/values/Instant.ts"

const now = instant(Date.UTC(2026, 1, 3, 12))
const ada = userId("01900000-0000-7000-8000-00000000000a")
const id = "019a0000-0000-7000-8000-000000000001"
const minute = 60_000
const hour = 60 * minute

const request: CheckoutRequest = {
  userId: ada,
  amount: cents(2_000n),
  provider: "stripe test acct_1",
  idempotency: null
}
const facts: CheckoutFacts = {
  player: { isErased: false, isFrozen: false },
  wallet: emptyWallet,
  kept: null,
  underWay: [],
  now,
  minAge: null,
  newId: id
}

const decide = (changed: Partial<CheckoutFacts> = {}, asked: Partial<CheckoutRequest> = {}) =>
  decideCheckout({ ...facts, ...changed }, { ...request, ...asked })
const refusalIn = (decided: ReturnType<typeof decide>) => Result.isFailure(decided) ? decided.failure._tag : "none"

const begun = ((): Checkout => {
  const decided = Result.getOrThrow(decide())
  return decided._tag === "Ask" ? decided.asked.checkout : assert.fail("it is asked for")
})()
const open: Checkout = { ...begun, status: "open", sessionId: "cs_1", url: "https://pay.example/cs_1" }
const paid: SessionSeen = {
  sessionId: "cs_1",
  checkoutId: id,
  status: "complete",
  isPaid: true,
  isFailed: false,
  amount: cents(2_000n),
  currency: "USD",
  paymentId: "pi_1"
}

describe("a checkout that is asked for", () => {
  it("is of an amount within bounds: those who read it refuse any other", () => {
    for (const amount of [checkoutMin - 1n, checkoutMax + 1n]) {
      assert.throws(() => decide({}, { amount: cents(amount) }), RangeError)
    }
    for (const amount of [checkoutMin, checkoutMax]) assert.strictEqual(refusalIn(decide({}, { amount })), "none")
  })

  it("is refused to who may not play, before anybody pays", () => {
    assert.strictEqual(refusalIn(decide({ player: null })), "UnknownUser")
    assert.strictEqual(refusalIn(decide({ player: { isErased: true, isFrozen: false } })), "UnknownUser")
    assert.strictEqual(refusalIn(decide({ player: { isErased: false, isFrozen: true } })), "AccountFrozen")
    const until = instant(now + hour)
    assert.strictEqual(refusalIn(decide({ wallet: { ...emptyWallet, timedOutUntil: until } })), "PlayerBarred")
    assert.strictEqual(refusalIn(decide({ wallet: { ...emptyWallet, excludedUntil: until } })), "PlayerBarred")
    assert.strictEqual(refusalIn(decide({ minAge: 18 })), "BirthUnsaid")
  })

  it("is refused beyond a limit of deposits, or what the wallet can hold, by what is under way too", () => {
    const limits = {
      inForce: { ...noLimits, weeklyDeposit: 5_000n },
      rises: [],
      counted: nothingCounted(dayOf(now)),
      countedTo: 0
    }
    const wallet = { ...emptyWallet, limits }
    const underWay = [{ amount: cents(3_001n), expiresAt: instant(now + hour), status: "open" as const }]
    assert.strictEqual(refusalIn(decide({ wallet })), "none")
    assert.strictEqual(refusalIn(decide({ wallet, underWay })), "LimitExceeded")
    const nearlyFull = { ...emptyWallet, balance: cents(depositedToMax - 2_000n) }
    assert.strictEqual(refusalIn(decide({ wallet: nearlyFull })), "none")
    assert.strictEqual(refusalIn(decide({ wallet: nearlyFull, underWay })), "WalletFull")
  })
})

describe("what was paid on a page", () => {
  it("is a purchase of who asked for it, of what was asked for", () => {
    assert.deepStrictEqual(purchaseIn(open, paid), {
      _tag: "Purchased",
      reference: "stripe:pi_1",
      amount: cents(2_000n),
      price: cents(2_000n),
      currency: "USD",
      buyer: { _tag: "Named", appUserId: ada, names: [ada] }
    })
    assert.isNull(purchaseIn(open, { ...paid, isPaid: false }))
  })

  it("is held for a person where it is another sum, currency or page than was asked for", () => {
    const others: ReadonlyArray<Partial<SessionSeen>> = [
      { amount: cents(1_999n) },
      { amount: cents(2_001n) },
      { currency: "EUR" },
      { sessionId: "cs_2" }
    ]
    for (const other of others) {
      const purchase = purchaseIn(open, { ...paid, ...other })
      assert.isString(purchase?._tag === "Purchased" ? purchase.doubt : undefined, JSON.stringify(Object.keys(other)))
    }
  })

  it("is nobody's, and held, where the books know no such checkout, whoever it names", () => {
    const purchase = purchaseIn(null, paid)
    assert.deepStrictEqual(purchase?._tag === "Purchased" ? purchase.buyer : null, { _tag: "Named", names: [] })
    assert.include(purchase?._tag === "Purchased" ? purchase.doubt : "", "do not know")
  })
})

const reports: fc.Arbitrary<CheckoutReport> = fc.oneof(
  fc.constantFrom<CheckoutReport>(
    { _tag: "Opened", session: { sessionId: "cs_1", url: "https://pay.example/cs_1" } },
    { _tag: "Refused", reason: "no" },
    { _tag: "NeverOpened" }
  ),
  fc.constantFrom<Partial<SessionSeen>>(
    { status: "open", isPaid: false, paymentId: null },
    { status: "expired", isPaid: false, paymentId: null },
    { status: "complete", isPaid: false },
    { status: "complete", isPaid: false, isFailed: true },
    {},
    { sessionId: "cs_other", paymentId: "pi_other" }
  ).map((what): CheckoutReport => ({ _tag: "Seen", seen: { ...paid, ...what } }))
)

describe("what is learnt of a checkout", () => {
  it("ends it paid where that was ever told of its page, in any order, and is looked up until it is over", () => {
    fc.assert(fc.property(fc.array(reports, { maxLength: 8 }), (told) => {
      let checkout = begun
      for (const report of told) {
        const after = learnOfCheckout(checkout, report, now)
        checkout = after.checkout
        assert.strictEqual(after.dueAt !== null, isCheckoutUnderWay(checkout))
        // what the database asks of a row
        assert.isTrue(!["open", "paid"].includes(checkout.status) || checkout.sessionId !== null)
        assert.isTrue(checkout.status !== "paid" || checkout.paymentId !== null)
      }
      const wasPaid = told.some((report, n) =>
        report._tag === "Seen" && report.seen.isPaid && report.seen.sessionId === checkout.sessionId &&
        !told.slice(0, n).some((earlier) => earlier._tag === "Seen" && earlier.seen.sessionId !== checkout.sessionId)
      )
      if (wasPaid) assert.strictEqual(checkout.status, "paid")
    }))
  })

  it("is asked for a minute after it began, ever more seldom, right after its page is over, and four times a day in the end", () => {
    const looks: Array<number> = []
    for (let at = now; at - now < 48 * hour;) {
      at = nextLookAt(open, at) ?? assert.fail("it is under way")
      looks.push((at - now) / minute)
    }
    assert.deepStrictEqual(looks.slice(0, 4), [1, 2, 3, 4.5])
    assert.include(looks, 61)
    assert.isBelow(looks.length, 30)
    assert.strictEqual(looks.at(-1)! - looks.at(-2)!, 360)
    assert.isNull(nextLookAt({ ...open, status: "paid" }, now))
  })
})
