/**
 * Fetches the beacon's rounds that locked draws wait for.
 *
 * Relays are asked with no transaction open, the next one as soon as one fails or is slow; the first answer that the chain's key has
 * signed counts, so that a relay that lies is only a slow one. A round that is late delays its draws, loudly, and is never exchanged for
 * another: which one it is was published before anybody could know it (docs/fairness.md, "Records").
 */
import { Cause, Data, Duration, Effect, Latch, Result, Semaphore } from "effect"
import { type AwaitedRound, isAskedInVain } from "../draws/AwaitedRounds.ts"
import { followedHashes, isFollowed } from "../draws/DrawChain.ts"
import { failingMillisMin } from "../draws/DrawSteps.ts"
import { nobleSha256 } from "../hash/Hash.ts"
import { BeaconChains } from "../ports/BeaconChains.ts"
import { type BeaconRelay, BeaconRelays, RelayFailed } from "../ports/BeaconRelays.ts"
import { Draws } from "../ports/Draws.ts"
import { Now } from "../ports/Now.ts"
import { type ChainInfo, isBeforeRound, roundTime, verifyBeacon } from "../proof/Beacon.ts"
import { abandon } from "./Clockwork.ts"
import { type LogThrottle, makeLogThrottle } from "./LogThrottle.ts"
import { repeated } from "./Repeated.ts"
import { makeRetriedTasks } from "./RetriedTasks.ts"
import { logFailure, sayFailure } from "./SeldomLog.ts"

/** How long one relay is waited for before the next is asked as well. */
const nextRelayAfterMillis = 1_000
/** How often it is looked for rounds that are due, and how soon a missing one is asked for again, at first. */
const pollMillis = 1_000
const backOffMillisMax = 15_000
/** Rounds that are asked for at a time. */
const concurrency = 8
/** A round that is later than this is an operator's matter, and so is a draw on sale that cannot be sold for as long. */
const lateAfterMillis = 10 * 60_000
/** How often an operator is told of the same, once it is theirs. */
const toldAgainAfterMillis = 10 * 60_000
/** How often it is looked whether the draw on sale can be sold. */
const saleLookMillis = 60_000

/** The round cannot be had now; its draws wait. */
export class RoundMissing extends Data.TaggedError("RoundMissing")<{ readonly message: string }> {}

/** That the round is missing, where nothing else is the matter; null otherwise. */
const missingIn = (cause: Cause.Cause<unknown>): RoundMissing | null => {
  const error = Cause.findError(cause)
  return Result.isSuccess(error) && error.success instanceof RoundMissing ? error.success : null
}

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

/** A round of a chain as a relay tells it, 48 bytes; fails where its answer is none that the chain's key has signed. */
export const genuineRound = Effect.fnUntraced(function*(
  relay: BeaconRelay,
  chain: ChainInfo,
  chainHash: string,
  round: number
) {
  const signature = yield* relay.signatureOf(chainHash, round)
  if (verifyBeacon(nobleSha256, chain, { round, signature })) return signature
  return yield* new RelayFailed({ relay: relay.name, message: "its signature is not the chain's" })
})

/** A round of a chain, as the first relay tells it whose answer is genuine. */
export const fetchRound = Effect.fn("BeaconRounds.fetchRound")(function*(
  chain: ChainInfo,
  chainHash: string,
  round: number
) {
  const relays = yield* BeaconRelays
  if (relays.length === 0) return yield* new RoundMissing({ message: "no relay is configured (BEACON)" })
  return yield* Effect.mapError(
    askInTurn(relays, (relay) => genuineRound(relay, chain, chainHash, round)),
    (failures) => new RoundMissing({ message: failures.map(({ message, relay }) => `${relay}: ${message}`).join("; ") })
  )
})

/**
 * Fetches a round and stores it for every draw that waits for it; gives how many did. Nothing is asked before the round is due.
 */
export const obtain = Effect.fnUntraced(function*({ chain, chainHash, round }: AwaitedRound) {
  const draws = yield* Draws
  const clock = yield* (yield* Now).now
  const { followed } = yield* BeaconChains
  // a relay may serve the round of a chain that no setting names any more
  const advice = isFollowed(followedHashes(nobleSha256, followed), chainHash) ? "" : `; ${followAgain}`
  if (chain === null) {
    return yield* new RoundMissing({ message: `nothing is known of this chain${advice}` })
  }
  if (isBeforeRound(chain, round, clock)) return 0
  const signature = yield* Effect.mapError(
    fetchRound(chain, chainHash, round),
    ({ message }) => new RoundMissing({ message: `${message}${advice}` })
  )
  return yield* draws.storeRound(chainHash, round, signature)
})

/** What an operator does about a chain that a draw names and no setting does. */
const followAgain =
  "add the chain to DRAND_CHAIN, and a relay that serves it to DRAND_URLS; where nobody serves it any more, see `ddd draw void --help`"

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
 * Runs until it is interrupted. Never fails: a round that cannot be had is asked for again, 15 seconds later at most; draws that have waited
 * for it for a week are given up.
 */
export const run = Effect.fn("BeaconRounds.run")(function*() {
  const draws = yield* Draws
  const now = yield* Now
  const relays = yield* BeaconRelays
  const begin = yield* makeRetriedTasks(pollMillis, backOffMillisMax)
  const permits = Semaphore.makeUnsafe(concurrency)
  const lookFailures = makeLogThrottle()
  const late = new Map<string, LogThrottle>()

  const tellLate = Effect.fnUntraced(function*(awaited: AwaitedRound, why: string) {
    const { chain, chainHash, drawIds: { length: count }, dueAt, round } = awaited
    const lateMillis = (yield* now.now) - (chain === null ? dueAt : roundTime(chain, round))
    const said = `round ${round} of chain ${chainHash} is ${Math.round(lateMillis / 1000)} s late, and ${count} ${
      count === 1 ? "draw waits" : "draws wait"
    } for it: ${why}`
    if (lateMillis <= lateAfterMillis) return yield* Effect.logWarning(said)
    const name = nameOf(awaited)
    const throttle = late.get(name) ?? makeLogThrottle(toldAgainAfterMillis)
    late.set(name, throttle)
    yield* throttle.failed(Effect.logError(said))
  })

  const nameOf = ({ chainHash, round }: AwaitedRound) => `${chainHash} ${round}`

  const attempt = (awaited: AwaitedRound) =>
    begin(nameOf(awaited), permits.withPermit(obtain(awaited)), {
      onSuccess: (count) => {
        late.delete(nameOf(awaited))
        return count === 0 ? Effect.void : Effect.logInfo(`round ${awaited.round} is there`, { draws: awaited.drawIds })
      },
      onFailure: Effect.fnUntraced(function*(cause, { delayMillis, since }, at) {
        const missing = missingIn(cause)
        // a defect makes no draw void: the round may be there
        if (missing === null) {
          return yield* logFailure(`round ${awaited.round} could not be stored; again in ${delayMillis} ms`, cause)
        }
        yield* tellLate(awaited, missing.message)
        const isInVain = at - since >= failingMillisMin && isAskedInVain(awaited, relays.length)
        if (isInVain) yield* Effect.forEach(awaited.drawIds, (id) => abandon(id, "beacon", at), { discard: true })
      })
    })

  // each round is a fiber of its own: one whose relays are slow delays no other
  const look = Effect.flatMap(
    Effect.tap(draws.awaitedRounds, () => Effect.sync(() => lookFailures.ended())),
    Effect.forEach(attempt, { discard: true })
  ).pipe(
    Effect.catchCause((cause) =>
      lookFailures.failed(sayFailure("the rounds that draws wait for could not be looked for", cause))
    )
  )
  yield* Effect.forkScoped(watchSale)
  return yield* Effect.forever(Effect.andThen(look, Effect.sleep(Duration.millis(pollMillis))))
}, Effect.scoped)

/**
 * Tells of a daily draw that is on sale by the clock and is not sold, since its chain is not followed: no round of it is late yet. Runs
 * until it is interrupted, and never fails.
 */
const watchSale = Effect.gen(function*() {
  const draws = yield* Draws
  const now = yield* Now
  const followed = followedHashes(nobleSha256, (yield* BeaconChains).followed)
  const throttle = makeLogThrottle(toldAgainAfterMillis)
  let since: number | undefined

  const look = Effect.gen(function*() {
    const draw = yield* draws.current
    if (draw === null || isFollowed(followed, draw.beacon?.chainHash ?? null)) {
      since = undefined
      return
    }
    const at = yield* now.now
    since ??= at
    const said =
      `the draw of ${draw.drawDate} is not sold: it waits for chain ${draw.beacon?.chainHash}, which is not followed; ${followAgain}`
    if (at - since === 0) yield* Effect.logWarning(said)
    else if (at - since >= lateAfterMillis) yield* throttle.failed(Effect.logError(said))
  })
  return yield* look.pipe(repeated(saleLookMillis, "the draw on sale could not be looked at"))
})
