/** How an engine ends the requests under way when it is asked to stop. */
import { Context, type Duration, Effect, type Fiber } from "effect"

/** Marks the interrupts by which a stopping server ends requests, as Effect's `ClientAbort` marks those of clients that went away. */
export class ServerStop extends Context.Service<ServerStop, true>()("@ddd/http/engine/GracefulStop/ServerStop") {
  static readonly annotation = this.context(true)
}

const defaultGracePeriod: Duration.Input = "10 seconds"

/** How long interrupted requests may take to undo what they began and be answered so, before their connections are cut. */
const interruptedAnswersPeriod: Duration.Input = "100 millis"

/**
 * Waits for `allAnswered` during the grace period, then interrupts the fibers that still `running` has and waits again, shortly. Returns in
 * spite of a fiber that cannot be interrupted.
 */
export const finishRequests = (
  allAnswered: Effect.Effect<void>,
  running: Iterable<Fiber.Fiber<unknown, unknown>>,
  gracePeriod: Duration.Input = defaultGracePeriod
): Effect.Effect<void> =>
  Effect.withFiber(({ id }) =>
    allAnswered.pipe(
      Effect.timeoutOption(gracePeriod),
      Effect.andThen(Effect.sync(() => {
        for (const fiber of running) fiber.interruptUnsafe(id, ServerStop.annotation)
      })),
      Effect.andThen(Effect.timeoutOption(allAnswered, interruptedAnswersPeriod)),
      Effect.asVoid
    )
  )
