/**
 * The steps by which a draw is declared void: why nobody wins is published, the seed is revealed, and every ticket's price goes back to
 * its buyer, once. Of up to some hundreds of tickets all of it is one transaction; the void of a larger draw only begins here, and goes on
 * by `refundNext`.
 *
 * The record is signed before anything is locked. Wallets by ascending user id are locked first, then the draw, whose state is decided
 * upon (docs/design.md, "Money", lock order); where it says another record by then, all of it is done again.
 */
import type { DrawState } from "@ddd/core/draws/DrawState"
import {
  declareVoid,
  isLockedOtherwise,
  isVoidedInSteps,
  reasonOfBefore,
  voidedBy,
  type VoidingStep,
  voidReason
} from "@ddd/core/draws/Voiding"
import { textOf } from "@ddd/core/proof/Note"
import type { VoidReason } from "@ddd/core/proof/Record"
import type { DrawId } from "@ddd/core/values/Ids"
import { formatInstant } from "@ddd/core/values/Instant"
import type { OperatorAct } from "@ddd/core/values/OperatorAct"
import type { PgClient } from "@effect/sql-pg"
import { Data, Effect } from "effect"
import { inTransaction } from "../database/Transaction.ts"
import { insertEarlyVoid } from "./EarlyVoids.ts"
import { lostNote, signOnce } from "./LostRecords.ts"
import { lockDraw, readDraw } from "./ReadDraw.ts"
import { type LockedForRefund, lockForRefund, publishVoid, refund } from "./Refund.ts"
import { openSeed, StepImpossible, type StepServices } from "./StepServices.ts"

/** Somebody bought since the record was signed, or while the wallets of those who had were awaited: all of it is to be done again. */
class HoldersChanged extends Data.TaggedError("HoldersChanged") {}

/**
 * Locks the wallets of those who hold tickets in a draw, then the draw. `entries`: how many tickets it had before. Part of what
 * `retryVoid` retries.
 */
export const lockForVoid = Effect.fnUntraced(function*(sql: PgClient.PgClient, id: DrawId, entries: number) {
  // read before the draw is locked, since wallets come first; held against the draw once it is, when nobody buys any more
  const locked = yield* lockForRefund(sql, id, 1, entries)
  return locked.draw.totalEntries === entries ? locked : yield* new HoldersChanged()
})

/** Does again what signs a void record, then locks the draw by `lockForVoid` in a transaction, where somebody bought in between. */
export const retryVoid = (id: DrawId) => <A, E, R>(attempt: Effect.Effect<A, E | HoldersChanged, R>) =>
  attempt.pipe(
    Effect.retry({ while: (error) => error instanceof HoldersChanged, times: 10 }),
    Effect.catchIf(
      (error) => error instanceof HoldersChanged,
      () => Effect.fail(new StepImpossible({ message: `draw ${id} is being bought in too fast to be closed` }))
    )
  )

/** Signs what is published of a draw that is to be void, as it is before it is locked. */
export const signVoid = Effect.fnUntraced(function*(
  services: Pick<StepServices, "sealing" | "signer" | "sql">,
  draw: DrawState,
  reason: VoidReason,
  seed: Uint8Array | null
) {
  const { text } = declareVoid(services.sealing.sha256, draw, reason, seed)
  return { text, note: yield* signOnce(services, draw.id, "result", text) }
})

type Signed = Effect.Success<ReturnType<typeof signVoid>>

/** What is declared of a draw that is locked by now, if it is what was signed before. */
const declareSigned = Effect.fnUntraced(function*(
  { sealing }: StepServices,
  draw: DrawState,
  reason: VoidReason,
  seed: Uint8Array | null,
  signed: Signed
) {
  const { record, text } = declareVoid(sealing.sha256, draw, reason, seed)
  return text === signed.text ? record : yield* new HoldersChanged()
})

/** Pays every ticket of a draw back, and makes it void. Part of the transaction that has locked it, and decided so. */
export const writeVoid = Effect.fnUntraced(function*(
  services: StepServices,
  locked: LockedForRefund,
  reason: VoidReason,
  seed: Uint8Array | null,
  signed: Signed
) {
  const { draw, tickets } = locked
  const record = yield* declareSigned(services, draw, reason, seed, signed)
  if (tickets.length !== draw.totalEntries) {
    return yield* new StepImpossible({
      message: `draw ${draw.id} has ${draw.totalEntries} tickets, and ${tickets.length} could be paid back`
    })
  }
  yield* refund(services, locked)
  yield* publishVoid(services, draw, record, signed.note)
})

/** Begins the void of a draw: from here on nothing else can become of it. Part of the transaction that has locked it, and decided so. */
const beginVoid = Effect.fnUntraced(function*(
  services: StepServices,
  draw: DrawState,
  reason: VoidReason,
  seed: Uint8Array | null,
  signed: Signed
) {
  yield* declareSigned(services, draw, reason, seed, signed)
  yield* services.sql`
    UPDATE draws SET void_begun_at = ${formatInstant(draw.clock)}::timestamptz, void_note = ${signed.note}
    WHERE id = ${draw.id}::uuid`
})

/** The seed of a draw that is about to be void; null where it cannot be opened, which keeps nobody's money. */
export const openSeedOrNull = (services: StepServices, id: DrawId) =>
  Effect.catchTag(
    openSeed(services, id),
    "StepImpossible",
    (error) => Effect.as(Effect.logError(error.message, error.cause), null)
  )

/** Why a draw is declared void, decided by what is read of it; null where it is not. `seed` is null where it cannot be opened. */
type Decide = (draw: DrawState, seed: Uint8Array | null) => VoidReason | null

/** Declares a draw void where `decide` says so, now and once it is locked; of a large one it begins that. False where it does not. */
const voidWhere = (services: StepServices, id: DrawId, decide: Decide, by: OperatorAct | null = null) =>
  retryVoid(id)(Effect.gen(function*() {
    const { sql } = services
    const unlocked = yield* readDraw(sql, id)
    // neither its seed nor a wallet is touched of a draw that must wait still
    if (unlocked === undefined || decide(unlocked, null) === null) return false
    const seed = yield* openSeedOrNull(services, id)
    const found = decide(unlocked, seed)
    if (found === null) return false
    const signed = yield* signVoid(services, unlocked, found, seed)
    const begin = Effect.gen(function*() {
      const draw = yield* lockDraw(sql, id)
      const reason = draw === undefined ? null : decide(draw, seed)
      if (draw === undefined || reason === null) return false
      yield* insertEarlyVoid(services, draw, by)
      yield* beginVoid(services, draw, reason, seed, signed)
      return true
    })
    const voidAtOnce = Effect.gen(function*() {
      const locked = yield* lockForVoid(sql, id, unlocked.totalEntries)
      const reason = decide(locked.draw, seed)
      if (reason === null) return false
      yield* insertEarlyVoid(services, locked.draw, by)
      yield* writeVoid(services, locked, reason, seed, signed)
      return true
    })
    // the entries of a draw whose sales are over no longer change
    return yield* inTransaction(sql)(isVoidedInSteps(unlocked) ? begin : voidAtOnce)
  }))

/** Closes a room that nobody locked in time, or gives up a draw that cannot be decided; false where it is neither (any more, or yet). */
export const voidByStep = (services: StepServices, id: DrawId, due: VoidingStep) =>
  voidWhere(services, id, (draw, seed) => voidReason(due, draw, seed), voidedBy(due))

/** Gives up a day that was locked, with tickets that are lost, before a backup was put back; false where it is to be locked. */
export const voidLockedOtherwise = Effect.fnUntraced(function*(services: StepServices, id: DrawId) {
  const note = yield* lostNote(services, id, "lock")
  if (note === null) return false
  const { sha256 } = services.sealing
  return yield* voidWhere(services, id, (draw) => isLockedOtherwise(sha256, draw, textOf(note)) ? "deadline" : null)
})

/** Declares a draw void again that was void before a backup was put back; false of any other. */
export const voidAgain = Effect.fnUntraced(function*(services: StepServices, id: DrawId) {
  const note = yield* lostNote(services, id, "result")
  if (note === null) return false
  return yield* voidWhere(services, id, (draw) => reasonOfBefore(draw, textOf(note)))
})
