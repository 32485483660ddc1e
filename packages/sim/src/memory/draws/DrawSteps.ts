/** The steps of a draw's life, in memory: what core decides, written. Each is part of an exclusive write. */
import { isRoundMissing } from "@ddd/core/draws/AwaitedRounds"
import { daysToPublish } from "@ddd/core/draws/Draw"
import type { DrawState } from "@ddd/core/draws/DrawState"
import { isDue } from "@ddd/core/draws/DrawSteps"
import { lockByClock, type Locked } from "@ddd/core/draws/Locking"
import { newDailyDraws, type NewDraw } from "@ddd/core/draws/Opening"
import { outcomeOf, resultOf, settle, settleableDraw, type SettledBy, usersToPay } from "@ddd/core/draws/Settlement"
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
import { zero } from "@ddd/core/money/Money"
import type { MovedTogether } from "@ddd/core/money/Wallet"
import { BeaconChains } from "@ddd/core/ports/BeaconChains"
import { type DueStep, StepFailed } from "@ddd/core/ports/Draws"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { RoomPrizeHold } from "@ddd/core/ports/RoomPrizeHold"
import { Sealing } from "@ddd/core/ports/Sealing"
import { type Seed, SeedVault } from "@ddd/core/ports/SeedVault"
import { emptyFrontier, nodeHash } from "@ddd/core/proof/Merkle"
import { textOf } from "@ddd/core/proof/Note"
import type { VoidReason, VoidRecord } from "@ddd/core/proof/Record"
import { fromHex } from "@ddd/core/values/Bytes"
import { type DrawId, drawId, type UserId } from "@ddd/core/values/Ids"
import { Effect, Redacted, Result } from "effect"
import { leafOf } from "../../audit/Leaves.ts"
import type { DrawRow, TicketRow, WalletRow } from "../../audit/Rows.ts"
import { addJob } from "../jobs/OutboxMemory.ts"
import { postMovements } from "../money/WalletMoves.ts"
import { Store } from "../Store.ts"
import { makeChains } from "./Chains.ts"

export const makeDrawSteps = Effect.gen(function*() {
  const store = yield* Store
  const { current, sha256 } = yield* Sealing
  const vault = yield* SeedVault
  const signer = yield* RecordSigner
  const chains = makeChains(store, sha256, yield* BeaconChains)
  const roomPrizeHoldMillis = yield* RoomPrizeHold

  const ticketsIn = (id: DrawId): ReadonlyArray<TicketRow> => store.tickets.get(id) ?? []

  const rowOf = (id: DrawId): DrawRow => {
    const row = store.draws.get(id)
    if (row === undefined) throw new Error(`there is no draw ${id}`)
    return row
  }

  const change = (id: DrawId, what: Partial<DrawRow>): void => {
    store.draws.set(id, { ...rowOf(id), ...what })
    store.tell("Status", id)
  }

  /** A draw as core decides about it, now. */
  const stateOf = (row: DrawRow): DrawState => {
    const { beaconSignature, closesAt, drawAt, frontier, id, kind, lastPurchasedAt, lockedAt, notes } = row
    const signature = beaconSignature === null ? null : fromHex(beaconSignature, 48)
    if (signature === undefined) throw new Error(`draw ${id} has no signature of a round`)
    return {
      id,
      kind,
      status: row.status,
      opensAt: row.opensAt,
      closesAt,
      lockedAt,
      drawAt,
      autoDrawAt: store.lobbies.get(id)?.autoDrawAt ?? null,
      hostGoneAt: store.lobbies.get(id)?.hostGoneAt ?? null,
      firstPurchasedAt: ticketsIn(id)[0]?.purchasedAt ?? null,
      isRoundMissing: isRoundMissing(row),
      isTiled: row.tiledAt !== null,
      voidBegunAt: row.beganVoid?.begunAt ?? null,
      clock: store.now(),
      openText: textOf(notes.open),
      lockText: notes.lock === null ? null : textOf(notes.lock),
      totalEntries: row.totalEntries,
      frontier,
      lastPurchasedAt,
      chainHash: row.beacon?.chainHash ?? null,
      beaconSignature: signature,
      voidText: row.beganVoid === null ? null : textOf(row.beganVoid.note),
      refundedEntries: row.beganVoid?.refundedEntries ?? 0
    }
  }

  /** Publishes a draw, with its seed sealed beside it. */
  const publish = Effect.fnUntraced(function*({ chain, record, status, text }: NewDraw, seed: Seed) {
    const id = record.draw
    chains.keep(chain)
    store.seeds.set(id, yield* vault.seal(id, seed))
    store.draws.set(id, {
      id,
      kind: record.kind,
      drawDate: record.date,
      status,
      prizePool: zero,
      totalEntries: 0,
      commitmentHash: record.commitment,
      opensAt: record.opens,
      closesAt: record.closes,
      lockedAt: null,
      drawAt: null,
      beacon: record.beacon,
      entriesRoot: null,
      seed: null,
      winningPosition: null,
      drawnAt: null,
      notes: { open: yield* signer.sign(text), lock: null, result: null },
      frontier: emptyFrontier,
      lastPurchasedAt: null,
      sealKeyId: current.keyId,
      beaconSignature: null,
      tiledAt: null,
      beganVoid: null
    })
    return id
  })

  const publishAhead = Effect.gen(function*() {
    const newest = [...store.draws.values()].findLast(({ kind }) => kind === "daily")
    const days = yield* Effect.forEach(
      daysToPublish(store.now(), newest?.drawDate ?? null),
      (day) => Effect.map(vault.generate, (seed) => ({ day: { ...day, id: drawId(store.newId()) }, seed }))
    )
    const draws = newDailyDraws(
      sha256,
      days.map(({ day, seed }) => ({ ...day, seed: Redacted.value(seed) })),
      newest === undefined ? null : textOf(newest.notes.open),
      chains.forNewDraws
    )
    const seeds = new Map(days.map(({ day, seed }) => [day.id, seed]))
    return yield* Effect.forEach(draws, (draw) => {
      const seed = seeds.get(draw.record.draw)
      if (seed === undefined) throw new Error("each day has a seed")
      return publish(draw, seed)
    })
  })

  const writeLock = Effect.fnUntraced(function*({ record, text }: Locked) {
    change(record.draw, {
      status: "locked",
      lockedAt: record.locked,
      drawAt: record.draws,
      beacon: record.beacon,
      entriesRoot: record.root,
      notes: { ...rowOf(record.draw).notes, lock: yield* signer.sign(text) }
    })
  })

  const tile = (id: DrawId): void => {
    const leaves = ticketsIn(id).map((ticket) => {
      const leaf = leafOf(sha256, ticket)
      if (leaf === undefined) throw new TypeError(`ticket ${ticket.ticketId} has no seal`)
      return leaf
    })
    store.trees.set(id, treeOf(sha256, leaves))
    store.draws.set(id, { ...rowOf(id), tiledAt: store.now() })
  }

  const openSeed = (id: DrawId) => {
    const sealed = store.seeds.get(id)
    if (sealed === undefined) throw new Error(`draw ${id} has no seed`)
    return Effect.map(vault.open(id, sealed), Redacted.value)
  }

  /** The seed of a draw that is about to be void; null where it cannot be opened. */
  const openSeedOrNull = (id: DrawId) => Effect.catchTag(openSeed(id), "SeedUnreadable", () => Effect.succeed(null))

  const walletsOf = (users: Iterable<UserId>): ReadonlyMap<UserId, WalletRow> =>
    new Map([...users].flatMap((user) => {
      const wallet = store.wallets.get(user)
      return wallet === undefined ? [] : [[user, wallet]]
    }))

  /** `locked → drawn`; false where it is not to be drawn (any more, or yet). */
  const settleDraw = Effect.fnUntraced(function*(row: DrawRow, by: SettledBy, due: DueStep) {
    const draw = settleableDraw(stateOf(row), by)
    if (draw === null) return false
    const seed = yield* Effect.mapError(
      openSeed(draw.id),
      (cause) => new StepFailed({ due, message: cause.message, cause })
    )
    const outcome = outcomeOf(
      sha256,
      draw.openText,
      draw.lockText,
      seed,
      draw.beaconSignature,
      chains.named(draw.chainHash)
    )
    const winner = outcome.winningPosition === null ? null : ticketsIn(draw.id)[outcome.winningPosition - 1] ?? null
    const wallets = walletsOf(usersToPay(winner))
    const { record, text } = resultOf(sha256, draw, seed, outcome, winner)
    const note = yield* signer.sign(text)
    const decided = settle({ draw, by, outcome, winner, wallets, roomPrizeHoldMillis })
    if (Result.isFailure(decided)) {
      return yield* new StepFailed({ due, message: "a wallet cannot hold what the draw pays" })
    }
    const settled = decided.success
    if (settled === null) return false
    for (const moves of settled.moves) postMovements(store, moves.userId, moves, settled.drawnAt)
    for (const { id, job } of settled.jobs) addJob(store, id, job)
    change(draw.id, {
      status: "drawn",
      seed: record.seed,
      winningPosition: record.winner?.position ?? null,
      drawnAt: settled.drawnAt,
      notes: { ...row.notes, result: note }
    })
    return true
  })

  const refundable = ({ ticketId, userId, walletSeq }: TicketRow) => {
    const paid = store.transactions.get(userId)?.[walletSeq - 1]
    if (paid === undefined) throw new Error(`ticket ${ticketId} was not paid`)
    return { ticketId, withdrawableDelta: paid.withdrawableDelta }
  }

  /** Pays tickets of a draw back. */
  const refund = Effect.fnUntraced(function*(draw: DrawState, paidBack: ReadonlyArray<TicketRow>) {
    const held = Map.groupBy(paidBack, ({ userId }) => userId)
    const wallets = walletsOf(held.keys())
    const refunds: Array<MovedTogether & { readonly userId: UserId }> = []
    for (const [userId, tickets] of held) {
      const wallet = wallets.get(userId)
      if (wallet === undefined) throw new Error("every user has a wallet")
      const moved = refundTickets(draw.id, userId, wallet, tickets.map(refundable))
      if (Result.isFailure(moved)) return yield* Effect.fail(moved.failure)
      refunds.push({ userId, ...moved.success })
    }
    for (const moves of refunds) postMovements(store, moves.userId, moves, draw.clock)
  })

  /** Makes a draw void whose tickets are paid back. */
  const publishVoid = ({ id, kind }: DrawState, record: VoidRecord, note: string): void => {
    const holders = [...new Set(ticketsIn(id).map(({ userId }) => userId))]
    const members = (store.lobbies.get(id)?.members ?? []).map(({ userId }) => userId)
    for (const userId of voidMailRecipients(kind, record.reason, { holders, members })) {
      const mail = voidMail({ id, kind }, userId)
      addJob(store, mail.id, mail.job)
    }
    change(id, { status: "void", seed: record.seed, notes: { ...rowOf(id).notes, result: note } })
  }

  /** Writes that a draw is void, whose `reason` was decided. */
  const writeVoid = Effect.fnUntraced(function*(row: DrawRow, reason: VoidReason, seed: Uint8Array | null) {
    const draw = stateOf(row)
    const { record, text } = declareVoid(sha256, draw, reason, seed)
    const note = yield* signer.sign(text)
    yield* refund(draw, ticketsIn(draw.id))
    publishVoid(draw, record, note)
  })

  const beginVoid = Effect.fnUntraced(function*(draw: DrawState, reason: VoidReason, seed: Uint8Array | null) {
    const note = yield* signer.sign(declareVoid(sha256, draw, reason, seed).text)
    store.draws.set(draw.id, {
      ...rowOf(draw.id),
      beganVoid: { begunAt: draw.clock, note, refundedEntries: 0 }
    })
  })

  const voidByStep = Effect.fnUntraced(function*(row: DrawRow, due: DueStep & VoidingStep) {
    const seed = yield* openSeedOrNull(row.id)
    const draw = stateOf(row)
    const reason = voidReason(due, draw, seed)
    if (reason === null) return false
    if (isVoidedInSteps(draw)) yield* beginVoid(draw, reason, seed)
    else yield* writeVoid(row, reason, seed).pipe(orUnpayable(due))
    const by = voidedBy(due)
    if (by !== null) store.earlyVoids.set(row.id, { by, at: store.now() })
    return true
  })

  /** Does the next step of a void that has begun; false where none is left. */
  const refundNext = Effect.fnUntraced(function*(row: DrawRow, due: DueStep) {
    const { beganVoid, id } = row
    const draw = stateOf(row)
    const next = refundStep(draw)
    if (next === null || beganVoid === null) return false
    if (next._tag === "End") {
      publishVoid(draw, next.record, beganVoid.note)
      return true
    }
    yield* refund(draw, ticketsIn(id).slice(next.first - 1, next.last)).pipe(orUnpayable(due))
    store.draws.set(id, { ...rowOf(id), beganVoid: { ...beganVoid, refundedEntries: next.last } })
    return true
  })

  /** Does a step of the clockwork; false where there is nothing to do (any more, or yet). */
  const perform = Effect.fnUntraced(function*(due: DueStep) {
    const row = store.draws.get(due.drawId)
    if (row === undefined) return false
    const draw = stateOf(row)
    switch (due.step) {
      case "open":
        if (!isDue("open", draw, draw.clock)) return false
        change(draw.id, { status: "open" })
        return true
      case "lock": {
        const locked = lockByClock(sha256, draw)
        if (locked === null) return false
        yield* writeLock(locked)
        return true
      }
      case "tile":
        if (!isDue("tile", draw, draw.clock)) return false
        tile(draw.id)
        return true
      case "settle":
        return yield* settleDraw(row, "clockwork", due)
      case "expire":
      case "abandon":
        return yield* voidByStep(row, due)
      case "refund":
        return yield* refundNext(row, due)
    }
  })

  return { chains, openSeedOrNull, perform, publish, publishAhead, settleDraw, stateOf, writeLock, writeVoid }
})

const orUnpayable = (due: DueStep) =>
  Effect.mapError(() => new StepFailed({ due, message: "a wallet cannot hold what it is paid back" }))

/** The hashes of all complete subtrees, by level. */
const treeOf = (sha256: Sha256, leaves: ReadonlyArray<Uint8Array>): ReadonlyArray<ReadonlyArray<Uint8Array>> => {
  const levels = [leaves]
  for (let below = leaves; below.length > 1;) {
    const level: Array<Uint8Array> = []
    for (let i = 0; i + 1 < below.length; i += 2) level.push(nodeHash(sha256, below[i]!, below[i + 1]!))
    levels.push(level)
    below = level
  }
  return levels
}
