/** What is told of money from outside, and what that moves, in memory. Whoever calls this writes alone. */
import type { Funding, FundingEvent } from "@ddd/core/money/Funding"
import { canonicalReference } from "@ddd/core/money/FundingReference"
import {
  creditWaiting as decideWaiting,
  type DueFundingStep,
  type FundingDecision,
  type FundingFacts,
  type FundingMove,
  type FundingRefusal,
  moveFunding,
  type MoveRefusal,
  type NameMatch,
  namesToMatch,
  recordFunding,
  type SharedNames
} from "@ddd/core/money/RecordFunding"
import { erasableStates } from "@ddd/core/money/WebhookEvent"
import { isUuid, type UserId, userId } from "@ddd/core/values/Ids"
import { Result } from "effect"
import type { TransactionRow } from "../../audit/Rows.ts"
import type { Store } from "../Store.ts"
import type { UserRow } from "../StoredRows.ts"
import { postMovements } from "./WalletMoves.ts"
import { unsentOf, writeConclusion } from "./WithdrawalSteps.ts"

type Stored = Store["Service"]

/** The users for whom names stand. */
export const matchesOf = (store: Stored, names: ReadonlyArray<string>): ReadonlyArray<NameMatch> =>
  names.flatMap((name) => {
    const match = (userId: UserId | undefined, isId: boolean): ReadonlyArray<NameMatch> => {
      const user = userId === undefined ? undefined : store.users.get(userId)
      return user === undefined ? [] : [{ name, userId: user.id, isId, isErased: user.erasedAt !== null }]
    }
    return [...match(isUuid(name) ? userId(name) : undefined, true), ...match(store.buyerNames.get(name), false)]
  })

export const keepNames = (store: Stored, { names, userId }: SharedNames): void => {
  for (const name of names) store.buyerNames.set(name, userId)
}

/**
 * Removes by which names shops and the payout provider know a person, and the bodies of events that are about them: of their
 * fundings, or with such a name as a JSON text. An event that nobody has acted on yet keeps its body until then.
 */
export const forgetBuyer = (store: Stored, { email, id }: Pick<UserRow, "email" | "id">): void => {
  const fundings = [...store.fundings.values()].filter((funding) => funding.userId === id)
  const names = [
    id,
    email,
    ...[...store.buyerNames].flatMap(([name, player]) => player === id ? [name] : []),
    ...fundings.flatMap((funding) => funding.names),
    ...[...store.payoutAccounts.values(), ...store.withdrawals.values()].flatMap(({ account, userId }) =>
      userId === id ? [account] : []
    )
  ].map((name) => JSON.stringify(name))
  const references = new Set<string | null>(fundings.map(({ reference }) => reference))
  for (const event of store.webhookEvents.values()) {
    const isAbout = references.has(event.reference) || names.some((name) => event.body.includes(name))
    if (isAbout && erasableStates.includes(event.state)) store.webhookEvents.set(event.id, { ...event, body: "" })
  }
  store.payoutAccounts.delete(id)
  for (const [name, player] of store.buyerNames) {
    if (player === id) store.buyerNames.delete(name)
  }
  for (const funding of fundings) store.fundings.set(funding.reference, { ...funding, names: [] })
}

/** The id of the movement that took a deposit back; null where none did. */
const chargebackOf = (store: Stored, player: UserId, reference: string): string | null =>
  store.transactions.get(player)?.find((row) => row.type === "chargeback" && row.referenceId === reference)?.id ?? null

/** Concludes the events that told of a purchase whose buyer was unknown then. */
const writeWaiting = (
  store: Stored,
  reference: string,
  { from, outcome, state }: NonNullable<FundingMove["waitingEvents"]>
): void => {
  for (const event of store.webhookEvents.values()) {
    if (event.state !== from || event.reference !== reference) continue
    store.webhookEvents.set(event.id, { ...event, state, outcome, handledAt: store.now() })
  }
}

/** What was done about a funding. */
export interface Recorded {
  readonly funding: Funding
  /** The movements of the funding, oldest first. */
  readonly rows: ReadonlyArray<TransactionRow>
}

/** Writes what a step moves. Gives the rows of the funding's own movements. */
const writeMove = (
  store: Stored,
  { cancellation, funding, moved, waitingEvents }: FundingMove,
  player: UserId
): ReadonlyArray<TransactionRow> => {
  for (const conclusion of cancellation.canceled) writeConclusion(store, conclusion)
  store.fundings.set(funding.reference, funding)
  if (waitingEvents !== null) writeWaiting(store, funding.reference, waitingEvents)
  return postMovements(store, player, moved, store.now())
}

const decideMove = (store: Stored, funding: Funding, due: DueFundingStep) =>
  moveFunding(
    {
      wallet: store.wallets.get(due.userId) ?? null,
      isErased: (store.users.get(due.userId)?.erasedAt ?? null) !== null,
      unsent: unsentOf(store, due.userId),
      chargebackId: chargebackOf(store, due.userId, funding.reference),
      now: store.now()
    },
    funding,
    due
  )

/** Writes what was decided of a funding, with what its step moves; or nothing, where that is refused. */
const write = (store: Stored, { due, funding, shared }: FundingDecision): Result.Result<Recorded, MoveRefusal> => {
  const move = due === null ? null : decideMove(store, funding, due)
  if (move !== null && Result.isFailure(move)) return Result.fail(move.failure)
  if (shared !== null) keepNames(store, shared)
  if (due === null || move === null) {
    store.fundings.set(funding.reference, funding)
    return Result.succeed({ funding, rows: [] })
  }
  return Result.succeed({ funding: move.success.funding, rows: writeMove(store, move.success, due.userId) })
}

const factsOf = (store: Stored, reference: string, event: FundingEvent | null): FundingFacts => {
  const earlier = store.fundings.get(reference) ?? null
  return { earlier, matches: matchesOf(store, namesToMatch(earlier, event)) }
}

/** Records an event, and does what it makes due. */
export const recordEvent = (
  store: Stored,
  event: FundingEvent
): Result.Result<Recorded, FundingRefusal | MoveRefusal> => {
  const decision = recordFunding(factsOf(store, canonicalReference(event.reference), event), event)
  return Result.isFailure(decision) ? Result.fail(decision.failure) : write(store, decision.success)
}

/** Credits what waits under a reference; whether it was credited. */
export const creditWaiting = (store: Stored, reference: string): boolean => {
  const decision = decideWaiting(factsOf(store, reference, null))
  return decision !== null && Result.isSuccess(write(store, decision))
}
