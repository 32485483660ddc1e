import { assert, describe, it } from "@effect/vitest"
import { chainsToKeep, followedHashes, isFollowed, knownChain } from "../../src/draws/DrawChain.ts"
import { nobleSha256 as hash } from "../../src/hash/Hash.ts"
import { quicknet, quicknetHash } from "../../src/proof/Beacon.ts"
import { testChain, testChainHash } from "../support/bundles.ts"

describe("the chain that a draw names", () => {
  it("is known where the settings name it, where it was kept, or where it is quicknet", () => {
    assert.deepStrictEqual(knownChain(hash, testChainHash, [testChain], null), testChain)
    assert.deepStrictEqual(knownChain(hash, testChainHash, [], testChain), testChain)
    assert.deepStrictEqual(knownChain(hash, quicknetHash, [], null), quicknet)
    assert.isNull(knownChain(hash, testChainHash, [quicknet], null))
    assert.isNull(knownChain(hash, null, [testChain], testChain))
  })

  it("is not believed under a hash that its parameters do not have", () => {
    assert.isNull(knownChain(hash, testChainHash, [], quicknet))
    assert.isNull(knownChain(hash, testChainHash, [], { ...testChain, period: testChain.period + 1 }))
    assert.deepStrictEqual(chainsToKeep(hash, [testChain]), [{ hash: testChainHash, chain: testChain }])
    assert.throws(() => chainsToKeep(hash, [{ ...testChain, period: 0 }]), TypeError)
  })

  it("is followed where the settings say so; a draw without one needs none", () => {
    const followed = followedHashes(hash, [testChain])
    assert.isTrue(isFollowed(followed, testChainHash))
    assert.isFalse(isFollowed(followed, quicknetHash))
    assert.isTrue(isFollowed(followedHashes(hash, []), null))
  })
})
