/** A clock that stands where a test puts it. */
import { Now } from "@ddd/core/ports/Now"
import { type Instant, instant } from "@ddd/core/values/Instant"
import { Effect, Layer } from "effect"

export interface Clock {
  readonly layer: Layer.Layer<Now>
  readonly set: (to: Instant) => void
}

export const makeClock = (start: number): Clock => {
  let at = instant(start)
  return {
    layer: Layer.succeed(Now, Now.of({ now: Effect.sync(() => at) })),
    set: (to) => {
      at = to
    }
  }
}
