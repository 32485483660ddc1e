import { nobleSha256 } from "@ddd/core/hash/Hash"
import { quicknet, quicknetHash, verifyBeacon } from "@ddd/core/proof/Beacon"
import { instant } from "@ddd/core/values/Instant"
import { info, type RelayBehaviour, relayBehaviours, start } from "@ddd/sim/providers/BeaconRelayStandIn"
import { chain, hash, signRound } from "@ddd/sim/providers/BeaconStandIn"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { readChains } from "../src/ChainParameters.ts"
import { make } from "../src/RelayDrand.ts"

/** What each behaviour of a relay comes to: an answer, right or wrong, or why there is none. */
const outcomes: Readonly<Record<RelayBehaviour, "genuine" | "forged" | RegExp>> = {
  done: "genuine",
  absent: /answered 404/,
  broken: /answered 500/,
  silent: /did not answer within 5 s/,
  endless: /longer than 16384 bytes/,
  "other round": /told round 6 instead/,
  "other signature": "forged",
  "no signature": /not hex/,
  "no json": /not a round/,
  elsewhere: /redirect/
}

const ask = (url: URL, round: number, chainHash = hash) => Effect.result(make(url).signatureOf(chainHash, round))

describe("a relay of drand", () => {
  for (const behaviour of relayBehaviours) {
    it.live(`that is asked for a round and behaves as "${behaviour}" does no harm`, () =>
      Effect.gen(function*() {
        const relay = yield* start({ behave: () => behaviour })
        const answer = yield* ask(relay.url, 7)
        const expected = outcomes[behaviour]
        assert.deepStrictEqual(relay.asked, [7])
        if (Result.isSuccess(answer)) {
          const isGenuine = verifyBeacon(nobleSha256, chain, { round: 7, signature: answer.success })
          assert.strictEqual(expected, isGenuine ? "genuine" : "forged")
        } else {
          assert(expected instanceof RegExp)
          assert.match(answer.failure.message, expected)
        }
      }))
  }

  it.live("tells a round from its time on, and nothing of another chain", () =>
    Effect.gen(function*() {
      const relay = yield* start({ now: () => Promise.resolve(instant((chain.genesisTime + 3 * 9) * 1000)) })
      const [there, early, other] = [
        yield* ask(relay.url, 10),
        yield* ask(relay.url, 11),
        yield* ask(relay.url, 10, quicknetHash)
      ]
      assert.deepStrictEqual(there, Result.succeed(signRound(10)))
      assert(Result.isFailure(early) && Result.isFailure(other))
      assert.match(early.failure.message, /answered 425/)
      assert.match(other.failure.message, /answered 404/)
    }))

  it.live("that cannot be reached says so", () =>
    Effect.gen(function*() {
      const { url } = yield* Effect.scoped(start())
      const answer = yield* ask(url, 1)
      assert(Result.isFailure(answer))
      assert.match(answer.failure.message, /ECONNREFUSED/)
    }))
})

describe("a chain's parameters", () => {
  const read = (change: object) => readChains(JSON.stringify({ ...info, ...change }))

  it("are read as relays tell them", () => {
    assert.deepStrictEqual(read({}), Result.succeed([chain]))
    const told = {
      public_key: quicknet.publicKey,
      period: quicknet.period,
      genesis_time: quicknet.genesisTime,
      hash: quicknetHash,
      groupHash: quicknet.genesisSeed,
      schemeID: quicknet.schemeID,
      metadata: { beaconID: quicknet.beaconID }
    }
    assert.deepStrictEqual(readChains(JSON.stringify(told)), Result.succeed([quicknet]))
  })

  it("are refused where draws could not wait for the chain, or the hash is another's", () => {
    const refusals: ReadonlyArray<readonly [object, RegExp]> = [
      [{ schemeID: "pedersen-bls-chained" }, /scheme/],
      [{ hash: quicknetHash }, /hash/],
      [{ public_key: "ab" }, /form/],
      [{ public_key: "ab".repeat(48) }, /form/],
      [{ period: 0 }, /form/],
      [{ groupHash: "" }, /form/],
      [{ metadata: null }, /info/]
    ]
    for (const [change, reason] of refusals) {
      const result = read(change)
      assert(Result.isFailure(result), JSON.stringify(change))
      assert.match(result.failure.reason, reason)
    }
    assert(Result.isFailure(readChains("fastnet")))
  })

  it("are read of several chains, newest first, of quicknet by its name, and of none twice", () => {
    assert.deepStrictEqual(readChains("quicknet"), Result.succeed([quicknet]))
    assert.deepStrictEqual(readChains(JSON.stringify([info, "quicknet"])), Result.succeed([chain, quicknet]))
    const refusals: ReadonlyArray<readonly [unknown, RegExp]> = [
      [[], /no chain/],
      [["quicknet", info, "quicknet"], /number 3: it stands there twice/],
      [["quicknet", { ...info, period: 4 }], /number 2: its hash/],
      [["fastnet"], /info/]
    ]
    for (const [listed, reason] of refusals) {
      const result = readChains(JSON.stringify(listed))
      assert(Result.isFailure(result), JSON.stringify(listed))
      assert.match(result.failure.reason, reason)
    }
  })
})
