/**
 * Withdrawals on their whole way, by the rules of `core/money/Withdrawal`, through a Stripe that misbehaves in every way at every
 * step.
 *
 * Whatever happens, Stripe has at most one transfer and one payout of a withdrawal, and the money is in one place: at
 * the bank, or with the platform again; or a person is told.
 */
import { startTurn } from "@ddd/core/money/ClaimWithdrawal"
import { cents } from "@ddd/core/money/Money"
import { applyReport, type ProviderReport } from "@ddd/core/money/ProviderReport"
import { newWithdrawal, type Withdrawal } from "@ddd/core/money/Withdrawal"
import { nextAction, pauseMillis } from "@ddd/core/money/WithdrawalActions"
import { PayoutProvider } from "@ddd/core/ports/PayoutProvider"
import { instant } from "@ddd/core/values/Instant"
import { type Behaviour, behaviours } from "@ddd/sim/providers/StripeStandIn"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ada, readyAccount, StandIn, startAt, withStripe } from "./support/stripe.ts"

const id = "018f2d5e-7a1b-4cc0-9d3a-0b7a3f6f1a2c"
const amount = 2_500

/** Nothing takes longer: a day of tries, then a week of looks, and half of it forgotten. */
const turnsMax = 200

interface Circumstances {
  /** Whether notices arrive: each, twice, the newest first. */
  readonly hears: boolean
  /** Every so manyeth answer is lost with the process that waited for it; 0: none. */
  readonly forgets: number
}

/** Takes a withdrawal as far as it goes by itself. */
const journey = Effect.fnUntraced(function*({ forgets, hears }: Circumstances) {
  const [provider, standIn] = [yield* PayoutProvider, yield* StandIn]
  const account = yield* readyAccount
  let withdrawal: Withdrawal = newWithdrawal({
    id,
    userId: ada,
    amount: cents(BigInt(amount)),
    account,
    provider: "simulated",
    askedAt: instant(startAt)
  })
  let heard = 0
  for (let turn = 1; turn <= turnsMax; turn++) {
    const action = nextAction(withdrawal, instant(standIn.now()))
    if (action === null) return withdrawal
    withdrawal = startTurn(withdrawal, action, instant(standIn.now()))
    const report: ProviderReport = action._tag === "Send"
      ? yield* provider.send(withdrawal, { ...action, turn: withdrawal.turn })
      : action._tag === "Watch"
      ? yield* provider.inspect(withdrawal, "payout", action.payoutId)
      : yield* provider.lookUp(withdrawal, action.step).pipe(
        Effect.map((found) =>
          action.step === "reversal" && found._tag === "TransferSeen" && found.reversed === 0n
            ? { _tag: "Absent", step: "reversal", attempt: action.attempt } satisfies ProviderReport
            : found
        )
      )
    if (forgets === 0 || turn % forgets !== 0) withdrawal = applyReport(withdrawal, report)
    if (hears) {
      const notices = standIn.events.slice(heard).toReversed().map(({ body }) => provider.read(body))
      heard = standIn.events.length
      for (const notice of [...notices, ...notices]) {
        if (notice._tag === "Withdrawal") withdrawal = applyReport(withdrawal, notice.report)
      }
    }
    // past the first minutes only the hours matter: four times within a key's life, and once after it
    standIn.advance(Math.max(pauseMillis(withdrawal), withdrawal.idleTurns > 5 ? 5 * 3_600_000 : 0))
  }
  return assert.fail(
    `it does not end: ${JSON.stringify(withdrawal, (_, value) => typeof value === "bigint" ? `${value}` : value)}`
  )
})

const circumstances: ReadonlyArray<readonly [string, Circumstances]> = [
  ["", { hears: false, forgets: 0 }],
  [", with notices", { hears: true, forgets: 0 }],
  [", dying at times", { hears: false, forgets: 3 }],
  [", dying every other time, with notices", { hears: true, forgets: 2 }]
]

interface Plan {
  readonly transfer: Behaviour
  readonly payout: Behaviour
  readonly reversal: Behaviour
}

const failing: ReadonlyArray<Behaviour> = ["refused", "failed", "failed days later"]
const ofTransfers = behaviours.filter((behaviour) => !behaviour.startsWith("failed"))

/** Each behaviour of each step, and those of two steps together that leave a doubt about both. */
const plans: ReadonlyArray<Plan> = [
  ...ofTransfers.map((transfer) => ({ transfer, payout: "done", reversal: "done" }) as const),
  ...behaviours.map((payout) => ({ transfer: "5xx after", payout, reversal: "done" }) as const),
  ...behaviours.map((payout) => ({ transfer: "time-out after", payout, reversal: "done" }) as const),
  ...failing.flatMap((payout) => ofTransfers.map((reversal) => ({ transfer: "done", payout, reversal }) as const))
]

/** A step that a 500 swallowed is told to a person; so is a reversal that Stripe refuses. */
const needsPerson = ({ payout, reversal, transfer }: Plan): boolean =>
  transfer === "5xx before" || (transfer !== "refused" && payout === "5xx before") || reversal === "refused"

const settles = (plan: Plan, circumstance: Circumstances) =>
  withStripe(
    { behave: ({ step }) => step === "checkout" ? "done" : plan[step] },
    Effect.gen(function*() {
      const standIn = yield* StandIn
      const platform = standIn.platformBalance()
      const withdrawal = yield* journey(circumstance)
      const { held, providerPayoutStatus, status } = withdrawal
      const [transfers, payouts] = [[...standIn.transfers.values()], [...standIn.payouts.values()]]
      assert.isAtMost(transfers.length, 1)
      assert.isAtMost(payouts.length, 1)
      if (held !== null) {
        assert.isTrue(needsPerson(plan), held.reason)
        // what it is held for did not happen
        assert.strictEqual(
          held.step,
          plan.transfer === "5xx before" ? "transfer" : plan.reversal === "refused" ? "reversal" : "payout"
        )
        return
      }
      assert.isFalse(needsPerson(plan))
      if (status === "paid") {
        assert.strictEqual(providerPayoutStatus, "paid")
        assert.deepStrictEqual(payouts.map(({ amount, status }) => [amount, status]), [[amount, "paid"]])
        assert.strictEqual(standIn.platformBalance(), platform - amount)
      } else {
        assert.isTrue(status === "failed" || status === "returned")
        assert.strictEqual(standIn.platformBalance(), platform)
        assert.isTrue(payouts.every(({ status }) => status === "failed"))
      }
      const fails = plan.transfer === "refused" || failing.includes(plan.payout)
      assert.strictEqual(status === "paid", !fails)
    })
  )

describe("a withdrawal through Stripe", () => {
  for (const plan of plans) {
    const { payout, reversal, transfer } = plan
    const what = `${transfer} / ${payout}${reversal === "done" ? "" : ` / ${reversal}`}`
    it.live(`ends where its money is: ${what}`, () =>
      Effect.gen(function*() {
        for (const [name, circumstance] of circumstances) {
          yield* settles(plan, circumstance).pipe(
            Effect.catchDefect((error) =>
              Effect.die(error instanceof Error ? Object.assign(error, { message: `${error.message}${name}` }) : error)
            )
          )
        }
      }), 180_000)
  }
})
