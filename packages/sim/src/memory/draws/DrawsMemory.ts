/** The draws, their records, and the steps of the clockwork, in memory. */
import { awaitedRounds } from "@ddd/core/draws/AwaitedRounds"
import { type Draw, isInHistory, onSale } from "@ddd/core/draws/Draw"
import { isUndecided, stepsAhead } from "@ddd/core/draws/DrawSteps"
import { decidePause } from "@ddd/core/draws/Pausing"
import { makeSeals } from "@ddd/core/draws/Seals"
import { Draws, type DueByClock, PauseRefused } from "@ddd/core/ports/Draws"
import type { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { Sealing } from "@ddd/core/ports/Sealing"
import type { SeedVault } from "@ddd/core/ports/SeedVault"
import { inclusionProof, root } from "@ddd/core/proof/Merkle"
import { encodeTicket } from "@ddd/core/proof/Proof"
import { fromHex, toHex } from "@ddd/core/values/Bytes"
import type { DrawId } from "@ddd/core/values/Ids"
import type { Instant } from "@ddd/core/values/Instant"
import { logged } from "@ddd/core/values/OperatorAct"
import { pageOf } from "@ddd/core/values/Page"
import { Effect, Layer, Result, Stream } from "effect"
import type { DrawRow, TicketRow } from "../../audit/Rows.ts"
import { writeEntry } from "../operators/OperatorLogMemory.ts"
import { Store } from "../Store.ts"
import { makeDrawSteps } from "./DrawSteps.ts"
import { asTicket } from "./TicketView.ts"

/** How many tickets of a bundle are handed over at a time. */
const chunkSize = 1000

export const layer: Layer.Layer<Draws, never, Store | Sealing | SeedVault | RecordSigner> = Layer.effect(
  Draws,
  Effect.gen(function*() {
    const store = yield* Store
    const sealing = yield* Sealing
    const steps = yield* makeDrawSteps
    const seals = makeSeals(sealing)
    const { sha256 } = sealing

    const ticketsIn = (id: DrawId): ReadonlyArray<TicketRow> => store.tickets.get(id) ?? []

    const winningTicket = ({ id, winningPosition }: DrawRow): TicketRow | null =>
      winningPosition === null ? null : ticketsIn(id)[winningPosition - 1] ?? null

    const chainOf = ({ beacon }: DrawRow) => steps.chains.named(beacon?.chainHash ?? null)

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
      drawAt: row.drawAt,
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

    const draws = (): ReadonlyArray<DrawRow> => [...store.draws.values()]

    /** Every step that is left to do at `clock`, or later, earliest first. */
    const ahead = (clock: Instant): ReadonlyArray<DueByClock> =>
      draws().flatMap((row) => stepsAhead(steps.stateOf(row), clock).map((step) => ({ drawId: row.id, ...step })))
        .sort((a, b) => a.dueAt - b.dueAt)

    return Draws.of({
      publishAhead: store.exclusive(steps.publishAhead),
      due: Effect.sync(() => {
        const clock = store.now()
        return ahead(clock).filter(({ dueAt }) => dueAt <= clock)
      }),
      nextDueAt: Effect.sync(() => {
        const clock = store.now()
        return ahead(clock).find(({ dueAt }) => dueAt > clock)?.dueAt ?? null
      }),
      perform: (due) => store.exclusive(steps.perform(due)),
      awaitedRounds: Effect.sync(() =>
        awaitedRounds(
          draws().map((row) => ({ ...steps.stateOf(row), beacon: row.beacon, chain: chainOf(row) })),
          store.now()
        )
      ),
      storeRound: (chainHash, round, signature) =>
        store.exclusive(Effect.sync(() => {
          const waiting = draws().filter((row) => {
            const draw = steps.stateOf(row)
            return isUndecided(draw) && draw.isRoundMissing && draw.chainHash === chainHash &&
              row.beacon?.round === round
          })
          for (const row of waiting) {
            store.draws.set(row.id, { ...row, beaconSignature: toHex(signature) })
            store.tell("Status", row.id)
          }
          return waiting.length
        })),

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
          const ended = daily().filter((draw) => isInHistory(draw, store.now()))
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
          const lines = chunksOf(tickets, chunkSize).map((chunk) => chunk.map(encodeTicket).join(""))
          return {
            drawId: id,
            notes: draw.notes,
            chain: chainOf(draw),
            beaconSignature: draw.beaconSignature,
            lines: Stream.fromIterable(lines)
          }
        }),
      chainFollowedAt: (chainHash) => Effect.sync(() => store.followedChains.get(chainHash) ?? null),
      voidedEarly: (id) => Effect.sync(() => store.earlyVoids.get(id) ?? null),

      setPaused: (id, paused, act) =>
        store.exclusive(Effect.suspend(() => {
          const row = store.draws.get(id)
          if (row === undefined) return Effect.succeed(false)
          const pausedAt = store.pausedDraws.get(id) ?? null
          const decided = decidePause({ draw: row, pausedAt, clock: store.now() }, paused)
          if (Result.isFailure(decided)) return Effect.fail(new PauseRefused({ refusal: decided.failure }))
          if (!decided.success) return Effect.succeed(false)
          if (paused) store.pausedDraws.set(id, store.now())
          else store.pausedDraws.delete(id)
          writeEntry(store, logged(act, "draw", id))
          return Effect.succeed(true)
        })),
      pausedAt: (id) => Effect.sync(() => store.pausedDraws.get(id) ?? null),

      ticketsOf: (userId, filter, { cursor, limit }) =>
        Effect.sync(() => {
          const own = [...store.tickets.values()].flat().filter((row) => row.userId === userId)
            .sort((a, b) => a.id < b.id ? 1 : -1)
            .map((row) => {
              const draw = store.draws.get(row.drawId)
              if (draw === undefined) throw new Error(`ticket ${row.ticketId} is in no draw`)
              return asTicket(row, draw, seals)
            })
            .filter((ticket) => filter.drawId === null || ticket.drawId === filter.drawId)
            .filter((ticket) => filter.status === null || ticket.status === filter.status)
            .filter((ticket) => cursor === null || ticket.id < cursor)
          return pageOf(own, limit, (ticket) => ticket.id)
        }),
      checkTicket: (ticketId, viewer) =>
        Effect.sync(() => {
          const ticket = store.ticketsById.get(ticketId)
          const draw = ticket === undefined ? undefined : store.draws.get(ticket.drawId)
          if (ticket === undefined || draw === undefined) return null
          const lobby = store.lobbies.get(draw.id)
          if (lobby !== undefined && !lobby.members.some(({ userId }) => userId === viewer)) return null
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
              seals.find(ticket.sealKeyId)?.verify(ticket, { ticketHash, ownerCommit }) === true,
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

const nodesOf =
  (tree: ReadonlyArray<ReadonlyArray<Uint8Array>>) =>
  ({ index, level }: { readonly level: number; readonly index: number }) => {
    const node = tree[level]?.[index]
    if (node === undefined) throw new RangeError(`no node ${index} at level ${level}`)
    return node
  }

const chunksOf = <A>(items: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
