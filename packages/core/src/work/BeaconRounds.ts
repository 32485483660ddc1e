/**
 * Fetches the beacon's rounds that locked draws wait for.
 *
 * Relays are asked with no transaction open, the next one as soon as one fails or is slow; the first answer that the chain's key has
 * signed counts, so that a relay that lies is only a slow one. A round that is late delays its draws, loudly, and is never exchanged for
 * another: which one it is was published before anybody could know it (docs/fairness.md, "Records").
 */
import { Clock, Data, Duration, Effect, FiberMap, Latch, Semaphore } from "effect"
import type { AwaitedRound } from "../draws/AwaitedRounds.ts"
import { failingMillisMin } from "../draws/DrawSteps.ts"
import { nobleSha256 } from "../hash/Hash.ts"
import { BeaconChain } from "../ports/BeaconChain.ts"
import { type BeaconRelay, BeaconRelays, RelayFailed } from "../ports/BeaconRelays.ts"
import { Draws } from "../ports/Draws.ts"
import { Now } from "../ports/Now.ts"
import { type ChainInfo, chainNamed, isBeforeRound, roundTime, verifyBeacon } from "../proof/Beacon.ts"
import { makeBackOffs } from "./BackOff.ts"
import { abandon } from "./Clockwork.ts"
import { makeLogThrottle } from "./LogThrottle.ts"
import { logFailure, sayFailure } from "./SeldomLog.ts"

/** How long one relay is waited for before the next is asked as well. */
const nextRelayAfterMillis = 1_000
/** How often it is looked for rounds that are due, and how soon a missing one is asked for again, at first. */
const pollMillis = 1_000
const backOffMillisMax = 15_000
/** Rounds that are asked for at a time. */
const concurrency = 8
/** A round that is later than this is an operator's matter. */
const lateAfterMillis = 10 * 60_000

/** The round cannot be had now; its draws wait. */
export class RoundMissing extends Data.TaggedError("RoundMissing")<{ readonly message: string }> {}

/** Asks the relays in turn until one succeeds; fails with what each had to say. */
const askInTurn = Effect.fnUntraced(function*<A>(
  relays: ReadonlyArray<BeaconRelay>,
  ask: (relay: BeaconRelay) => Effect.Effect<A, RelayFailed>
) {
  const failures: Array<RelayFailed> = []
  const turns = relays.map((_, index) => Latch.makeUnsafe(index === 0))
  const lanes = relays.map((relay, index) => {
    const next = Effect.sync(() => turns[index + 1]?.openUnsafe())
    const lane = Effect.gen(function*() {
      yield* turns[index]?.await ?? Effect.void
      yield* Effect.forkChild(Effect.andThen(Effect.sleep(nextRelayAfterMillis), next))
      return yield* ask(relay)
    })
    return Effect.tapError(lane, (failure) => Effect.andThen(Effect.sync(() => failures.push(failure)), next))
  })
  if (lanes.length === 0) return yield* Effect.fail(failures)
  return yield* Effect.mapError(Effect.raceAll(lanes), () => failures)
})

/** A round of a chain, as the first relay tells it whose answer is genuine: 48 bytes. */
export const fetchRound = Effect.fn("BeaconRounds.fetchRound")(function*(
  chain: ChainInfo,
  chainHash: string,
  round: number
) {
  const relays = yield* BeaconRelays
  if (relays.length === 0) return yield* new RoundMissing({ message: "no relay is configured (BEACON)" })
  const genuine = Effect.fnUntraced(function*(relay: BeaconRelay) {
    const signature = yield* relay.signatureOf(chainHash, round)
    if (verifyBeacon(nobleSha256, chain, { round, signature })) return signature
    return yield* new RelayFailed({ relay: relay.name, message: "its signature is not the chain's" })
  })
  return yield* Effect.mapError(
    askInTurn(relays, genuine),
    (failures) => new RoundMissing({ message: failures.map(({ message, relay }) => `${relay}: ${message}`).join("; ") })
  )
})

/**
 * Fetches a round and stores it for every draw that waits for it; gives how many did. Nothing is asked before the round is due.
 */
const obtain = Effect.fnUntraced(function*({ chainHash, round }: AwaitedRound) {
  const draws = yield* Draws
  const clock = yield* (yield* Now).now
  const chain = chainNamed(nobleSha256, chainHash, yield* BeaconChain)
  if (chain === undefined) {
    return yield* new RoundMissing({ message: "this program knows no such chain (DRAND_CHAIN)" })
  }
  if (isBeforeRound(chain, round, clock)) return 0
  const signature = yield* fetchRound(chain, chainHash, round)
  return yield* draws.storeRound(chainHash, round, signature)
})

/** Fetches what is due now, once; gives the rounds that are there and those that are missing still. For commands; `run` is the server's. */
export const fetchDue = Effect.fn("BeaconRounds.fetchDue")(function*() {
  const draws = yield* Draws
  const stored: Array<AwaitedRound> = []
  const missing: Array<AwaitedRound & { readonly why: string }> = []
  for (const awaited of yield* draws.awaitedRounds) {
    yield* obtain(awaited).pipe(
      Effect.tap((count) => Effect.sync(() => count > 0 && stored.push(awaited))),
      Effect.catchTag("RoundMissing", ({ message }) => Effect.sync(() => missing.push({ ...awaited, why: message }))),
      // a defect of one round keeps no other from being fetched
      Effect.catchDefect((defect) => Effect.sync(() => missing.push({ ...awaited, why: String(defect) })))
    )
  }
  return { stored, missing }
})

/**
 * Runs until it is interrupted. Never fails: a round that cannot be had is asked for again, up to every 15 seconds; draws that have waited
 * for it for a week are given up.
 */
export const run = Effect.fn("BeaconRounds.run")(function*() {
  const draws = yield* Draws
  const now = yield* Now
  const configured = yield* BeaconChain
  const backOffs = makeBackOffs(pollMillis, backOffMillisMax)
  const running = yield* FiberMap.make<string>()
  const permits = Semaphore.makeUnsafe(concurrency)
  const lookFailures = makeLogThrottle()

  const tellLate = Effect.fnUntraced(function*({ chainHash, round }: AwaitedRound, count: number, why: string) {
    const chain = chainNamed(nobleSha256, chainHash, configured)
    const late = chain === undefined ? 0 : (yield* now.now) - roundTime(chain, round)
    const said = `round ${round} of chain ${chainHash} is ${Math.round(late / 1000)} s late, and ${count} ${
      count === 1 ? "draw waits" : "draws wait"
    } for it: ${why}`
    yield* late > lateAfterMillis ? Effect.logError(said) : Effect.logWarning(said)
  })

  const nameOf = ({ chainHash, round }: AwaitedRound) => `${chainHash} ${round}`

  const attempt = Effect.fnUntraced(function*(awaited: AwaitedRound) {
    const name = nameOf(awaited)
    const clock = yield* Clock.currentTimeMillis
    if (backOffs.isWaiting(name, clock)) return
    yield* obtain(awaited).pipe(
      Effect.tap((count) =>
        count === 0 ? Effect.void : Effect.logInfo(`round ${awaited.round} is there`, { draws: awaited.drawIds })
      ),
      Effect.matchEffect({
        onSuccess: () => Effect.sync(() => backOffs.succeeded(name)),
        onFailure: Effect.fnUntraced(function*({ message }) {
          const at = yield* now.now
          const { since } = backOffs.failed(name, clock, at)
          yield* tellLate(awaited, awaited.drawIds.length, message)
          if (at - since >= failingMillisMin) yield* Effect.forEach(awaited.drawIds, (id) => abandon(id, "beacon", at))
        })
      }),
      // a defect of one round keeps no other from being fetched, and makes no draw void: the round may be there
      Effect.catchCause(Effect.fnUntraced(function*(cause) {
        const { delayMillis } = backOffs.failed(name, clock, yield* now.now)
        yield* logFailure(`round ${awaited.round} could not be stored; again in ${delayMillis} ms`, cause)
      }))
    )
  })

  // each round is a fiber of its own: one whose relays are slow delays no other
  const look = Effect.flatMap(
    Effect.tap(draws.awaitedRounds, () => Effect.sync(() => lookFailures.ended())),
    Effect.forEach(
      (awaited) =>
        FiberMap.run(running, nameOf(awaited), permits.withPermit(attempt(awaited)), { onlyIfMissing: true }),
      { discard: true }
    )
  ).pipe(
    Effect.catchCause((cause) =>
      lookFailures.failed(sayFailure("the rounds that draws wait for could not be looked for", cause))
    )
  )
  return yield* Effect.forever(Effect.andThen(look, Effect.sleep(Duration.millis(pollMillis))))
}, Effect.scoped)
