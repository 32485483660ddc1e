import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  afterStep,
  applyEvent,
  contradicts,
  emptyFunding,
  type Funding,
  type FundingEvent,
  type FundingStep,
  isOpen,
  refundOf,
  stepDue
} from "../../src/money/Funding.ts"
import {
  canonicalReference,
  depositSource,
  isStore,
  referenceFault,
  reversalReference,
  storeReference
} from "../../src/money/FundingReference.ts"
import { cents } from "../../src/money/Money.ts"
import { userId } from "../../src/values/Ids.ts"

const reference = "app_store:2000000123"
const player = userId("01900000-0000-7000-8000-00000000000a")
const other = userId("01900000-0000-7000-8000-00000000000b")

const purchased: FundingEvent = {
  _tag: "Purchased",
  reference,
  amount: cents(500n),
  buyer: { _tag: "Player", userId: player }
}
const refunded: FundingEvent = { _tag: "Refunded", reference }
const refundReversed: FundingEvent = { _tag: "RefundReversed", reference }

/** Applies events one by one and takes the step that each makes due; gives the steps, too. */
const follow = (
  events: ReadonlyArray<FundingEvent>
): { readonly funding: Funding; readonly steps: Array<FundingStep> } => {
  let funding = emptyFunding(reference)
  const steps: Array<FundingStep> = []
  for (const event of events) {
    funding = applyEvent(funding, event)
    const step = stepDue(funding)
    if (step === null) continue
    steps.push(step)
    funding = afterStep(funding, step)
    assert.isNull(stepDue(funding), "one event makes one step due")
  }
  return { funding, steps }
}

const effect: { readonly [S in FundingStep]: number } = { "credit": 1, "take back": -1, "give back": 1 }

const someEvents = fc.array(fc.constantFrom(purchased, refunded, refundReversed), { maxLength: 12, size: "max" })

describe("a funding", () => {
  it("has given what was purchased and not refunded for good, whatever was said how often in whatever order", () => {
    fc.assert(fc.property(someEvents, (events) => {
      const { steps } = follow(events)
      const isSaid = (tag: FundingEvent["_tag"]) => events.some(({ _tag }) => _tag === tag)
      const isDeserved = isSaid("Purchased") && (!isSaid("Refunded") || isSaid("RefundReversed"))
      assert.strictEqual(steps.reduce((net, step) => net + effect[step], 0), isDeserved ? 1 : 0)
    }))
  })

  it("is credited, taken back and given back once each, and never below nothing", () => {
    fc.assert(fc.property(someEvents, (events) => {
      const { steps } = follow(events)
      assert.strictEqual(new Set(steps).size, steps.length)
      let net = 0
      for (const step of steps) {
        net += effect[step]
        assert.isTrue(net === 0 || net === 1, steps.join())
      }
    }))
  })

  it("ends the same where the steps were taken late, all at once", () => {
    fc.assert(fc.property(someEvents, (events) => {
      const { steps } = follow(events)
      const late = stepDue(events.reduce(applyEvent, emptyFunding(reference)))
      assert.strictEqual(late === null ? 0 : effect[late], steps.reduce((net, step) => net + effect[step], 0))
    }))
  })

  it("credits nothing where its refund came before its purchase", () => {
    assert.deepStrictEqual(follow([refunded, purchased]).steps, [])
    assert.deepStrictEqual(follow([refunded, purchased, purchased, refunded]).steps, [])
  })

  it("is credited where its refund and the reversal of that both came before its purchase", () => {
    assert.deepStrictEqual(follow([refundReversed, refunded, purchased]).steps, ["credit"])
  })

  it("is taken back once, and given back once", () => {
    const events = [purchased, refunded, refunded, refundReversed, refunded, refundReversed]
    assert.deepStrictEqual(follow(events).steps, ["credit", "take back", "give back"])
  })

  it("keeps the buyer and the amount that were said first", () => {
    const second: FundingEvent = { ...purchased, amount: cents(900n), buyer: { _tag: "Player", userId: other } }
    const { funding } = follow([purchased, second])
    assert.strictEqual(funding.userId, player)
    assert.strictEqual(funding.amount, 500n)
  })

  it("contradicts another purchase of another amount or player, and none where either player is unknown", () => {
    const { funding } = follow([purchased])
    assert.isTrue(contradicts(funding, cents(501n), player))
    assert.isTrue(contradicts(funding, cents(500n), other))
    assert.isFalse(contradicts(funding, cents(500n), player))
    assert.isFalse(contradicts(funding, cents(500n), null))
    assert.isFalse(contradicts({ ...funding, userId: null }, cents(500n), other))
    assert.isFalse(contradicts(follow([refunded]).funding, cents(501n), other))
  })

  it("has nobody to be credited to while its buyer is known by name alone", () => {
    const { funding } = follow([{ ...purchased, buyer: { _tag: "Named", names: ["$RCAnonymousID:1", "ada"] } }])
    assert.isNull(funding.userId)
    assert.deepStrictEqual(funding.names, ["$RCAnonymousID:1", "ada"])
  })
})

describe("a refund of a part", () => {
  const bought: FundingEvent = { ...purchased, price: cents(499n) }
  const refundOfPrice = (price: bigint): FundingEvent => ({ ...refunded, price: cents(price) })

  it("takes that part of the amount, rounded, whichever came first", () => {
    for (const [price, taken] of [[100n, 100n], [250n, 251n], [498n, 499n], [1n, 1n]] as const) {
      for (const events of [[bought, refundOfPrice(price)], [refundOfPrice(price), bought]]) {
        const funding = events.reduce(applyEvent, emptyFunding(reference))
        assert.strictEqual(refundOf(funding), taken)
        assert.strictEqual(afterStep({ ...funding, creditStatus: "credited" }, "take back").refundAmount, cents(taken))
      }
    }
  })

  it("takes all where it is of the whole price or more, or either price is unknown", () => {
    for (
      const events of [
        [bought, refundOfPrice(499n)],
        [bought, refundOfPrice(600n)],
        [bought, refunded],
        [purchased, refundOfPrice(1n)],
        // in two currencies
        [{ ...bought, currency: "USD" }, { ...refundOfPrice(1n), currency: "KWD" }],
        [{ ...refundOfPrice(1n), currency: "KWD" }, { ...bought, currency: "USD" }]
      ]
    ) {
      assert.strictEqual(refundOf(events.reduce(applyEvent, emptyFunding(reference))), 500n)
    }
  })

  it("that comes before its purchase has it credited, and the part taken back", () => {
    const funding = [refundOfPrice(100n), bought].reduce(applyEvent, emptyFunding(reference))
    assert.strictEqual(stepDue(funding), "credit")
    const credited = afterStep(funding, "credit")
    assert.strictEqual(stepDue(credited), "take back")
    assert.isNull(stepDue(afterStep(credited, "take back")))
  })

  it("never takes more than there is, nor nothing", () => {
    const price = fc.bigInt(1n, 10_000n).map(cents)
    fc.assert(fc.property(price, price, price, (amount, paid, back) => {
      const [currency, refundCurrency] = ["USD", "USD"]
      const taken = refundOf({
        ...emptyFunding(reference),
        amount,
        price: paid,
        currency,
        refundPrice: back,
        refundCurrency
      })
      assert.isTrue(taken > 0n && taken <= amount)
    }))
  })
})

describe("a purchase that a person has to decide about", () => {
  const doubtful: FundingEvent = { ...purchased, buyer: { _tag: "Named", names: ["ada"] }, doubt: "it is of 3 pieces" }

  it("is open, whatever else is told of it, until who may says whose it is", () => {
    const named: FundingEvent = { ...purchased, buyer: { _tag: "Named", names: ["bob"] } }
    const held = [doubtful, named].reduce(applyEvent, emptyFunding(reference))
    assert.deepStrictEqual([held.heldReason, held.names, isOpen(held)], ["it is of 3 pieces", ["ada", "bob"], true])
    assert.isFalse(isOpen(applyEvent(held, refunded)))
    assert.isFalse(isOpen(applyEvent(held, purchased)))
    assert.isNull(applyEvent(held, purchased).heldReason)
  })
})

describe("a reference", () => {
  it("has one spelling, whoever writes the store's name how", () => {
    fc.assert(fc.property(
      fc.constantFrom("APP_STORE", "PLAY_STORE", "STRIPE", "RC_BILLING"),
      fc.string({ minLength: 1, maxLength: 40 }),
      fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
      (store, transactionId, lower) => {
        const written = [...store].map((letter, i) => lower[i] === true ? letter.toLowerCase() : letter).join("")
        const expected = storeReference(store, transactionId)
        assert.strictEqual(canonicalReference(`${written}:${transactionId}`), expected)
        assert.strictEqual(canonicalReference(expected), expected)
      }
    ))
  })

  it("keeps a transaction's letters as they are", () => {
    assert.strictEqual(canonicalReference("Play_Store:GPA.3345-AbC"), "play_store:GPA.3345-AbC")
    assert.strictEqual(canonicalReference("APP_STORE:1:A"), "app_store:1:A")
  })

  it("of our own stays as it was written", () => {
    for (const own of ["Welcome:Ada", "welcome", ":x", "APP_STORE", ""]) {
      assert.strictEqual(canonicalReference(own), own)
    }
  })

  it("knows the stores by the names that their notices write", () => {
    assert.isTrue(isStore("APP_STORE"))
    assert.isFalse(isStore("app_store"))
    assert.isFalse(isStore("PROMOTIONAL"))
  })

  it("names the account on the other side of its deposit", () => {
    assert.strictEqual(depositSource("app_store:2000000123"), "app_store")
    assert.strictEqual(depositSource("Test:a:b"), "test")
    assert.strictEqual(depositSource("bonus"), "internal")
    assert.strictEqual(depositSource(":x"), "internal")
  })

  it("of a give-back is another one for every movement that took something", () => {
    assert.strictEqual(reversalReference("a"), "reversal:a")
  })

  it("under which no money comes in marks movements of our own, or has no account to come from", () => {
    for (const reserved of ["reversal:a", "Reversal:a", "REVERSAL:"]) {
      assert.match(referenceFault(reserved) ?? "", /^must not begin with "reversal:"/)
    }
    assert.strictEqual(
      referenceFault(`${"x".repeat(92)}:1`),
      "must have at most 91 characters before its first colon"
    )
    for (
      const slip of [
        "app_store: 1",
        "app_store:1 2",
        "app_store:",
        "app store:1",
        "AppStore:1",
        "APP-STORE:1",
        "app_store :1",
        "play_store:1\u00a0"
      ]
    ) {
      assert.match(
        referenceFault(slip) ?? "",
        /^must (be "(app|play)_store:<transaction id>", without blanks|not .* a blank)/
      )
    }
    for (const blank of [" gift", "gift ", " "]) assert.match(referenceFault(blank) ?? "", /blank/)
    for (
      const fit of [
        "App_Store:1",
        "a gift: 1",
        `${"x".repeat(91)}:1`,
        "x".repeat(100),
        "reversal",
        "app_store:reversal:1",
        ":x"
      ]
    ) {
      assert.isNull(referenceFault(fit))
    }
  })
})
