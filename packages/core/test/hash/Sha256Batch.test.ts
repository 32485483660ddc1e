import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { createHash } from "node:crypto"
import type { Sha256Many } from "../../src/hash/Hash.ts"
import { fastSha256, makeBatchSha256, manyInJavaScript } from "../../src/hash/Sha256Batch.ts"
import { makeSha256Lanes } from "../../src/hash/Sha256Wasm.ts"
import { append, emptyFrontier, leafHash, makeBulkAppend, root } from "../../src/proof/Merkle.ts"
import { makeTreeBuilder } from "../../src/proof/TreeBuilder.ts"
import { toHex, u64 } from "../../src/values/Bytes.ts"
import { nodeSha256 } from "../support/nodeSha256.ts"

const reference = (message: Uint8Array): string => createHash("sha256").update(message).digest("hex")

/** The digests of messages of one length, laid out with `gap` bytes between. */
const digestsBy = (many: Sha256Many, messages: ReadonlyArray<Uint8Array>, gap: number): ReadonlyArray<string> => {
  const length = messages[0]?.length ?? 0
  const stride = length + gap
  const laid = new Uint8Array(stride * messages.length).fill(0xee)
  for (const [i, message] of messages.entries()) laid.set(message, i * stride)
  const digests = new Uint8Array(messages.length * 32)
  many(laid, stride, length, messages.length, digests)
  return messages.map((_, i) => toHex(digests.subarray(i * 32, i * 32 + 32)))
}

const implementations: ReadonlyArray<readonly [string, Sha256Many]> = [
  ["four lanes of WebAssembly", makeBatchSha256()],
  ["plain JavaScript", manyInJavaScript]
]

it("there are vectors on this platform, so that the lanes are what is tested", () => {
  assert.isDefined(makeSha256Lanes(65_536))
})

describe.each(implementations)("SHA-256 of many at once, by %s", (_, many) => {
  it("agrees with Node's at every length from 0 to 300", () => {
    for (let length = 0; length <= 300; length++) {
      const messages = Array.from(
        { length: 5 },
        (_, i) => Uint8Array.from({ length }, (_, k) => (k * 7 + i * 31 + length) & 0xff)
      )
      assert.deepStrictEqual(digestsBy(many, messages, 0), messages.map(reference), `${length} bytes`)
    }
  })

  it("agrees with Node's on any messages, however many and wherever they lie", () => {
    const cases = fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 40 }), fc.nat(130)).chain(([length, count, gap]) =>
      fc.tuple(
        fc.array(fc.uint8Array({ minLength: length, maxLength: length }), { minLength: count, maxLength: count }),
        fc.constant(gap)
      )
    )
    fc.assert(fc.property(cases, ([messages, gap]) => {
      assert.deepStrictEqual(digestsBy(many, messages, gap), messages.map(reference))
    }))
  })

  it("takes more than its memory holds, and leaves what it is given as it was", () => {
    const messages = Array.from({ length: 5000 }, (_, i) => Uint8Array.from({ length: 157 }, (_, k) => (i * k) & 0xff))
    assert.deepStrictEqual(digestsBy(many, messages, 35), messages.map(reference))
    const laid = new Uint8Array(256).fill(1)
    many(laid, 64, 50, 4, new Uint8Array(128))
    assert.isTrue(laid.every((byte) => byte === 1))
  })

  it("builds the tree that is built one by one, from whatever size on", () => {
    const bulkAppend = makeBulkAppend(nodeSha256, many)
    const leaves = Array.from({ length: 3000 }, (_, i) => leafHash(nodeSha256, u64(i)))
    fc.assert(fc.property(fc.nat(1500), fc.nat(1500), (before, count) => {
      const first = append(nodeSha256, emptyFrontier, leaves.slice(0, before))
      const joined = Buffer.concat(leaves.slice(before, before + count))
      assert.deepStrictEqual(
        bulkAppend(first, joined, count).hashes.map(toHex),
        append(nodeSha256, first, leaves.slice(before, before + count)).hashes.map(toHex)
      )
    }))
  })

  it("builds it from leaves whose length changes", () => {
    const lengths = fc.array(fc.constantFrom(1, 157, 160, 247), { maxLength: 60 })
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 700 }), (lengths, each) => {
        const tree = makeTreeBuilder(Object.assign((message: Uint8Array) => nodeSha256(message), { many }))
        const plain = makeTreeBuilder(nodeSha256)
        for (const [i, length] of lengths.slice(0, 5).entries()) {
          for (let k = 0; k < each; k++) {
            const input = new Uint8Array(length).fill(i + k)
            tree.add(input)
            plain.add(input)
          }
        }
        assert.strictEqual(toHex(tree.root()), toHex(plain.root()))
      }),
      { numRuns: 30 }
    )
  })
})

it("the hash for browsers is the same for one and for many", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (message) => {
    assert.strictEqual(toHex(fastSha256(message)), reference(message))
    assert.deepStrictEqual(digestsBy(fastSha256.many ?? assert.fail(), [message], 0), [reference(message)])
  }))
})

it("an input that is longer than a leaf's can be is refused", () => {
  assert.throws(() => makeTreeBuilder(fastSha256).add(new Uint8Array(248)), RangeError)
  assert.strictEqual(
    toHex(root(nodeSha256, emptyFrontier)),
    toHex(makeTreeBuilder(fastSha256).root()),
    "no leaves"
  )
})
