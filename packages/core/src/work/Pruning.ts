/**
 * Removes what was kept for long enough, in small steps, so that nobody waits for it (docs/operations/retention.md).
 *
 * Every node does it; which of them removes what does not matter.
 */
import { Duration, Effect } from "effect"
import { Retention } from "../ports/Retention.ts"
import { type RetainedKind, retainedKinds } from "../values/Retention.ts"
import { logFailure } from "./SeldomLog.ts"

/** Rows of one step: some ten milliseconds of the database's work. */
const rowsAtOnce = 1_000
/** Steps of a kind in one round: six times as many rows a minute as ten million purchases a day leave. */
const stepsMax = 50
/** Between two steps, in milliseconds: the database has time for others. */
const stepPauseMillis = 100
/** Between two rounds, in milliseconds. */
const roundPauseMillis = 60_000

/** Removes what is old of a kind, at most `stepsMax` steps of it; gives how many rows. */
export const pruneKind = Effect.fn("Pruning.pruneKind")(function*(kind: RetainedKind) {
  const { prune } = yield* Retention
  let removed = 0
  for (let step = 0; step < stepsMax; step++) {
    const { isMore, rows } = yield* prune(kind, rowsAtOnce)
    removed += rows
    if (!isMore) break
    yield* Effect.sleep(Duration.millis(stepPauseMillis))
  }
  return removed
})

/** Runs until it is interrupted. Never fails: what cannot be removed now is logged, and tried in the next round. */
export const run = Effect.fn("Pruning.run")(function*() {
  const one = (kind: RetainedKind) =>
    pruneKind(kind).pipe(
      Effect.tap((rows) => rows === 0 ? Effect.void : Effect.logDebug(`${rows} old ${kind} were removed`)),
      Effect.catchCause((cause) => logFailure(`old ${kind} could not be removed`, cause))
    )
  return yield* Effect.forEach(retainedKinds, one, { discard: true }).pipe(
    Effect.andThen(Effect.sleep(Duration.millis(roundPauseMillis))),
    Effect.forever
  )
})
