/** What is told of money from outside, and what that moves, in memory. Whoever calls this writes alone. */
import { identityReferenceOf } from "@ddd/core/accounts/IdentityCheck"
import { isExcludedAt } from "@ddd/core/money/Barring"
import type { ExcludedName, NameMatch, SharedNames } from "@ddd/core/money/BuyerNames"
import type { RecordedEvent } from "@ddd/core/money/ConcludeFundingEvent"
import { decidePurchase, type DecisionRefusal, type PurchaseDecision, whyOpen } from "@ddd/core/money/DecidePurchase"
import { depositMoney, purchaseMoney } from "@ddd/core/money/FourEyes"
import { type Funding, type FundingEvent, isOpen } from "@ddd/core/money/Funding"
import { canonicalReference } from "@ddd/core/money/FundingReference"
import { type FundingMove, moveFunding, type MoveRefusal } from "@ddd/core/money/MoveFunding"
import {
  creditWaiting as decideWaiting,
  type DueFundingStep,
  type FundingDecision,
  type FundingFacts,
  type FundingRefusal,
  namesToMatch,
  recordFunding
} from "@ddd/core/money/RecordFunding"
import { type Chargeback, emptyWallet } from "@ddd/core/money/Wallet"
import { erasableStates } from "@ddd/core/money/WebhookEvent"
import { namesBarredUntil } from "@ddd/core/play/Exclusion"
import type { ApprovalRequired } from "@ddd/core/ports/ApprovalRequired"
import { isUuid, type UserId, userId } from "@ddd/core/values/Ids"
import { instant } from "@ddd/core/values/Instant"
import type { NewOperatorEntry } from "@ddd/core/values/OperatorAct"
import { Result } from "effect"
import type { TransactionRow } from "../../audit/Rows.ts"
import type { Gate } from "../operators/ApprovalSteps.ts"
import { writeEntry } from "../operators/OperatorLogMemory.ts"
import { getOrPut, type Store } from "../Store.ts"
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

/** Those of some names by which a store knows, or knew, a player whose exclusion runs. */
const excludedNamesOf = (store: Stored, names: ReadonlyArray<string>): ReadonlyArray<ExcludedName> => {
  const now = store.now()
  const living = matchesOf(store, names).filter((match) =>
    isExcludedAt(store.wallets.get(match.userId) ?? emptyWallet, now)
  )
  const gone = names.filter((name) => (store.excludedNames.get(`buyer\n${name}`)?.until ?? now) > now)
  return [...living.map(({ name, userId }) => ({ name, userId })), ...gone.map((name) => ({ name, userId: null }))]
}

/** Keeps a name barred that a player loses who is barred. */
export const barName = (store: Stored, player: UserId, kind: "buyer" | "mailbox", name: string): void => {
  const until = namesBarredUntil(store.wallets.get(player) ?? emptyWallet, store.now())
  if (until === null) return
  const key = `${kind}\n${name}`
  store.excludedNames.set(key, {
    until: instant(Math.max(until, store.excludedNames.get(key)?.until ?? until)),
    userId: store.users.get(player)?.erasedAt === null ? player : null
  })
}

/** Keeps names barred that a player lost, for as long as what bars the player was made longer. */
export const keepNamesBarred = (store: Stored, player: UserId): void => {
  const now = store.now()
  const until = namesBarredUntil(store.wallets.get(player) ?? emptyWallet, now)
  for (const [key, name] of store.excludedNames) {
    if (until !== null && name.userId === player && name.until > now && name.until < until) {
      store.excludedNames.set(key, { ...name, until })
    }
  }
}

/** Forgets whose the barred names were, of a player who is erased. */
export const disownNames = (store: Stored, player: UserId): void => {
  for (const [key, name] of store.excludedNames) {
    if (name.userId === player) store.excludedNames.set(key, { ...name, userId: null })
  }
}

/** Marks what waits under names that have become known. */
export const matchPurchasesOf = (store: Stored, known: ReadonlyArray<string>): void => {
  for (const funding of store.fundings.values()) {
    if (isOpen(funding) && funding.names.some((name) => known.includes(name))) {
      store.purchasesToMatch.add(funding.reference)
    }
  }
}

export const keepNames = (store: Stored, { names, userId }: SharedNames): void => {
  for (const name of names) store.buyerNames.set(name, userId)
  matchPurchasesOf(store, names)
}

/**
 * Removes by which names shops and the payout provider know a person, and the bodies of events that are about them: of their
 * fundings, or with such a name as a JSON text. An event that nobody has acted on yet keeps its body until then.
 */
export const forgetBuyer = (store: Stored, { email, id }: Pick<UserRow, "email" | "id">): void => {
  const fundings = [...store.fundings.values()].filter((funding) => funding.userId === id)
  const known = new Set([id, ...[...store.buyerNames].flatMap(([name, player]) => player === id ? [name] : [])])
  const names = [
    id,
    email,
    ...[...store.buyerNames].flatMap(([name, player]) => player === id ? [name] : []),
    ...fundings.flatMap((funding) => funding.names),
    ...[...store.payoutAccounts.values(), ...store.withdrawals.values()].flatMap(({ account, userId }) =>
      userId === id ? [account] : []
    )
  ].map((name) => JSON.stringify(name))
  const references = new Set<string | null>([...fundings.map(({ reference }) => reference), identityReferenceOf(id)])
  for (const event of store.webhookEvents.values()) {
    const isAbout = references.has(event.reference) || names.some((name) => event.body.includes(name))
    if (isAbout && erasableStates.includes(event.state)) store.webhookEvents.set(event.id, { ...event, body: "" })
  }
  store.payoutAccounts.delete(id)
  for (const [name, player] of store.buyerNames) {
    if (player !== id) continue
    barName(store, id, "buyer", name)
    store.buyerNames.delete(name)
  }
  for (const funding of fundings) store.fundings.set(funding.reference, { ...funding, names: [] })
  // what waits or is held is nobody's yet, and may name them: it stays for a person to decide about
  for (const funding of store.fundings.values()) {
    if (isOpen(funding) && funding.names.some((name) => known.has(name))) {
      store.fundings.set(funding.reference, { ...funding, names: [] })
    }
  }
}

/** What took a deposit back; null where nothing did. */
const chargebackOf = (store: Stored, player: UserId, reference: string): Chargeback | null =>
  store.transactions.get(player)?.find((row) => row.type === "chargeback" && row.referenceId === reference) ?? null

/** Concludes the events of a reference that waited. */
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

const storeFunding = (store: Stored, funding: Funding): void => {
  getOrPut(store.fundingsSince, funding.reference, store.now)
  store.fundings.set(funding.reference, funding)
  if (isOpen(funding) && matchesOf(store, funding.names).length > 0) store.purchasesToMatch.add(funding.reference)
}

/** Writes what a step moves. Gives the rows of the funding's own movements. */
const writeMove = (
  store: Stored,
  { cancellation, excess, funding, moved, waitingEvents }: FundingMove,
  player: UserId
): ReadonlyArray<TransactionRow> => {
  for (const conclusion of cancellation.canceled) writeConclusion(store, conclusion)
  storeFunding(store, funding)
  if (waitingEvents !== null) writeWaiting(store, funding.reference, waitingEvents)
  const rows = postMovements(store, player, moved, store.now())
  const [deposited] = rows
  if (excess !== null && deposited !== undefined) {
    store.depositExcesses.push({ ...excess, transactionId: deposited.id, at: store.now(), userId: player })
  }
  return rows
}

const decideMove = (store: Stored, funding: Funding, due: DueFundingStep) =>
  moveFunding(
    {
      wallet: store.wallets.get(due.userId) ?? null,
      isErased: (store.users.get(due.userId)?.erasedAt ?? null) !== null,
      unsent: unsentOf(store, due.userId),
      chargeback: chargebackOf(store, due.userId, funding.reference),
      now: store.now()
    },
    funding,
    due
  )

/** Writes what was decided of a funding, with what its step moves; or nothing, where that is refused. */
const write = (
  store: Stored,
  { due, funding, shared, waitingEvents }: FundingDecision
): Result.Result<Recorded, MoveRefusal> => {
  const move = due === null ? null : decideMove(store, funding, due)
  if (move !== null && Result.isFailure(move)) return Result.fail(move.failure)
  if (shared !== null) keepNames(store, shared)
  if (due === null || move === null) {
    storeFunding(store, funding)
    if (waitingEvents !== null) writeWaiting(store, funding.reference, waitingEvents)
    return Result.succeed({ funding, rows: [] })
  }
  return Result.succeed({ funding: move.success.funding, rows: writeMove(store, move.success, due.userId) })
}

const factsOf = (store: Stored, earlier: Funding | null, event: FundingEvent | null): FundingFacts => {
  const names = namesToMatch(earlier, event)
  return { earlier, matches: matchesOf(store, names), excludedNames: excludedNamesOf(store, names) }
}

/** Records an event, and does what it makes due. */
export const recordEvent = (
  store: Stored,
  event: FundingEvent
): Result.Result<Recorded & Pick<RecordedEvent, "earlier" | "openReason">, FundingRefusal | MoveRefusal> => {
  const earlier = store.fundings.get(canonicalReference(event.reference)) ?? null
  const facts = factsOf(store, earlier, event)
  const decision = recordFunding(facts, event)
  if (Result.isFailure(decision)) return Result.fail(decision.failure)
  return Result.map(write(store, decision.success), (written) => ({
    ...written,
    earlier,
    openReason: whyOpen(written.funding, facts.matches)
  }))
}

/** Asks before a deposit is credited that our own machines tell of: what waits; null where nothing has to, or it is refused anyway. */
export const holdDeposit = (store: Stored, event: FundingEvent, gate: Gate): ApprovalRequired | null => {
  const earlier = store.fundings.get(canonicalReference(event.reference)) ?? null
  const decision = recordFunding(factsOf(store, earlier, event), event)
  if (Result.isFailure(decision)) return null
  const { due, funding } = decision.success
  return due?.step === "credit" ? gate(depositMoney(funding.reference, due)) : null
}

/** Credits what waits under a reference that is marked; whether it was credited. One that is refused is marked behind all others. */
export const creditWaiting = (store: Stored, reference: string): boolean => {
  store.purchasesToMatch.delete(reference)
  const earlier = store.fundings.get(reference) ?? null
  const decision = decideWaiting(factsOf(store, earlier, null))
  if (decision === null) return false
  const written = write(store, decision)
  if (Result.isFailure(written)) store.purchasesToMatch.add(reference)
  return Result.isSuccess(written) && written.success.rows.length > 0
}

/** Carries a person's decision about an open purchase out. */
export const decideOpen = (
  store: Stored,
  reference: string,
  decided: PurchaseDecision,
  entryOf: (funding: Funding) => NewOperatorEntry,
  gate: Gate
): Result.Result<Recorded, DecisionRefusal | MoveRefusal | ApprovalRequired> => {
  const earlier = store.fundings.get(canonicalReference(reference)) ?? null
  const matches = matchesOf(store, decided._tag === "Credit" ? [decided.userId] : [])
  const decision = decidePurchase({ earlier, matches }, decided)
  if (Result.isFailure(decision)) return Result.fail(decision.failure)
  const { due, funding } = decision.success
  const waits = due === null ? null : gate(purchaseMoney(funding.reference, due))
  if (waits !== null) return Result.fail(waits)
  const written = write(store, decision.success)
  if (Result.isSuccess(written)) writeEntry(store, entryOf(funding))
  return written
}
