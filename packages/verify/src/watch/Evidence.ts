/**
 * How much evidence is kept of what was found wrong: so much a day, and so much in all.
 *
 * Whoever stands between can show another text each second. What no pinned key signed has an allowance of its own, so that it fills
 * no disk and takes no room from what the operator did sign.
 */
import { type Day, dayOf, type Instant } from "@ddd/core/values/Instant"
import type { WatchFolder } from "./WatchFolder.ts"

/** Whether a pinned key signed what is shown. */
export type Origin = "signed" | "unsigned"

/** Files at most. */
export interface Allowance {
  readonly perDay: number
  readonly inAll: number
}

export const allowances: { readonly [O in Origin]: Allowance } = {
  signed: { perDay: 100, inAll: 2_000 },
  unsigned: { perDay: 20, inAll: 500 }
}

export type Keeping =
  /** It was kept before; by this process, where `isNew` is false. */
  | { readonly _tag: "Kept"; readonly file: string; readonly isNew: boolean }
  /** There is more than is kept; `isNew` for the first of a day. */
  | { readonly _tag: "TooMuch"; readonly isNew: boolean }

export interface Evidence {
  /** Keeps a text under a name, which is the same for the same finding. */
  readonly keep: (name: string, origin: Origin, at: Instant, text: () => string) => Keeping
}

const originOf = (name: string): Origin => name.includes("-unsigned-") ? "unsigned" : "signed"

/** Counts what stands in the folder already. */
export const evidenceIn = (folder: WatchFolder, allowed: typeof allowances = allowances): Evidence => {
  const kept = new Map(folder.evidence().map(({ at, name }) => [name, dayOf(at)]))
  const raised = new Set<string>()
  const fullOn = new Map<Origin, Day>()

  const isFull = (origin: Origin, today: Day): boolean => {
    const days = [...kept].filter(([name]) => originOf(name) === origin).map(([, day]) => day)
    return days.length >= allowed[origin].inAll ||
      days.filter((day) => day === today).length >= allowed[origin].perDay
  }

  return {
    keep: (name, origin, at, text) => {
      const isNew = !raised.has(name)
      if (kept.has(name)) {
        raised.add(name)
        return { _tag: "Kept", file: folder.evidenceFile(name), isNew }
      }
      const today = dayOf(at)
      if (fullOn.get(origin) === today) return { _tag: "TooMuch", isNew: false }
      if (isFull(origin, today)) {
        fullOn.set(origin, today)
        return { _tag: "TooMuch", isNew: true }
      }
      const file = folder.keepEvidence(name, text())
      kept.set(name, today)
      raised.add(name)
      return { _tag: "Kept", file, isNew }
    }
  }
}
