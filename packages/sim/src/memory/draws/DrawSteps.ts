/** The steps of a draw's life, in memory: what core decides, written. Each is part of an exclusive write. */
import { isRoundMissing } from "@ddd/core/draws/AwaitedRounds"
import { daysToPublish } from "@ddd/core/draws/Draw"
import type { DrawState } from "@ddd/core/draws/DrawState"
import { isDue } from "@ddd/core/draws/DrawSteps"
import { lockByClock, type Locked } from "@ddd/core/draws/Locking"
import { newDailyDraws, type NewDraw } from "@ddd/core/draws/Opening"
import { outcomeOf, resultOf, settle, settleableDraw, type SettledBy, usersToPay } from "@ddd/core/draws/Settlement"
import { zero } from "@ddd/core/money/Money"
import { BeaconChains } from "@ddd/core/ports/BeaconChains"
import { type DueStep, StepFailed } from "@ddd/core/ports/Draws"
import { PrizesAwaitIdentityFrom } from "@ddd/core/ports/PrizesAwaitIdentityFrom"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { RoomPrizeHold } from "@ddd/core/ports/RoomPrizeHold"
import { Sealing } from "@ddd/core/ports/Sealing"
import { type Seed, SeedVault } from "@ddd/core/ports/SeedVault"
import { emptyFrontier } from "@ddd/core/proof/Merkle"
import { textOf } from "@ddd/core/proof/Note"
import { fromHex } from "@ddd/core/values/Bytes"
import { type DrawId, drawId, type UserId } from "@ddd/core/values/Ids"
import { Effect, Redacted, Result } from "effect"
import { leafOf } from "../../audit/Leaves.ts"
import type { DrawRow, TicketRow, WalletRow } from "../../audit/Rows.ts"
import { addJob } from "../jobs/OutboxMemory.ts"
import { postMovements } from "../money/WalletMoves.ts"
import { addNotices } from "../push/Notices.ts"
import { Store } from "../Store.ts"
import { makeChains } from "./Chains.ts"
import { treeOf } from "./Trees.ts"
import { makeVoids } from "./Voids.ts"

export const makeDrawSteps = Effect.gen(function*() {
  const store = yield* Store
  const { current, sha256 } = yield* Sealing
  const vault = yield* SeedVault
  const signer = yield* RecordSigner
  const chains = makeChains(store, sha256, yield* BeaconChains)
  const roomPrizeHoldMillis = yield* RoomPrizeHold
  const awaitIdentityFrom = yield* PrizesAwaitIdentityFrom

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
      chainFollowedAt: store.followedChains.get(row.beacon?.chainHash ?? "") ?? null,
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
    chains.keepFollowed()
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
    const isWinnerVerified = winner !== null && store.users.get(winner.userId)?.kycStatus === "verified"
    const facts = { draw, by, outcome, winner, wallets, roomPrizeHoldMillis, awaitIdentityFrom, isWinnerVerified }
    const decided = settle(facts)
    if (Result.isFailure(decided)) {
      return yield* new StepFailed({ due, message: "a wallet cannot hold what the draw pays" })
    }
    const settled = decided.success
    if (settled === null) return false
    for (const moves of settled.moves) postMovements(store, moves.userId, moves, settled.drawnAt)
    for (const { id, job } of settled.jobs) addJob(store, id, job)
    addNotices(store, settled.notices)
    change(draw.id, {
      status: "drawn",
      seed: record.seed,
      winningPosition: record.winner?.position ?? null,
      drawnAt: settled.drawnAt,
      notes: { ...row.notes, result: note }
    })
    return true
  })

  const { refundNext, voidByStep, writeVoid } = makeVoids({ store, sha256, signer, stateOf, change, openSeedOrNull })

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
