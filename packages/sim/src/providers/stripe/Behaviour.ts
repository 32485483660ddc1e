/** How the stand-in misbehaves. */
import type { ProviderStep } from "@ddd/core/money/Withdrawal"

export const behaviours = [
  "done",
  /** For good. */
  "refused",
  /** Nothing is done, and nothing is said. */
  "time-out before",
  /** Done, and nothing is said. */
  "time-out after",
  /** Nothing is done; the 500 is kept under its key. */
  "5xx before",
  /** Done; the 500 is kept under its key. */
  "5xx after",
  /** The webhook arrives before the answer. */
  "webhook first",
  "webhook never",
  /** A payout that the bank never takes. */
  "failed",
  /** A payout that the bank sends back days after it was paid. */
  "failed days later"
] as const
export type Behaviour = typeof behaviours[number]

/** What is asked for, as far as it matters to how the stand-in behaves. */
export interface Asked {
  readonly step: ProviderStep | "checkout"
  /** By the metadata. */
  readonly withdrawal: string | undefined
  readonly transferGroup: string | undefined
  readonly metadata: Readonly<Record<string, string>>
}

/** Faults that come between the client and what it asked for; the others are a way to be done. */
const hindering: ReadonlySet<Behaviour> = new Set([
  "refused",
  "time-out before",
  "time-out after",
  "5xx before",
  "5xx after"
])

/** Chooses, and shows a hindrance for a step of a withdrawal, or a checkout, so often and no more: things settle. */
export class Behaviours {
  readonly #shown = new Map<string, number>()
  readonly #choose: (asked: Asked) => Behaviour
  readonly #faultsMax: number

  constructor(choose: (asked: Asked) => Behaviour, faultsMax: number) {
    this.#choose = choose
    this.#faultsMax = faultsMax
  }

  of(asked: Asked): Behaviour {
    const behaviour = this.#choose(asked)
    if (!hindering.has(behaviour)) return behaviour
    const name = `${asked.step} ${asked.withdrawal ?? asked.metadata["checkout"]}`
    const shown = this.#shown.get(name) ?? 0
    if (shown >= this.#faultsMax) return "done"
    this.#shown.set(name, shown + 1)
    return behaviour
  }
}
