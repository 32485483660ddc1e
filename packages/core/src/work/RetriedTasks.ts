/** Tasks that a process begins again and again while they are due: each in a fiber of its own, and with a back-off of its own where it fails. */
import { type Cause, Clock, Effect, FiberMap } from "effect"
import { Now } from "../ports/Now.ts"
import type { Instant } from "../values/Instant.ts"
import { type Failing, makeBackOffs } from "./BackOff.ts"

/** What follows a task. */
export interface Outcomes<A, E, R> {
  readonly onSuccess: (result: A) => Effect.Effect<void>
  /** `at`: when it failed, by the clock that decides. */
  readonly onFailure: (cause: Cause.Cause<E>, failing: Failing, at: Instant) => Effect.Effect<void, never, R>
}

/**
 * Begins tasks, and waits for none. Each has a name: it is not begun while it is being done, or failed too short a while ago (`makeBackOffs`,
 * in milliseconds). The scope ends them.
 */
export const makeRetriedTasks = Effect.fnUntraced(function*(delayMillisMin: number, delayMillisMax: number) {
  const { now } = yield* Now
  const backOffs = makeBackOffs(delayMillisMin, delayMillisMax)
  const running = yield* FiberMap.make<string>()

  return Effect.fnUntraced(function*<A, E, R, R2>(
    name: string,
    task: Effect.Effect<A, E, R>,
    { onFailure, onSuccess }: Outcomes<A, E, R2>
  ) {
    if (backOffs.isWaiting(name, yield* Clock.currentTimeMillis)) return
    const attempt = Effect.matchCauseEffect(task, {
      onSuccess: (result) => {
        backOffs.succeeded(name)
        return onSuccess(result)
      },
      onFailure: Effect.fnUntraced(function*(cause) {
        const at = yield* now
        yield* onFailure(cause, backOffs.failed(name, yield* Clock.currentTimeMillis, at), at)
      })
    })
    yield* FiberMap.run(running, name, attempt, { onlyIfMissing: true })
  })
})
