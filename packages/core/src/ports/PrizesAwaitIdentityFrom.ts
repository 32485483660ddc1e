/** Port: from which amount on a prize waits for its player's identity check (PRIZE_HOLD_KYC, PRIZE_REPORT_FROM). */
import { Context } from "effect"
import type { PrizeThresholds } from "../draws/PrizeReport.ts"

/** Null: none does. */
export const PrizesAwaitIdentityFrom = Context.Reference<PrizeThresholds | null>(
  "@ddd/core/ports/PrizesAwaitIdentityFrom",
  { defaultValue: () => null }
)
