/**
 * Requests that may be repeated: a retry under the same key is answered as the first was, and changes nothing
 * (docs/api.md, "Conventions").
 */
import { Result } from "effect"
import type { UserId } from "./Ids.ts"

export interface Idempotency {
  /** 1 … 255 printable characters; each player's own. */
  readonly key: string
  /** Hex SHA-256 over method, path and body. */
  readonly fingerprint: string
}

/** How a kept answer is found: keys are each player's own. */
export const answerKeyOf = (userId: UserId, key: string): string => `${userId} ${key}`

/** What was kept of an earlier request under a key. */
export interface KeptAnswer<Answer> {
  /** The earlier request's. */
  readonly fingerprint: string
  /** Null: the key belongs to a request of another kind, whose answer this one cannot repeat. */
  readonly answer: Answer | null
}

/** The key was used for another request. Nothing was changed. */
export interface KeyReused {
  readonly _tag: "KeyReused"
}

/**
 * The answer to repeat; null where the request is to be decided: it has no key, or nothing was kept under it. Refused where the key
 * was used for another request.
 */
export const answerToRepeat = <Answer>(
  idempotency: Idempotency | null,
  kept: KeptAnswer<Answer> | null
): Result.Result<Answer | null, KeyReused> => {
  if (idempotency === null || kept === null) return Result.succeed(null)
  return kept.fingerprint === idempotency.fingerprint && kept.answer !== null
    ? Result.succeed(kept.answer)
    : Result.fail({ _tag: "KeyReused" })
}
