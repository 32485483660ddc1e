import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { buyerByNames, type NameMatch, shareNames } from "../../src/money/BuyerNames.ts"
import { emptyFunding, type Funding, type FundingEvent } from "../../src/money/Funding.ts"
import { cents, zero } from "../../src/money/Money.ts"
import { type MoveFacts, moveFunding } from "../../src/money/MoveFunding.ts"
import {
  creditWaiting,
  type DueFundingStep,
  type FundingDecision,
  namesToMatch,
  recordFunding
} from "../../src/money/RecordFunding.ts"
import { emptyWallet, type Wallet } from "../../src/money/Wallet.ts"
import { newWithdrawal } from "../../src/money/Withdrawal.ts"
import { houseUserId, type UserId, userId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"

const reference = "app_store:1"
const ada = userId("01900000-0000-7000-8000-00000000000a")
const bob = userId("01900000-0000-7000-8000-00000000000b")
const amount = cents(500n)
const now = instant(Date.UTC(2026, 1, 3))

const match = (name: string, userId: UserId, changed: Partial<NameMatch> = {}): NameMatch => ({
  name,
  userId,
  isId: name === userId,
  isErased: false,
  ...changed
})
const isAda = match(ada, ada)
const anonymous = "$RCAnonymousID:1"

const purchaseOf = (buyer: UserId | ReadonlyArray<string>): Extract<FundingEvent, { readonly _tag: "Purchased" }> => ({
  _tag: "Purchased",
  reference,
  amount,
  buyer: typeof buyer === "string" ? { _tag: "Player", userId: buyer } : { _tag: "Named", names: buyer }
})
const refunded: FundingEvent = { _tag: "Refunded", reference }

const decided = (event: FundingEvent, matches: ReadonlyArray<NameMatch> = [], earlier: Funding | null = null) => {
  const decision = recordFunding({ earlier, matches, excludedNames: [] }, event)
  return decision._tag === "Success" ? decision.success : assert.fail(decision.failure._tag)
}

const refusalOf = (event: FundingEvent, matches: ReadonlyArray<NameMatch> = [], earlier: Funding | null = null) => {
  const decision = recordFunding({ earlier, matches, excludedNames: [] }, event)
  return decision._tag === "Failure" ? decision.failure : assert.fail("it is recorded")
}

describe("a name", () => {
  it("stands for the player whose id it is, before the one whom a store knew by it", () => {
    assert.deepStrictEqual(buyerByNames([ada], [match(ada, bob, { isId: false }), isAda]), {
      _tag: "Player",
      userId: ada
    })
  })

  it("stands for nobody who was erased, nor for the house", () => {
    assert.deepStrictEqual(buyerByNames([ada], [match(ada, ada, { isErased: true })]), { _tag: "Nobody" })
    assert.deepStrictEqual(buyerByNames([houseUserId], [match(houseUserId, houseUserId)]), { _tag: "Nobody" })
  })

  it("means nobody for certain where another name of the buyer means somebody else, even who was erased", () => {
    const several = { _tag: "Several", userIds: [bob, ada] } as const
    assert.deepStrictEqual(buyerByNames(["nobody", "b", "a"], [match("b", bob), match("a", ada)]), several)
    assert.deepStrictEqual(buyerByNames(["b", ada], [match("b", bob), match(ada, ada, { isErased: true })]), several)
    assert.deepStrictEqual(buyerByNames(["a", ada], [match("a", ada), isAda]), { _tag: "Player", userId: ada })
  })

  it("is kept for a player unless it stands for somebody already", () => {
    assert.deepStrictEqual(shareNames([ada, anonymous, anonymous], [isAda]), { userId: ada, names: [anonymous] })
    assert.isNull(shareNames([anonymous], []))
    // of names that mean two nobody learns a third
    assert.isNull(shareNames([ada, anonymous, "taken"], [isAda, match("taken", bob)]))
  })
})

describe("an event of a funding", () => {
  it("is to be matched with all names that were ever told", () => {
    const earlier = { ...emptyFunding(reference), names: ["old", anonymous] }
    assert.deepStrictEqual(namesToMatch(earlier, purchaseOf([anonymous, ada])), ["old", anonymous, ada])
    assert.deepStrictEqual(namesToMatch(earlier, refunded), ["old", anonymous])
    assert.deepStrictEqual(namesToMatch(null, purchaseOf(ada)), [ada])
    assert.deepStrictEqual(namesToMatch(null, null), [])
  })

  it("that a player purchased it credits that player", () => {
    assert.deepStrictEqual(decided(purchaseOf(ada), [isAda]), {
      funding: { ...emptyFunding(reference), purchased: true, amount, userId: ada },
      shared: null,
      due: { step: "credit", userId: ada, amount, unfit: "refuse" },
      waitingEvents: null
    })
  })

  it("of a purchase for nobody, for the house or for who was erased is refused", () => {
    assert.deepStrictEqual(refusalOf(purchaseOf(ada)), { _tag: "UnknownUser", userId: ada })
    assert.strictEqual(refusalOf(purchaseOf(ada), [match(ada, ada, { isErased: true })])._tag, "UnknownUser")
    assert.strictEqual(refusalOf(purchaseOf(houseUserId), [match(houseUserId, houseUserId)])._tag, "UnknownUser")
  })

  it("for a player is not taken for one whom a store knew by that player's id", () => {
    assert.strictEqual(refusalOf(purchaseOf(ada), [match(ada, bob, { isId: false })])._tag, "UnknownUser")
  })

  it("by names waits while none stands for a player, and keeps the others once one does", () => {
    const waiting = decided(purchaseOf([anonymous]))
    assert.deepStrictEqual([waiting.funding.userId, waiting.due], [null, null])
    const known = decided(purchaseOf([anonymous, ada]), [isAda], waiting.funding)
    assert.deepStrictEqual(known.shared, { userId: ada, names: [anonymous] })
    assert.deepStrictEqual(known.due, { step: "credit", userId: ada, amount, unfit: "hold" })
  })

  it("by names is credited to the player whose id the app told, whoever the others mean, and teaches nothing then", () => {
    const event = purchaseOf([anonymous, ada, "b"])
    const [known, isBob] = [[isAda, match("b", bob)], match("b", bob)]
    assert.deepStrictEqual([decided(event, known).due, decided(event, [isBob]).due?.userId], [null, bob])
    const told = decided({ ...event, buyer: { _tag: "Named", appUserId: ada, names: [ada, "b"] } }, known)
    assert.deepStrictEqual([told.due?.userId, told.shared], [ada, null])
  })

  it("of a purchase of doubt is held, and has no buyer", () => {
    const held = decided({ ...purchaseOf([ada]), doubt: "it is of 3 pieces" }, [isAda])
    assert.deepStrictEqual([held.funding.heldReason, held.funding.userId, held.due], ["it is of 3 pieces", null, null])
    assert.isNull(decided(purchaseOf([ada]), [isAda], held.funding).due)
    assert.strictEqual(decided(purchaseOf(ada), [isAda], held.funding).due?.step, "credit")
  })

  it("of what waits says again what it is worth, and changes nothing where the catalogue changed since", () => {
    const waiting = decided(purchaseOf([anonymous])).funding
    const again = decided({ ...purchaseOf([anonymous, ada]), amount: cents(900n) }, [isAda], waiting)
    assert.strictEqual(again.due?.amount, amount)
  })

  it("under a reference of our own is refused", () => {
    assert.strictEqual(refusalOf({ ...refunded, reference: "reversal:1" })._tag, "ReferenceRefused")
  })

  it("under a reference that is refused now is what it was, where it was taken before", () => {
    for (const reference of [" order-17", "App-Store:2000", "stripe: 1"]) {
      const before = { ...decided(purchaseOf(ada), [isAda]).funding, reference }
      assert.strictEqual(refusalOf({ ...purchaseOf(ada), reference })._tag, "ReferenceRefused")
      assert.deepStrictEqual(decided({ ...purchaseOf(ada), reference }, [isAda], before).funding, before)
    }
  })

  it("of another amount, or for another player, conflicts with what was purchased before", () => {
    const { funding: earlier } = decided(purchaseOf(ada), [isAda])
    assert.deepStrictEqual(refusalOf({ ...purchaseOf(ada), amount: cents(501n) }, [isAda], earlier), {
      _tag: "FundingConflict",
      reference,
      earlier
    })
    assert.strictEqual(refusalOf(purchaseOf(bob), [match(bob, bob)], earlier)._tag, "FundingConflict")
  })

  it("finds its funding however the store's name is written", () => {
    assert.strictEqual(decided({ ...refunded, reference: "APP_STORE:1" }).funding.reference, reference)
  })
})

describe("what waits under a reference", () => {
  const waiting: Funding = { ...emptyFunding(reference), purchased: true, amount, names: [anonymous] }
  const known = [match(anonymous, ada)]

  it("is credited once one of its names stands for a player", () => {
    assert.isNull(creditWaiting({ earlier: waiting, matches: [], excludedNames: [] }))
    assert.deepStrictEqual(creditWaiting({ earlier: waiting, matches: known, excludedNames: [] })?.due, {
      step: "credit",
      userId: ada,
      amount,
      unfit: "hold"
    })
  })

  it("is not where it is held, has a buyer, was refunded meanwhile, or was never told of", () => {
    assert.isNull(creditWaiting({ earlier: { ...waiting, userId: ada }, matches: known, excludedNames: [] }))
    assert.isNull(creditWaiting({ earlier: { ...waiting, refunded: true }, matches: known, excludedNames: [] }))
    assert.isNull(creditWaiting({ earlier: null, matches: known, excludedNames: [] }))
    assert.isNull(creditWaiting({ earlier: { ...waiting, heldReason: "a doubt" }, matches: known, excludedNames: [] }))
  })
})

describe("a step of a funding", () => {
  const facts: MoveFacts = {
    wallet: emptyWallet,
    isErased: false,
    unsent: [],
    chargeback: { id: "c1", withdrawableDelta: cents(-200n) },
    now
  }
  const funding: Funding = { ...emptyFunding(reference), purchased: true, amount, userId: ada }
  const due = (step: DueFundingStep["step"]): DueFundingStep => ({ step, userId: ada, amount, unfit: "refuse" })

  const moved = (step: DueFundingStep["step"], changed: Partial<MoveFacts> = {}) => {
    const creditStatus = step === "credit" ? "nothing" : step === "take back" ? "credited" : "taken back"
    const marks = { refunded: step !== "credit", refundReversed: step === "give back", creditStatus } as const
    const move = moveFunding({ ...facts, ...changed }, { ...funding, ...marks }, due(step))
    return move._tag === "Success" ? move.success : assert.fail(move.failure._tag)
  }

  it("credits under the reference, and concludes what waited for it", () => {
    const { funding: after, moved: { movements, wallet }, waitingEvents } = moved("credit")
    assert.strictEqual(after.creditStatus, "credited")
    assert.strictEqual(wallet.balance, amount)
    assert.deepStrictEqual(movements.map(({ counterAccount, referenceId }) => [counterAccount, referenceId]), [
      ["deposits:app_store", reference]
    ])
    assert.strictEqual(waitingEvents?.outcome, `app_store:1: credited to player ${ada} since`)
  })

  it("gives back under a reference of its own, once what took it is known", () => {
    const { moved: { movements } } = moved("give back")
    assert.deepStrictEqual(
      movements.map(({ referenceId, withdrawableDelta }) => [referenceId, withdrawableDelta]),
      [["reversal:c1", cents(200n)]]
    )
    assert.throws(() => moved("give back", { chargeback: null }), /is missing/)
  })

  it("takes back from what canceled withdrawals bring, before anything is owed", () => {
    const withdrawal = newWithdrawal({
      id: "w1",
      userId: ada,
      amount: cents(300n),
      account: "acct_1",
      provider: "simulated",
      askedAt: now
    })
    const wallet: Wallet = { ...emptyWallet, balance: cents(100n), pendingWithdrawal: cents(300n) }
    const stored = { withdrawal, schedule: { dueAt: now, claimedUntil: null }, withdrawableDelta: zero }
    const { cancellation, moved: after } = moved("take back", { wallet, unsent: [stored] })
    assert.deepStrictEqual(cancellation.canceled.map(({ withdrawal }) => withdrawal.status), ["failed"])
    assert.deepStrictEqual([after.wallet.balance, after.wallet.pendingWithdrawal, after.wallet.debt], [0n, 0n, 100n])
    assert.deepStrictEqual(after.movements.map(({ type }) => type), ["debt", "chargeback"])
  })

  it("is refused where there is no wallet, or it cannot hold that much", () => {
    const full = { ...emptyWallet, balance: cents(999_999_999_999n) }
    for (const [wallet, tag] of [[null, "UnknownUser"], [full, "DepositRefused"]] as const) {
      const move = moveFunding({ ...facts, wallet }, funding, due("credit"))
      assert.strictEqual(move._tag === "Failure" ? move.failure._tag : "moved", tag)
    }
  })

  it("holds a purchase of a store's that the wallet cannot hold, and refuses one of our own machines'", () => {
    const full = { ...emptyWallet, balance: cents(99_999_999_999n) }
    const move = moveFunding({ ...facts, wallet: full }, { ...funding, names: [anonymous] }, {
      ...due("credit"),
      unfit: "hold"
    })
    if (move._tag === "Failure") return assert.fail(move.failure._tag)
    const { funding: held, moved } = move.success
    assert.deepStrictEqual([held.userId, held.creditStatus, held.heldReason, moved.movements], [
      null,
      "nothing",
      `the wallet of player ${ada} cannot hold 5.00 more`,
      []
    ])
  })

  it("credits what was partly refunded before, and takes the part back, together", () => {
    const partly = { ...funding, refunded: true, price: cents(1_000n), refundPrice: cents(300n) }
    const move = moveFunding(facts, partly, due("credit"))
    if (move._tag === "Failure") return assert.fail(move.failure._tag)
    assert.deepStrictEqual(move.success.moved.movements.map(({ amount, type }) => [type, amount]), [
      ["deposit", 500n],
      ["chargeback", -150n]
    ])
    assert.deepStrictEqual([move.success.funding.creditStatus, move.success.funding.refundAmount], [
      "taken back",
      cents(150n)
    ])
  })

  it("leaves the player with the deposit or without, whatever is told how often in whatever order", () => {
    const events = [purchaseOf(ada), refunded, { _tag: "RefundReversed", reference } as const]
    fc.assert(fc.property(fc.array(fc.constantFrom(...events), { maxLength: 12 }), (told) => {
      let earlier: Funding | null = null
      let wallet: Wallet = emptyWallet
      for (const event of told) {
        const { due, funding }: FundingDecision = decided(event, [isAda], earlier)
        earlier = funding
        if (due === null) continue
        const move = moveFunding({ ...facts, wallet }, funding, due)
        if (move._tag === "Failure") return assert.fail(move.failure._tag)
        earlier = move.success.funding
        wallet = move.success.moved.wallet
      }
      const isTold = (tag: FundingEvent["_tag"]) => told.some(({ _tag }) => _tag === tag)
      const isDeserved = isTold("Purchased") && (!isTold("Refunded") || isTold("RefundReversed"))
      assert.strictEqual(wallet.balance - wallet.debt, isDeserved ? amount : 0n)
    }))
  })
})
