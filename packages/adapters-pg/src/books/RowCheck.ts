/** An invariant that SQL can say. */
import type { Invariant } from "@ddd/core/ports/Books"

export interface RowCheck {
  readonly invariant: Invariant
  /** Gives the rows that break it, as two columns: what each is, and what was expected and found. */
  readonly query: string
}
