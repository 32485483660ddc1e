/**
 * Idempotency keys as Stripe keeps them: the answer of a request whose execution began is given again under its key,
 * whatever it was, for 24 hours at least; after exactly that the key is forgotten here, and the request would be done
 * once more.
 */
import { type Answer, fault } from "./Answers.ts"

interface Kept {
  readonly fingerprint: string
  readonly at: number
  /** Undefined while the first request is under way. */
  answer: Answer | undefined
}

const lifeMillis = 24 * 3_600_000

/** What is to be done with a request that has a key. */
export type Claim =
  | { readonly _tag: "Answer"; readonly answer: Answer; readonly isReplay: boolean }
  | { readonly _tag: "New" }

export class Keys {
  readonly #kept = new Map<string, Kept>()

  /** Looks a key up, without taking it. `scope`: keys are an account's own. */
  look(scope: string, key: string, fingerprint: string, now: number): Claim {
    const name = `${scope} ${key}`
    const kept = this.#kept.get(name)
    if (kept === undefined) return { _tag: "New" }
    if (now - kept.at >= lifeMillis) {
      this.#kept.delete(name)
      return { _tag: "New" }
    }
    if (kept.fingerprint !== fingerprint) {
      return {
        _tag: "Answer",
        isReplay: false,
        answer: fault(400, {
          type: "idempotency_error",
          message:
            `Keys for idempotent requests can only be used with the same parameters they were first used with: ${key}`
        })
      }
    }
    return kept.answer === undefined
      ? {
        _tag: "Answer",
        isReplay: false,
        answer: fault(409, {
          type: "idempotency_error",
          code: "idempotency_key_in_use",
          message: "There is currently another in-progress request using this Idempotent Key."
        })
      }
      : { _tag: "Answer", isReplay: true, answer: kept.answer }
  }

  take(scope: string, key: string, fingerprint: string, now: number): void {
    this.#kept.set(`${scope} ${key}`, { fingerprint, at: now, answer: undefined })
  }

  /** The answer of the request that took the key. */
  keep(scope: string, key: string, answer: Answer): void {
    const kept = this.#kept.get(`${scope} ${key}`)
    if (kept !== undefined) kept.answer = answer
  }
}
