/**
 * Why a request is not answered as it asked: a problem (RFC 9457) with a stable code.
 *
 * Handlers fail with problems and engines refuse with them; `ProblemResponse` makes the answer of one, `ProblemSchema`
 * declares which codes an endpoint may answer.
 */
import type { Instant } from "@ddd/core/values/Instant"
import { Effect } from "effect"

/** Every error code and its status. Source: docs/api.md, "Conventions". */
export const problemStatus = {
  invalid_request: 400,
  invalid_json: 400,
  unauthenticated: 401,
  invalid_credentials: 401,
  token_expired: 401,
  token_reused: 401,
  invalid_token: 400,
  insufficient_funds: 402,
  forbidden: 403,
  account_frozen: 403,
  email_unverified: 403,
  identity_unverified: 403,
  not_available_here: 403,
  under_age: 403,
  date_of_birth_missing: 403,
  timed_out: 403,
  limit_exceeded: 403,
  https_required: 403,
  not_found: 404,
  method_not_allowed: 405,
  email_taken: 409,
  username_taken: 409,
  draw_closed: 409,
  room_full: 409,
  already_member: 409,
  already_has_ticket: 409,
  wrong_room_state: 409,
  payout_account_missing: 409,
  not_withdrawable: 409,
  withdrawal_under_way: 409,
  erasure_refused: 409,
  beacon_pending: 409,
  reference_conflict: 409,
  length_required: 411,
  payload_too_large: 413,
  unsupported_media_type: 415,
  idempotency_key_reused: 422,
  rate_limited: 429,
  headers_too_large: 431,
  internal: 500,
  unavailable: 503,
  outcome_unknown: 503,
  version_not_supported: 505
} as const
export type ProblemCode = keyof typeof problemStatus

/** A part of the request that is wrong. `path` names it: `amount`, `limit`, `Idempotency-Key`. */
export interface InvalidField {
  readonly path: string
  readonly message: string
}

/** One of several things that stand in the way, and what can be done about it. */
export interface ProblemReason {
  /** Its stable name. */
  readonly reason: string
  readonly detail: string
  readonly remedy: string
}

/** Why a request is not answered as it asked: a code and a sentence for whoever reads it. */
export class Problem<out Code extends ProblemCode = ProblemCode> {
  readonly _tag = "Problem"
  readonly code: Code
  readonly detail: string
  /** What is wrong with the request; of a 400 alone. */
  readonly errors: ReadonlyArray<InvalidField> | undefined
  /** All that stands in the way; of `erasure_refused` alone. */
  readonly reasons: ReadonlyArray<ProblemReason> | undefined
  /** Seconds after which the same request makes sense again. */
  readonly retryAfter: number | undefined
  /** The methods that are taken, as the header `Allow` names them; of a 405 alone. */
  readonly allow: string | undefined
  /** The version of the WebSocket protocol that is spoken, as the header `Sec-WebSocket-Version` names it; of a handshake in another. */
  readonly socketVersion: string | undefined
  /** Until when the same request is refused, where that is known. */
  readonly until: Instant | undefined

  constructor(
    code: Code,
    detail: string,
    more: {
      readonly errors?: ReadonlyArray<InvalidField>
      readonly reasons?: ReadonlyArray<ProblemReason>
      readonly retryAfter?: number
      readonly allow?: string
      readonly socketVersion?: string
      readonly until?: Instant
    } = {}
  ) {
    this.code = code
    this.detail = detail
    this.errors = more.errors
    this.reasons = more.reasons
    this.retryAfter = more.retryAfter
    this.allow = more.allow
    this.socketVersion = more.socketVersion
    this.until = more.until
  }
}

/** For a defect: the log says what it was, under the request's id; the answer does not. */
export const internalProblem = new Problem(
  "internal",
  "Something went wrong on our side. The request id helps us to find out what."
)

/** For a path that nothing is at. */
export const nothingHere = new Problem("not_found", "There is nothing at this path.")

/** Fails with a problem. */
export const refuse = <Code extends ProblemCode>(
  ...problem: ConstructorParameters<typeof Problem<Code>>
): Effect.Effect<never, Problem<Code>> => Effect.fail(new Problem(...problem))

/** Fails with `invalid_request`, naming the one part that is wrong. */
export const refuseField = (path: string, message: string): Effect.Effect<never, Problem<"invalid_request">> =>
  refuse("invalid_request", `${path}: ${message}.`, { errors: [{ path, message }] })
