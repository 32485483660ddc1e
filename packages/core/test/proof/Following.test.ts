import { assert, describe, it } from "@effect/vitest"
import { nobleSha256 } from "../../src/hash/Hash.ts"
import { computeWinner, type FollowedLock, followLock, refuteRound } from "../../src/proof/Following.ts"
import { ticketTerms } from "../../src/proof/Outcome.ts"
import {
  bundleDraw,
  type BundleOptions,
  makeBundle,
  makeSigner,
  operator,
  signRound,
  testChain,
  testChainHash
} from "../support/bundles.ts"

const policy = { keys: [operator.key], chainHash: testChainHash, terms: ticketTerms, seen: undefined }

const told = (options: BundleOptions) => {
  const bundle = makeBundle(options)
  const { lock, open } = bundle.header
  if (open === null || lock === null || bundle.end.type !== "result") throw new Error("a fixture is broken")
  const { beacon, seed } = bundle.end
  return {
    ...bundle,
    lockTold: { drawId: bundleDraw, open, lock, chain: options.beacon === true ? testChain : null },
    decision: { seed, signature: beacon?.signature ?? null }
  }
}

const followed = (options: BundleOptions): FollowedLock => {
  const lock = followLock(nobleSha256, told(options).lockTold, policy)
  if (!lock.ok) throw new Error(lock.refuted.detail)
  return lock.value
}

const check = (result: ReturnType<typeof followLock> | ReturnType<typeof computeWinner>) =>
  result.ok ? null : result.refuted.check

describe("a draw that is followed", () => {
  it("has the winner that its bundle proves, with a beacon and without, in a day's draw and in a room", () => {
    for (const beacon of [true, false]) {
      for (const kind of ["daily", "room"] as const) {
        for (const entries of [0, 1, 5, 100]) {
          const options = { beacon, kind, entries }
          const { decision, roundNumber, winner } = told(options)
          const lock = followed(options)
          if (decision.signature !== null) assert.isNull(refuteRound(nobleSha256, lock, decision.signature))
          assert.deepStrictEqual(computeWinner(nobleSha256, lock, decision), { ok: true, value: winner ?? null })
          const roundAt = beacon ? (testChain.genesisTime + (roundNumber - 1) * testChain.period) * 1000 : null
          assert.strictEqual(lock.roundAt, roundAt)
        }
      }
    }
  })

  it("is followed by the chain that its records name alone, whatever is told of it", () => {
    const { lockTold } = told({ beacon: true })
    const unknown = followLock(nobleSha256, { ...lockTold, chain: null }, policy)
    const forged = followLock(nobleSha256, { ...lockTold, chain: { ...testChain, period: 30 } }, policy)
    for (const lock of [unknown, forged]) {
      if (!lock.ok) assert.fail(lock.refuted.detail)
      assert.isNull(lock.value.chain)
      assert.strictEqual(refuteRound(nobleSha256, lock.value, signRound(1))?.check, 8)
    }
    const quicknetAlone = { ...policy, chainHash: "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971" }
    assert.strictEqual(check(followLock(nobleSha256, lockTold, quicknetAlone)), 7)
  })

  it("is refuted where its records are somebody else's, of another draw, or do not belong together", () => {
    const { lockTold } = told({ beacon: true })
    const stranger = { ...policy, keys: [makeSigner("draws.example.com", 9).key] }
    assert.strictEqual(check(followLock(nobleSha256, lockTold, stranger)), 2)
    assert.isNull(check(followLock(nobleSha256, lockTold, { ...policy, keys: [] })))
    const otherOpen = told({ beacon: true, open: (record) => ({ ...record, commitment: "ab".repeat(32) }) }).lockTold
    assert.strictEqual(check(followLock(nobleSha256, { ...lockTold, open: otherOpen.open }, policy)), 3)
    assert.strictEqual(check(followLock(nobleSha256, { ...lockTold, lock: lockTold.open }, policy)), 1)
    const skimmed = told({ lock: (record) => ({ ...record, entries: record.entries + 1 }) }).lockTold
    assert.strictEqual(check(followLock(nobleSha256, skimmed, policy)), 10)
  })

  it("shows no winner for another seed, for another round's signature, or for none", () => {
    const lock = followed({ beacon: true })
    const { decision, roundNumber } = told({ beacon: true })
    assert.strictEqual(check(computeWinner(nobleSha256, lock, { ...decision, seed: "04".repeat(32) })), 4)
    assert.strictEqual(check(computeWinner(nobleSha256, lock, { ...decision, seed: "04" })), 4)
    assert.strictEqual(check(computeWinner(nobleSha256, lock, { ...decision, signature: null })), 8)
    assert.strictEqual(check(computeWinner(nobleSha256, followed({}), { ...decision, signature: signRound(1) })), 8)
    for (const signature of [signRound(roundNumber + 1), "ab".repeat(48), "", signRound(roundNumber).slice(2)]) {
      assert.strictEqual(refuteRound(nobleSha256, lock, signature)?.check, 8)
    }
    assert.strictEqual(refuteRound(nobleSha256, followed({}), signRound(1))?.check, 8)
  })
})
