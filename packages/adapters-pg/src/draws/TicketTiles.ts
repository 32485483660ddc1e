/**
 * The tickets of a locked draw, read in order; the tiles of their tree, and inclusion proofs from them.
 *
 * Everything here reads rows that no longer change, page by page, so that ten million tickets take the memory of a page.
 */
import type { Sha256 } from "@ddd/core/hash/Hash"
import { makeLeafComposer } from "@ddd/core/proof/Leaf"
import { inclusionFromTiles, makeTiler, type Tile, tilesForInclusion } from "@ddd/core/proof/Tiles"
import { fromHex, toHex, utf8Bytes } from "@ddd/core/values/Bytes"
import type { DrawId, Position } from "@ddd/core/values/Ids"
import type { PgClient } from "@effect/sql-pg"
import { Effect, Option, Stream } from "effect"
import { instantOf } from "../database/Rows.ts"

/** What of a ticket enters the tree. */
export interface LeafRow {
  readonly position: Position
  readonly ticket_id: string
  readonly ticket_hash: string
  readonly owner_commit: Uint8Array
  readonly created_at: Date
}

const pageSize = 5_000
/** Tickets of a bundle that are sent at a time: some hundred KiB. */
const linesAtOnce = 4_000

/** The tickets of a draw in the order of positions, a page at a time. */
const ticketPages = (sql: PgClient.PgClient, drawId: DrawId) =>
  Stream.paginate(0, (after: number) =>
    Effect.map(
      sql<LeafRow>`
        SELECT position, ticket_id, ticket_hash, owner_commit, created_at FROM tickets
        WHERE draw_id = ${drawId}::uuid AND position > ${after} ORDER BY position LIMIT ${pageSize}`,
      (rows) => [[rows], rows.length < pageSize ? Option.none() : Option.some(after + pageSize)] as const
    ))

interface LinesRow {
  readonly lines: string | null
  readonly count: number
}

/**
 * The lines of a draw's tickets in its bundle, as `encodeTicket` spells them, some thousand at a time. PostgreSQL puts them together, so
 * that they need not be read ticket by ticket; the next ones while these are sent.
 */
export const ticketLines = (sql: PgClient.PgClient, drawId: DrawId) =>
  Stream.paginate(0, (after: number) =>
    Effect.map(
      sql<LinesRow>`
        SELECT string_agg('["' || ticket_id || '","' || ticket_hash || '","' || encode(owner_commit, 'hex') || '","' ||
            to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || E'"]\\n', '' ORDER BY position) AS lines,
          count(*)::int AS count
        FROM (
          SELECT position, ticket_id, ticket_hash, owner_commit, created_at FROM tickets
          WHERE draw_id = ${drawId}::uuid AND position > ${after} ORDER BY position LIMIT ${linesAtOnce}
        ) page`,
      ([row]) =>
        [
          row === undefined || row.lines === null ? [] : [row.lines],
          (row?.count ?? 0) < linesAtOnce ? Option.none() : Option.some(after + linesAtOnce)
        ] as const
    )).pipe(Stream.buffer({ capacity: 1 }))

/** The leaf hashes of a draw's tickets. */
const makeLeafHash = (hash: Sha256, drawId: DrawId) => {
  const leaf = makeLeafComposer(drawId)
  return (row: LeafRow): Uint8Array => {
    const ticketHash = fromHex(row.ticket_hash, 32)
    if (ticketHash === undefined) throw new TypeError(`the seal of ticket ${row.ticket_id} is malformed`)
    const id = utf8Bytes(row.ticket_id)
    leaf.body.set(id)
    leaf.body.set(ticketHash, id.length)
    leaf.body.set(row.owner_commit, id.length + 32)
    return hash(leaf.compose(row.position, id.length, instantOf(row.created_at)))
  }
}

const insertTiles = (sql: PgClient.PgClient, drawId: DrawId, tiles: ReadonlyArray<Tile>) =>
  tiles.length === 0 ? Effect.void : Effect.asVoid(sql`
    INSERT INTO tree_tiles (draw_id, level, index, hashes)
    SELECT ${drawId}::uuid, t.level, t.index, t.hashes
    FROM unnest(${tiles.map((tile) => tile.level)}::int[], ${tiles.map((tile) => tile.index)}::bigint[],
      ${tiles.map((tile) => tile.hashes)}::bytea[]) AS t (level, index, hashes)
    ON CONFLICT DO NOTHING`)

/** Writes the tiles of a draw's tree. Done twice, or by two nodes at once, it writes the same tiles once. */
export const tileDraw = Effect.fnUntraced(
  function*(sql: PgClient.PgClient, hash: Sha256, drawId: DrawId, entries: number) {
    const tiler = makeTiler(hash)
    const leafHash = makeLeafHash(hash, drawId)
    let read = 0
    yield* Stream.runForEach(ticketPages(sql, drawId), (rows) => {
      read += rows.length
      return insertTiles(sql, drawId, rows.flatMap((row) => tiler.push(leafHash(row))))
    })
    if (read !== entries) {
      return yield* Effect.die(new Error(`draw ${drawId} has ${read} tickets, and its record says ${entries}`))
    }
    yield* insertTiles(sql, drawId, tiler.finish())
  }
)

interface TileRow {
  readonly level: number
  readonly index: bigint
  readonly hashes: Uint8Array
}

/** The inclusion proof of a ticket in a draw whose tiles stand: hashes in hex, from the leaf up. */
export const inclusionOf = Effect.fnUntraced(
  function*(sql: PgClient.PgClient, hash: Sha256, drawId: DrawId, position: Position, entries: number) {
    const wanted = tilesForInclusion(position - 1, entries)
    const rows = wanted.length === 0 ? [] : yield* sql<TileRow>`
      SELECT t.level, t.index, t.hashes
      FROM unnest(${wanted.map((tile) => tile.level)}::int[], ${wanted.map((tile) => tile.index)}::bigint[])
        AS w (level, index)
      JOIN tree_tiles t ON t.draw_id = ${drawId}::uuid AND t.level = w.level AND t.index = w.index`
    const tiles = new Map(rows.map((row) => [`${row.level}/${row.index}`, row.hashes]))
    return inclusionFromTiles(hash, position - 1, entries, ({ index, level }) => {
      const hashes = tiles.get(`${level}/${index}`)
      if (hashes === undefined) throw new Error(`tile ${level}/${index} of draw ${drawId} is missing`)
      return hashes
    }).map(toHex)
  }
)
