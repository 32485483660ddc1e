import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { cents, centsMax, ticketPot, ticketPrice } from "../../src/money/Money.ts"
import { commit, opens } from "../../src/proof/Commitment.ts"
import { entropy, takings, winningPosition } from "../../src/proof/Outcome.ts"
import { toHex } from "../../src/values/Bytes.ts"
import { drawId } from "../../src/values/Ids.ts"
import { nodeSha256 } from "../support/nodeSha256.ts"

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const draw = drawId("019a0000-0000-7000-8000-000000000001")
const otherDraw = drawId("019a0000-0000-7000-8000-000000000002")

describe("Commitment", () => {
  it("opens to its own seed in its own draw, and to nothing else", () => {
    fc.assert(fc.property(bytes32, bytes32, (seed, other) => {
      const commitment = commit(nodeSha256, draw, seed)
      assert.isTrue(opens(nodeSha256, draw, seed, commitment))
      assert.isFalse(opens(nodeSha256, otherDraw, seed, commitment))
      assert.strictEqual(opens(nodeSha256, draw, other, commitment), toHex(seed) === toHex(other))
    }))
  })
})

describe("Outcome", () => {
  it("depends on draw, open record, seed and beacon, and is not the commitment", () => {
    const input = {
      drawId: draw,
      openHash: new Uint8Array(32),
      seed: new Uint8Array(32),
      beaconSignature: new Uint8Array(0)
    }
    const outcomes = [
      entropy(nodeSha256, input),
      entropy(nodeSha256, { ...input, drawId: otherDraw }),
      entropy(nodeSha256, { ...input, openHash: new Uint8Array(32).fill(1) }),
      entropy(nodeSha256, { ...input, seed: new Uint8Array(32).fill(1) }),
      entropy(nodeSha256, { ...input, beaconSignature: new Uint8Array(48) }),
      commit(nodeSha256, draw, input.seed)
    ]
    assert.strictEqual(new Set(outcomes.map(toHex)).size, outcomes.length)
  })

  it("picks a position among the entries by the whole of the entropy", () => {
    fc.assert(fc.property(bytes32, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (drawn, entries) => {
      const position = winningPosition(drawn, entries) ?? 0
      assert.isTrue(position >= 1 && position <= entries)
      assert.strictEqual(BigInt(position) - 1n, BigInt(`0x${toHex(drawn)}`) % BigInt(entries))
    }))
    assert.isUndefined(winningPosition(new Uint8Array(32), 0))
    // 2^256 − 1 = 255 modulo 256 and 3 modulo 4; a floating-point reading would say 0 of any power of two
    assert.strictEqual<number | undefined>(winningPosition(new Uint8Array(32).fill(255), 256), 256)
    assert.strictEqual<number | undefined>(winningPosition(new Uint8Array(32), 7), 1)
  })

  it("splits the takings without a cent made or lost", () => {
    fc.assert(fc.property(fc.nat(9_999_999_999), (entries) => {
      const taken = takings(entries, { price: ticketPrice, pot: ticketPot })
      assert.strictEqual(taken === undefined ? undefined : taken.pool + taken.fee, taken?.refund)
      assert.strictEqual(taken?.pool, cents(95n * BigInt(entries)))
    }))
    assert.isUndefined(takings(Number(centsMax / 100n) + 1, { price: ticketPrice, pot: ticketPot }))
  })
})
