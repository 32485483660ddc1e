import { assert, describe, it } from "@effect/vitest"
import { bls12_381 } from "@noble/curves/bls12-381.js"
import * as fc from "fast-check"
import {
  chainHash,
  type ChainInfo,
  isBeforeRound,
  quicknet,
  quicknetHash,
  roundFor,
  roundTime,
  verifyBeacon
} from "../../src/proof/Beacon.ts"
import { fromHex, toHex } from "../../src/values/Bytes.ts"
import { instant, parseInstant } from "../../src/values/Instant.ts"
import { hashes, nodeSha256 } from "../support/nodeSha256.ts"
import { hasSharedVectors, needsSharedVectors, sharedVectors } from "../support/vectors.ts"

const bytes = (hex: string) => fromHex(hex, hex.length / 2) ?? new Uint8Array(0)
const round1000 = bytes(
  "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
)

describe("Beacon", () => {
  it("knows quicknet by its hash and its hash by quicknet", () => {
    assert.strictEqual(toHex(chainHash(nodeSha256, quicknet) ?? new Uint8Array(0)), quicknetHash)
    const changes: ReadonlyArray<Partial<ChainInfo>> = [
      { period: 4 },
      { genesisTime: quicknet.genesisTime + 1 },
      { genesisSeed: "00".repeat(32) },
      { publicKey: "00".repeat(96) },
      { beaconID: "default" }
    ]
    for (const change of changes) {
      assert.notStrictEqual(toHex(chainHash(nodeSha256, { ...quicknet, ...change }) ?? new Uint8Array(0)), quicknetHash)
    }
    const broken: ReadonlyArray<Partial<ChainInfo>> = [
      { period: 0 },
      { period: 1.5 },
      { period: 2 ** 32 },
      { genesisTime: -1 },
      { genesisSeed: "0" },
      { publicKey: "AB" },
      // the same bytes in all, parted elsewhere
      { publicKey: quicknet.publicKey + quicknet.genesisSeed.slice(0, 2), genesisSeed: quicknet.genesisSeed.slice(2) }
    ]
    for (const change of broken) assert.isUndefined(chainHash(nodeSha256, { ...quicknet, ...change }))
  })

  it("names the first round that is not before an instant", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), fc.integer({ min: 1, max: 100 }), (draws, period) => {
        const chain = { ...quicknet, period }
        const round = roundFor(chain, draws)
        assert.isTrue(roundTime(chain, round) >= draws)
        assert.isTrue(round === 1 || roundTime(chain, round - 1) < draws)
        assert.isTrue(isBeforeRound(chain, round, instant(roundTime(chain, round) - 1)))
        assert.isFalse(isBeforeRound(chain, round, roundTime(chain, round)))
      })
    )
    const genesis = quicknet.genesisTime * 1000
    assert.deepStrictEqual([genesis, genesis + 1, genesis + 3000, genesis + 3001].map((at) => roundFor(quicknet, at)), [
      1,
      2,
      2,
      3
    ])
  })

  it("rejects every other encoding of a good signature, and points outside the subgroup", () => {
    const good = { round: 1000, signature: round1000 }
    assert.isTrue(verifyBeacon(nodeSha256, quicknet, good))
    const point = bls12_381.G1.Point.fromBytes(round1000)
    const outside = Uint8Array.of(0x80, ...new Uint8Array(46), 4)
    assert.isFalse(bls12_381.G1.Point.fromAffine({ x: 4n, y: bls12_381.fields.Fp.sqrt(68n) }).isTorsionFree())
    const bad = [
      point.toBytes(false),
      point.negate().toBytes(),
      bls12_381.G1.Point.ZERO.toBytes(),
      outside,
      round1000.map((byte, i) => i === 0 ? byte & 0x7f : byte),
      round1000.map((byte, i) => i === 0 ? byte ^ 0x20 : byte),
      round1000.map((byte, i) => i === 0 ? byte | 0x40 : byte),
      round1000.subarray(0, 47),
      new Uint8Array(48),
      new Uint8Array(0)
    ]
    for (const signature of bad) assert.isFalse(verifyBeacon(nodeSha256, quicknet, { round: 1000, signature }))
    for (const publicKey of ["", "c0" + "00".repeat(95), "80" + "00".repeat(95), quicknet.publicKey.slice(2)]) {
      assert.isFalse(verifyBeacon(nodeSha256, { ...quicknet, publicKey }, good))
    }
    for (const schemeID of ["pedersen-bls-chained", "bls-unchained-on-g1", "constructor", ""]) {
      assert.isFalse(verifyBeacon(nodeSha256, { ...quicknet, schemeID }, good))
    }
    assert.isFalse(verifyBeacon(nodeSha256, quicknet, { ...good, previousSignature: new Uint8Array(0) }))
    for (const round of [0, -1, 1.5, 2 ** 53]) assert.isFalse(verifyBeacon(nodeSha256, quicknet, { ...good, round }))
  })
})

describe.skipIf(!hasSharedVectors).each(hashes)(
  "Beacon, by %s, on vectors of others",
  needsSharedVectors,
  (_, hash) => {
    interface Beacon {
      readonly name?: string
      readonly chain: string
      readonly round: number
      readonly signature: string
      readonly previous_signature?: string
      readonly randomness: string
      readonly time_unix?: number
    }
    interface Chain {
      readonly beacon_id: string
      readonly chain_hash: string
      readonly public_key: string
      readonly scheme: string
      readonly period: number
      readonly genesis_time: number
      readonly genesis_seed: string
    }
    const vectors = () =>
      sharedVectors<{
        readonly chains: Readonly<Record<string, Chain>>
        readonly valid: Readonly<Record<string, ReadonlyArray<Beacon>>>
        readonly invalid: ReadonlyArray<Beacon>
        readonly time_vectors: ReadonlyArray<
          { readonly unix: number; readonly quicknet_round_at: number; readonly utc: string }
        >
      }>("drand-vectors.json")
    const chainNamed = (name: string): ChainInfo => {
      const chain = vectors().chains[name]
      assert(chain !== undefined)
      return {
        publicKey: chain.public_key,
        period: chain.period,
        genesisTime: chain.genesis_time,
        genesisSeed: chain.genesis_seed,
        schemeID: chain.scheme,
        beaconID: chain.beacon_id
      }
    }
    const judge = (chain: ChainInfo, beacon: Beacon) => {
      const signature = bytes(beacon.signature)
      const previous = beacon.previous_signature
      return toHex(hash(signature)) === beacon.randomness && verifyBeacon(hash, chain, {
        round: beacon.round,
        signature,
        ...(previous === undefined ? {} : { previousSignature: bytes(previous) })
      })
    }

    it("hashes every chain as drand does", () => {
      for (const [name, { chain_hash }] of Object.entries(vectors().chains)) {
        assert.strictEqual(toHex(chainHash(hash, chainNamed(name)) ?? new Uint8Array(0)), chain_hash, name)
      }
    })

    it("accepts real rounds and knows when they were due", () => {
      for (const [name, beacons] of Object.entries(vectors().valid)) {
        const chain = chainNamed(name)
        for (const beacon of beacons) {
          assert.isTrue(judge(chain, beacon), `${name} ${beacon.round}`)
          if (beacon.time_unix !== undefined) {
            assert.strictEqual<number>(
              roundTime(chain, beacon.round),
              beacon.time_unix * 1000
            )
          }
        }
      }
    })

    it("rejects false ones", () => {
      for (const beacon of vectors().invalid) assert.isFalse(judge(chainNamed(beacon.chain), beacon), beacon.name)
    })

    it("finds the rounds of midnights", () => {
      for (const { quicknet_round_at, unix, utc } of vectors().time_vectors) {
        assert.strictEqual<number | undefined>(parseInstant(utc.replace("Z", ".000Z")), unix * 1000)
        assert.strictEqual(roundFor(quicknet, unix * 1000), quicknet_round_at)
      }
    })
  }
)
