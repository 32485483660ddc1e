/** How a draw is declared void, in memory: at once, or in steps. Each is part of an exclusive write. */
import type { DrawState } from "@ddd/core/draws/DrawState"
import {
  declareVoid,
  isVoidedInSteps,
  refundStep,
  refundTickets,
  voidedBy,
  type VoidingStep,
  voidMail,
  voidMailRecipients,
  voidReason
} from "@ddd/core/draws/Voiding"
import type { Sha256 } from "@ddd/core/hash/Hash"
import type { MovedTogether } from "@ddd/core/money/Wallet"
import { type DueStep, StepFailed } from "@ddd/core/ports/Draws"
import type { RecordSigner } from "@ddd/core/ports/RecordSigner"
import type { VoidReason, VoidRecord } from "@ddd/core/proof/Record"
import type { DrawId, UserId } from "@ddd/core/values/Ids"
import { logged } from "@ddd/core/values/OperatorAct"
import { Effect, Result } from "effect"
import type { BeganVoid, DrawRow, TicketRow } from "../../audit/Rows.ts"
import { addJob } from "../jobs/OutboxMemory.ts"
import { postMovements } from "../money/WalletMoves.ts"
import { writeEntry } from "../operators/OperatorLogMemory.ts"
import type { Store } from "../Store.ts"

/** What it needs of the other steps. */
export interface VoidServices {
  readonly store: Store["Service"]
  readonly sha256: Sha256
  readonly signer: RecordSigner["Service"]
  /** A draw as core decides about it, now. */
  readonly stateOf: (row: DrawRow) => DrawState
  /** Changes a draw, and tells so. */
  readonly change: (id: DrawId, what: Partial<DrawRow>) => void
  /** The seed of a draw; null where it cannot be opened. */
  readonly openSeedOrNull: (id: DrawId) => Effect.Effect<Uint8Array | null>
}

const orUnpayable = (due: DueStep) =>
  Effect.mapError(() => new StepFailed({ due, message: "a wallet cannot hold what it is paid back" }))

export const makeVoids = ({ change, openSeedOrNull, sha256, signer, stateOf, store }: VoidServices) => {
  const ticketsIn = (id: DrawId): ReadonlyArray<TicketRow> => store.tickets.get(id) ?? []

  const refundable = ({ purchasedAt, ticketId, userId, walletSeq }: TicketRow) => {
    const paid = store.transactions.get(userId)?.[walletSeq - 1]
    if (paid === undefined) throw new Error(`ticket ${ticketId} was not paid`)
    return { ticketId, withdrawableDelta: paid.withdrawableDelta, purchasedAt }
  }

  /** Pays tickets of a draw back. */
  const refund = Effect.fnUntraced(function*(draw: DrawState, paidBack: ReadonlyArray<TicketRow>) {
    const held = Map.groupBy(paidBack, ({ userId }) => userId)
    const refunds: Array<MovedTogether & { readonly userId: UserId }> = []
    for (const [userId, tickets] of held) {
      const wallet = store.wallets.get(userId)
      if (wallet === undefined) throw new Error("every user has a wallet")
      const moved = refundTickets(draw.id, userId, wallet, tickets.map(refundable), draw.clock)
      if (Result.isFailure(moved)) return yield* Effect.fail(moved.failure)
      refunds.push({ userId, ...moved.success })
    }
    for (const moves of refunds) postMovements(store, moves.userId, moves, draw.clock)
  })

  /** Makes a draw void whose tickets are paid back. */
  const publishVoid = (row: DrawRow, record: VoidRecord, note: string): void => {
    const { id, kind, notes } = row
    const holders = [...new Set(ticketsIn(id).map(({ userId }) => userId))]
    const hostId = store.lobbies.get(id)?.hostId ?? null
    for (const userId of voidMailRecipients(record.reason, { holders, hostId })) {
      const mail = voidMail({ id, kind }, userId)
      addJob(store, mail.id, mail.job)
    }
    change(id, { status: "void", seed: record.seed, notes: { ...notes, result: note } })
  }

  /** Writes that a draw is void, whose `reason` was decided. */
  const writeVoid = Effect.fnUntraced(function*(row: DrawRow, reason: VoidReason, seed: Uint8Array | null) {
    const draw = stateOf(row)
    const { record, text } = declareVoid(sha256, draw, reason, seed)
    const note = yield* signer.sign(text)
    yield* refund(draw, ticketsIn(draw.id))
    publishVoid(row, record, note)
  })

  const keepVoid = (row: DrawRow, beganVoid: BeganVoid): void => {
    store.draws.set(row.id, { ...row, beganVoid })
  }

  const beginVoid = Effect.fnUntraced(function*(row: DrawRow, reason: VoidReason, seed: Uint8Array | null) {
    const draw = stateOf(row)
    const note = yield* signer.sign(declareVoid(sha256, draw, reason, seed).text)
    keepVoid(row, { begunAt: draw.clock, note, refundedEntries: 0 })
  })

  const voidByStep = Effect.fnUntraced(function*(row: DrawRow, due: DueStep & VoidingStep) {
    const seed = yield* openSeedOrNull(row.id)
    const draw = stateOf(row)
    const reason = voidReason(due, draw, seed)
    if (reason === null) return false
    if (isVoidedInSteps(draw)) yield* beginVoid(row, reason, seed)
    else yield* writeVoid(row, reason, seed).pipe(orUnpayable(due))
    const by = voidedBy(due)
    if (by !== null) {
      store.earlyVoids.set(row.id, { by: by.operator, at: store.now() })
      writeEntry(store, logged(by, "draw", row.id))
    }
    return true
  })

  /** Does the next step of a void that has begun; false where none is left. */
  const refundNext = Effect.fnUntraced(function*(row: DrawRow, due: DueStep) {
    const { beganVoid, id } = row
    const draw = stateOf(row)
    const next = refundStep(draw)
    if (next === null || beganVoid === null) return false
    if (next._tag === "End") {
      publishVoid(row, next.record, beganVoid.note)
      return true
    }
    yield* refund(draw, ticketsIn(id).slice(next.first - 1, next.last)).pipe(orUnpayable(due))
    keepVoid(row, { ...beganVoid, refundedEntries: next.last })
    return true
  })

  return { refundNext, voidByStep, writeVoid }
}
