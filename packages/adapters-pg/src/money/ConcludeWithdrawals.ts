/** Writes what became known of a withdrawal, or was decided about it, as a step of a transaction: wallet first, then the withdrawal's row. */
import { type ConcludeFacts, concludeResolution, type Conclusion } from "@ddd/core/money/ConcludeWithdrawal"
import { givenBack } from "@ddd/core/money/FourEyes"
import { sentWithdrawal } from "@ddd/core/money/LostWithdrawal"
import { hasNews, type Withdrawal } from "@ddd/core/money/Withdrawal"
import type { Resolution } from "@ddd/core/money/WithdrawalResolution"
import type { AcknowledgedService } from "@ddd/core/ports/Acknowledged"
import type { Reported } from "@ddd/core/ports/Withdrawals"
import { userId } from "@ddd/core/values/Ids"
import type { NewOperatorEntry } from "@ddd/core/values/OperatorAct"
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { afterCommit } from "../database/AfterCommit.ts"
import { type Gate, held } from "../operators/ApprovalRows.ts"
import { writeEntry } from "../operators/OperatorLogRows.ts"
import { lockAndReadWallet, lockToConclude, type WithdrawalServices, writeConclusion } from "./WithdrawalRows.ts"

/** What concluding needs. */
export interface ConcludingServices extends WithdrawalServices {
  readonly acknowledged: AcknowledgedService
}

/** Remembers outside what a provider may have been asked for: before it is asked, and once all of the money is back. */
export const rememberSent = (acknowledged: AcknowledgedService, withdrawal: Withdrawal): void => {
  const sent = sentWithdrawal(withdrawal)
  if (sent !== null) acknowledged.sent([sent])
}

/** What is written of an operator whose doing it is, if it changes the withdrawal; null where it is nobody's. */
type EntryOf = ((withdrawal: Withdrawal) => NewOperatorEntry) | null

/** Locks the wallet of a withdrawal and then its row, and reads both; null where there is none. */
const lockFacts = Effect.fnUntraced(function*(sql: PgClient.PgClient, id: string) {
  const [owner] = yield* sql<{ readonly user_id: string }>`SELECT user_id FROM withdrawals WHERE id = ${id}::uuid`
  const wallet = owner === undefined ? null : yield* lockAndReadWallet(sql, userId(owner.user_id))
  const stored = wallet === null ? null : yield* lockToConclude(sql, id)
  return wallet === null || stored === null ? null : { ...stored, wallet } satisfies ConcludeFacts
})

const writeConcluded = Effect.fnUntraced(function*(
  services: ConcludingServices,
  facts: ConcludeFacts,
  conclusion: Conclusion,
  entryOf: EntryOf
) {
  yield* writeConclusion(services, conclusion, facts.now)
  const [before, after] = [facts.withdrawal, conclusion.withdrawal]
  if (after.status !== before.status) yield* afterCommit(() => rememberSent(services.acknowledged, after))
  if (entryOf !== null && hasNews(before, after)) yield* writeEntry(services, entryOf(before))
  return { before, after } satisfies Reported
})

/** Writes what is concluded; null where there is no such withdrawal. */
export const conclude = Effect.fnUntraced(function*(
  services: ConcludingServices,
  id: string,
  decide: (facts: ConcludeFacts) => Conclusion,
  entryOf: EntryOf
) {
  const facts = yield* lockFacts(services.sql, id)
  return facts === null ? null : yield* writeConcluded(services, facts, decide(facts), entryOf)
})

/**
 * Carries a person's decision out; null where the withdrawal is not held, or it does not apply. Money that comes back by it waits where `gate`
 * says so.
 */
export const resolveHeld = Effect.fnUntraced(function*(
  services: ConcludingServices,
  id: string,
  resolution: Resolution,
  entryOf: EntryOf,
  gate: Gate
) {
  const facts = yield* lockFacts(services.sql, id)
  const conclusion = facts === null ? null : concludeResolution(facts, resolution)
  if (facts === null || conclusion === null) return held(null)
  const money = givenBack(facts.withdrawal, resolution)
  const waits = money === null ? null : yield* gate(money)
  return waits ?? held((yield* writeConcluded(services, facts, conclusion, entryOf)).after)
})
