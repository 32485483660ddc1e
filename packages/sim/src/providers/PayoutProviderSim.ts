/**
 * Simulated payouts, for development: the port without a provider and without a network.
 *
 * What it did is kept in one file, so that a restart goes on where the last run ended. The file is read and written
 * anew by each operation; within a process they take turns. No money is anywhere, and nobody has a bank account.
 */
import { cents } from "@ddd/core/money/Money"
import type { ProviderReport } from "@ddd/core/money/ProviderReport"
import { type ProviderStep, providerSteps, type Withdrawal } from "@ddd/core/money/Withdrawal"
import { requestKey } from "@ddd/core/money/WithdrawalActions"
import { Now } from "@ddd/core/ports/Now"
import {
  type NamedTransfer,
  PayoutProvider,
  ProviderUnavailable,
  type SentRequest
} from "@ddd/core/ports/PayoutProvider"
import { type Instant, instant } from "@ddd/core/values/Instant"
import { Effect, Layer, Result, Schema, Semaphore } from "effect"
import { mkdir, open, readFile, rename } from "node:fs/promises"
import { dirname } from "node:path"

export interface PayoutProviderSimConfig {
  /** The file that keeps its state; made with the first account. */
  readonly path: string
  /** PUBLIC_URL. */
  readonly publicUrl: URL
}

const Request = Schema.Struct({
  step: Schema.Literals(providerSteps),
  withdrawalId: Schema.String,
  account: Schema.String,
  /** Of a reversal: of the transfer that it undid. */
  objectId: Schema.String,
  /** Cents. */
  amount: Schema.BigIntFromString,
  /** Milliseconds since 1970, by the port `Now`. */
  at: Schema.Int
})
type Request = typeof Request.Type

const State = Schema.Struct({
  accounts: Schema.Record(Schema.String, Schema.Literals(["pending", "ready"])),
  /** What was done, by the key under which it was asked for. */
  requests: Schema.Record(Schema.String, Request)
})
type State = typeof State.Type

const empty: State = { accounts: {}, requests: {} }
const StateJson = Schema.fromJsonString(State)
const decode = Schema.decodeUnknownEffect(StateJson)
const encode = Schema.encodeEffect(StateJson)

const accountPrefix = "acct_sim_"
const paidAfterMillis = 3_000
const pageLifeMillis = 3_600_000

const requestsOf = (state: State): ReadonlyArray<Request> => Object.values(state.requests)

/** What could be paid out from an account, in cents. */
const available = (state: State, account: string): bigint =>
  requestsOf(state).filter((request) => request.account === account)
    .reduce((sum, { amount, step }) => step === "transfer" ? sum + amount : sum - amount, 0n)

const isReversed = (state: State, transferId: string): boolean =>
  requestsOf(state).some(({ objectId, step }) => step === "reversal" && objectId === transferId)

const reportOf = (state: State, { account, amount, at, objectId, step }: Request, now: Instant): ProviderReport =>
  step === "payout"
    ? {
      _tag: "PayoutSeen",
      objectId,
      account,
      amount: cents(amount),
      status: now - at >= paidAfterMillis ? "paid" : "in_transit"
    }
    : {
      _tag: "TransferSeen",
      objectId,
      account,
      amount: cents(amount),
      reversed: cents(isReversed(state, objectId) ? amount : 0n)
    }

/** Decides about a request that was not made before: what is kept of it, or else the report of why nothing is done. */
const decide = (
  state: State,
  { account, amount, id, transfer }: Withdrawal,
  { attempt, isFirst, step, turn }: SentRequest,
  at: Instant
): Result.Result<Request, ProviderReport> => {
  const refused = (reason: string) => Result.fail({ _tag: "Refused", step, attempt, reason } as const)
  const done = (objectId: string) => Result.succeed({ step, withdrawalId: id, account, objectId, amount, at })
  if (step === "transfer") {
    return account.startsWith(accountPrefix)
      ? done(`tr_sim_${id}_${attempt}`)
      : refused(`${account} is no simulated account`)
  }
  if (step === "reversal") {
    if (transfer.objectId === null) return refused("there is no transfer to reverse")
    if (isReversed(state, transfer.objectId)) return refused(`${transfer.objectId} was reversed before`)
  }
  return available(state, account) < amount
    ? Result.fail({
      _tag: "NotNow",
      step,
      attempt,
      isFirst,
      turn,
      isKeySpent: true,
      reason: "the simulated account has less than that"
    })
    : done(step === "reversal" && transfer.objectId !== null ? transfer.objectId : `po_sim_${id}_${attempt}`)
}

/** What there is of a step; a reversal is looked for at its transfer. */
const found = (state: State, withdrawal: Withdrawal, step: ProviderStep, now: Instant): ProviderReport => {
  const looked = step === "payout" ? "payout" : "transfer"
  const requests = requestsOf(state).filter(({ step, withdrawalId }) =>
    withdrawalId === withdrawal.id && step === looked
  )
  const [first, second] = requests
  if (first === undefined) {
    return step === "reversal"
      ? { _tag: "Unknown", reason: "there is no simulated transfer that could have been reversed" }
      : { _tag: "Absent", step, attempt: withdrawal[step].attempt }
  }
  return second === undefined
    ? reportOf(state, first, now)
    : { _tag: "Ambiguous", reason: `there is more than one simulated ${looked} of it` }
}

const inspected = (
  state: State,
  withdrawal: Withdrawal,
  step: "transfer" | "payout",
  objectId: string,
  now: Instant
): ProviderReport => {
  const request = requestsOf(state).find((request) => request.objectId === objectId && request.step === step)
  if (request === undefined) return { _tag: "Unknown", reason: `there is no simulated ${step} ${objectId}` }
  return request.withdrawalId === withdrawal.id
    ? reportOf(state, request, now)
    : { _tag: "Ambiguous", reason: `${objectId} is withdrawal ${request.withdrawalId}'s` }
}

/** Its transfers since then. */
const transfersIn = (state: State, since: Instant): ReadonlyArray<NamedTransfer> =>
  requestsOf(state).filter(({ at, step }) => step === "transfer" && at >= since).map((
    { account, amount, objectId, withdrawalId }
  ) => ({
    withdrawalId,
    objectId,
    account,
    amount: cents(amount),
    reversed: cents(isReversed(state, objectId) ? amount : 0n)
  }))

const isAbsence = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT"

/** What is at `path`, or nothing where there is none. */
const load = (path: string) =>
  Effect.tryPromise({
    try: () => readFile(path, "utf8").catch((error: unknown) => isAbsence(error) ? null : Promise.reject(error)),
    catch: (cause) => new ProviderUnavailable({ message: `${path} cannot be read`, cause })
  }).pipe(
    Effect.flatMap((text) => text === null ? Effect.succeed(empty) : decode(text)),
    Effect.catchTag("SchemaError", (cause) =>
      Effect.fail(new ProviderUnavailable({ message: `${path} does not hold what simulated payouts keep`, cause })))
  )

/** Replaces what is at `path` at once: whoever reads it finds the whole of the old or of the new. */
const save = (path: string, state: State) =>
  encode(state).pipe(
    Effect.flatMap((text) =>
      Effect.tryPromise(async () => {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 })
        const file = await open(`${path}.new`, "w", 0o600)
        try {
          await file.writeFile(text)
          await file.sync()
        } finally {
          await file.close()
        }
        await rename(`${path}.new`, path)
      })
    ),
    Effect.mapError((cause) => new ProviderUnavailable({ message: `${path} cannot be written`, cause }))
  )

export const layer = (
  { path, publicUrl }: PayoutProviderSimConfig
): Layer.Layer<PayoutProvider, never, Now> =>
  Layer.effect(
    PayoutProvider,
    Effect.gen(function*() {
      const clock = yield* Now
      const turns = yield* Semaphore.make(1)

      const look = <A>(answer: (state: State, now: Instant) => A) =>
        turns.withPermits(1)(Effect.zipWith(load(path), clock.now, answer))

      const setAccount = Effect.fnUntraced(
        function*(account: string, status: (known: "pending" | "ready" | undefined) => "pending" | "ready") {
          const state = yield* load(path)
          const known = state.accounts[account]
          const next = status(known)
          if (next !== known) yield* save(path, { ...state, accounts: { ...state.accounts, [account]: next } })
        },
        turns.withPermits(1)
      )

      const unknown = (
        asked: Effect.Effect<ProviderReport, ProviderUnavailable>
      ): Effect.Effect<ProviderReport> =>
        Effect.catch(asked, ({ message }) => Effect.succeed<ProviderReport>({ _tag: "Unknown", reason: message }))

      return PayoutProvider.of({
        name: "simulated",
        identity: Effect.succeed("simulated"),

        openAccount: Effect.fn("PayoutProviderSim.openAccount")(function*({ userId }) {
          const account = `${accountPrefix}${userId}`
          yield* setAccount(account, (known) => known ?? "pending")
          return account
        }),
        onboarding: Effect.fn("PayoutProviderSim.onboarding")(function*(account) {
          yield* setAccount(account, () => "ready")
          const expiresAt = instant((yield* clock.now) + pageLifeMillis)
          return { url: new URL("/payout-account?state=simulated", publicUrl), expiresAt }
        }),
        accountStatus: Effect.fn("PayoutProviderSim.accountStatus")((account) =>
          look(({ accounts }) => accounts[account] ?? "pending")
        ),

        transfersSince: Effect.fn("PayoutProviderSim.transfersSince")((since) =>
          look((state) => transfersIn(state, since))
        ),

        send: Effect.fn("PayoutProviderSim.send")(
          function*(withdrawal, request) {
            const now = yield* clock.now
            const state = yield* load(path)
            const key = requestKey(withdrawal.id, request.step, request.attempt)
            const before = state.requests[key]
            if (before !== undefined) {
              return before.amount === withdrawal.amount && before.account === withdrawal.account
                ? reportOf(state, before, now)
                : { _tag: "Unknown", reason: `${key} was used for another request` } satisfies ProviderReport
            }
            const decided = decide(state, withdrawal, request, now)
            if (Result.isFailure(decided)) return decided.failure
            const after = { ...state, requests: { ...state.requests, [key]: decided.success } }
            yield* save(path, after)
            return reportOf(after, decided.success, now)
          },
          turns.withPermits(1),
          unknown
        ),
        lookUp: Effect.fn("PayoutProviderSim.lookUp")((withdrawal, step) =>
          look((state, now) => found(state, withdrawal, step, now)).pipe(unknown)
        ),
        inspect: Effect.fn("PayoutProviderSim.inspect")((withdrawal, step, objectId) =>
          look((state, now) => inspected(state, withdrawal, step, objectId, now)).pipe(unknown)
        ),

        authenticate: () => Effect.succeed({ _tag: "NotConfigured" }),
        read: () => ({ _tag: "Ignored", why: "simulated payouts send no notices" })
      })
    })
  )
