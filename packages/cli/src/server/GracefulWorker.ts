/** Workers whose jobs are finished before they stop: when the server stops, no other job begins, and those under way end first. */
import { Effect, Latch } from "effect"

/** How long the jobs under way may take when the server stops. */
const patience = "10 seconds"

/** Runs a job as one that the worker's end waits for; never begins it once the worker stops. */
export type TrackJob = <A, E, R>(job: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

const makeTracker = Effect.map(Effect.all([Latch.make(true), Latch.make(true)]), ([open, idle]) => {
  let underWay = 0
  const track: TrackJob = (job) =>
    open.whenOpen(Effect.acquireUseRelease(
      Effect.sync(() => {
        underWay++
        idle.closeUnsafe()
      }),
      () => job,
      () =>
        Effect.sync(() => {
          if (--underWay === 0) idle.openUnsafe()
        })
    ))
  // the last job opens the latch within its own turn, and by the end of that is about to be acknowledged, which nothing interrupts
  const drain = open.close.pipe(
    Effect.andThen(idle.await),
    Effect.andThen(Effect.yieldNow),
    Effect.timeout(patience),
    Effect.ignore
  )
  return { track, drain }
})

/** Runs a worker in the background until the scope ends: its jobs end first, then the worker itself. */
export const forkGraceful = Effect.fnUntraced(
  function*<R>(worker: (track: TrackJob) => Effect.Effect<never, never, R>) {
    const { drain, track } = yield* makeTracker
    yield* Effect.forkScoped(worker(track))
    yield* Effect.addFinalizer(() => drain)
  }
)
