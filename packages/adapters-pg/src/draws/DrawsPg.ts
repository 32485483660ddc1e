/** The draws on PostgreSQL: what the public and the players read of them. Each step of the clockwork has a file beside this one. */
import { makeSeals } from "@ddd/core/draws/Seals"
import { Acknowledged } from "@ddd/core/ports/Acknowledged"
import { BeaconChains } from "@ddd/core/ports/BeaconChains"
import {
  Draws,
  type DueStep,
  type LastWinner,
  type ProofSource,
  StepFailed,
  type TicketCheck
} from "@ddd/core/ports/Draws"
import { Identifiers } from "@ddd/core/ports/Identifiers"
import { Outbox } from "@ddd/core/ports/Outbox"
import { PrizesAwaitIdentityFrom } from "@ddd/core/ports/PrizesAwaitIdentityFrom"
import { RecordSigner } from "@ddd/core/ports/RecordSigner"
import { RoomPrizeHold } from "@ddd/core/ports/RoomPrizeHold"
import { Sealing } from "@ddd/core/ports/Sealing"
import { SeedVault } from "@ddd/core/ports/SeedVault"
import { toHex } from "@ddd/core/values/Bytes"
import { type DrawId, drawId, type Position, userId } from "@ddd/core/values/Ids"
import { pageOf } from "@ddd/core/values/Page"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Stream } from "effect"
import { SqlError } from "effect/sql"
import { isUnavailable } from "../database/Failure.ts"
import {
  drawColumns,
  drawOf,
  type DrawRow,
  instantOf,
  notesOf,
  type NotesRow,
  type TicketRow
} from "../database/Rows.ts"
import { orUnavailable, transact } from "../database/Transaction.ts"
import { makeChains } from "./Chains.ts"
import { dueSteps, nextDueAt } from "./DueSteps.ts"
import { readEarlyVoid } from "./EarlyVoids.ts"
import { publishAhead } from "./Open.ts"
import { readPausedAt, setPaused } from "./Pause.ts"
import { performStep } from "./PerformStep.ts"
import { readAwaitedRounds, storeRound } from "./Rounds.ts"
import { readTicketsOf } from "./TicketsOfPlayer.ts"
import { inclusionOf, ticketLines } from "./TicketTiles.ts"

interface PublishedRow extends NotesRow {
  readonly beacon_chain: string | null
  readonly beacon_signature: Uint8Array | null
}

const make = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  const sealing = yield* Sealing
  const seals = makeSeals(sealing)
  const chains = makeChains(sql, sealing.sha256, yield* BeaconChains)
  const services = {
    sql,
    sealing,
    newId: (yield* Identifiers).newId,
    outbox: yield* Outbox,
    signer: yield* RecordSigner,
    vault: yield* SeedVault,
    acknowledged: yield* Acknowledged,
    chains,
    roomPrizeHold: yield* RoomPrizeHold,
    awaitIdentityFrom: yield* PrizesAwaitIdentityFrom
  }
  const columns = drawColumns(sql)

  const one = Effect.map((rows: ReadonlyArray<DrawRow>) => rows[0] === undefined ? null : drawOf(rows[0]))

  const notesRow = (id: DrawId) =>
    Effect.map(
      sql<PublishedRow>`
        SELECT open_note, lock_note, result_note, beacon_chain, beacon_signature FROM draws WHERE id = ${id}::uuid`,
      ([row]) => row
    )

  return Draws.of({
    publishAhead: orUnavailable(publishAhead(services)),
    due: orUnavailable(dueSteps(sql)),
    nextDueAt: orUnavailable(nextDueAt(sql)),

    // a database that is out of reach may be back for the next attempt; anything else is this step's own failure
    perform: Effect.fn("DrawsPg.perform")((due: DueStep) =>
      performStep(services, due).pipe(
        Effect.catchIf(
          (error) => SqlError.isSqlError(error) && !isUnavailable(error),
          (cause) => Effect.fail(new StepFailed({ due, message: `the database refused it: ${cause.message}`, cause }))
        ),
        orUnavailable
      )
    ),

    awaitedRounds: orUnavailable(readAwaitedRounds(sql, chains)),
    storeRound: Effect.fn("DrawsPg.storeRound")(
      (chainHash, round, signature) => storeRound(sql, chainHash, round, signature),
      orUnavailable
    ),

    current: orUnavailable(one(sql<DrawRow>`
      SELECT ${columns} FROM draws d, (SELECT app_now() AS clock) c
      WHERE d.draw_date = (c.clock AT TIME ZONE 'UTC')::date AND d.status IN ('scheduled', 'open')
        AND d.opens_at <= c.clock AND c.clock < d.closes_at`)),

    byId: Effect.fn("DrawsPg.byId")(
      (id) => one(sql<DrawRow>`SELECT ${columns} FROM draws d WHERE d.id = ${id}::uuid`),
      orUnavailable
    ),

    byDay: Effect.fn("DrawsPg.byDay")(
      (day) => one(sql<DrawRow>`SELECT ${columns} FROM draws d WHERE d.draw_date = ${day}::date`),
      orUnavailable
    ),

    history: Effect.fn("DrawsPg.history")(function*({ cursor, limit }) {
      const rows = yield* sql<DrawRow>`
        SELECT ${columns} FROM draws d
        WHERE d.draw_date < ${cursor ?? "infinity"}::date AND d.closes_at <= (SELECT app_now())
        ORDER BY d.draw_date DESC LIMIT ${limit + 1}`
      return pageOf(rows.map(drawOf), limit, (draw) => String(draw.drawDate))
    }, orUnavailable),

    lastWinner: orUnavailable(Effect.gen(function*(): Effect.fn.Return<LastWinner | null, SqlError.SqlError> {
      const [row] = yield* sql<DrawRow & { readonly username: string | null }>`
        SELECT ${columns}, (
          SELECT u.username FROM tickets w JOIN users u ON u.id = w.user_id
          WHERE w.draw_id = d.id AND w.position = d.winning_position AND u.erased_at IS NULL
        ) AS username
        FROM draws d WHERE d.draw_date IS NOT NULL AND d.status = 'drawn' ORDER BY d.draw_date DESC LIMIT 1`
      if (row === undefined) return null
      const draw = drawOf(row)
      const { winningPosition: position, winningTicketId } = draw
      return {
        draw,
        winner: position === null || winningTicketId === null
          ? null
          : { username: row.username, ticketId: winningTicketId, position, prizeAmount: draw.prizePool }
      }
    })),

    notes: Effect.fn("DrawsPg.notes")(function*(id) {
      const row = yield* notesRow(id)
      return row === undefined ? null : notesOf(row)
    }, orUnavailable),

    proof: Effect.fn("DrawsPg.proof")(function*(id) {
      const row = yield* notesRow(id)
      if (row === undefined) return null
      const notes = notesOf(row)
      return {
        drawId: id,
        notes,
        chain: yield* chains.named(row.beacon_chain),
        beaconSignature: row.beacon_signature === null ? null : toHex(row.beacon_signature),
        // before the lock a bundle has no tickets: they are still being sold
        lines: notes.lock === null ? Stream.empty : ticketLines(sql, id).pipe(
          Stream.catch((error) => Stream.fromEffect(orUnavailable(Effect.fail(error))))
        )
      } satisfies ProofSource
    }, orUnavailable),

    chainFollowedAt: Effect.fn("DrawsPg.chainFollowedAt")(function*(chainHash) {
      const [row] = yield* sql<{ readonly followed_at: Date }>`
        SELECT followed_at FROM followed_chains WHERE hash = ${chainHash}`
      return row === undefined ? null : instantOf(row.followed_at)
    }, orUnavailable),

    voidedEarly: Effect.fn("DrawsPg.voidedEarly")((id) => readEarlyVoid(sql, id), orUnavailable),

    setPaused: Effect.fn("DrawsPg.setPaused")(
      (id, paused, act) => setPaused(services, id, paused, act),
      transact(sql)
    ),
    pausedAt: Effect.fn("DrawsPg.pausedAt")((id) => readPausedAt(sql, id), orUnavailable),

    ticketsOf: Effect.fn("DrawsPg.ticketsOf")(
      (user, filter, page) => readTicketsOf(sql, seals, user, filter, page),
      orUnavailable
    ),

    checkTicket: Effect.fn("DrawsPg.checkTicket")(function*(publicId, viewer) {
      const [row] = yield* sql<TicketRow & { readonly entries_root: string | null; readonly entries: number | null }>`
        SELECT t.id, t.ticket_id, t.user_id, t.draw_id, d.draw_date, t.position, t.total_entries_at_purchase, t.ticket_hash,
          t.owner_commit, t.seal_key_id, t.created_at, d.entries_root,
          CASE WHEN d.tiled_at IS NOT NULL THEN d.total_entries END AS entries
        FROM tickets t JOIN draws d ON d.id = t.draw_id
        WHERE t.ticket_id = ${publicId} AND (d.kind = 'daily' OR EXISTS (
          SELECT FROM lobby_members m WHERE m.lobby_id = d.id AND m.user_id = ${viewer}::uuid))`
      if (row === undefined) return null
      const draw = drawId(row.draw_id)
      const position = row.position as Position
      const { entries, entries_root: rootHash } = row
      return {
        ticketId: publicId,
        drawId: draw,
        drawDate: row.draw_date,
        position,
        ticketHash: row.ticket_hash,
        sealValid: seals.sealerOf(row.seal_key_id).verify(
          {
            ticketId: publicId,
            drawId: draw,
            userId: userId(row.user_id),
            position,
            purchasedAt: instantOf(row.created_at)
          },
          { ticketHash: row.ticket_hash, ownerCommit: row.owner_commit }
        ),
        inclusion: entries === null || rootHash === null ? null : {
          leafIndex: position - 1,
          treeSize: entries,
          rootHash,
          proof: yield* inclusionOf(sql, sealing.sha256, draw, position, entries)
        }
      } satisfies TicketCheck
    }, orUnavailable)
  })
})

export const layer = Layer.effect(Draws, make)
