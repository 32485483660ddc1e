/** What every adapter of `Draws` must do where a draw that cannot be decided has too many tickets to be paid back at once. */
import { abandonAfterMillis } from "@ddd/core/draws/DrawSteps"
import { refundsAtOnce } from "@ddd/core/draws/Voiding"
import { type Cents, cents } from "@ddd/core/money/Money"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Draws, type DueStep } from "@ddd/core/ports/Draws"
import type { DrawId, UserId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import { assert } from "@effect/vitest"
import { Effect, Result } from "effect"
import { verdictOf } from "../scenario/Bundle.ts"
import { byAnn } from "../scenario/Operators.ts"
import {
  advancePast,
  auditClean,
  buy,
  catchUp,
  dollars,
  fundedPlayer,
  openSales,
  payablePlayer,
  present,
  readDraw,
  recordIn,
  times,
  withdraw
} from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { walletOf } from "./Money.ts"
import { contract, type Subject } from "./Subject.ts"

const perform = (step: DueStep) => Draws.use((draws) => draws.perform(step))
const refundOf = (drawId: DrawId): DueStep => ({ drawId, step: "refund", dueAt: instant(0) })
const abandonOf = (drawId: DrawId): DueStep => ({ drawId, step: "abandon", reason: "seed", dueAt: instant(0) })

/** So many tickets of three players, bought in turns of a hundred: three steps pay them back. */
const tickets = 1_100
const stepsOfRefund = Math.ceil(tickets / refundsAtOnce)

/** A draw of a day with these tickets, locked, whose seed is lost, a week later; the draw of that day is on sale. */
const undecidable = Effect.gen(function*() {
  const [ada, bob, eve] = [
    yield* fundedPlayer("ada", dollars(600)),
    yield* payablePlayer("bob", dollars(600)),
    yield* fundedPlayer("eve", dollars(600))
  ]
  const draw = yield* openSales
  for (const buyer of [ada, bob, eve, ada, bob, eve, ada, bob, ada, bob, ada]) yield* buy(buyer, 100)
  yield* World.use((world) => world.loseSeed(draw.id))
  yield* advancePast(draw)
  assert.isTrue(yield* perform({ drawId: draw.id, step: "lock", dueAt: instant(0) }))
  // a day's draw is published a week before
  yield* Draws.use((draws) => draws.publishAhead)
  yield* advancePast(draw, abandonAfterMillis)
  for (const step of yield* Draws.use((draws) => draws.due)) {
    if (step.drawId !== draw.id) yield* perform(step)
  }
  return { draw, ada, bob, eve }
})

/** Void, for the seed's sake: every ticket's price came back once, as the audit says, and whoever held one is told. */
const assertPaidBack = Effect.fnUntraced(function*(id: DrawId, holders: ReadonlyArray<UserId>) {
  const draw = yield* readDraw(id)
  assert.strictEqual(draw.status, "void")
  const record = recordIn(present(yield* Draws.use((draws) => draws.notes(id))).result)
  assert(record.type === "void")
  assert.deepStrictEqual([record.reason, record.refund, record.seed], ["seed", cents(100n * BigInt(tickets)), null])
  assert.strictEqual((yield* verdictOf(id)).verdict, "VOID")
  const told = (yield* World.use(({ jobs }) => jobs)).flatMap((job) =>
    job._tag === "MailDrawVoid" && job.drawId === id ? [job.userId] : []
  )
  assert.sameMembers(told, [...holders])
  assert.isFalse((yield* Draws.use(({ due }) => due)).some(({ drawId, step }) => drawId === id && step === "refund"))
  yield* auditClean
})

const balancesOf = (...users: ReadonlyArray<UserId>) =>
  Effect.map(Effect.forEach(users, walletOf), (wallets) => wallets.map(({ balance }): Cents => balance))

export const voidStepsContract = (subject: Subject): void =>
  contract("A void of many tickets", subject, (it) => {
    it(
      "is done in steps: in between the books balance, nothing else can become of the draw, and its buyers go on",
      Effect.gen(function*() {
        const { ada, bob, draw, eve } = yield* undecidable
        assert.isTrue(yield* perform(abandonOf(draw.id)))
        for (let steps = 0; steps <= stepsOfRefund; steps++) {
          assert.deepInclude(yield* readDraw(draw.id), { status: "locked", seed: null, totalEntries: tickets })
          assert.isNull(present(yield* Draws.use((draws) => draws.notes(draw.id))).result)
          assert.strictEqual((yield* verdictOf(draw.id)).verdict, "PENDING LOCKED")
          assert.isFalse(yield* perform(abandonOf(draw.id)))
          assert.isFalse(yield* perform({ drawId: draw.id, step: "settle", dueAt: instant(0) }))
          const due = (yield* Draws.use((draws) => draws.due)).filter(({ drawId }) => drawId === draw.id)
          assert.deepStrictEqual(due.map(({ step }) => step), ["tile", "refund"])
          const paidBack = Math.min(steps * refundsAtOnce, tickets)
          const balances = yield* balancesOf(ada, bob, eve)
          // each buys a ticket of today's draw after each step
          const spent = cents(100n * BigInt(tickets + 3 * steps - paidBack))
          assert.strictEqual(balances.reduce((sum, balance) => sum + balance, 0n), dollars(1_800) - spent)
          for (const buyer of [ada, bob, eve]) yield* buy(buyer, 1)
          yield* auditClean
          assert.isTrue(yield* perform(refundOf(draw.id)))
        }
        assert.isFalse(yield* perform(refundOf(draw.id)))
        yield* assertPaidBack(draw.id, [ada, bob, eve])
        yield* catchUp
        yield* assertPaidBack(draw.id, [ada, bob, eve])
        const left = cents(60_000n - 100n * BigInt(stepsOfRefund + 1))
        assert.deepStrictEqual(yield* balancesOf(ada, bob, eve), [left, left, left])
      })
    )

    it(
      "pays each ticket back once, however many processes are at it",
      Effect.gen(function*() {
        const { ada, bob, draw, eve } = yield* undecidable
        const begun = yield* times(4, perform(abandonOf(draw.id)))
        assert.strictEqual(begun.filter((did) => did).length, 1)
        const work = Effect.gen(function*() {
          let done = 0
          while ((yield* readDraw(draw.id)).status !== "void") {
            if (yield* perform(refundOf(draw.id))) done++
          }
          return done
        })
        const done = yield* times(3, work)
        assert.strictEqual(done.reduce((sum, steps) => sum + steps, 0), stepsOfRefund + 1)
        assert.deepStrictEqual(yield* balancesOf(ada, bob, eve), [dollars(600), dollars(600), dollars(600)])
        yield* assertPaidBack(draw.id, [ada, bob, eve])
      })
    )

    it(
      "stops nobody who is frozen, asks for their money, or wants to be forgotten",
      Effect.gen(function*() {
        const { ada, bob, draw, eve } = yield* undecidable
        const accounts = yield* Accounts
        assert.isTrue(yield* perform(abandonOf(draw.id)))
        assert.isTrue(yield* perform(refundOf(draw.id)))
        yield* accounts.freeze(ada, byAnn)
        yield* withdraw(bob, (yield* walletOf(bob)).balance)
        assert.isTrue(Result.isFailure(yield* Effect.result(accounts.erase(eve, byAnn))))
        yield* auditClean
        yield* catchUp
        yield* assertPaidBack(draw.id, [ada, bob, eve])
        assert.deepStrictEqual(yield* balancesOf(ada, eve), [dollars(600), dollars(600)])
      })
    )
  })
