/** What is heard of money from outside, and what that moves, in memory. Whoever calls this writes alone. */
import {
  applyEvent,
  contradicts,
  creditStatusAfter,
  emptyFunding,
  type Funding,
  type FundingEvent,
  stepDue
} from "@ddd/core/money/Funding"
import { canonicalReference, depositSource, reversalReference } from "@ddd/core/money/FundingReference"
import { chargeBack, deposit, type WalletRefusal } from "@ddd/core/money/Wallet"
import { FundingConflict } from "@ddd/core/ports/Fundings"
import { DepositRefused, UnknownUser } from "@ddd/core/ports/Ledger"
import { houseUserId, isUuid, type UserId, userId } from "@ddd/core/values/Ids"
import { Effect, Result } from "effect"
import type { TransactionRow } from "../audit/Rows.ts"
import type { Store } from "./Store.ts"
import type { UserRow } from "./StoredRows.ts"
import { postMovements } from "./WalletMoves.ts"
import { callOff, walletOf } from "./WithdrawalSteps.ts"

type Stored = Store["Service"]

/** Whether money can be credited to a user: neither to the house nor to who was erased. */
const isPlayer = (store: Stored, id: UserId): boolean => id !== houseUserId && store.users.get(id)?.erasedAt === null

const isId = (store: Stored, name: string): boolean => isUuid(name) && store.users.has(userId(name))

/** The player whom the first telling one of these names means: by their id, or as a shop knows them. */
export const playerNamed = (store: Stored, names: ReadonlyArray<string>): UserId | null => {
  for (const name of names) {
    if (isId(store, name) && isPlayer(store, userId(name))) return userId(name)
    const known = store.buyerNames.get(name)
    if (known !== undefined) return known
  }
  return null
}

/** Keeps by which names a shop knows a player; a name that was somebody's before stays theirs. */
export const keepNames = (store: Stored, player: UserId, names: ReadonlyArray<string>): void => {
  for (const name of names) {
    if (!isId(store, name) && !store.buyerNames.has(name)) store.buyerNames.set(name, player)
  }
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
    if (isAbout && event.state !== "received") store.webhookEvents.set(event.id, { ...event, body: "" })
  }
  store.payoutAccounts.delete(id)
  for (const [name, player] of store.buyerNames) {
    if (player === id) store.buyerNames.delete(name)
  }
  for (const funding of fundings) store.fundings.set(funding.reference, { ...funding, names: [] })
}

/** The movement that took a deposit back. */
const chargebackOf = (store: Stored, player: UserId, reference: string): TransactionRow => {
  const row = store.transactions.get(player)?.find(({ referenceId, type }) =>
    type === "chargeback" && referenceId === reference
  )
  if (row === undefined) throw new Error(`${reference} was taken back without a movement`)
  return row
}

/** Concludes the events that told of a purchase whose buyer was unknown then, now that it is credited. */
const concludeWaiting = (store: Stored, reference: string, player: UserId): void => {
  for (const event of store.webhookEvents.values()) {
    if (event.state !== "waiting" || event.reference !== reference) continue
    const outcome = `${reference}: credited to player ${player}, who was unknown when it came`
    store.webhookEvents.set(event.id, { ...event, state: "done", outcome, handledAt: store.now() })
  }
}

/** What was done about a funding. */
export interface StepTaken {
  readonly funding: Funding
  /** The movements of the funding, oldest first. */
  readonly rows: ReadonlyArray<TransactionRow>
}

/** Writes a funding down with what its marks ask for, if anything; or changes nothing, where the wallet cannot take it. */
export const takeStep = (store: Stored, funding: Funding): Result.Result<StepTaken, WalletRefusal> => {
  const { amount, names, reference, userId: player } = funding
  const step = stepDue(funding)
  if (step === null || player === null || amount === null) {
    store.fundings.set(reference, funding)
    if (player !== null) keepNames(store, player, names)
    return Result.succeed({ funding, rows: [] })
  }
  const source = depositSource(reference)
  if (step === "take back") callOff(store, player, amount, "called off: a deposit was refunded")
  const moved = step === "take back"
    ? Result.succeed(chargeBack(walletOf(store, player), player, amount, source, reference))
    : deposit(
      walletOf(store, player),
      player,
      amount,
      source,
      step === "credit" ? reference : reversalReference(chargebackOf(store, player, reference).id)
    )
  if (Result.isFailure(moved)) return Result.fail(moved.failure)
  const after: Funding = { ...funding, creditStatus: creditStatusAfter(step) }
  store.fundings.set(reference, after)
  if (step === "credit") concludeWaiting(store, reference, player)
  keepNames(store, player, names)
  return Result.succeed({ funding: after, rows: postMovements(store, player, moved.success, store.now()) })
}

/** A funding that was heard of, with its buyer where one of its names is a player by now. */
export const withBuyer = (store: Stored, funding: Funding): Funding => ({
  ...funding,
  userId: funding.userId ?? playerNamed(store, funding.names)
})

/** Records an event, and does what it makes due. */
export const recordEvent = (
  store: Stored,
  event: FundingEvent
): Effect.Effect<StepTaken, FundingConflict | UnknownUser | DepositRefused> =>
  Effect.gen(function*() {
    const reference = canonicalReference(event.reference)
    const earlier = store.fundings.get(reference) ?? emptyFunding(reference)
    if (event._tag === "Purchased") {
      const { amount, buyer } = event
      if (buyer._tag === "Player" && !isPlayer(store, buyer.userId)) {
        return yield* new UnknownUser({ userId: buyer.userId })
      }
      const player = buyer._tag === "Player" ? buyer.userId : playerNamed(store, buyer.names)
      if (contradicts(earlier, amount, player)) return yield* new FundingConflict({ reference, earlier })
    }
    const done = takeStep(store, withBuyer(store, applyEvent(earlier, event)))
    return Result.isFailure(done) ? yield* new DepositRefused({ refusal: done.failure }) : done.success
  })
