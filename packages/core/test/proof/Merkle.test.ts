import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { nobleSha256, type Sha256 } from "../../src/hash/Hash.ts"
import {
  append,
  decodeFrontier,
  emptyFrontier,
  emptyRoot,
  encodeFrontier,
  inclusionPath,
  inclusionProof,
  leafHash,
  nodeHash,
  type NodeId,
  root,
  verifyConsistency,
  verifyInclusion
} from "../../src/proof/Merkle.ts"
import { fromHex, toHex, u64 } from "../../src/values/Bytes.ts"
import { hashes, nodeSha256 } from "../support/nodeSha256.ts"
import { hasSharedVectors, needsSharedVectors, sharedVectors } from "../support/vectors.ts"

/** RFC 6962, section 2.1, word for word: the root of the leaves. */
const mth = (hash: Sha256, leaves: ReadonlyArray<Uint8Array>): Uint8Array => {
  const [first] = leaves
  if (first === undefined) return hash(new Uint8Array(0))
  if (leaves.length === 1) return first
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1)
  return nodeHash(hash, mth(hash, leaves.slice(0, split)), mth(hash, leaves.slice(split)))
}

/** RFC 6962, section 2.1.2, word for word: SUBPROOF. */
const subproof = (hash: Sha256, m: number, leaves: ReadonlyArray<Uint8Array>, whole: boolean): Array<Uint8Array> => {
  const n = leaves.length
  if (m === n) return whole ? [] : [mth(hash, leaves)]
  const split = 2 ** Math.ceil(Math.log2(n) - 1)
  return m <= split
    ? [...subproof(hash, m, leaves.slice(0, split), whole), mth(hash, leaves.slice(split))]
    : [...subproof(hash, m - split, leaves.slice(split), false), mth(hash, leaves.slice(0, split))]
}

const makeLeaves = (hash: Sha256, count: number) => Array.from({ length: count }, (_, i) => leafHash(hash, u64(i)))

const nodeOf = (hash: Sha256, leaves: ReadonlyArray<Uint8Array>) => ({ index, level }: NodeId) =>
  mth(hash, leaves.slice(index * 2 ** level, (index + 1) * 2 ** level))

const rootOf = (hash: Sha256, leaves: ReadonlyArray<Uint8Array>) => root(hash, append(hash, emptyFrontier, leaves))

describe("Merkle", () => {
  it("gives a stream of leaves the root that the RFC gives them, however they are batched", () => {
    const leaves = makeLeaves(nodeSha256, 70)
    fc.assert(fc.property(fc.nat(70), fc.nat(70), (a, b) => {
      const [first, size] = [Math.min(a, b), Math.max(a, b)]
      const grown = append(
        nodeSha256,
        append(nodeSha256, emptyFrontier, leaves.slice(0, first)),
        leaves.slice(first, size)
      )
      assert.strictEqual(grown.size, size)
      assert.deepStrictEqual(root(nodeSha256, grown), mth(nodeSha256, leaves.slice(0, size)))
    }))
  })

  it("carries a frontier of any size through bytes", () => {
    fc.assert(fc.property(fc.maxSafeNat(), (size) => {
      const ones = [...size.toString(2)].filter((bit) => bit === "1").length
      const frontier = { size, hashes: makeLeaves(nodeSha256, ones) }
      const bytes = encodeFrontier(frontier)
      // of a Node Buffer, as a database gives it, what is read must not change with it
      const buffer = Buffer.from(bytes)
      const read = decodeFrontier(buffer)
      buffer.fill(0)
      assert.strictEqual(read?.size, size)
      assert.deepStrictEqual(read?.hashes.map(toHex), frontier.hashes.map(toHex))
      assert.isUndefined(decodeFrontier(bytes.subarray(1)))
      assert.isUndefined(decodeFrontier(Buffer.concat([bytes, Buffer.alloc(32)])))
    }))
    assert.isUndefined(decodeFrontier(new Uint8Array(0)))
  })

  it("grows beyond 2^32 leaves as it does before", () => {
    // Three complete subtrees: 2^40, 2^1, 2^0 leaves
    const [large, two, one, leaf] = makeLeaves(nodeSha256, 4)
    assert(large !== undefined && two !== undefined && one !== undefined && leaf !== undefined)
    const grown = append(nodeSha256, { size: 2 ** 40 + 3, hashes: [large, two, one] }, [leaf])
    const four = nodeHash(nodeSha256, two, nodeHash(nodeSha256, one, leaf))
    assert.strictEqual(grown.size, 2 ** 40 + 4)
    assert.deepStrictEqual(grown.hashes.map(toHex), [large, four].map(toHex))
  })

  it("proves each leaf of each small tree, and no leaf elsewhere", () => {
    const leaves = makeLeaves(nodeSha256, 20)
    for (let size = 1; size <= leaves.length; size++) {
      const held = leaves.slice(0, size)
      const treeRoot = rootOf(nodeSha256, held)
      for (const [index, leaf] of held.entries()) {
        const proof = inclusionProof(nodeSha256, index, size, nodeOf(nodeSha256, held))
        const claim = { index: BigInt(index), size: BigInt(size), leaf, root: treeRoot, proof }
        assert.isTrue(verifyInclusion(nodeSha256, claim))
        assert.isFalse(verifyInclusion(nodeSha256, { ...claim, index: BigInt(index + 1) }))
        assert.isFalse(verifyInclusion(nodeSha256, { ...claim, leaf: treeRoot, proof: [...proof, treeRoot] }))
        assert.isFalse(verifyInclusion(nodeSha256, { ...claim, root: leafHash(nodeSha256, leaf) }))
      }
    }
  })

  it("names whole nodes in a proof, also in trees that no 32 bits can count", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), fc.maxSafeNat(), (size, at) => {
        const index = at % size
        const path = inclusionPath(index, size)
        // The leaf and the nodes of its proof cover the tree: every leaf once
        let covered = 1n
        for (const { index: node, level } of path.flat()) {
          const [start, end] = [BigInt(node) << BigInt(level), BigInt(node + 1) << BigInt(level)]
          assert.isTrue(end <= BigInt(size) && !(start <= BigInt(index) && BigInt(index) < end))
          covered += end - start
        }
        assert.strictEqual(covered, BigInt(size))
        assert.isAtMost(path.length, 53)
      }),
      { examples: [[Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1], [2 ** 52, 0], [2 ** 52 + 1, 2 ** 52]] }
    )
    for (const [index, size] of [[0, 0], [1, 1], [-1, 3], [0.5, 3], [3, 3]] as const) {
      assert.throws(() => inclusionPath(index, size), RangeError)
    }
  })
})

describe.skipIf(!hasSharedVectors).each(hashes)(
  "Merkle, by %s, on vectors of others",
  needsSharedVectors,
  (_, hash) => {
    const base64 = (text: string | null | undefined) => Buffer.from(text ?? "", "base64")

    it("judges inclusion proofs as transparency-dev does", () => {
      const { cases } = sharedVectors<{
        readonly cases: ReadonlyArray<{
          readonly leafIdx: number
          readonly treeSize: number
          readonly root: string | null
          readonly leafHash: string | null
          readonly proof: ReadonlyArray<string> | null
          readonly desc: string
          readonly wantErr: boolean
        }>
      }>("merkle/inclusion.json")
      assert.lengthOf(cases, 98)
      for (const each of cases) {
        const claim = {
          index: BigInt(each.leafIdx),
          size: BigInt(each.treeSize),
          leaf: base64(each.leafHash),
          root: base64(each.root),
          proof: (each.proof ?? []).map(base64)
        }
        assert.strictEqual(verifyInclusion(hash, claim), !each.wantErr, each.desc)
      }
    })

    it("judges consistency proofs as transparency-dev does", () => {
      const { cases } = sharedVectors<{
        readonly cases: ReadonlyArray<{
          readonly size1: number
          readonly size2: number
          readonly root1: string | null
          readonly root2: string | null
          readonly proof: ReadonlyArray<string> | null
          readonly desc: string
          readonly wantErr: boolean
        }>
      }>("merkle/consistency.json")
      assert.lengthOf(cases, 98)
      for (const each of cases) {
        const claim = {
          size1: BigInt(each.size1),
          root1: base64(each.root1),
          size2: BigInt(each.size2),
          root2: base64(each.root2),
          proof: (each.proof ?? []).map(base64)
        }
        assert.strictEqual(verifyConsistency(hash, claim), !each.wantErr, each.desc)
      }
    })

    it("builds the trees that transparency-dev builds, and proves every pair in them", () => {
      const trees = sharedVectors<{
        readonly leaf_inputs_hex: ReadonlyArray<string>
        readonly root_hex_by_size: ReadonlyArray<string>
      }>("merkle/tree-roots.json")
      const leaves = trees.leaf_inputs_hex.map((hex) => leafHash(hash, Buffer.from(hex, "hex")))
      const roots = trees.root_hex_by_size.map((hex) => Buffer.from(hex, "hex"))
      assert.strictEqual(toHex(emptyRoot(hash)), trees.root_hex_by_size[0])
      for (const [n, root2] of roots.entries()) {
        const held = leaves.slice(0, n)
        assert.strictEqual(toHex(rootOf(hash, held)), toHex(root2))
        for (const [index, leaf] of held.entries()) {
          const proof = inclusionProof(hash, index, n, nodeOf(hash, held))
          assert.isTrue(verifyInclusion(hash, { index: BigInt(index), size: BigInt(n), leaf, root: root2, proof }))
        }
        for (const [m, root1] of roots.entries()) {
          if (m < 1 || m > n) continue
          const proof = subproof(hash, m, held, true)
          assert.isTrue(verifyConsistency(hash, { size1: BigInt(m), root1, size2: BigInt(n), root2, proof }))
          if (m < n) {
            assert.isFalse(
              verifyConsistency(hash, { size1: BigInt(m), root1: root2, size2: BigInt(n), root2, proof })
            )
          }
        }
      }
    })

    it("follows a real log from one checkpoint to the next", () => {
      const { consistency_between_signed_checkpoints: pair } = sharedVectors<{
        readonly consistency_between_signed_checkpoints: {
          readonly from: string
          readonly to: string
          readonly proof_hex: ReadonlyArray<string>
        }
      }>("checkpoint/real-checkpoints.json")
      const [from = [], to = []] = [pair.from, pair.to].map((note) => note.split("\n"))
      const proof = pair.proof_hex.map((hex) => fromHex(hex, 32) ?? new Uint8Array(0))
      const claim = {
        size1: BigInt(from[1] ?? 0),
        root1: base64(from[2]),
        size2: BigInt(to[1] ?? 0),
        root2: base64(to[2]),
        proof
      }
      assert.isTrue(verifyConsistency(hash, claim))
      assert.isFalse(verifyConsistency(hash, { ...claim, root1: nobleSha256(claim.root1) }))
    })
  }
)
