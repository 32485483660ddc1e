/**
 * The root of a tree whose leaves come one after the other, by the million.
 *
 * Leaves are gathered and hashed many at once where the hash can do that. Memory does not grow with their number.
 */
import type { Sha256, Sha256Many } from "../hash/Hash.ts"
import { append, emptyFrontier, type Frontier, makeBulkAppend, root } from "./Merkle.ts"

export interface TreeBuilder {
  /** Adds the leaf with this input: 0x00 and its data (RFC 9162, section 2.1.1), 247 bytes at most. It is copied. */
  readonly add: (input: Uint8Array) => void
  /** The root over all leaves added so far. */
  readonly root: () => Uint8Array
}

const leavesAtOnce = 1024
/** Where the inputs begin: four blocks of the hash hold 247 bytes and the padding. */
const strideOf = (length: number): number => (Math.floor((length + 8) / 64) + 1) * 64
const strideMax = 256

const makeBulk = (hash: Sha256, many: Sha256Many): TreeBuilder => {
  const bulkAppend = makeBulkAppend(hash, many)
  const inputs = new Uint8Array(leavesAtOnce * strideMax)
  const digests = new Uint8Array(leavesAtOnce * 32)
  let frontier: Frontier = emptyFrontier
  let length = 0
  let stride = 0
  let count = 0

  const flush = (): void => {
    many(inputs, stride, length, count, digests)
    frontier = bulkAppend(frontier, digests, count)
    count = 0
  }

  return {
    add: (input) => {
      // Those hashed together are of one length, which in a draw changes once
      if (input.length !== length || count === leavesAtOnce) {
        flush()
        length = input.length
        stride = strideOf(length)
        if (stride > strideMax) throw new RangeError(`a leaf's input of ${length} bytes is too long`)
      }
      inputs.set(input, count * stride)
      count++
    },
    root: () => {
      flush()
      return root(hash, frontier)
    }
  }
}

const makeOneByOne = (hash: Sha256): TreeBuilder => {
  let frontier: Frontier = emptyFrontier
  let batch: Array<Uint8Array> = []
  const flush = (): void => {
    // It copies the tree's right edge, so it is done once a batch
    frontier = append(hash, frontier, batch)
    batch = []
  }
  return {
    add: (input) => {
      batch.push(hash(input))
      if (batch.length === leavesAtOnce) flush()
    },
    root: () => {
      flush()
      return root(hash, frontier)
    }
  }
}

export const makeTreeBuilder = (hash: Sha256): TreeBuilder =>
  hash.many === undefined ? makeOneByOne(hash) : makeBulk(hash, hash.many)
