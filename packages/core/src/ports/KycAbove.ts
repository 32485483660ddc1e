/** Port: above which total of a player's withdrawals their identity is verified first (KYC_ABOVE). */
import { Context } from "effect"
import type { Cents } from "../money/Money.ts"

/** Null: above none. */
export const KycAbove = Context.Reference<Cents | null>("@ddd/core/ports/KycAbove", { defaultValue: () => null })
