/** Port: above which amount money that is moved by hand waits for another operator (FOUR_EYES_ABOVE). */
import { Context } from "effect"
import type { Cents } from "../money/Money.ts"

/** Null: nobody else is asked. */
export const FourEyesAbove = Context.Reference<Cents | null>("@ddd/core/ports/FourEyesAbove", {
  defaultValue: () => null
})
