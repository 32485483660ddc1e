/**
 * Whether draws make one chain: each open record names the one of the draw before it (docs/fairness.md, "Records", `previous`).
 *
 * The names reach back to the log's first draw, so whoever knows the newest open record knows which draws there must be.
 */
import type { Day } from "@ddd/core/values/Instant"

/** A draw's place in the chain. */
export interface Link {
  readonly day: Day
  /** The hash of its open record, hex. */
  readonly hash: string
  /** What it names; null: it says that it is the log's first. */
  readonly previous: string | null
}

/** A draw that an open record names and nobody shows. */
export interface MissingDraw {
  /** The hash of its open record. */
  readonly hash: string
  /** The draw shown before it; null: none. */
  readonly after: Day | null
  /** The draw that names it. */
  readonly before: Day
}

export type Joint =
  | { readonly _tag: "Fits" }
  | { readonly _tag: "Missing"; readonly missing: MissingDraw }
  /** It names an older one than the last, or none, as if those between did not exist. */
  | { readonly _tag: "PassesOver"; readonly days: ReadonlyArray<Day> }

/** Whether `next` joins the draws shown `before` it, oldest first. */
export const joint = (before: ReadonlyArray<Link>, next: Link): Joint => {
  const last = before.at(-1)
  if (next.previous === (last?.hash ?? null)) return { _tag: "Fits" }
  if (next.previous === null) return { _tag: "PassesOver", days: before.map(({ day }) => day) }
  const at = before.findIndex(({ hash }) => hash === next.previous)
  return at < 0
    ? { _tag: "Missing", missing: { hash: next.previous, after: last?.day ?? null, before: next.day } }
    : { _tag: "PassesOver", days: before.slice(at + 1).map(({ day }) => day) }
}
