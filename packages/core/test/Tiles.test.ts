import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { u64 } from "../src/Bytes.ts"
import { append, emptyFrontier, leafHash, root, verifyInclusion } from "../src/Merkle.ts"
import { inclusionFromTiles, makeTiler, type Tile, tilesForInclusion } from "../src/Tiles.ts"
import { nodeSha256 } from "./support/nodeSha256.ts"

const leaves = Array.from({ length: 70_000 }, (_, i) => leafHash(nodeSha256, u64(i)))

const tilesOf = (size: number): ReadonlyArray<Tile> => {
  const { finish, push } = makeTiler(nodeSha256)
  return [...leaves.slice(0, size).flatMap((leaf) => push(leaf)), ...finish()]
}

const rootOf = (size: number) => root(nodeSha256, append(nodeSha256, emptyFrontier, leaves.slice(0, size)))

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

  it("refuses a tile that is too short", () => {
    assert.throws(() => inclusionFromTiles(nodeSha256, 0, 300, () => new Uint8Array(32)), RangeError)
  })
})
