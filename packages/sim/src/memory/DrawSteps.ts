/** The steps of a draw's life, in memory: the clockwork's, and those that a room's host may do. */
import { daysToPublish, type VoidReason } from "@ddd/core/draws/Draw"
import { lockDaily } from "@ddd/core/draws/Locking"
import { openDaily } from "@ddd/core/draws/Opening"
import { outcomeOf, resultRecord } from "@ddd/core/draws/Settlement"
import { abandonAfterMillis, expireAfterMillis } from "@ddd/core/draws/Steps"
import { voidRecord } from "@ddd/core/draws/Voiding"
import type { Sha256 } from "@ddd/core/hash/Hash"
import { zero } from "@ddd/core/money/Money"
import { collectFee, type MovedTogether, refundTicket, type Wallet, winPrize } from "@ddd/core/money/Wallet"
import { BeaconChain } from "@ddd/core/ports/BeaconChain"
import { type DueStep, StepFailed } from "@ddd/core/ports/Draws"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { Sealing } from "@ddd/core/ports/Sealing"
import { type SealedSeed, type Seed, SeedVault } from "@ddd/core/ports/SeedVault"
import { emptyFrontier, nodeHash, root } from "@ddd/core/proof/Merkle"
import { textOf } from "@ddd/core/proof/Note"
import {
  formatLock,
  formatOpen,
  formatResult,
  formatVoid,
  type LockRecord,
  type OpenRecord
} from "@ddd/core/proof/Record"
import { fromHex } from "@ddd/core/values/Bytes"
import { type DrawId, drawId, houseUserId, type UserId } from "@ddd/core/values/Ids"
import { type Instant, instant } from "@ddd/core/values/Instant"
import { Effect, Redacted, Result } from "effect"
import { leafOf } from "../audit/Leaves.ts"
import type { DrawRow, TicketRow } from "../audit/Rows.ts"
import { addJob } from "./OutboxMemory.ts"
import { Store } from "./Store.ts"
import { postMovements } from "./WalletMoves.ts"

/** A draw that is ready to be published. */
export interface MadeDraw {
  readonly draw: DrawRow
  readonly sealed: SealedSeed
}

/** Whether a draw waits for a round of the beacon, which is not there yet. */
export const isRoundMissing = ({ beacon, beaconSignature }: DrawRow): boolean =>
  beacon !== null && beaconSignature === null

/** The steps. None of them asks whether it is time, and each is part of an exclusive write. */
export const makeDrawSteps = Effect.gen(function*() {
  const store = yield* Store
  const { current, sha256 } = yield* Sealing
  const vault = yield* SeedVault
  const signer = yield* RecordSigner
  const chain = yield* BeaconChain

  const ticketsIn = (id: DrawId): ReadonlyArray<TicketRow> => store.tickets.get(id) ?? []

  const changed = (draw: DrawRow): void => {
    store.draws.set(draw.id, draw)
    store.tell("Status", draw.id)
  }

  /** A draw of a new id and seed, not published yet. */
  const make = Effect.fnUntraced(function*(
    status: "scheduled" | "open",
    openRecord: (id: DrawId, seed: Uint8Array) => OpenRecord
  ): Effect.fn.Return<MadeDraw> {
    const id = drawId(store.newId())
    const seed: Seed = yield* vault.generate
    const record = openRecord(id, Redacted.value(seed))
    const sealed = yield* vault.seal(id, seed)
    const draw: DrawRow = {
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
      notes: { open: yield* signer.sign(formatOpen(record)), lock: null, result: null },
      frontier: emptyFrontier,
      lastPurchasedAt: null,
      sealKeyId: current.keyId,
      beaconSignature: null,
      tiledAt: null
    }
    return { draw, sealed }
  })

  const publish = ({ draw, sealed }: MadeDraw): void => {
    store.draws.set(draw.id, draw)
    store.seeds.set(draw.id, sealed)
  }

  const publishAhead = Effect.gen(function*() {
    let newest = [...store.draws.values()].findLast(({ kind }) => kind === "daily")
    const made: Array<MadeDraw> = []
    for (const day of daysToPublish(store.now(), newest?.drawDate ?? null)) {
      const previous = newest === undefined ? null : textOf(newest.notes.open)
      const next = yield* make("scheduled", (id, seed) =>
        openDaily(sha256, {
          id,
          date: day.date,
          opens: day.opensAt,
          closes: day.closesAt,
          seed,
          chain,
          previous
        }))
      newest = next.draw
      made.push(next)
    }
    made.forEach(publish)
    return made.map(({ draw }) => draw.id)
  })

  /** What a draw has sold, as its lock record says it. */
  const soldIn = (draw: DrawRow, clock: Instant) => ({
    clock,
    lastPurchasedAt: draw.lastPurchasedAt,
    entries: draw.totalEntries,
    root: root(sha256, draw.frontier)
  })

  const publishLockRecord = Effect.fnUntraced(function*(draw: DrawRow, record: LockRecord) {
    const note = yield* signer.sign(formatLock(record))
    changed({
      ...draw,
      status: "locked",
      lockedAt: record.locked,
      drawAt: record.draws,
      beacon: record.beacon,
      entriesRoot: record.root,
      notes: { ...draw.notes, lock: note }
    })
  })

  const tile = (draw: DrawRow, clock: Instant): void => {
    const leaves = ticketsIn(draw.id).map((ticket) => {
      const leaf = leafOf(sha256, ticket)
      if (leaf === undefined) throw new TypeError(`ticket ${ticket.ticketId} has no seal`)
      return leaf
    })
    store.trees.set(draw.id, treeOf(sha256, leaves))
    store.draws.set(draw.id, { ...draw, tiledAt: clock })
  }

  const openSeed = Effect.fnUntraced(function*(due: DueStep) {
    const sealed = store.seeds.get(due.drawId)
    if (sealed === undefined) throw new Error(`draw ${due.drawId} has no seed`)
    return Redacted.value(
      yield* Effect.mapError(
        vault.open(due.drawId, sealed),
        (cause) => new StepFailed({ due, message: cause.message, cause })
      )
    )
  })

  const walletOf = (userId: UserId): Wallet => {
    const wallet = store.wallets.get(userId)
    if (wallet === undefined) throw new Error("every user has a wallet")
    return wallet
  }

  const settle = Effect.fnUntraced(function*(draw: DrawRow, clock: Instant, due: DueStep) {
    if (draw.notes.lock === null) throw new Error(`draw ${draw.id} is locked without a record`)
    const signature = draw.beaconSignature === null ? null : fromHex(draw.beaconSignature, 48)
    if (signature === undefined) throw new Error(`draw ${draw.id} has no signature of a round`)
    const seed = yield* openSeed(due)
    const lockText = textOf(draw.notes.lock)
    const outcome = outcomeOf(sha256, textOf(draw.notes.open), lockText, seed, signature, chain)
    const winner = outcome.winningPosition === null ? null : ticketsIn(draw.id)[outcome.winningPosition - 1] ?? null
    const record = resultRecord(sha256, lockText, seed, signature, outcome, winner?.ticketId ?? null)
    const note = yield* signer.sign(formatResult(record))

    if (winner !== null) {
      const prize = winPrize(walletOf(winner.userId), winner.userId, outcome.prize, draw.id)
      const fee = collectFee(walletOf(houseUserId), houseUserId, outcome.fee, draw.id)
      if (Result.isFailure(prize) || Result.isFailure(fee)) {
        return yield* new StepFailed({ due, message: "a wallet cannot hold what the draw pays" })
      }
      postMovements(store, winner.userId, prize.success, clock)
      postMovements(store, houseUserId, fee.success, clock)
      addJob(store, `winner ${draw.id}`, { _tag: "MailWinner", userId: winner.userId, drawId: draw.id })
    }
    changed({
      ...draw,
      status: "drawn",
      seed: record.seed,
      winningPosition: outcome.winningPosition,
      drawnAt: clock,
      notes: { ...draw.notes, result: note }
    })
  })

  /** `→ void`: every ticket's price goes back, as it was split between credit and winnings. Who is concerned is told by mail. */
  const declareVoid = Effect.fnUntraced(function*(draw: DrawRow, clock: Instant, due: DueStep, reason: VoidReason) {
    const seed = yield* openSeed(due).pipe(Effect.catchTag("StepFailed", () => Effect.succeed(null)))
    const { lock, open } = draw.notes
    const lockText = lock === null ? null : textOf(lock)
    const record = voidRecord(sha256, textOf(open), lockText, reason, seed, draw.totalEntries)
    const note = yield* signer.sign(formatVoid(record))

    const wallets = new Map<UserId, Wallet>()
    const refunds: Array<MovedTogether & { readonly userId: UserId }> = []
    for (const { ticketId, userId, walletSeq } of ticketsIn(draw.id)) {
      const paid = store.transactions.get(userId)?.[walletSeq - 1]
      if (paid === undefined) throw new Error(`ticket ${ticketId} was not paid`)
      const wallet = wallets.get(userId) ?? walletOf(userId)
      const moved = refundTicket(wallet, userId, paid.withdrawableDelta, draw.id, ticketId)
      if (Result.isFailure(moved)) {
        return yield* new StepFailed({ due, message: "a wallet cannot hold what it is paid back" })
      }
      wallets.set(userId, moved.success.wallet)
      refunds.push({ userId, ...moved.success })
    }
    for (const refund of refunds) postMovements(store, refund.userId, refund, clock)
    const members = store.lobbies.get(draw.id)?.members.map(({ userId }) => userId)
    const _tag = members === undefined ? "MailDrawVoid" : "MailRoomClosed"
    for (const userId of members ?? wallets.keys()) {
      addJob(store, `closed ${draw.id} ${userId}`, { _tag, userId, drawId: draw.id })
    }
    changed({ ...draw, status: "void", seed: record.seed, notes: { ...draw.notes, result: note } })
  })

  /** What is left to do for a draw, now or later. Its outcome waits for its lock, not for its tiles. */
  const stepsOf = (draw: DrawRow): ReadonlyArray<DueStep> => {
    const { closesAt, drawAt, id, kind, lockedAt, opensAt, status, tiledAt } = draw
    const steps: Array<DueStep> = []
    if (status === "scheduled") steps.push({ drawId: id, step: "open", dueAt: opensAt })
    if ((status === "scheduled" || status === "open") && closesAt !== null) {
      steps.push({ drawId: id, step: "lock", dueAt: closesAt })
    }
    const [first] = ticketsIn(id)
    if (kind === "room" && status === "open" && first !== undefined) {
      steps.push({ drawId: id, step: "expire", dueAt: instant(first.purchasedAt + expireAfterMillis) })
    }
    if (lockedAt !== null && tiledAt === null) steps.push({ drawId: id, step: "tile", dueAt: lockedAt })
    // a room's host may come before the server
    const settlesAt = kind === "room" ? store.lobbies.get(id)?.autoDrawAt ?? null : drawAt
    if (status === "locked" && settlesAt !== null && !isRoundMissing(draw)) {
      steps.push({ drawId: id, step: "settle", dueAt: settlesAt })
    }
    return steps
  }

  /** Whether a draw may be abandoned. */
  const mayAbandon = Effect.fnUntraced(function*(draw: DrawRow, clock: Instant, due: DueStep) {
    const isOverdue = draw.status === "locked" && draw.drawAt !== null &&
      clock - draw.drawAt >= abandonAfterMillis
    if (!isOverdue || isRoundMissing(draw)) return isOverdue
    return yield* openSeed(due).pipe(Effect.as(false), Effect.catchTag("StepFailed", () => Effect.succeed(true)))
  })

  /** Does a step of the clockwork. */
  const perform = (draw: DrawRow, clock: Instant, due: DueStep): Effect.Effect<void, StepFailed> => {
    switch (due.step) {
      case "open":
        return Effect.sync(() => changed({ ...draw, status: "open" }))
      case "lock":
        return Effect.suspend(() =>
          publishLockRecord(draw, lockDaily(sha256, textOf(draw.notes.open), soldIn(draw, clock)))
        )
      case "tile":
        return Effect.sync(() => tile(draw, clock))
      case "settle":
        return settle(draw, clock, due)
      case "expire":
        return declareVoid(draw, clock, due, "deadline")
      case "abandon":
        return declareVoid(draw, clock, due, isRoundMissing(draw) ? "beacon" : "seed")
    }
  }

  return { declareVoid, make, mayAbandon, perform, publish, publishAhead, publishLockRecord, settle, soldIn, stepsOf }
})

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
