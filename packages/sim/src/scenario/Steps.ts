/** What tests do over and over: as players, as the clockwork, as the auditor. */
import { operatorOrigin } from "@ddd/core/accounts/SecurityEvent"
import type { Draw } from "@ddd/core/draws/Draw"
import type { Receipt } from "@ddd/core/draws/Receipt"
import type { PurchaseRefusal } from "@ddd/core/draws/Sale"
import type { AskRefusal } from "@ddd/core/money/AskWithdrawal"
import type { FundingEvent } from "@ddd/core/money/Funding"
import { type Cents, cents } from "@ddd/core/money/Money"
import type { ProviderReport } from "@ddd/core/money/ProviderReport"
import type { ProviderPayoutStatus, Withdrawal } from "@ddd/core/money/Withdrawal"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Books } from "@ddd/core/ports/Books"
import { Draws, type DueStep } from "@ddd/core/ports/Draws"
import { Fundings } from "@ddd/core/ports/Fundings"
import { Ledger } from "@ddd/core/ports/Ledger"
import { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import { type OutcomeUnknown, type PurchaseRefused, Sales } from "@ddd/core/ports/Sales"
import { Sessions } from "@ddd/core/ports/Sessions"
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import { type WithdrawalRefused, Withdrawals } from "@ddd/core/ports/Withdrawals"
import { parseNote } from "@ddd/core/proof/Note"
import type { DrawRecord } from "@ddd/core/proof/Record"
import { parseRecord } from "@ddd/core/proof/RecordText"
import type { DrawId, UserId } from "@ddd/core/values/Ids"
import { assert } from "@effect/vitest"
import { Effect, Redacted, Result } from "effect"
import { hash } from "node:crypto"
import { World } from "../World.ts"

/** `value`, which must be there. */
export const present = <A>(value: A | null | undefined): A => {
  if (value === null || value === undefined) return assert.fail("something that must be there is missing")
  return value
}

/** Hex SHA-256, as tokens and fingerprints are stored. */
export const hashOf = (text: string): string => hash("sha256", text)

/** A new player of that name. */
export const signUp = Effect.fnUntraced(function*(name: string) {
  const accounts = yield* Accounts
  const { user } = yield* accounts.signUp({
    email: `${name}@example.com`,
    username: name,
    passwordHash: Redacted.make(`$argon2id$of ${name}`),
    session: { refreshTokenHash: hashOf(name), userAgent: null }
  }, operatorOrigin)
  return user.id
})

export const dollars = (amount: number): Cents => cents(BigInt(amount) * 100n)

export const deposit = Effect.fnUntraced(function*(userId: UserId, amount: Cents, referenceId: string) {
  const ledger = yield* Ledger
  return yield* ledger.deposit({ userId, amount, referenceId, metadata: null })
})

/** A new player with money. */
export const fundedPlayer = Effect.fnUntraced(function*(name: string, amount: Cents) {
  const userId = yield* signUp(name)
  yield* deposit(userId, amount, `test:funds of ${name}`)
  return userId
})

/** What a shop tells: of a purchase, a refund, a reversed refund. */
export const tell = (event: FundingEvent) => Fundings.use((fundings) => fundings.record(event))

/** A purchase by a player, as a shop tells of it. */
export const purchaseOf = (userId: UserId, amount: Cents, reference: string): FundingEvent => ({
  _tag: "Purchased",
  reference,
  amount,
  buyer: { _tag: "Player", userId }
})

/** Keeps an account that was opened for a player who is signed in. */
export const linkPayoutAccount = Effect.fnUntraced(function*(userId: UserId, account: string) {
  const [session] = yield* Sessions.use((sessions) => sessions.list(userId))
  return yield* PayoutAccounts.use((accounts) => accounts.add(userId, account, "simulated", present(session).id))
})

/** An account that money can be sent to. */
export const openPayoutAccount = Effect.fnUntraced(function*(userId: UserId) {
  yield* (yield* World).verify(userId)
  const { account } = yield* linkPayoutAccount(userId, `acct_${userId}`)
  yield* PayoutAccounts.use((accounts) => accounts.setStatus(account, "ready", "simulated"))
  return account
})

/** A new player with money, and an account that it can be sent to. */
export const payablePlayer = Effect.fnUntraced(function*(name: string, amount: Cents) {
  const userId = yield* fundedPlayer(name, amount)
  yield* openPayoutAccount(userId)
  return userId
})

export interface WithdrawOptions {
  /** Under a key a repeat is recognised; the fingerprint tells one request from another. */
  readonly key?: string
  readonly fingerprint?: string
  /** Withdraws winnings alone; else purchased credit too. */
  readonly winningsOnly?: boolean
}

/** Asks for a withdrawal. */
export const withdraw = (userId: UserId, amount: Cents, options: WithdrawOptions = {}) =>
  Withdrawals.use((withdrawals) => {
    const { fingerprint = `${amount} out`, key, winningsOnly = false } = options
    const idempotency = key === undefined ? null : { key, fingerprint: hashOf(fingerprint) }
    return withdrawals.ask({ userId, amount, withdrawDeposits: !winningsOnly, provider: "simulated", idempotency })
  })

/** Why a withdrawal was refused, as it must be. */
export const askRefusalOf = <A, R>(
  asked: Effect.Effect<A, WithdrawalRefused | Unavailable, R>
): Effect.Effect<AskRefusal, Unavailable, R> =>
  asked.pipe(
    Effect.map((): AskRefusal => assert.fail("a withdrawal that must be refused was accepted")),
    Effect.catchTag("WithdrawalRefused", ({ refusal }) => Effect.succeed(refusal))
  )

/** What a provider says of the transfer that it made, or of which `reversed` went back. */
export const transferSeen = ({ account, amount, id }: Withdrawal, reversed = cents(0n)): ProviderReport => ({
  _tag: "TransferSeen",
  objectId: `tr_${id}`,
  account,
  amount,
  reversed
})

/** What a provider says of the payout that it made. */
export const payoutSeen = ({ account, amount, id }: Withdrawal, status: ProviderPayoutStatus): ProviderReport => ({
  _tag: "PayoutSeen",
  objectId: `po_${id}`,
  account,
  amount,
  status
})

/** The withdrawal of that id, which must exist. */
export const withdrawalAt = (id: string) => Withdrawals.use(({ find }) => Effect.map(find(id), present))

/** Claims the turn of a withdrawal that is due. */
export const claim = (id: string) => Withdrawals.use(({ claim }) => Effect.map(claim(id, false, "simulated"), present))

/** Writes down what became known of a withdrawal, from a turn or from elsewhere. */
export const applyReport = (id: string, report: ProviderReport, turn: number | null = null) =>
  Withdrawals.use((withdrawals) =>
    Effect.map(withdrawals.applyReport(id, report, turn), (reported) => present(reported).after)
  )

/** Has a provider do all that a new withdrawal asks of it; gives it as it is once it is paid. */
export const payOut = Effect.fnUntraced(function*(id: string) {
  const transfer = yield* claim(id)
  yield* applyReport(id, transferSeen(transfer.withdrawal), transfer.withdrawal.turn)
  const payout = yield* claim(id)
  return yield* applyReport(id, payoutSeen(payout.withdrawal, "paid"), payout.withdrawal.turn)
})

export interface BuyOptions {
  readonly drawId?: DrawId
  /** Under a key a repeat is recognised; the fingerprint tells one request from another. */
  readonly key?: string
  readonly fingerprint?: string
}

type Purchase = Effect.Effect<Receipt, PurchaseRefused | Unavailable | OutcomeUnknown, Sales>

export const buy = (userId: UserId, quantity: number, options: BuyOptions = {}): Purchase =>
  Sales.use((sales) => {
    const { drawId = null, fingerprint = `${quantity} of ${drawId}`, key } = options
    const idempotency = key === undefined ? null : { key, fingerprint: hashOf(fingerprint) }
    return sales.purchase({ userId, quantity, drawId, idempotency })
  })

/** The receipt of a purchase, or why it was refused. */
export const outcomeOf = (
  purchase: Purchase
): Effect.Effect<Result.Result<Receipt, PurchaseRefusal>, Unavailable | OutcomeUnknown, Sales> =>
  purchase.pipe(
    Effect.map((receipt): Result.Result<Receipt, PurchaseRefusal> => Result.succeed(receipt)),
    Effect.catchTag("PurchaseRefused", ({ refusal }) => Effect.succeed(Result.fail(refusal)))
  )

/** Why a purchase was refused, as it must be. */
export const refusalOf = (
  purchase: Purchase
): Effect.Effect<PurchaseRefusal, Unavailable | OutcomeUnknown, Sales> =>
  Effect.map(
    outcomeOf(purchase),
    (outcome) => Result.isFailure(outcome) ? outcome.failure : assert.fail("a purchase that must be refused was sold")
  )

/** How often the clockwork may find steps due that another node is busy with. */
const idleRoundsMax = 1000

/** Publishes what is to stand and does what is due, until nothing is; gives what it did itself. */
export const catchUp = Effect.gen(function*() {
  const draws = yield* Draws
  yield* draws.publishAhead
  const done: Array<DueStep> = []
  for (let idleRounds = 0; idleRounds < idleRoundsMax;) {
    const due = yield* draws.due
    if (due.length === 0) return done
    const before = done.length
    for (const step of due) {
      if (yield* draws.perform(step)) done.push(step)
    }
    if (done.length > before) continue
    idleRounds++
    yield* Effect.sleep("5 millis")
  }
  return assert.fail("steps stay due that nobody does")
})

/** The draw of that id, which must exist. */
export const readDraw = (id: DrawId) => Draws.use((draws) => Effect.map(draws.byId(id), present))

/** Brings a new world to where tickets are sold; gives the draw on sale. */
export const openSales: Effect.Effect<Draw, unknown, Draws> = Effect.gen(function*() {
  yield* catchUp
  return present(yield* (yield* Draws).current)
})

/** What the record in a note says. */
export const recordIn = (note: string | null | undefined): DrawRecord =>
  present(parseRecord(present(parseNote(present(note))).text))

/** Moves the world's clock forward. */
export const advance = (millis: number) => World.use((world) => world.advance(millis))

/** Moves the clock to when the sales of `draw` end, or some milliseconds later. */
export const advancePast = Effect.fnUntraced(function*(draw: Draw, millis = 0) {
  const world = yield* World
  yield* world.advance(Math.max(0, present(draw.closesAt) + millis - (yield* world.now)))
})

/** Brings the draw on sale to its end; gives it as it is then. */
export const drawNow = Effect.gen(function*() {
  const draw = present(yield* (yield* Draws).current)
  yield* advancePast(draw)
  yield* catchUp
  return yield* readDraw(draw.id)
})

/** Runs effects at the same time. */
export const together = <A, E, R>(effects: Iterable<Effect.Effect<A, E, R>>): Effect.Effect<Array<A>, E, R> =>
  Effect.all(effects, { concurrency: "unbounded" })

/** `count` times the same, at the same time. */
export const times = <A, E, R>(count: number, effect: Effect.Effect<A, E, R>): Effect.Effect<Array<A>, E, R> =>
  together(Array.from({ length: count }, () => effect))

/** The whole store must be in order. */
export const auditClean = Effect.gen(function*() {
  const report = yield* (yield* Books).audit
  assert.deepStrictEqual(report.findings, [])
  return report
})
