/**
 * A withdrawal, its provider and a clock: what the payout machine is tested against.
 *
 * The provider does what it is asked once a key, forgets keys after a day, and answers as it is told to: late, wrongly
 * or never. After every event the world looks whether money was paid twice, or given back while it was out of the
 * house.
 */
import { assert } from "@effect/vitest"
import { startTurn, turnMillis } from "../../src/money/ClaimWithdrawal.ts"
import { type Cents, cents, zero } from "../../src/money/Money.ts"
import { applyReport, type ProviderReport } from "../../src/money/ProviderReport.ts"
import {
  newWithdrawal,
  type ProviderPayoutStatus,
  type ProviderStep,
  type Withdrawal,
  type WithdrawalStatus
} from "../../src/money/Withdrawal.ts"
import { nextAction, type ProviderAction, requestKey } from "../../src/money/WithdrawalActions.ts"
import { type Resolution, resolve } from "../../src/money/WithdrawalResolution.ts"
import { userId } from "../../src/values/Ids.ts"
import { dayMillis, type Instant, instant } from "../../src/values/Instant.ts"

/** How the provider meets a request. */
export const fates = [
  "obliges",
  "refuses",
  /** A refusal that is none, which it will repeat under that key. */
  "has no funds",
  "hears nothing",
  /** 401, 409, 429: it looks at nothing, and remembers nothing. */
  "will not listen",
  /** 500, which it will repeat under that key. */
  "breaks",
  "breaks after it obliged"
] as const
export type Fate = typeof fates[number]

/** What becomes of the answer: it may be learnt late, or the process that waited for it is gone, or gave up. */
export const hearings = ["at once", "later", "never", "given up"] as const
export type Hearing = typeof hearings[number]

/** What a request came to, as the provider remembers it under its key. */
type Outcome = "done" | "refused" | "no funds" | "broken"

interface Turn {
  readonly step: ProviderStep
  readonly attempt: number
  readonly isFirst: boolean
  readonly turn: number
}

interface InFlight extends Turn {
  readonly fate: Fate
  readonly hearing: Hearing
  /** When it will have arrived, whatever happens. */
  readonly arrivesBy: number
}

interface Payout {
  readonly id: string
  status: ProviderPayoutStatus
  wasPaid: boolean
}

const transferId = "tr_1"
const keyMillis = dayMillis
/** People take a while: what was under way when they were called has arrived. */
const personMillis = 300_000

const isOver = (status: ProviderPayoutStatus | null): boolean => status === "failed" || status === "canceled"

const follows: { readonly [S in WithdrawalStatus]: ReadonlyArray<WithdrawalStatus> } = {
  pending: ["pending", "paid", "failed"],
  paid: ["paid", "returned"],
  failed: ["failed"],
  returned: ["returned"]
}

export class PayoutWorld {
  now: Instant = instant(Date.UTC(2026, 1, 3))
  withdrawal: Withdrawal = newWithdrawal({
    id: "019a0000-0000-7000-8000-000000000002",
    userId: userId("01900000-0000-7000-8000-00000000000a"),
    amount: cents(5_000n),
    account: "acct_1",
    provider: "simulated",
    askedAt: this.now
  })
  /** Until when a turn is somebody's own. */
  #claimedUntil = 0
  readonly #keys = new Map<string, { readonly at: number; readonly outcome: Outcome }>()
  transfers = 0
  reversed: Cents = zero
  readonly payouts: Array<Payout> = []
  isMeddledWith = false
  #inFlight: Array<InFlight> = []
  /** What may yet be learnt: late answers, and notices, which know no turn. */
  #unheard: Array<{ readonly report: ProviderReport; readonly turn: number | null }> = []

  /** What the next turn would be about. */
  get action(): ProviderAction | null {
    return nextAction(this.withdrawal, this.now)
  }

  get payout(): Payout | undefined {
    return this.payouts[0]
  }

  /** Whether money is out of the house, or on its way. */
  get isMoneyOut(): boolean {
    return BigInt(this.transfers) * this.withdrawal.amount !== this.reversed ||
      this.payouts.some((payout) => !isOver(payout.status))
  }

  wait(millis: number): void {
    const later = instant(this.now + millis)
    for (const request of this.#inFlight.filter(({ arrivesBy }) => arrivesBy <= later)) this.#arrive(request)
    this.now = later
  }

  /**
   * A turn, as far as its process and the provider get. Nothing where there is none to be had. `looksFirst`: what was
   * asked for before is looked for before it is asked for again.
   */
  takeTurn(fate: Fate, hearing: Hearing = "at once", isSlow = false, looksFirst = false): void {
    const { action } = this
    if (action === null || this.#claimedUntil > this.now) return
    this.#become(startTurn(this.withdrawal, action, this.now))
    this.#claimedUntil = this.now + turnMillis
    const { turn } = this.withdrawal
    if (action._tag === "Send") {
      const { attempt, isFirst, step } = action
      const found = this.#found(step, attempt)
      if (looksFirst && !isFirst && found._tag !== "Absent") return this.#hear(found, turn, hearing)
      const arrivesBy = this.now + turnMillis - 1
      const request: InFlight = { step, attempt, isFirst, turn, fate, hearing, arrivesBy }
      if (hearing === "given up") this.#apply({ _tag: "Unknown", reason: "no answer" }, turn)
      if (isSlow) this.#inFlight.push(request)
      else this.#arrive(request)
      return
    }
    const isAnswered = fate !== "hears nothing" && fate !== "will not listen" && fate !== "breaks"
    const step = action._tag === "Watch" ? "payout" : action.step
    const attempt = action._tag === "Watch" ? this.withdrawal.payout.attempt : action.attempt
    this.#hear(isAnswered ? this.#found(step, attempt) : { _tag: "Unknown", reason: fate }, turn, hearing)
  }

  /** A slow request arrives: the `which`th of those under way. */
  arrive(which: number): void {
    const request = this.#inFlight[which % this.#inFlight.length]
    if (request !== undefined) this.#arrive(request)
  }

  /** Something unheard is learnt; `isRepeated`: it will come once more. */
  hear(which: number, isRepeated: boolean): void {
    const index = which % this.#unheard.length
    const unheard = this.#unheard[index]
    if (unheard === undefined) return
    if (!isRepeated) this.#unheard.splice(index, 1)
    this.#apply(unheard.report, unheard.turn)
  }

  /** What is unheard never comes. */
  forget(): void {
    this.#unheard = []
  }

  /** The bank gets on with the payout, where it can. */
  bank(status: ProviderPayoutStatus): void {
    const { payout } = this
    if (payout === undefined || isOver(payout.status)) return
    const canFollow = status === "in_transit" || status === "canceled"
      ? payout.status === "pending"
      : status === "paid"
      ? payout.status !== "paid"
      : status === "failed"
    if (!canFollow) return
    payout.status = status
    payout.wasPaid ||= status === "paid"
    this.#notice("payout")
  }

  /** Somebody reverses the transfer in the provider's own pages, where that is possible. */
  reverseByHand(): void {
    if (this.#execute("reversal", "obliges") === "done") this.isMeddledWith = true
  }

  callOff(): void {
    this.#apply({ _tag: "Canceled", reason: "a deposit was taken back" }, null)
  }

  /** Tells what the provider has now, as whoever reconciles learns it. */
  reconcile(): void {
    for (const step of ["transfer", "payout"] as const) {
      const report = this.#found(step, this.withdrawal[step].attempt)
      if (report._tag !== "Absent") this.#apply(report, null)
    }
  }

  /** A person decides, once the provider was looked at again. */
  decide(resolution: Resolution): void {
    if (this.withdrawal.held === null) return
    this.wait(personMillis)
    const step = this.withdrawal.held?.step ?? null
    if (step !== null && resolution !== "go on") {
      const report = this.#found(step, this.withdrawal[step].attempt)
      if (report._tag !== "Absent") return this.#apply(report, null)
    }
    const resolved = resolve(this.withdrawal, resolution)
    if (resolved !== null) this.#become(resolved)
  }

  #arrive(request: InFlight): void {
    this.#inFlight = this.#inFlight.filter((other) => other !== request)
    const report = this.#answer(request)
    if (request.hearing !== "given up") this.#hear(report, request.turn, request.hearing)
    this.#check()
  }

  #hear(report: ProviderReport, turn: number, hearing: Hearing): void {
    if (hearing === "at once") this.#apply(report, turn)
    if (hearing === "given up") this.#apply({ _tag: "Unknown", reason: "no answer" }, turn)
    if (hearing === "later") this.#unheard.push({ report, turn })
  }

  #answer({ attempt, fate, isFirst, step, turn }: InFlight): ProviderReport {
    if (fate === "hears nothing") return { _tag: "Unknown", reason: "no answer" }
    const notNow = { _tag: "NotNow", step, attempt, turn, isFirst } as const
    if (fate === "will not listen") return { ...notNow, isKeySpent: false, reason: "too many requests" }
    const key = requestKey(this.withdrawal.id, step, attempt)
    let kept = this.#keys.get(key)
    if (kept === undefined || this.now - kept.at >= keyMillis) {
      kept = { at: this.now, outcome: this.#execute(step, fate) }
      this.#keys.set(key, kept)
    }
    switch (kept.outcome) {
      case "done":
        // as it was when it was done, whatever happened since
        return step === "payout"
          ? {
            _tag: "PayoutSeen",
            objectId: "po_1",
            account: this.withdrawal.account,
            amount: this.withdrawal.amount,
            status: "pending"
          }
          : {
            _tag: "TransferSeen",
            objectId: transferId,
            account: this.withdrawal.account,
            amount: this.withdrawal.amount,
            reversed: step === "reversal" ? this.withdrawal.amount : zero
          }
      case "refused":
        return { _tag: "Refused", step, attempt, reason: "the account is closed" }
      case "no funds":
        return { ...notNow, isKeySpent: true, reason: "insufficient funds" }
      case "broken":
        return { _tag: "Unknown", reason: "500" }
    }
  }

  #execute(step: ProviderStep, fate: Fate): Outcome {
    if (fate === "refuses") return "refused"
    if (fate === "has no funds") return "no funds"
    if (fate === "breaks") return "broken"
    const { amount } = this.withdrawal
    const usable = BigInt(this.transfers) * amount - this.reversed -
      BigInt(this.payouts.filter((payout) => !isOver(payout.status)).length) * amount
    switch (step) {
      case "transfer":
        this.transfers++
        this.#notice("transfer")
        break
      case "payout":
        if (usable < amount) return "no funds"
        this.payouts.push({ id: `po_${this.payouts.length + 1}`, status: "pending", wasPaid: false })
        this.#notice("payout")
        break
      case "reversal":
        if (usable < amount) return "refused"
        this.reversed = amount
        this.#notice("transfer")
        break
    }
    return fate === "breaks after it obliged" ? "broken" : "done"
  }

  #notice(step: ProviderStep): void {
    this.#unheard.push({ report: this.#found(step, 0), turn: null })
  }

  /** What the provider has of a step. A transfer that was not reversed says that there is no reversal. */
  #found(step: ProviderStep, attempt: number): ProviderReport {
    const { payout, reversed, withdrawal: { amount } } = this
    if (step === "payout") {
      return payout === undefined
        ? { _tag: "Absent", step, attempt }
        : { _tag: "PayoutSeen", objectId: payout.id, account: this.withdrawal.account, amount, status: payout.status }
    }
    return this.transfers === 0 || step === "reversal" && reversed === 0n
      ? { _tag: "Absent", step, attempt }
      : { _tag: "TransferSeen", objectId: transferId, account: this.withdrawal.account, amount, reversed }
  }

  #apply(report: ProviderReport, turn: number | null): void {
    if (turn === this.withdrawal.turn) this.#claimedUntil = 0
    this.#become(applyReport(this.withdrawal, report))
  }

  #become(after: Withdrawal): void {
    const before = this.withdrawal
    this.withdrawal = after
    assert.isTrue(follows[before.status].includes(after.status), `${before.status} became ${after.status}`)
    assert.isTrue(
      !isOver(before.providerPayoutStatus) || isOver(after.providerPayoutStatus),
      `a payout that ${before.providerPayoutStatus}`
    )
    for (const step of ["transfer", "payout", "reversal"] as const) {
      const { attempt, objectId, sentAt, status } = after[step]
      const { [step]: earlier } = before
      const isKept = earlier.status !== "done" || status === "done" && objectId === earlier.objectId
      assert.isTrue(isKept && attempt >= earlier.attempt, `a ${step} that was done is kept`)
      if (status === "unsent" || status === "unknown") {
        assert.isTrue((sentAt === null) === (status === "unsent"), `a ${step} is ${status}`)
      }
    }
    this.#check()
  }

  #check(): void {
    const { payout, reversal, status, transfer } = this.withdrawal
    assert.isAtMost(this.transfers, 1, "the provider made two transfers")
    assert.isAtMost(this.payouts.length, 1, "the provider made two payouts")
    if (status === "failed" || status === "returned") {
      assert.isFalse(this.isMoneyOut, `it ${status} while its money is out`)
      assert.isTrue(reversal.status === "done" || status === "failed" && transfer.status === "refused")
    }
    if (status === "paid" || status === "returned") {
      assert.isTrue(this.payouts.some(({ wasPaid }) => wasPaid), "it is paid, but nobody was")
      assert.isTrue(transfer.status === "done" && payout.status === "done")
    }
    assert.strictEqual(this.withdrawal.providerPayoutStatus !== null, payout.status === "done")
  }
}
