/** What is done on SIGHUP, by which operators have files read again. */
import { Effect, FiberHandle, type Scope } from "effect"

/** Until the scope closes, each SIGHUP has `act` done, in place of one that is still being done. */
export const onHangUp = (act: Effect.Effect<void>): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function*() {
    const fork = yield* FiberHandle.makeRuntime<never, void>()
    const heard = (): void => void fork(act)
    yield* Effect.acquireRelease(
      Effect.sync(() => process.on("SIGHUP", heard)),
      () => Effect.sync(() => process.off("SIGHUP", heard))
    )
  })
