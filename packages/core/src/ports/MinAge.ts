/** Port: from which age on one may play. */
import { Context } from "effect"

/** In years; null: from any (MIN_AGE). */
export const MinAge = Context.Reference<number | null>("@ddd/core/ports/MinAge", { defaultValue: () => null })
