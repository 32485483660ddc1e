/** What an audit has found so far: as many of each invariant as a person will read, and no more. */
import type { Finding, Invariant } from "@ddd/core/ports/Books"

/** The most findings of one invariant that are kept (ports/Books.ts). */
export const findingsMax = 100

export interface Findings {
  /** Keeps a finding, unless there are `findingsMax` of its invariant already. */
  readonly add: (invariant: Invariant, subject: string, detail: string) => void
  readonly kept: () => ReadonlyArray<Finding>
}

export const makeFindings = (): Findings => {
  const kept: Array<Finding> = []
  const counts = new Map<Invariant, number>()
  return {
    add: (invariant, subject, detail) => {
      const count = (counts.get(invariant) ?? 0) + 1
      counts.set(invariant, count)
      if (count <= findingsMax) kept.push({ invariant, subject, detail })
    },
    kept: () => kept
  }
}
