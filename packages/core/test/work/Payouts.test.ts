import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { startTurn } from "../../src/money/ClaimWithdrawal.ts"
import { cents, zero } from "../../src/money/Money.ts"
import { applyReport, type ProviderReport } from "../../src/money/ProviderReport.ts"
import { newWithdrawal, type ProviderStep, type Withdrawal } from "../../src/money/Withdrawal.ts"
import { dueAfter, nextAction } from "../../src/money/WithdrawalActions.ts"
import { resolve } from "../../src/money/WithdrawalResolution.ts"
import { PayoutAccounts } from "../../src/ports/PayoutAccounts.ts"
import { PayoutProvider } from "../../src/ports/PayoutProvider.ts"
import { Withdrawals } from "../../src/ports/Withdrawals.ts"
import { userId } from "../../src/values/Ids.ts"
import { instant } from "../../src/values/Instant.ts"
import * as Payouts from "../../src/work/Payouts.ts"
import { byAnn } from "../accounts/support/Given.ts"

const now = instant(Date.UTC(2026, 1, 3))
const amount = cents(5_000n)

const fresh = newWithdrawal({
  id: "019a0000-0000-7000-8000-000000000002",
  userId: userId("01900000-0000-7000-8000-00000000000a"),
  amount,
  account: "acct_1",
  provider: "simulated",
  askedAt: now
})

const transferSeen: ProviderReport = {
  _tag: "TransferSeen",
  objectId: "tr_1",
  account: "acct_1",
  amount,
  reversed: zero
}
const payoutPaid = { _tag: "PayoutSeen", objectId: "po_1", account: "acct_1", amount, status: "paid" } as const
const noTransfer: ProviderReport = { _tag: "Absent", step: "transfer", attempt: 1 }
const unreachable: ProviderReport = { _tag: "Unknown", reason: "the provider cannot be reached" }

const transferred = applyReport(fresh, transferSeen)
const paid = applyReport(transferred, payoutPaid)

/** The withdrawal after it was sent, and not found a day later. */
const held = applyReport(
  startTurn(fresh, { _tag: "Send", step: "transfer", attempt: 1, isFirst: true }, now),
  noTransfer
)

/** What a provider says. */
interface Says {
  readonly sent?: Partial<Record<ProviderStep, ProviderReport>>
  readonly found?: Partial<Record<ProviderStep, ProviderReport>>
}

/** One withdrawal that is stored, a provider, and what was asked of it. */
const makeStage = (start: Withdrawal | null, { found = {}, sent = {} }: Says, isFrozen = false) => {
  const asked: Array<string> = []
  let stored = start
  const say = (report: ProviderReport | undefined) =>
    report === undefined ? Effect.die(new Error("nobody should have asked that")) : Effect.succeed(report)
  const keep = (after: Withdrawal | null) =>
    Effect.sync(() => {
      stored = after ?? stored
      return after
    })
  const layer = Layer.mergeAll(
    Layer.mock(PayoutAccounts, { named: () => Effect.succeed(null) }),
    Layer.mock(Withdrawals, {
      find: () => Effect.sync(() => stored),
      isFrozen: () => Effect.succeed(isFrozen),
      claim: (_, isUrgent, own) =>
        Effect.sync(() => {
          const action = stored === null ? null : nextAction(stored, now)
          const isDue = stored !== null && (stored.turn === 0 || dueAfter(stored, now) === now)
          if (stored?.provider !== own || action === null || !(isDue || isUrgent)) return null
          stored = startTurn(stored, action, now)
          return { withdrawal: stored, action }
        }),
      applyReport: (_, report) =>
        Effect.suspend(() => {
          const before = stored
          return before === null
            ? Effect.succeed(null)
            : Effect.map(keep(applyReport(before, report)), () => ({ before, after: stored ?? before }))
        }),
      resolve: (_, resolution) => Effect.suspend(() => keep(stored === null ? null : resolve(stored, resolution)))
    }),
    Layer.mock(PayoutProvider, {
      name: "a provider of the tests'",
      identity: Effect.succeed("simulated" as const),
      read: () => assert.fail("there are no notices"),
      send: (_, { step }) =>
        Effect.suspend(() => {
          asked.push(`${step}, stored as ${stored?.[step].status}`)
          return say(sent[step])
        }),
      lookUp: (_, step) =>
        Effect.suspend(() => {
          asked.push(`what became of the ${step}`)
          return say(found[step])
        })
    })
  )
  return { asked, layer, stored: () => stored }
}

describe("taking a withdrawal on", () => {
  it.effect("goes as far as it can, and stores each step as unknown before the provider hears of it", () => {
    const stage = makeStage(fresh, { sent: { transfer: transferSeen, payout: payoutPaid } })
    return Effect.gen(function*() {
      assert.strictEqual(yield* Payouts.advance(fresh.id), 2)
      assert.deepStrictEqual(stage.asked, ["transfer, stored as unknown", "payout, stored as unknown"])
      assert.strictEqual(stage.stored()?.status, "paid")
    }).pipe(Effect.provide(stage.layer))
  })

  it.effect("rests after a turn that came to nothing, however urgent it was", () => {
    const stage = makeStage(fresh, { sent: { transfer: unreachable }, found: { transfer: noTransfer } })
    return Effect.gen(function*() {
      assert.strictEqual(yield* Payouts.advance(fresh.id, true), 1)
      assert.strictEqual(yield* Payouts.advance(fresh.id, false), 0)
      assert.strictEqual(yield* Payouts.advance(fresh.id, true), 1)
      assert.strictEqual(stage.stored()?.problem, "the provider cannot be reached")
    }).pipe(Effect.provide(stage.layer))
  })
})

describe("a player who is frozen once the turn is claimed", () => {
  it.effect("has nothing sent, and the withdrawal is as unsent as before", () => {
    const stage = makeStage(fresh, {}, true)
    return Effect.gen(function*() {
      assert.strictEqual(yield* Payouts.advance(fresh.id), 1)
      assert.deepStrictEqual(stage.asked, [])
      assert.strictEqual(stage.stored()?.transfer.status, "unsent")
      assert.strictEqual((yield* Payouts.cancel(fresh.id, byAnn))?.status, "failed")
    }).pipe(Effect.provide(stage.layer))
  })

  it.effect("has nothing repeated that came to nothing, while what arrived goes on", () => {
    const sent = startTurn(fresh, { _tag: "Send", step: "transfer", attempt: 1, isFirst: true }, now)
    const absent = makeStage(sent, { found: { transfer: noTransfer } }, true)
    const arrived = makeStage(sent, { found: { transfer: transferSeen }, sent: { payout: payoutPaid } }, true)
    return Effect.gen(function*() {
      yield* Effect.provide(Payouts.advance(sent.id, true), absent.layer)
      assert.deepStrictEqual(absent.asked, ["what became of the transfer"])
      assert.strictEqual(absent.stored()?.transfer.status, "unknown")
      assert.isNull(yield* Effect.provide(Payouts.cancel(sent.id, byAnn), absent.layer))
      yield* Effect.provide(Payouts.advance(sent.id, true), arrived.layer)
      assert.strictEqual(arrived.stored()?.status, "paid")
    })
  })
})

describe("a request that was sent before", () => {
  const sent = startTurn(fresh, { _tag: "Send", step: "transfer", attempt: 1, isFirst: true }, now)

  it.effect("is not repeated where what it asked for is there", () => {
    const stage = makeStage(sent, { found: { transfer: transferSeen }, sent: { payout: payoutPaid } })
    return Effect.gen(function*() {
      yield* Payouts.advance(sent.id, true)
      assert.deepStrictEqual(stage.asked, ["what became of the transfer", "payout, stored as unknown"])
      assert.strictEqual(stage.stored()?.status, "paid")
    }).pipe(Effect.provide(stage.layer))
  })

  it.effect("is repeated where nothing is there, or nobody can say", () =>
    Effect.gen(function*() {
      for (const nothing of [noTransfer, unreachable]) {
        const stage = makeStage(sent, { found: { transfer: nothing }, sent: { transfer: unreachable } })
        assert.strictEqual(yield* Effect.provide(Payouts.advance(sent.id, true), stage.layer), 1)
        assert.deepStrictEqual(stage.asked, ["what became of the transfer", "transfer, stored as unknown"])
      }
    }))
})

describe("a person's decision", () => {
  it.effect("is carried out where the provider, asked once more, still has nothing", () => {
    const stage = makeStage(held, { found: { transfer: noTransfer } })
    return Effect.gen(function*() {
      const resolved = yield* Payouts.resolve(held.id, "absent", byAnn)
      assert.strictEqual(resolved._tag, "Resolved")
      assert.deepStrictEqual(stage.asked, ["what became of the transfer"])
      assert.strictEqual(stage.stored()?.status, "failed")
    }).pipe(Effect.provide(stage.layer))
  })

  it.effect("is not carried out where the provider has what was thought absent", () => {
    const stage = makeStage(held, { found: { transfer: transferSeen } })
    return Effect.gen(function*() {
      const resolved = yield* Payouts.resolve(held.id, "absent", byAnn)
      assert.strictEqual(resolved._tag, "Found")
      assert.strictEqual(stage.stored()?.status, "pending")
      assert.strictEqual(stage.stored()?.transfer.objectId, "tr_1")
      assert.isNull(stage.stored()?.held)
    }).pipe(Effect.provide(stage.layer))
  })

  it.effect("changes nothing where the provider cannot be asked", () => {
    const stage = makeStage(held, { found: { transfer: unreachable } })
    return Effect.gen(function*() {
      assert.deepStrictEqual(yield* Payouts.resolve(held.id, "again", byAnn), {
        _tag: "NotAsked",
        reason: "the provider cannot be reached"
      })
      assert.deepStrictEqual(stage.stored(), held)
    }).pipe(Effect.provide(stage.layer))
  })

  it.effect("has a reversal asked for again where the transfer is there, unreversed", () => {
    const refused = {
      ...applyReport(paid, { _tag: "PayoutSeen", objectId: "po_1", account: "acct_1", amount, status: "failed" }),
      held: { reason: "the balance is too low", step: "reversal" }
    } as const
    const stage = makeStage(refused, { found: { reversal: transferSeen } })
    return Effect.gen(function*() {
      const resolved = yield* Payouts.resolve(refused.id, "again", byAnn)
      assert.strictEqual(resolved._tag, "Resolved")
      assert.deepStrictEqual(stage.stored()?.reversal, { status: "unsent", attempt: 2, sentAt: null, objectId: null })
    }).pipe(Effect.provide(stage.layer))
  })

  it.effect("goes on without asking where the provider had something that it should not", () => {
    const ambiguous = applyReport(transferred, { _tag: "Ambiguous", reason: "there are two payouts" })
    const stage = makeStage(ambiguous, {})
    return Effect.gen(function*() {
      assert.strictEqual((yield* Payouts.resolve(ambiguous.id, "go on", byAnn))._tag, "Resolved")
      assert.deepStrictEqual(stage.asked, [])
      assert.isNull(stage.stored()?.held)
    }).pipe(Effect.provide(stage.layer))
  })

  it.effect("applies to nothing that is not held, or is unknown", () => {
    const stage = makeStage(paid, {})
    return Effect.gen(function*() {
      assert.strictEqual((yield* Payouts.resolve(paid.id, "go on", byAnn))._tag, "NotApplicable")
      const nothing = yield* Effect.provide(Payouts.resolve(paid.id, "go on", byAnn), makeStage(null, {}).layer)
      assert.strictEqual(nothing._tag, "Unknown")
    }).pipe(Effect.provide(stage.layer))
  })
})

describe("reconciling", () => {
  it.effect("finds nothing where the provider knows what the books know", () => {
    const stage = makeStage(paid, { found: { transfer: transferSeen, payout: payoutPaid } })
    return Effect.gen(function*() {
      assert.deepStrictEqual(yield* Payouts.reconcile(paid, byAnn), [])
      assert.deepStrictEqual(stage.stored(), paid)
    }).pipe(Effect.provide(stage.layer))
  })

  it.effect("asks for nothing that was never sent", () => {
    const stage = makeStage(fresh, {})
    return Effect.gen(function*() {
      assert.deepStrictEqual(yield* Payouts.reconcile(fresh, byAnn), [])
      assert.deepStrictEqual(stage.asked, [])
    }).pipe(Effect.provide(stage.layer))
  })

  it.effect("tells of what is held although the provider knows what the books know", () => {
    const lacking: Withdrawal = { ...paid, held: { reason: "the account lacks the money", step: "reversal" } }
    const stage = makeStage(lacking, { found: { transfer: transferSeen, payout: payoutPaid } })
    return Effect.gen(function*() {
      assert.deepStrictEqual((yield* Payouts.reconcile(lacking, byAnn)).map(({ found }) => found), [
        "held: the account lacks the money"
      ])
    }).pipe(Effect.provide(stage.layer))
  })

  it.effect("holds what cannot be seen any more of an account that is gone, and tells nothing of what arrived before", () => {
    const gone = { _tag: "AccountGone", attempt: 1, isFirst: false, turn: 0, reason: "the account is closed" } as const
    const underWay = applyReport(transferred, { ...payoutPaid, status: "in_transit" })
    return Effect.gen(function*() {
      for (const [withdrawal, told] of [[paid, []], [underWay, ["the account is closed"]]] as const) {
        const stage = makeStage(withdrawal, { found: { transfer: transferSeen, payout: gone } })
        const differences = yield* Effect.provide(Payouts.reconcile(withdrawal, byAnn), stage.layer)
        assert.deepStrictEqual(differences.map(({ found }) => found), [...told])
        assert.strictEqual(stage.stored()?.held?.step, told.length === 0 ? undefined : "payout")
      }
    })
  })

  it.effect("tells what the provider does not have", () => {
    const noPayout: ProviderReport = { _tag: "Absent", step: "payout", attempt: 1 }
    const stage = makeStage(paid, { found: { transfer: noTransfer, payout: noPayout } })
    return Effect.gen(function*() {
      assert.deepStrictEqual((yield* Payouts.reconcile(paid, byAnn)).map(({ found }) => found), [
        "no transfer, where the books have tr_1",
        "no payout, where the books have po_1"
      ])
      assert.deepStrictEqual(stage.stored(), paid)
    }).pipe(Effect.provide(stage.layer))
  })

  it.effect("learns what is new, and tells of it", () => {
    const stage = makeStage(held, { found: { transfer: transferSeen } })
    return Effect.gen(function*() {
      assert.deepStrictEqual((yield* Payouts.reconcile(held, byAnn)).map(({ found }) => found), [
        "transfer tr_1: pending"
      ])
      assert.strictEqual(stage.stored()?.transfer.status, "done")
    }).pipe(Effect.provide(stage.layer))
  })

  it.effect("tells that a transfer was made for money that is back in the wallet", () => {
    const failed = applyReport(fresh, { _tag: "Canceled", reason: "a deposit was taken back" })
    const stage = makeStage(failed, { found: { transfer: transferSeen } })
    return Effect.gen(function*() {
      assert.deepStrictEqual((yield* Payouts.reconcile(failed, byAnn)).map(({ found }) => found), [
        "transfer tr_1: transfer tr_1 was made although the money is back in the wallet"
      ])
    }).pipe(Effect.provide(stage.layer))
  })

  it.effect("finds transfers of withdrawals that the books do not know, as after a backup was put back", () => {
    const ofUs = (id: string, reversed = zero) => ({
      withdrawalId: id,
      objectId: `tr_${id}`,
      account: "acct_1",
      amount,
      reversed
    })
    const lost = "019a0000-0000-7000-8000-0000000000ff"
    const books = Layer.mock(Withdrawals, { find: (id) => Effect.succeed(id === paid.id ? paid : null) })
    const provider = Layer.mock(PayoutProvider, {
      name: "a provider of the tests'",
      identity: Effect.succeed("simulated" as const),
      read: () => assert.fail("there are no notices"),
      transfersSince: () => Effect.succeed([ofUs(paid.id), ofUs(lost), ofUs(`${lost.slice(0, -2)}fe`, amount)])
    })
    return Effect.gen(function*() {
      const found = yield* Payouts.unknownTransfers(now)
      assert.deepStrictEqual(found.map(({ withdrawalId }) => withdrawalId), [lost])
    }).pipe(Effect.provide([books, provider]))
  })

  it.effect("tells what could not be asked", () => {
    const stage = makeStage(transferred, { found: { transfer: unreachable } })
    return Effect.gen(function*() {
      assert.deepStrictEqual((yield* Payouts.reconcile(transferred, byAnn)).map(({ found }) => found), [
        "the provider cannot be reached"
      ])
    }).pipe(Effect.provide(stage.layer))
  })
})
