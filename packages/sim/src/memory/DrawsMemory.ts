/** The draws, their records, and the steps of the clockwork, in memory. There is no beacon. */
import { fromHex, toHex } from "@ddd/core/Bytes"
import { daysToPublish, type Draw, onSale } from "@ddd/core/Draw"
import type { Sha256 } from "@ddd/core/Hash"
import { type DrawId, drawId, houseUserId } from "@ddd/core/Ids"
import type { Instant } from "@ddd/core/Instant"
import { emptyFrontier, inclusionProof, nodeHash, root } from "@ddd/core/Merkle"
import { zero } from "@ddd/core/Money"
import { parseNote } from "@ddd/core/Note"
import { pageOf } from "@ddd/core/Page"
import { Draws, type DueStep, StepFailed } from "@ddd/core/ports/Draws"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { Sealing } from "@ddd/core/ports/Sealing"
import { type SealedSeed, SeedVault } from "@ddd/core/ports/SeedVault"
import { formatLock, formatOpen, formatResult } from "@ddd/core/Record"
import { lockDaily, openDaily, outcomeOf, resultRecord } from "@ddd/core/Settlement"
import { collectFee, isRefusal, winPrize } from "@ddd/core/Wallet"
import { Effect, Layer, Redacted, Stream } from "effect"
import { leafOf } from "../Leaves.ts"
import type { DrawRow, TicketRow } from "../Rows.ts"
import { makeSealers } from "../Sealers.ts"
import { addJob } from "./AccountSteps.ts"
import { postMovements, Store } from "./Store.ts"
import { asTicket } from "./TicketView.ts"

/** How many tickets of a bundle are handed over at a time. */
const chunkSize = 1000

export const layer: Layer.Layer<Draws, never, Store | Sealing | SeedVault | RecordSigner> = Layer.effect(
  Draws,
  Effect.gen(function*() {
    const store = yield* Store
    const sealing = yield* Sealing
    const vault = yield* SeedVault
    const signer = yield* RecordSigner
    const sealerOf = makeSealers(sealing)
    const { sha256 } = sealing

    const ticketsIn = (id: DrawId): ReadonlyArray<TicketRow> => store.tickets.get(id) ?? []

    const winningTicket = ({ id, winningPosition }: DrawRow): TicketRow | null =>
      winningPosition === null ? null : ticketsIn(id)[winningPosition - 1] ?? null

    /** What is public is listed one by one: what is added to a row stays private until it is listed too. */
    const asDraw = (row: DrawRow): Draw => ({
      id: row.id,
      kind: row.kind,
      drawDate: row.drawDate,
      status: row.status,
      prizePool: row.prizePool,
      totalEntries: row.totalEntries,
      commitmentHash: row.commitmentHash,
      opensAt: row.opensAt,
      closesAt: row.closesAt,
      lockedAt: row.lockedAt,
      drawsAt: row.drawsAt,
      beacon: row.beacon,
      entriesRoot: row.entriesRoot,
      seed: row.seed,
      winningPosition: row.winningPosition,
      winningTicketId: winningTicket(row)?.ticketId ?? null,
      drawnAt: row.drawnAt
    })

    /** Daily draws, newest first. */
    const daily = (): ReadonlyArray<DrawRow> =>
      [...store.draws.values()].filter((draw) => draw.kind === "daily").toReversed()

    const changed = (draw: DrawRow): void => {
      store.draws.set(draw.id, draw)
      store.tell("Status", draw.id)
    }

    const publishAhead = Effect.gen(function*() {
      const clock = store.now()
      let [newest] = daily()
      const made: Array<{ readonly draw: DrawRow; readonly sealed: SealedSeed }> = []
      for (const day of daysToPublish(clock, newest?.drawDate ?? null)) {
        const id = drawId(store.newId())
        const seed = yield* vault.generate
        const record = openDaily(sha256, {
          id,
          date: day.date,
          opens: day.opensAt,
          closes: day.closesAt,
          seed: Redacted.value(seed),
          chain: null,
          previous: newest === undefined ? null : textOf(newest.notes.open)
        })
        const sealed = yield* vault.seal(id, seed)
        newest = {
          id,
          kind: "daily",
          drawDate: day.date,
          status: "scheduled",
          prizePool: zero,
          totalEntries: 0,
          commitmentHash: record.commitment,
          opensAt: day.opensAt,
          closesAt: day.closesAt,
          lockedAt: null,
          drawsAt: null,
          beacon: record.beacon,
          entriesRoot: null,
          seed: null,
          winningPosition: null,
          drawnAt: null,
          notes: { open: yield* signer.sign(formatOpen(record)), lock: null, result: null },
          frontier: emptyFrontier,
          lastPurchasedAt: null,
          sealKeyId: sealing.current.keyId,
          beaconSignature: null,
          tiledAt: null
        }
        made.push({ draw: newest, sealed })
      }
      for (const { draw, sealed } of made) {
        store.draws.set(draw.id, draw)
        store.seeds.set(draw.id, sealed)
      }
      return made.map(({ draw }) => draw.id)
    })

    const open = (draw: DrawRow) => Effect.sync(() => changed({ ...draw, status: "open" }))

    const lock = Effect.fnUntraced(function*(draw: DrawRow, clock: Instant) {
      const record = lockDaily(sha256, textOf(draw.notes.open), {
        clock,
        lastPurchasedAt: draw.lastPurchasedAt,
        entries: draw.totalEntries,
        root: root(sha256, draw.frontier)
      })
      const note = yield* signer.sign(formatLock(record))
      changed({
        ...draw,
        status: "locked",
        lockedAt: record.locked,
        drawsAt: record.draws,
        entriesRoot: record.root,
        notes: { ...draw.notes, lock: note }
      })
    })

    const tile = (draw: DrawRow, clock: Instant) =>
      Effect.sync(() => {
        const leaves = ticketsIn(draw.id).map((ticket) => {
          const leaf = leafOf(sha256, ticket)
          if (leaf === undefined) throw new TypeError(`ticket ${ticket.ticketId} has no seal`)
          return leaf
        })
        store.trees.set(draw.id, treeOf(sha256, leaves))
        store.draws.set(draw.id, { ...draw, tiledAt: clock })
      })

    const settle = Effect.fnUntraced(function*(draw: DrawRow, clock: Instant, due: DueStep) {
      const sealed = store.seeds.get(draw.id)
      if (sealed === undefined || draw.notes.lock === null) {
        throw new Error(`draw ${draw.id} is locked without a seed or a record`)
      }
      const seed = Redacted.value(
        yield* Effect.mapError(
          vault.open(draw.id, sealed),
          (cause) => new StepFailed({ due, message: cause.message, cause })
        )
      )
      const lockText = textOf(draw.notes.lock)
      const outcome = outcomeOf(sha256, textOf(draw.notes.open), lockText, seed, null)
      const winner = outcome.winningPosition === null ? null : ticketsIn(draw.id)[outcome.winningPosition - 1] ?? null
      const record = resultRecord(sha256, lockText, seed, null, outcome, winner?.ticketId ?? null)
      const note = yield* signer.sign(formatResult(record))

      if (winner !== null) {
        const winnerWallet = store.wallets.get(winner.userId)
        const houseWallet = store.wallets.get(houseUserId)
        if (winnerWallet === undefined || houseWallet === undefined) throw new Error("every user has a wallet")
        const prize = winPrize(winnerWallet, winner.userId, outcome.prize, draw.id)
        const fee = collectFee(houseWallet, houseUserId, outcome.fee, draw.id)
        if (isRefusal(prize) || isRefusal(fee)) {
          return yield* new StepFailed({ due, message: "a wallet cannot hold what the draw pays" })
        }
        postMovements(store, winner.userId, prize, clock)
        postMovements(store, houseUserId, fee, clock)
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

    const perform = (asked: DueStep) =>
      Effect.gen(function*() {
        const clock = store.now()
        const draw = store.draws.get(asked.drawId)
        const due = draw === undefined ? undefined : stepsOf(draw).find(({ step }) => step === asked.step)
        if (draw === undefined || due === undefined || due.dueAt > clock) return false
        switch (due.step) {
          case "open":
            yield* open(draw)
            break
          case "lock":
            yield* lock(draw, clock)
            break
          case "tile":
            yield* tile(draw, clock)
            break
          case "settle":
            yield* settle(draw, clock, due)
        }
        return true
      })

    /** Every step that is left to do, now or later, earliest first. */
    const steps = (): ReadonlyArray<DueStep> =>
      [...store.draws.values()].flatMap(stepsOf).sort((a, b) => a.dueAt - b.dueAt)

    return Draws.of({
      publishAhead: store.exclusive(publishAhead),
      due: Effect.sync(() => steps().filter(({ dueAt }) => dueAt <= store.now())),
      nextDueAt: Effect.sync(() => steps().find(({ dueAt }) => dueAt > store.now())?.dueAt ?? null),
      perform: (due) => store.exclusive(perform(due)),

      current: Effect.sync(() => {
        const row = daily().find((draw) => onSale(draw, store.now()))
        return row === undefined ? null : asDraw(row)
      }),
      byId: (id) =>
        Effect.sync(() => {
          const row = store.draws.get(id)
          return row === undefined ? null : asDraw(row)
        }),
      byDay: (day) =>
        Effect.sync(() => {
          const row = daily().find((draw) => draw.drawDate === day)
          return row === undefined ? null : asDraw(row)
        }),
      history: ({ cursor, limit }) =>
        Effect.sync(() => {
          const ended = daily().filter((draw) => draw.status === "drawn" || draw.status === "void")
            .filter(({ drawDate }) => cursor === null || (drawDate !== null && drawDate < cursor))
          const page = pageOf(ended, limit, (draw) => draw.drawDate ?? "")
          return { ...page, items: page.items.map(asDraw) }
        }),
      lastWinner: Effect.sync(() => {
        const row = daily().find((draw) => draw.status === "drawn")
        if (row === undefined) return null
        const ticket = winningTicket(row)
        const buyer = ticket === null ? undefined : store.users.get(ticket.userId)
        return {
          draw: asDraw(row),
          winner: ticket === null ? null : {
            username: buyer === undefined || buyer.erasedAt !== null ? null : buyer.username,
            ticketId: ticket.ticketId,
            position: ticket.position,
            prizeAmount: row.prizePool
          }
        }
      }),
      notes: (id) => Effect.sync(() => store.draws.get(id)?.notes ?? null),
      proof: (id) =>
        Effect.sync(() => {
          const draw = store.draws.get(id)
          if (draw === undefined) return null
          const tickets = draw.notes.lock === null ? [] : ticketsIn(id)
          return { drawId: id, notes: draw.notes, tickets: Stream.fromIterable(chunksOf(tickets, chunkSize)) }
        }),

      ticketsOf: (userId, filter, { cursor, limit }) =>
        Effect.sync(() => {
          const own = [...store.tickets.values()].flat().filter((row) => row.userId === userId)
            .sort((a, b) => a.id < b.id ? 1 : -1)
            .map((row) => {
              const draw = store.draws.get(row.drawId)
              if (draw === undefined) throw new Error(`ticket ${row.ticketId} is in no draw`)
              return asTicket(row, draw, sealerOf)
            })
            .filter((ticket) => filter.drawId === null || ticket.drawId === filter.drawId)
            .filter((ticket) => filter.status === null || ticket.status === filter.status)
            .filter((ticket) => cursor === null || ticket.id < cursor)
          return pageOf(own, limit, (ticket) => ticket.id)
        }),
      checkTicket: (ticketId) =>
        Effect.sync(() => {
          const ticket = store.ticketsById.get(ticketId)
          const draw = ticket === undefined ? undefined : store.draws.get(ticket.drawId)
          if (ticket === undefined || draw?.kind !== "daily") return null
          const ownerCommit = fromHex(ticket.ownerCommit, 32)
          const { drawId, position, ticketHash } = ticket
          const tree = store.trees.get(drawId)
          return {
            ticketId,
            drawId,
            drawDate: draw.drawDate,
            position,
            ticketHash,
            sealValid: ownerCommit !== undefined &&
              sealerOf(ticket.sealKeyId)?.verify(ticket, { ticketHash, ownerCommit }) === true,
            inclusion: tree === undefined ? null : {
              leafIndex: position - 1,
              treeSize: draw.totalEntries,
              rootHash: toHex(root(sha256, draw.frontier)),
              proof: inclusionProof(sha256, position - 1, draw.totalEntries, nodesOf(tree)).map(toHex)
            }
          }
        })
    })
  })
)

/** What is left to do for a draw, now or later. Its outcome waits for its lock, not for its tiles. */
const stepsOf = (draw: DrawRow): ReadonlyArray<DueStep> => {
  const { closesAt, drawsAt, id, lockedAt, opensAt, status, tiledAt } = draw
  const steps: Array<DueStep> = []
  if (status === "scheduled") steps.push({ drawId: id, step: "open", dueAt: opensAt })
  if ((status === "scheduled" || status === "open") && closesAt !== null) {
    steps.push({ drawId: id, step: "lock", dueAt: closesAt })
  }
  if (lockedAt !== null && tiledAt === null) steps.push({ drawId: id, step: "tile", dueAt: lockedAt })
  if (status === "locked" && drawsAt !== null) steps.push({ drawId: id, step: "settle", dueAt: drawsAt })
  return steps
}

/** The text that a note of this program's own signs. */
const textOf = (note: string): string => {
  const parsed = parseNote(note)
  if (parsed === undefined) throw new TypeError("a stored note is not a signed note")
  return parsed.text
}

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

const nodesOf =
  (tree: ReadonlyArray<ReadonlyArray<Uint8Array>>) =>
  ({ index, level }: { readonly level: number; readonly index: number }) => {
    const node = tree[level]?.[index]
    if (node === undefined) throw new RangeError(`no node ${index} at level ${level}`)
    return node
  }

const chunksOf = <A>(items: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
