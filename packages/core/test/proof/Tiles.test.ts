import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { append, emptyFrontier, leafHash, nodeHash, root, verifyInclusion } from "../../src/proof/Merkle.ts"
import { inclusionFromTiles, makeTiler, type Tile, tilesForInclusion } from "../../src/proof/Tiles.ts"
import { u64 } from "../../src/values/Bytes.ts"
import { nodeSha256 } from "../support/nodeSha256.ts"

const leaves = Array.from({ length: 70_000 }, (_, i) => leafHash(nodeSha256, u64(i)))

const tilesOf = (size: number): ReadonlyArray<Tile> => {
  const { finish, push } = makeTiler(nodeSha256)
  return [...leaves.slice(0, size).flatMap((leaf) => push(leaf)), ...finish()]
}

const rootOf = (size: number) => root(nodeSha256, append(nodeSha256, emptyFrontier, leaves.slice(0, size)))

/** The levels of the complete subtrees that so many leaves make up, largest first. */
const onesOf = (size: number): ReadonlyArray<number> =>
  Array.from({ length: 32 }, (_, i) => 31 - i).filter((level) => (size >>> level & 1) === 1)

describe("Tiles", () => {
  it("cuts 70,000 leaves as c2sp.org/tlog-tiles says", () => {
    const tiles = tilesOf(70_000)
    const of = (level: number, full: boolean) =>
      tiles.filter((tile) => tile.level === level && (tile.width === 256) === full).map(({ width }) => width)
    assert.lengthOf(of(0, true), 273)
    assert.deepStrictEqual(of(0, false), [112])
    assert.lengthOf(of(1, true), 1)
    assert.deepStrictEqual(of(1, false), [17])
    assert.deepStrictEqual([of(2, true), of(2, false)], [[], [1]])
    assert.lengthOf(tiles, 273 + 1 + 1 + 1 + 1)
    for (const { hashes, width } of tiles) assert.strictEqual(hashes.length, width * 32)
  })

  it("cuts 256 leaves into a full tile and one hash above", () => {
    const places = tilesOf(256).map(({ index, level, width }) => [level, index, width])
    assert.deepStrictEqual(places, [[0, 0, 256], [1, 0, 1]])
    assert.deepStrictEqual(tilesOf(0), [])
  })

  it("proves any leaf from the few tiles that it names", () => {
    const trees = [1, 2, 255, 256, 257, 511, 65_536, 65_537, 70_000].map((size) => {
      const tiles = new Map(tilesOf(size).map((tile) => [`${tile.level}/${tile.index}/${tile.width}`, tile.hashes]))
      return { size, root: rootOf(size), tiles }
    })
    fc.assert(fc.property(fc.constantFrom(...trees), fc.nat(), ({ root, size, tiles }, at) => {
      const index = at % size
      const needed = tilesForInclusion(index, size).map(({ index, level, width }) => `${level}/${index}/${width}`)
      const proof = inclusionFromTiles(nodeSha256, index, size, ({ index, level, width }) => {
        const id = `${level}/${index}/${width}`
        const hashes = tiles.get(id)
        assert.include(needed, id)
        assert(hashes !== undefined, `there is no tile ${id}`)
        return hashes
      })
      const leaf = leaves[index]
      assert(leaf !== undefined)
      assert.isTrue(verifyInclusion(nodeSha256, { index: BigInt(index), size: BigInt(size), leaf, root, proof }))
      assert.isAtMost(needed.length, 6)
    }))
  })

  it("proves a leaf of ten million from five tiles at most", () => {
    const size = 10_000_000
    // A tree so large by its top alone: every node of a level is the same, as where all leaves are
    const nodes = [leafHash(nodeSha256, u64(0))]
    for (let level = 1; level <= 24; level++) nodes.push(nodeHash(nodeSha256, nodes.at(-1)!, nodes.at(-1)!))
    const whole = root(nodeSha256, { size, hashes: [...onesOf(size)].map((level) => nodes[level]!) })
    const most = { tiles: 0, bytes: 0 }
    fc.assert(fc.property(fc.oneof(fc.nat(size - 1), fc.constantFrom(0, size / 2, size - 257, size - 1)), (index) => {
      const read = new Map<string, number>()
      const proof = inclusionFromTiles(nodeSha256, index, size, ({ index, level, width }) => {
        read.set(`${level}/${index}`, width * 32)
        const tile = new Uint8Array(width * 32)
        for (let i = 0; i < width; i++) tile.set(nodes[level * 8]!, i * 32)
        return tile
      })
      const claim = { index: BigInt(index), size: BigInt(size), leaf: nodes[0]!, root: whole, proof }
      assert.isTrue(verifyInclusion(nodeSha256, claim))
      assert.deepStrictEqual(
        [...read.keys()].sort(),
        tilesForInclusion(index, size).map(({ index, level }) => `${level}/${index}`).sort()
      )
      most.tiles = Math.max(most.tiles, read.size)
      most.bytes = Math.max(most.bytes, [...read.values()].reduce((sum, length) => sum + length, 0))
    }))
    assert.isAtMost(most.tiles, 5)
    assert.isAtMost(most.bytes, 5 * 8192)
  })

  it("refuses a tile that is too short", () => {
    assert.throws(() => inclusionFromTiles(nodeSha256, 0, 300, () => new Uint8Array(32)), RangeError)
  })
})
