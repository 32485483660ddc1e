import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { startTurn, turnMillis } from "../../src/money/ClaimWithdrawal.ts"
import { cents, zero } from "../../src/money/Money.ts"
import { applyReport, payoutAttemptsMax } from "../../src/money/ProviderReport.ts"
import { type ProviderPayoutStatus, providerPayoutStatuses } from "../../src/money/Withdrawal.ts"
import { dueAfter, keyLifeMillis, nextAction, pauseMillis } from "../../src/money/WithdrawalActions.ts"
import { type Resolution, resolve } from "../../src/money/WithdrawalResolution.ts"
import { dayMillis } from "../../src/values/Instant.ts"
import { type Fate, fates, type Hearing, hearings, PayoutWorld } from "../support/payoutWorld.ts"

const second = 1_000
const hour = 3_600 * second

/** What may happen to a withdrawal, and to those who are at it. */
type Happening =
  | {
    readonly what: "turn"
    readonly fate: Fate
    readonly hearing: Hearing
    readonly isSlow: boolean
    readonly looksFirst: boolean
  }
  | { readonly what: "time passes"; readonly millis: number }
  | { readonly what: "something is heard"; readonly which: number; readonly isRepeated: boolean }
  | { readonly what: "a request arrives"; readonly which: number }
  | { readonly what: "the bank says"; readonly status: ProviderPayoutStatus }
  | { readonly what: "a person decides"; readonly resolution: Resolution }
  | { readonly what: "it is canceled" | "it is reconciled" | "it is reversed by hand" }

const turn = fc.record({
  what: fc.constant("turn" as const),
  fate: fc.oneof({ weight: 1, arbitrary: fc.constant("obliges" as const) }, fc.constantFrom(...fates)),
  hearing: fc.oneof({ weight: 1, arbitrary: fc.constant("at once" as const) }, fc.constantFrom(...hearings)),
  isSlow: fc.boolean(),
  looksFirst: fc.boolean()
})

const millis = fc.oneof(
  fc.integer({ min: 1, max: turnMillis }),
  fc.integer({ min: turnMillis, max: 2 * hour }),
  // the last moment of a repetition, the first of a look, the first without a key
  fc.constantFrom(keyLifeMillis - second, keyLifeMillis, dayMillis),
  fc.integer({ min: 22 * hour, max: 25 * hour }),
  fc.integer({ min: dayMillis, max: 10 * dayMillis })
)

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: turn },
  { weight: 4, arbitrary: fc.record({ what: fc.constant("time passes" as const), millis }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant("something is heard" as const),
      which: fc.nat({ max: 50 }),
      isRepeated: fc.boolean()
    })
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("a request arrives" as const), which: fc.nat({ max: 50 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant("the bank says" as const),
      status: fc.constantFrom(...providerPayoutStatuses)
    })
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant("a person decides" as const),
      resolution: fc.constantFrom("absent" as const, "again", "go on")
    })
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constantFrom("it is canceled" as const, "it is reconciled") }) }
)

const meddling: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 9, arbitrary: happening },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("it is reversed by hand" as const) }) }
)

/** Lets it happen. The world itself looks whether anything is wrong then. */
const happen = (world: PayoutWorld, next: Happening): void => {
  switch (next.what) {
    case "turn":
      return world.takeTurn(next.fate, next.hearing, next.isSlow, next.looksFirst)
    case "time passes":
      return world.wait(next.millis)
    case "something is heard":
      return world.hear(next.which, next.isRepeated)
    case "a request arrives":
      return world.arrive(next.which)
    case "the bank says":
      return world.bank(next.status)
    case "a person decides":
      return world.decide(next.resolution)
    case "it is canceled":
      return world.callOff()
    case "it is reconciled":
      return world.reconcile()
    case "it is reversed by hand":
      return world.reverseByHand()
  }
}

/** Turns until nothing is left to do, with nothing going wrong any more. */
const finish = (world: PayoutWorld): void => {
  for (let turns = 0; turns < 1_000; turns++) {
    const due = dueAfter(world.withdrawal, world.now)
    if (due === null) return
    world.bank("paid")
    world.wait(Math.max(due - world.now, turnMillis))
    world.takeTurn("obliges")
  }
  assert.fail("it never ends")
}

/** A world in which the transfer and the payout were done. */
const paidOut = (): PayoutWorld => {
  const world = new PayoutWorld()
  world.takeTurn("obliges")
  world.takeTurn("obliges")
  return world
}

const again = (count: number, act: () => void): void => {
  for (let i = 0; i < count; i++) act()
}

describe("a withdrawal", () => {
  it("is paid at most once, and comes back only where no money is out, whatever goes wrong", () => {
    fc.assert(
      fc.property(fc.array(meddling, { maxLength: 80, size: "max" }), (happenings) => {
        const world = new PayoutWorld()
        for (const next of happenings) happen(world, next)
      }),
      { numRuns: 500 }
    )
  })

  it("ends once everything works again and people decide, and the provider knows then what the books know", () => {
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 40, size: "max" }),
        fc.array(fc.nat({ max: 50 })),
        fc.constantFrom("absent" as const, "again"),
        (happenings, heard, resolution) => {
          const world = new PayoutWorld()
          for (const next of happenings) happen(world, next)
          for (const which of heard) world.hear(which, false)
          world.forget()
          world.wait(turnMillis)
          finish(world)
          again(3, () => {
            world.reconcile()
            // what was done cannot be said to be absent
            world.decide(resolution)
            world.decide("again")
            finish(world)
          })
          const { held, status } = world.withdrawal
          assert.isNull(held)
          assert.notStrictEqual(status, "pending")
          assert.strictEqual(status === "paid", world.isMoneyOut)
        }
      ),
      { numRuns: 100 }
    )
  })
})

describe("a transfer", () => {
  it("of which nothing is known after its key was forgotten is looked up, not repeated", () => {
    const world = new PayoutWorld()
    world.takeTurn("obliges", "given up")
    assert.deepStrictEqual(world.action, { _tag: "Send", step: "transfer", attempt: 1, isFirst: false })
    world.wait(keyLifeMillis - 1)
    assert.strictEqual(world.action?._tag, "Send")
    world.wait(1)
    assert.deepStrictEqual(world.action, { _tag: "LookUp", step: "transfer", attempt: 1 })
    world.wait(dayMillis)
    world.takeTurn("obliges")
    assert.strictEqual(world.withdrawal.transfer.objectId, "tr_1")
    assert.strictEqual(world.transfers, 1)
  })

  it("that the provider knows nothing of waits for a person, who may have it asked for once more", () => {
    const world = new PayoutWorld()
    world.takeTurn("hears nothing")
    world.wait(dayMillis)
    world.takeTurn("obliges")
    assert.strictEqual(world.withdrawal.held?.step, "transfer")
    assert.isNull(world.action)
    world.decide("again")
    assert.deepStrictEqual(world.action, { _tag: "Send", step: "transfer", attempt: 2, isFirst: true })
    finish(world)
    assert.strictEqual(world.withdrawal.status, "paid")
  })

  it("that the provider knows nothing of comes back where a person says so", () => {
    const world = new PayoutWorld()
    world.takeTurn("hears nothing")
    world.wait(dayMillis)
    world.takeTurn("obliges")
    world.decide("absent")
    assert.strictEqual(world.withdrawal.status, "failed")
    assert.isNull(world.action)
  })

  it("that is found after all is not held, whatever a person thought", () => {
    const world = new PayoutWorld()
    world.takeTurn("hears nothing")
    world.wait(dayMillis)
    world.takeTurn("obliges")
    const { id } = world.withdrawal
    const seen = {
      _tag: "TransferSeen",
      objectId: `tr_${id}`,
      account: "acct_1",
      amount: world.withdrawal.amount,
      reversed: zero
    } as const
    const found = applyReport(world.withdrawal, seen)
    assert.isNull(found.held)
    assert.isNull(resolve(found, "absent"))
    assert.strictEqual(nextAction(found, world.now)?._tag, "Send")
  })

  it("that was refused for lack of funds is no refusal, and is asked for under a new key", () => {
    const world = new PayoutWorld()
    world.takeTurn("has no funds")
    assert.strictEqual(world.withdrawal.status, "pending")
    assert.deepStrictEqual(world.action, { _tag: "Send", step: "transfer", attempt: 2, isFirst: true })
    finish(world)
    assert.strictEqual(world.withdrawal.status, "paid")
    assert.strictEqual(world.transfers, 1)
  })

  it("that a provider would not listen to for days is as unsent as on the first", () => {
    const world = new PayoutWorld()
    again(5, () => {
      world.takeTurn("will not listen")
      assert.strictEqual(world.withdrawal.transfer.status, "unsent")
      world.wait(dayMillis)
    })
    assert.deepStrictEqual(world.action, { _tag: "Send", step: "transfer", attempt: 1, isFirst: true })
    world.callOff()
    assert.strictEqual(world.withdrawal.status, "failed")
  })

  it("stays unknown where a provider would not listen to its repetition", () => {
    const world = new PayoutWorld()
    world.takeTurn("obliges", "given up")
    world.takeTurn("will not listen")
    assert.strictEqual(world.withdrawal.transfer.status, "unknown")
    world.callOff()
    assert.strictEqual(world.withdrawal.status, "pending")
  })

  it("stays unknown where the answer to its first request comes after another one was sent", () => {
    const world = new PayoutWorld()
    world.takeTurn("will not listen", "later")
    world.wait(turnMillis)
    world.takeTurn("obliges", "never")
    world.hear(0, false)
    assert.strictEqual(world.withdrawal.transfer.status, "unknown")
  })

  it("that was sent is not canceled, for all that is known of it", () => {
    const unsent = new PayoutWorld()
    unsent.callOff()
    assert.strictEqual(unsent.withdrawal.status, "failed")
    assert.strictEqual(unsent.withdrawal.problem, "a deposit was taken back")
    const sent = new PayoutWorld()
    sent.takeTurn("hears nothing")
    sent.callOff()
    assert.strictEqual(sent.withdrawal.status, "pending")
  })

  it("of another amount is nothing to go on with", () => {
    const world = new PayoutWorld()
    world.takeTurn("hears nothing")
    const seen = {
      _tag: "TransferSeen",
      objectId: "tr_1",
      account: "acct_1",
      amount: cents(1n),
      reversed: zero
    } as const
    const held = applyReport(world.withdrawal, seen)
    assert.strictEqual(held.held?.reason, "transfer tr_1 is of 1 cents instead of 5000")
    assert.isNull(nextAction(held, world.now))
    assert.isNull(resolve(held, "absent"))
    assert.isNull(resolve(held, "go on")?.held ?? null)
  })
})

describe("a payout", () => {
  it("that fails after it was paid comes back once", () => {
    const world = paidOut()
    world.bank("paid")
    world.takeTurn("obliges")
    assert.strictEqual(world.withdrawal.status, "paid")
    world.wait(3 * dayMillis)
    world.bank("failed")
    world.takeTurn("obliges")
    assert.strictEqual(world.withdrawal.status, "paid")
    assert.deepStrictEqual(world.action, { _tag: "Send", step: "reversal", attempt: 1, isFirst: true })
    world.takeTurn("obliges")
    assert.strictEqual(world.withdrawal.status, "returned")
    assert.isNull(world.action)
  })

  it("that failed is not paid by a notice that comes late", () => {
    const world = paidOut()
    world.forget()
    world.bank("paid")
    world.bank("failed")
    world.hear(1, false)
    world.hear(0, false)
    assert.strictEqual(world.withdrawal.providerPayoutStatus, "failed")
    assert.strictEqual(world.withdrawal.status, "pending")
    world.takeTurn("obliges")
    assert.strictEqual(world.withdrawal.status, "failed")
  })

  it("that was refused has its transfer reversed, which is certain before the money is back", () => {
    const world = new PayoutWorld()
    world.takeTurn("obliges")
    world.takeTurn("refuses")
    assert.strictEqual(world.withdrawal.status, "pending")
    world.takeTurn("obliges", "given up")
    assert.strictEqual(world.withdrawal.status, "pending")
    world.takeTurn("obliges")
    assert.strictEqual(world.withdrawal.status, "failed")
  })

  it("whose transfer cannot be reversed waits for a person, with the provider's own words", () => {
    const world = new PayoutWorld()
    world.takeTurn("obliges")
    again(2, () => world.takeTurn("refuses"))
    world.takeTurn("obliges")
    assert.deepStrictEqual(world.withdrawal.held, { reason: "the account is closed", step: "reversal" })
    assert.isNull(resolve(world.withdrawal, "absent"))
    world.decide("again")
    world.takeTurn("obliges")
    assert.strictEqual(world.withdrawal.status, "failed")
  })

  it("whose transfer cannot be reversed for lack of money is told to a person, and comes back by itself once there is money", () => {
    const world = paidOut()
    world.bank("paid")
    world.takeTurn("obliges")
    world.bank("failed")
    world.takeTurn("obliges")
    again(12, () => {
      world.takeTurn("has no funds")
      assert.deepStrictEqual(world.withdrawal.held, { reason: "insufficient funds", step: "reversal" })
      assert.strictEqual(world.withdrawal.status, "paid")
    })
    assert.strictEqual(pauseMillis(world.withdrawal), hour)
    assert.strictEqual(dueAfter(world.withdrawal, world.now), world.now + hour)
    world.wait(hour)
    world.takeTurn("obliges")
    assert.deepStrictEqual([world.withdrawal.status, world.withdrawal.held], ["returned", null])
  })

  it("that an account has had no money for, for a day, waits for a person", () => {
    const world = new PayoutWorld()
    world.takeTurn("obliges")
    again(payoutAttemptsMax - 1, () => world.takeTurn("has no funds"))
    assert.isNull(world.withdrawal.held)
    world.takeTurn("has no funds")
    assert.deepStrictEqual(world.withdrawal.held, { reason: "insufficient funds", step: "payout" })
    assert.isNull(world.action)
    world.decide("absent")
    world.takeTurn("obliges")
    assert.strictEqual(world.withdrawal.status, "failed")
  })

  it("that the provider knows nothing of is not asked for again before a person has looked", () => {
    const world = new PayoutWorld()
    world.takeTurn("obliges")
    world.takeTurn("hears nothing")
    world.wait(dayMillis)
    world.takeTurn("obliges")
    assert.strictEqual(world.withdrawal.held?.step, "payout")
    assert.isNull(world.action)
    world.decide("absent")
    assert.strictEqual(world.withdrawal.status, "pending")
    world.takeTurn("obliges")
    assert.strictEqual(world.withdrawal.status, "failed")
  })

  it("that is under way although its transfer was reversed waits for a person", () => {
    const { withdrawal: { amount }, withdrawal } = paidOut()
    const held = applyReport(withdrawal, {
      _tag: "TransferSeen",
      objectId: "tr_1",
      account: "acct_1",
      amount,
      reversed: amount
    })
    assert.strictEqual(held.held?.reason, "transfer tr_1 was reversed although its payout has not failed")
    assert.strictEqual(held.status, "pending")
  })

  it("that nobody asked for is nothing to go on with", () => {
    const world = new PayoutWorld()
    const report = { objectId: "po_stray", account: "acct_1", amount: world.withdrawal.amount, status: "paid" } as const
    const after = applyReport(world.withdrawal, { _tag: "PayoutSeen", ...report })
    assert.deepStrictEqual([after.status, after.payout.status, nextAction(after, world.now)], [
      "pending",
      "unsent",
      null
    ])
    assert.include(after.held?.reason, "po_stray")
  })

  it("of another account, of none, or of another amount than ours moves nothing, and waits for a person", () => {
    const world = paidOut()
    const { withdrawal } = world
    for (const [account, amount] of [["acct_2", 5_000n], [null, 5_000n], ["acct_1", 4_999n]] as const) {
      for (const status of ["paid", "failed"] as const) {
        const told = { _tag: "PayoutSeen", objectId: "po_1", account, amount: cents(amount), status } as const
        const after = applyReport(withdrawal, told)
        assert.deepStrictEqual([after.status, after.providerPayoutStatus], ["pending", "pending"])
        assert.include(after.held?.reason, "po_1")
        assert.isNull(nextAction(after, world.now))
      }
    }
    const elsewhere = { objectId: "tr_1", account: "acct_2", amount: withdrawal.amount, reversed: withdrawal.amount }
    const after = applyReport(withdrawal, { _tag: "TransferSeen", ...elsewhere })
    assert.deepStrictEqual([after.status, after.reversal.status], ["pending", "unsent"])
    assert.include(after.held?.reason, "acct_2")
  })

  it("whose account is gone before it was asked for has its transfer reversed", () => {
    const world = new PayoutWorld()
    world.takeTurn("obliges")
    const sent = startTurn(world.withdrawal, { _tag: "Send", step: "payout", attempt: 1, isFirst: true }, world.now)
    const gone = { _tag: "AccountGone", attempt: 1, isFirst: true, turn: sent.turn, reason: "closed" } as const
    const after = applyReport(sent, gone)
    assert.deepStrictEqual([after.payout.status, after.held], ["refused", null])
    assert.deepInclude(nextAction(after, world.now), { _tag: "Send", step: "reversal" })
  })

  it("whose account is gone after it was asked for waits for a person, who may say that it arrived or did not", () => {
    const world = new PayoutWorld()
    world.takeTurn("obliges")
    const sent = startTurn(world.withdrawal, { _tag: "Send", step: "payout", attempt: 1, isFirst: true }, world.now)
    const gone = { _tag: "AccountGone", attempt: 1, isFirst: false, turn: 0, reason: "closed" } as const
    const doubtful = applyReport(sent, gone)
    assert.deepStrictEqual(doubtful.held, { reason: "closed", step: "payout" })
    assert.isNull(resolve(doubtful, "paid"))
    assert.strictEqual(resolve(doubtful, "absent")?.payout.status, "refused")

    const { withdrawal } = paidOut()
    const unseen = applyReport(withdrawal, gone)
    assert.deepStrictEqual(unseen.held, { reason: "closed", step: "payout" })
    assert.isNull(resolve(unseen, "again"))
    assert.strictEqual(resolve(unseen, "paid")?.status, "paid")
    const came = resolve(unseen, "absent")
    assert.deepInclude(came === null ? null : nextAction(came, world.now), { _tag: "Send", step: "reversal" })
  })

  it("that arrived has nothing more to be asked for where its account is gone", () => {
    const world = paidOut()
    world.bank("paid")
    world.takeTurn("obliges")
    const gone = { _tag: "AccountGone", attempt: 1, isFirst: false, turn: 0, reason: "closed" } as const
    assert.deepStrictEqual(applyReport(world.withdrawal, gone), world.withdrawal)
  })

  it("is watched for a week after it was paid", () => {
    const world = paidOut()
    world.bank("paid")
    world.takeTurn("obliges")
    assert.strictEqual(world.action?._tag, "Watch")
    assert.strictEqual(dueAfter(world.withdrawal, world.now), world.now + dayMillis)
    world.wait(7 * dayMillis)
    assert.isNull(world.action)
  })

  it("whose transfer somebody reversed by hand is not asked for", () => {
    const world = new PayoutWorld()
    world.takeTurn("obliges")
    world.reverseByHand()
    world.reconcile()
    assert.strictEqual(world.withdrawal.status, "failed")
    assert.isNull(world.action)
  })
})

describe("a withdrawal that is held", () => {
  /** Refused by the provider, which nobody heard; and held a day later, because it knows of no transfer. */
  const refusedUnheard = (): PayoutWorld => {
    const world = new PayoutWorld()
    world.takeTurn("refuses", "later")
    world.wait(dayMillis)
    world.takeTurn("obliges")
    assert.strictEqual(world.withdrawal.held?.step, "transfer")
    return world
  }

  it("is held no longer once the refusal is heard, and cannot be asked for again", () => {
    const world = refusedUnheard()
    world.hear(0, false)
    assert.strictEqual(world.withdrawal.status, "failed")
    assert.isNull(world.withdrawal.held)
    assert.isNull(resolve(world.withdrawal, "again"))
  })

  it("is not held anew where that nothing was found is told again, after a person decided", () => {
    const world = refusedUnheard()
    world.decide("absent")
    const again = applyReport(world.withdrawal, { _tag: "Absent", step: "transfer", attempt: 1 })
    assert.deepStrictEqual(again, world.withdrawal)
  })

  it("is held no longer where it is known that a further request may be sent", () => {
    const world = new PayoutWorld()
    world.takeTurn("has no funds", "later")
    world.wait(dayMillis)
    world.takeTurn("obliges")
    assert.isNotNull(world.withdrawal.held)
    world.hear(0, false)
    assert.deepStrictEqual(world.action, { _tag: "Send", step: "transfer", attempt: 2, isFirst: true })
  })

  it("does not go on after a refusal, whatever is said of the same request later", () => {
    const world = new PayoutWorld()
    world.takeTurn("obliges")
    world.takeTurn("refuses")
    const { withdrawal } = world
    const late = {
      step: "payout",
      attempt: 1,
      turn: withdrawal.turn,
      isFirst: true,
      reason: "insufficient funds"
    } as const
    for (const isKeySpent of [true, false]) {
      assert.deepStrictEqual(applyReport(withdrawal, { _tag: "NotNow", isKeySpent, ...late }), withdrawal)
    }
  })
})

describe("the pauses of a withdrawal", () => {
  it("grow while it does not get on, and end where it does", () => {
    const world = new PayoutWorld()
    const pauses: Array<number> = []
    again(12, () => {
      world.takeTurn("will not listen")
      pauses.push(pauseMillis(world.withdrawal) / second)
    })
    assert.deepStrictEqual(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600])
    world.takeTurn("obliges")
    assert.strictEqual(dueAfter(world.withdrawal, world.now), world.now)
  })

  it("are a bank's while it is under way there", () => {
    const world = paidOut()
    again(30, () => world.takeTurn("obliges"))
    assert.strictEqual(pauseMillis(world.withdrawal), hour)
  })
})
