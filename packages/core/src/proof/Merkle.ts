/**
 * The ticket tree: RFC 6962 / RFC 9162, section 2.1, with SHA-256.
 *
 * A node is named by its level (0: the leaves) and its index in that level; node (l, i) is the root of the complete subtree
 * over leaves i × 2^l to (i + 1) × 2^l. Only complete subtrees have a name: what hangs over the right edge is folded from
 * them. Sizes and indices are whole numbers up to 2^53 − 1; proofs that come from outside are checked with big integers.
 */
import type { Sha256, Sha256Many } from "../hash/Hash.ts"
import { concat, equalBytes, u64 } from "../values/Bytes.ts"

/** The root of a tree without leaves: the hash of nothing. */
export const emptyRoot = (hash: Sha256): Uint8Array => hash(new Uint8Array(0))

/** The hash of a leaf's data. */
export const leafHash = (hash: Sha256, data: Uint8Array): Uint8Array => hash(concat(Uint8Array.of(0), data))

// Filled and hashed in one go and never kept, so that a million nodes allocate nothing but their hashes
const nodeInput = new Uint8Array(65)
nodeInput[0] = 1

/** The hash of the node above `left` and `right`. */
export const nodeHash = (hash: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array => {
  nodeInput.set(left, 1)
  nodeInput.set(right, 33)
  return hash(nodeInput)
}

/** The node hashes of complete subtrees that stand side by side, largest first, folded into the hash above them all. */
const foldRight = (hash: Sha256, nodes: ReadonlyArray<Uint8Array>): Uint8Array => {
  let folded = nodes.at(-1)
  if (folded === undefined) return emptyRoot(hash)
  for (let i = nodes.length - 2; i >= 0; i--) folded = nodeHash(hash, nodes[i]!, folded)
  return folded
}

/**
 * The right edge of a tree: all that is needed to append to it and to know its root.
 *
 * `hashes` are the roots of the complete subtrees that the leaves make up, largest first: one for each one-bit of `size`.
 */
export interface Frontier {
  readonly size: number
  readonly hashes: ReadonlyArray<Uint8Array>
}

export const emptyFrontier: Frontier = { size: 0, hashes: [] }

/** `frontier` with `leaves` (leaf hashes, in order) appended. O(leaves). */
export const append = (hash: Sha256, frontier: Frontier, leaves: Iterable<Uint8Array>): Frontier => {
  const hashes = [...frontier.hashes]
  let { size } = frontier
  for (const leaf of leaves) {
    let node = leaf
    // Each trailing one-bit of the old size is a complete subtree that this leaf completes into one twice as large.
    // `& 1` is right beyond 2^32 too: the conversion to 32 bits keeps the low ones.
    for (let full = size; (full & 1) === 1; full = Math.floor(full / 2)) node = nodeHash(hash, hashes.pop()!, node)
    hashes.push(node)
    size++
  }
  return { size, hashes }
}

/** The inputs of so many nodes are put together at once. */
const nodesAtOnce = 512
/** Where each begins in the bytes that hold them: 65 bytes and their padding are two blocks of the hash. */
const nodeStride = 128

const makePairing = (many: Sha256Many) => {
  const inputs = new Uint8Array(nodesAtOnce * nodeStride)
  for (let i = 0; i < nodesAtOnce; i++) inputs[i * nodeStride] = 1
  /** Hashes `hashes` by twos, in their own place. */
  return (hashes: Uint8Array, pairs: number): void => {
    for (let done = 0; done < pairs; done += nodesAtOnce) {
      const part = Math.min(nodesAtOnce, pairs - done)
      for (let i = 0; i < part; i++) {
        const from = (done + i) * 64
        const to = i * nodeStride + 1
        for (let k = 0; k < 64; k++) inputs[to + k] = hashes[from + k]!
      }
      // Digests come to lie before the hashes that are still to be read
      many(inputs, nodeStride, 65, part, hashes.subarray(done * 32))
    }
  }
}

/**
 * Appends leaf hashes that lie one after the other, as `append` does, many nodes at a time.
 *
 * Keep it: it puts nodes together in the same bytes each time. `leaves` is written over.
 */
export const makeBulkAppend = (
  hash: Sha256,
  many: Sha256Many
): (frontier: Frontier, leaves: Uint8Array, count: number) => Frontier => {
  const pair = makePairing(many)
  return (frontier, leaves, count) => {
    const hashes = [...frontier.hashes]
    let { size } = frontier
    for (let done = 0; done < count;) {
      // The largest complete subtree that begins here
      let level = floorLog2(count - done)
      while (size % 2 ** level !== 0) level--
      const span = 2 ** level
      const subtree = leaves.subarray(done * 32, (done + span) * 32)
      for (let width = span; width > 1; width /= 2) pair(subtree, width / 2)
      let node: Uint8Array = subtree.slice(0, 32)
      for (let full = size / span; (full & 1) === 1; full = Math.floor(full / 2)) {
        node = nodeHash(hash, hashes.pop()!, node)
      }
      hashes.push(node)
      size += span
      done += span
    }
    return { size, hashes }
  }
}

/** The root of the tree whose right edge is `frontier`. */
export const root = (hash: Sha256, frontier: Frontier): Uint8Array => foldRight(hash, frontier.hashes)

const oneBits = (size: number): number => {
  let count = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest & 1
  return count
}

/** The canonical bytes of a frontier: u64(size), then its hashes. */
export const encodeFrontier = (frontier: Frontier): Uint8Array<ArrayBuffer> =>
  concat(u64(frontier.size), ...frontier.hashes)

/** Reads what `encodeFrontier` writes; `undefined` for anything else. */
export const decodeFrontier = (bytes: Uint8Array): Frontier | undefined => {
  if (bytes.length < 8) return undefined
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0))
  if (!Number.isSafeInteger(size) || bytes.length !== 8 + 32 * oneBits(size)) return undefined
  const hashes: Array<Uint8Array> = []
  for (let at = 8; at < bytes.length; at += 32) hashes.push(new Uint8Array(bytes.subarray(at, at + 32)))
  return { size, hashes }
}

/** The largest `level` with 2^level ≤ value. `Math.log2` rounds up just below large powers of two. */
const floorLog2 = (value: number): number =>
  value < 2 ** 32 ? 31 - Math.clz32(value) : 63 - Math.clz32(Math.floor(value / 2 ** 32))

/** A complete subtree, by level and index in its level. */
export interface NodeId {
  readonly level: number
  readonly index: number
}

/** The complete subtrees that leaves `start` to `start + count` make up, largest first; `start` is a multiple of the largest. */
const nodesOver = (start: number, count: number): ReadonlyArray<NodeId> => {
  const nodes: Array<NodeId> = []
  let at = start
  for (let rest = count; rest > 0;) {
    const level = floorLog2(rest)
    const span = 2 ** level
    nodes.push({ level, index: at / span })
    at += span
    rest -= span
  }
  return nodes
}

/**
 * What the inclusion proof of leaf `index` in a tree of `size` is made of, from the leaf up (RFC 9162, section 2.1.3.1).
 *
 * Each element of the proof is the fold of the complete subtrees listed: one of them, but for the element that hangs over
 * the right edge. Throws `RangeError` unless 0 ≤ index < size.
 */
export const inclusionPath = (index: number, size: number): ReadonlyArray<ReadonlyArray<NodeId>> => {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new RangeError(`no leaf ${index} in a tree of ${size}`)
  }
  const path: Array<ReadonlyArray<NodeId>> = []
  let start = 0
  let count = size
  while (count > 1) {
    // The largest power of two below `count`
    const split = 2 ** floorLog2(count - 1)
    if (index - start < split) {
      path.push(nodesOver(start + split, count - split))
      count = split
    } else {
      path.push(nodesOver(start, split))
      start += split
      count -= split
    }
  }
  return path.toReversed()
}

/** The inclusion proof of leaf `index` in a tree of `size`, from a function that yields node hashes. */
export const inclusionProof = (
  hash: Sha256,
  index: number,
  size: number,
  node: (id: NodeId) => Uint8Array
): ReadonlyArray<Uint8Array> => inclusionPath(index, size).map((nodes) => foldRight(hash, nodes.map((id) => node(id))))

/**
 * Whether `proof` shows that the leaf whose hash is `leaf` stands at `index` in the tree of `size` with `root`.
 *
 * RFC 9162, section 2.1.3.2.
 */
export const verifyInclusion = (
  hash: Sha256,
  claim: {
    readonly index: bigint
    readonly size: bigint
    readonly leaf: Uint8Array
    readonly root: Uint8Array
    readonly proof: ReadonlyArray<Uint8Array>
  }
): boolean => {
  const { index, size, leaf, root, proof } = claim
  if (index < 0n || index >= size || leaf.length !== 32 || proof.some((element) => element.length !== 32)) return false
  let fn = index
  let sn = size - 1n
  let node = leaf
  for (const element of proof) {
    if (sn === 0n) return false
    if ((fn & 1n) === 1n || fn === sn) {
      node = nodeHash(hash, element, node)
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n
        sn >>= 1n
      }
    } else {
      node = nodeHash(hash, node, element)
    }
    fn >>= 1n
    sn >>= 1n
  }
  return sn === 0n && equalBytes(node, root)
}

/**
 * Whether `proof` shows that the tree of `size1` with `root1` is the beginning of the tree of `size2` with `root2`.
 *
 * Requires 0 < size1 ≤ size2: of an empty tree nothing can be shown. RFC 9162, section 2.1.4.2.
 */
export const verifyConsistency = (
  hash: Sha256,
  claim: {
    readonly size1: bigint
    readonly root1: Uint8Array
    readonly size2: bigint
    readonly root2: Uint8Array
    readonly proof: ReadonlyArray<Uint8Array>
  }
): boolean => {
  const { proof, root1, root2, size1, size2 } = claim
  if (size1 <= 0n || size1 > size2 || proof.some((element) => element.length !== 32)) return false
  if (size1 === size2) return proof.length === 0 && equalBytes(root1, root2)
  // Where size1 is a power of two, its root is itself the first node
  const path = (size1 & (size1 - 1n)) === 0n ? [root1, ...proof] : proof
  let node1 = path[0]
  let node2 = node1
  if (node1 === undefined || node2 === undefined || node1.length !== 32 || proof.length === 0) return false
  let fn = size1 - 1n
  let sn = size2 - 1n
  while ((fn & 1n) === 1n) {
    fn >>= 1n
    sn >>= 1n
  }
  for (const element of path.slice(1)) {
    if (sn === 0n) return false
    if ((fn & 1n) === 1n || fn === sn) {
      node1 = nodeHash(hash, element, node1)
      node2 = nodeHash(hash, element, node2)
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n
        sn >>= 1n
      }
    } else {
      node2 = nodeHash(hash, node2, element)
    }
    fn >>= 1n
    sn >>= 1n
  }
  return sn === 0n && equalBytes(node1, root1) && equalBytes(node2, root2)
}
