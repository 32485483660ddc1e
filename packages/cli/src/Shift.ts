/** Jobs that are done where they were begun: when the server stops, those under way are finished, and no other begins. */
import { Effect, Latch } from "effect"

/** How long the jobs under way may take when the server stops. */
const patience = "10 seconds"

/** Does a job within the shift. */
export type During = <A, E, R>(job: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

const make = Effect.map(Effect.all([Latch.make(true), Latch.make(true)]), ([open, idle]) => {
  let underWay = 0
  const during: During = (job) =>
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
  // the last of them opens the latch within its own turn, and by the end of that is about to be acknowledged, which nothing interrupts
  const stop = open.close.pipe(
    Effect.andThen(idle.await),
    Effect.andThen(Effect.yieldNow),
    Effect.timeout(patience),
    Effect.ignore
  )
  return { during, stop }
})

/** Runs a worker in the background, whose jobs are done within a shift, until the scope ends: first the jobs, then the worker. */
export const staff = Effect.fnUntraced(function*<R>(worker: (during: During) => Effect.Effect<never, never, R>) {
  const { during, stop } = yield* make
  yield* Effect.forkScoped(worker(during))
  yield* Effect.addFinalizer(() => stop)
})
