/**
 * The ticket tree cut into tiles (c2sp.org/tlog-tiles): what is stored of a locked draw, so that an inclusion proof reads a
 * few rows instead of every ticket.
 *
 * A tile of level L holds up to 256 hashes side by side, each the root over 256^L leaves; a hash stands in level L + 1 only
 * once its tile in level L is full.
 */
import type { Sha256 } from "../hash/Hash.ts"
import { append, emptyFrontier, inclusionPath, inclusionProof, type NodeId, root } from "./Merkle.ts"

/** The levels of the tree that one tile spans. */
const tileHeight = 8
/** The hashes in a full tile. */
const tileWidth = 256

/** A tile's place; `width` is the number of hashes it has in the tree at hand, 1 to 256. */
export interface TileId {
  readonly level: number
  readonly index: number
  readonly width: number
}

/** A tile: `width` hashes of 32 bytes, joined. */
export interface Tile extends TileId {
  readonly hashes: Uint8Array
}

const hashesOf = (bytes: Uint8Array, from: number, count: number): ReadonlyArray<Uint8Array> =>
  Array.from({ length: count }, (_, i) => bytes.subarray((from + i) * 32, (from + i + 1) * 32))

/**
 * Turns a stream of leaf hashes into tiles, in memory that grows with the logarithm of their number.
 *
 * `push` yields the full tiles that a leaf completes (mostly none), lower levels first; `finish` the partial ones.
 */
export interface Tiler {
  readonly push: (leaf: Uint8Array) => ReadonlyArray<Tile>
  readonly finish: () => ReadonlyArray<Tile>
}

export const makeTiler = (hash: Sha256): Tiler => {
  const open: Array<{ index: number; width: number; hashes: Uint8Array }> = []
  const none: ReadonlyArray<Tile> = []
  const push = (leaf: Uint8Array): ReadonlyArray<Tile> => {
    let full: Array<Tile> | undefined
    let node = leaf
    for (let level = 0;; level++) {
      const tile = open[level] ??= { index: 0, width: 0, hashes: new Uint8Array(tileWidth * 32) }
      tile.hashes.set(node, tile.width * 32)
      tile.width++
      if (tile.width < tileWidth) return full ?? none
      ;(full ??= []).push({ level, index: tile.index, width: tileWidth, hashes: tile.hashes })
      node = root(hash, append(hash, emptyFrontier, hashesOf(tile.hashes, 0, tileWidth)))
      open[level] = { index: tile.index + 1, width: 0, hashes: new Uint8Array(tileWidth * 32) }
    }
  }
  const finish = (): ReadonlyArray<Tile> =>
    open.flatMap(({ hashes, index, width }, level) =>
      width === 0 ? [] : [{ level, index, width, hashes: hashes.slice(0, width * 32) }]
    )
  return { push, finish }
}

/** The tile of a tree of `size` in which a node is found, and the hashes there that make it up. */
const locate = (
  size: number,
  node: NodeId
): { readonly tile: TileId; readonly from: number; readonly count: number } => {
  const level = Math.floor(node.level / tileHeight)
  const count = 2 ** (node.level % tileHeight)
  const first = node.index * count
  const index = Math.floor(first / tileWidth)
  const width = Math.min(tileWidth, Math.floor(size / tileWidth ** level) - index * tileWidth)
  return { tile: { level, index, width }, from: first - index * tileWidth, count }
}

/** The tiles that the inclusion proof of leaf `index` in a tree of `size` reads, each once. Throws as `inclusionPath`. */
export const tilesForInclusion = (index: number, size: number): ReadonlyArray<TileId> => {
  const tiles = new Map<string, TileId>()
  for (const node of inclusionPath(index, size).flat()) {
    const { tile } = locate(size, node)
    tiles.set(`${tile.level}/${tile.index}`, tile)
  }
  return [...tiles.values()]
}

/**
 * The inclusion proof of leaf `index` in a tree of `size`, from tiles.
 *
 * `tile` yields the bytes of each tile that `tilesForInclusion` names. Throws `RangeError` where a tile is too short.
 */
export const inclusionFromTiles = (
  hash: Sha256,
  index: number,
  size: number,
  tile: (id: TileId) => Uint8Array
): ReadonlyArray<Uint8Array> =>
  inclusionProof(hash, index, size, (node) => {
    const { count, from, tile: id } = locate(size, node)
    const bytes = tile(id)
    if (bytes.length < (from + count) * 32) throw new RangeError(`tile ${id.level}/${id.index} is too short`)
    return root(hash, append(hash, emptyFrontier, hashesOf(bytes, from, count)))
  })
