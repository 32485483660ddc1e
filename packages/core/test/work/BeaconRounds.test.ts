import { assert, describe } from "@effect/vitest"
import { Effect, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import type { AwaitedRound } from "../../src/draws/AwaitedRounds.ts"
import type { Draw } from "../../src/draws/Draw.ts"
import { zero } from "../../src/money/Money.ts"
import { BeaconChains, onlyChain } from "../../src/ports/BeaconChains.ts"
import { type BeaconRelay, BeaconRelays, RelayFailed } from "../../src/ports/BeaconRelays.ts"
import { Draws } from "../../src/ports/Draws.ts"
import { Now } from "../../src/ports/Now.ts"
import { quicknet, quicknetHash, roundTime } from "../../src/proof/Beacon.ts"
import { fromHex } from "../../src/values/Bytes.ts"
import { drawId } from "../../src/values/Ids.ts"
import { dayOf, type Instant, instant } from "../../src/values/Instant.ts"
import { fetchRound, run } from "../../src/work/BeaconRounds.ts"
import { defined, signRound, testChain, testChainHash } from "../support/bundles.ts"
import { dayEnds, idOf, noon } from "../support/drawStates.ts"
import { patiently } from "../support/PatientClock.ts"

const id = drawId("019a0000-0000-7000-8000-000000000001")
const round = 1000
const signature = defined(fromHex(signRound(round), 48))

/** A relay that answers after some seconds, or never; and when it was asked, in milliseconds of the test's clock. */
const relayOf = (name: string, seconds: number, answer: Effect.Effect<Uint8Array, RelayFailed>) => {
  const asked: Array<number> = []
  const relay: BeaconRelay = {
    name,
    signatureOf: () =>
      Effect.gen(function*() {
        asked.push(yield* TestClock.testClockWith((clock) => clock.currentTimeMillis))
        yield* Effect.sleep(`${seconds} seconds`)
        return yield* answer
      })
  }
  return { relay, asked }
}

const tells = (seconds: number) => relayOf("tells", seconds, Effect.succeed(signature))
const fails = (seconds: number) =>
  relayOf("fails", seconds, Effect.fail(new RelayFailed({ relay: "fails", message: "down" })))

const fetchFrom = (...relays: ReadonlyArray<{ readonly relay: BeaconRelay }>) =>
  fetchRound(testChain, testChainHash, round).pipe(
    Effect.provideService(BeaconRelays, relays.map(({ relay }) => relay)),
    Effect.result,
    Effect.forkChild({ startImmediately: true })
  )

/** Runs without a chain that is followed, by a clock that says `from` at first, and keeps what is logged. */
const runAt = (from: Instant, draws: Layer.Layer<Draws>, said: Array<string>) => {
  const logger = Logger.make(({ logLevel, message }) => void said.push(`${logLevel} ${String(message)}`))
  const now = Effect.map(
    TestClock.testClockWith((clock) => clock.currentTimeMillis),
    (millis) => instant(from + millis)
  )
  return run().pipe(
    Effect.provide(Layer.mergeAll(draws, Layer.succeed(Now, Now.of({ now })), Logger.layer([logger]))),
    Effect.forkChild({ startImmediately: true })
  )
}

const onSale: Draw = {
  id,
  kind: "daily",
  drawDate: dayOf(noon),
  status: "open",
  prizePool: zero,
  totalEntries: 0,
  commitmentHash: "ab".repeat(32),
  opensAt: noon,
  closesAt: dayEnds,
  lockedAt: null,
  drawAt: null,
  beacon: { chainHash: testChainHash, round },
  entriesRoot: null,
  seed: null,
  winningPosition: null,
  winningTicketId: null,
  drawnAt: null
}

describe("a round of the beacon", () => {
  patiently(
    "is asked of the next relay as soon as one fails, or has been silent for a second",
    () =>
      Effect.gen(function*() {
        const relays = [fails(0), tells(60), fails(0), tells(3), tells(0)]
        const fiber = yield* fetchFrom(...relays)
        yield* TestClock.adjust("999 millis")
        assert.deepStrictEqual(relays.map(({ asked }) => asked), [[0], [0], [], [], []])
        yield* TestClock.adjust("1 millis")
        assert.deepStrictEqual(relays.map(({ asked }) => asked), [[0], [0], [1000], [1000], []])
        assert.isUndefined(fiber.pollUnsafe())
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(relays.map(({ asked }) => asked), [[0], [0], [1000], [1000], [2000]])
        assert.isDefined(fiber.pollUnsafe())
      })
  )

  patiently("is missing once every relay has failed, and none is waited for longer", () =>
    Effect.gen(function*() {
      const fiber = yield* fetchFrom(fails(0), fails(2))
      yield* TestClock.adjust("2 seconds")
      const result = fiber.pollUnsafe()
      assert.isDefined(result)
    }))

  patiently(
    "is asked for ever less often where it is late, each time it is said how late it is, and after an hour draws may be given up",
    () =>
      Effect.gen(function*() {
        const relay = fails(0)
        const said: Array<string> = []
        const waiting: Array<AwaitedRound> = [{
          chainHash: testChainHash,
          chain: testChain,
          dueAt: roundTime(testChain, round),
          round,
          drawIds: [id]
        }]
        const stored: Array<number> = []
        const abandoned: Array<string> = []
        const due = roundTime(testChain, round)
        const draws = Layer.mock(Draws)({
          current: Effect.succeed(null),
          awaitedRounds: Effect.sync(() => [...waiting]),
          perform: (due) =>
            Effect.sync(() =>
              abandoned.push(`${due.step} ${due.drawId}${due.step === "abandon" ? ` for ${due.reason}` : ""}`) === 0
            ),
          storeRound: (_, told) => Effect.sync(() => stored.push(told) + waiting.splice(0).length)
        })
        const logger = Logger.make(({ logLevel, message }) => void said.push(`${logLevel} ${String(message)}`))
        const now = Effect.map(
          TestClock.testClockWith((clock) => clock.currentTimeMillis),
          (millis) => instant(due - 5000 + millis)
        )
        let answers: Effect.Effect<Uint8Array, RelayFailed> = Effect.fail(
          new RelayFailed({ relay: "late", message: "not there yet" })
        )
        const late: BeaconRelay = {
          name: "late",
          signatureOf: (_, asked) =>
            Effect.andThen(
              relay.relay.signatureOf(testChainHash, asked).pipe(Effect.ignore),
              Effect.suspend(() => answers)
            )
        }
        yield* run().pipe(
          Effect.provide(Layer.mergeAll(draws, Layer.succeed(Now, Now.of({ now })), Logger.layer([logger]))),
          Effect.provideService(BeaconChains, onlyChain(testChain)),
          Effect.provideService(BeaconRelays, [late]),
          Effect.forkChild({ startImmediately: true })
        )
        yield* TestClock.adjust("4999 millis")
        assert.deepStrictEqual(relay.asked, [])
        yield* TestClock.adjust("10 minutes")
        const { length } = relay.asked
        // at once, then after 1, 2, 4, 8 and every 15 seconds
        assert.isTrue(length >= 38 && length <= 45, `asked ${length} times`)
        assert.match(said[0] ?? "", /^Warn .*1 draw waits.*late: not there yet/)
        yield* TestClock.adjust("1 minute")
        assert.match(said.at(-1) ?? "", /^Error .* 6\d\d s late/)
        yield* TestClock.adjust("48 minutes")
        assert.deepStrictEqual(abandoned, [])
        yield* TestClock.adjust("2 minutes")
        // whether a week has passed the draw knows best
        assert.deepStrictEqual(new Set(abandoned), new Set([`abandon ${id} for beacon`]))
        answers = Effect.succeed(signature)
        yield* TestClock.adjust("16 seconds")
        assert.deepStrictEqual(stored, [round])
        const before = relay.asked.length
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(relay.asked.length, before)
      })
  )

  patiently(
    "of a chain that nothing is known of is an error after ten minutes, once in ten minutes, and says what to do",
    () =>
      Effect.gen(function*() {
        const said: Array<string> = []
        const due = roundTime(testChain, round)
        const draws = Layer.mock(Draws)({
          current: Effect.succeed(null),
          awaitedRounds: Effect.succeed([{ chainHash: testChainHash, chain: null, dueAt: due, round, drawIds: [id] }]),
          perform: () => Effect.succeed(false)
        })
        yield* runAt(due, draws, said)
        yield* TestClock.adjust("9 minutes")
        assert.isTrue(said.length > 0 && said.every((line) => line.startsWith("Warn")), said.at(-1))
        said.length = 0
        yield* TestClock.adjust("2 hours")
        const errors = said.filter((line) => line.startsWith("Error"))
        assert.isTrue(errors.length >= 11 && errors.length <= 13, `said ${errors.length} times`)
        assert.match(errors.at(-1) ?? "", /\d\d\d\d s late, and 1 draw waits.*add the chain to DRAND_CHAIN/)
      })
  )

  patiently(
    "of drand's own chain is not given up by a server that has no relay to ask: anyone else may have it",
    () =>
      Effect.gen(function*() {
        const abandoned: Array<string> = []
        const due = roundTime(quicknet, round)
        const ofQuicknet = { chainHash: quicknetHash, chain: quicknet, dueAt: due, round, drawIds: [id] }
        const other = { chainHash: testChainHash, chain: testChain, dueAt: due, round, drawIds: [idOf(2)] }
        const draws = Layer.mock(Draws)({
          current: Effect.succeed(null),
          awaitedRounds: Effect.succeed([ofQuicknet, other]),
          perform: ({ drawId }) => Effect.sync(() => abandoned.push(drawId) === 0)
        })
        const late = Math.max(due, roundTime(testChain, round))
        yield* runAt(instant(late), draws, [])
        yield* TestClock.adjust("2 hours")
        assert.deepStrictEqual(new Set(abandoned), new Set([idOf(2)]))
      })
  )

  patiently(
    "that a draw on sale waits for in vain is told before it is late: at once, and as an error after ten minutes",
    () =>
      Effect.gen(function*() {
        const said: Array<string> = []
        const draws = Layer.mock(Draws)({
          current: Effect.succeed(onSale),
          awaitedRounds: Effect.succeed([])
        })
        yield* runAt(noon, draws, said)
        yield* TestClock.adjust("9 minutes")
        assert.strictEqual(said.length, 1)
        assert.match(said[0] ?? "", /^Warn the draw of 2026-02-03 is not sold: .*DRAND_CHAIN/)
        yield* TestClock.adjust("52 minutes")
        assert.isTrue(said.slice(1).every((line) => line.startsWith("Error")))
        assert.isTrue(said.length >= 6 && said.length <= 7, `said ${said.length} times`)
      })
  )
})
