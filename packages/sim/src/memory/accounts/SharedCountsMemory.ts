/** Counts requests in memory. */
import { requestCount } from "@ddd/core/accounts/RequestLimits"
import { SharedCounts } from "@ddd/core/ports/SharedCounts"
import { Effect, Layer } from "effect"
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible"

export const layer: Layer.Layer<SharedCounts> = Layer.sync(SharedCounts, () =>
  SharedCounts.of({
    counter: (policy, quota) => {
      const limiter = new RateLimiterMemory({ keyPrefix: policy, points: quota.quantity, duration: quota.seconds })
      return (key) =>
        Effect.promise(() =>
          limiter.consume(key).then(
            (window) => requestCount(quota, false, window),
            (window: unknown) => {
              if (window instanceof RateLimiterRes) return requestCount(quota, true, window)
              throw window
            }
          )
        )
    }
  }))
