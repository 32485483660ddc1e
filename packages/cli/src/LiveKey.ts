/** Whether a key of Stripe's moves real money. */
import { Redacted } from "effect"

export const isLiveKey = (key: Redacted.Redacted | undefined): boolean =>
  key !== undefined && Redacted.value(key).includes("_live_")
