/** Streams of commands against the memory adapters: as many as `MODEL_RUNS` says. */
import { cents } from "@ddd/core/money/Money"
import { Fundings } from "@ddd/core/ports/Fundings"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Sales } from "@ddd/core/ports/Sales"
import { Withdrawals } from "@ddd/core/ports/Withdrawals"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Memory from "../../src/memory/Memory.ts"
import { runModel } from "../../src/model/Run.ts"

const world = (seed: number) => Memory.layer({ seed })

/** The most milliseconds for any number of streams. */
const timeout = 600_000

describe("the books in memory", () => {
  it(
    "are as the model says after any stream of commands",
    () => runModel({ world, runs: 200, clients: 1, maxCommands: 60 }),
    timeout
  )

  it(
    "are as the model says where eight clients act at the same time",
    () => runModel({ world, runs: 100, clients: 8, maxCommands: 60 }),
    timeout
  )
})

const forgetfulSales = Layer.effect(
  Sales,
  Effect.map(
    Sales,
    ({ purchase }) => Sales.of({ purchase: (request) => purchase({ ...request, idempotency: null }) })
  )
)

const repeatingLedger = Layer.effect(
  Ledger,
  Effect.map(Ledger, (ledger) => {
    let count = 0
    const deposit: typeof ledger.deposit = (request) =>
      ledger.deposit({ ...request, referenceId: `${request.referenceId} ${count++}` })
    return Ledger.of({ ...ledger, deposit })
  })
)

const roundingLedger = Layer.effect(
  Ledger,
  Effect.map(Ledger, (ledger) => {
    const wallet: typeof ledger.wallet = (userId) =>
      Effect.map(ledger.wallet(userId), (row) => ({ ...row, balance: cents((row.balance + 9n) / 10n * 10n) }))
    return Ledger.of({ ...ledger, wallet })
  })
)

const deafFundings = Layer.effect(
  Fundings,
  Effect.map(Fundings, (fundings) => {
    const record: typeof fundings.record = (event) =>
      fundings.record(event._tag === "RefundReversed" ? { ...event, _tag: "Refunded" } : event)
    return Fundings.of({ ...fundings, record })
  })
)

const generousWithdrawals = Layer.effect(
  Withdrawals,
  Effect.map(Withdrawals, (withdrawals) => {
    const ask: typeof withdrawals.ask = (request) => withdrawals.ask({ ...request, withdrawDeposits: true })
    return Withdrawals.of({ ...withdrawals, ask })
  })
)

/** Adapters with a fault, over those that have none. */
const faults = {
  "sales that forget keys": (seed: number) => Layer.provideMerge(forgetfulSales, world(seed)),
  "a ledger that takes every reference for a new one": (seed: number) =>
    Layer.provideMerge(repeatingLedger, world(seed)),
  "fundings that take a reversal for a refund": (seed: number) => Layer.provideMerge(deafFundings, world(seed)),
  "withdrawals that let purchased credit out": (seed: number) => Layer.provideMerge(generousWithdrawals, world(seed)),
  "a ledger that rounds up": (seed: number) => Layer.provideMerge(roundingLedger, world(seed))
}

describe("the model", () => {
  for (const [name, faulty] of Object.entries(faults)) {
    it(`notices ${name}, and says how to see it again`, async () => {
      const failure = await runModel({ world: faulty, runs: 100, clients: 1, maxCommands: 60 }).catch((cause) => cause)
      assert.match(String(failure), /seed: -?\d+, path: "/)
    }, timeout)
  }
})
