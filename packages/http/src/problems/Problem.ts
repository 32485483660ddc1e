/**
 * What the API answers instead of what was asked for: RFC 9457 problems, each with a stable code.
 *
 * A handler fails with a `Problem`, which is data; `problems` declares, endpoint by endpoint, which codes may come, so that
 * the compiler and the OpenAPI document hold the handlers to it.
 */
import { Effect, Schema, SchemaGetter } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiSchema } from "effect/http-api"
import { STATUS_CODES } from "node:http"

/** Every error code and its status. Source: API.md, "Conventions". */
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
  jurisdiction_blocked: 451,
  age_restricted: 403,
  self_excluded: 403,
  limit_exceeded: 403,
  kyc_required: 403,
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
  beacon_pending: 409,
  reference_conflict: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  idempotency_key_reused: 422,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
  outcome_unknown: 503
} as const
export type ProblemCode = keyof typeof problemStatus

/** A part of the request that is wrong. `path` names it: `amount`, `limit`, `Idempotency-Key`. */
export interface InvalidField {
  readonly path: string
  readonly message: string
}

/** Why a request is not answered as it asked: a code and a sentence for whoever reads it. */
export class Problem<out Code extends ProblemCode = ProblemCode> {
  readonly _tag = "Problem"
  readonly code: Code
  readonly detail: string
  /** What is wrong with the request; of a 400 alone. */
  readonly errors: ReadonlyArray<InvalidField> | undefined
  /** Seconds after which the same request makes sense again. */
  readonly retryAfter: number | undefined

  constructor(
    code: Code,
    detail: string,
    more: { readonly errors?: ReadonlyArray<InvalidField>; readonly retryAfter?: number } = {}
  ) {
    this.code = code
    this.detail = detail
    this.errors = more.errors
    this.retryAfter = more.retryAfter
  }
}

/** Fails with a problem. */
export const refuse = <Code extends ProblemCode>(
  ...problem: ConstructorParameters<typeof Problem<Code>>
): Effect.Effect<never, Problem<Code>> => Effect.fail(new Problem(...problem))

/** Fails with `invalid_request`, naming the one part that is wrong. */
export const refuseField = (path: string, message: string): Effect.Effect<never, Problem<"invalid_request">> =>
  refuse("invalid_request", `${path}: ${message}.`, { errors: [{ path, message }] })

/** The answer to a request that met a problem (RFC 9457). */
export const problemResponse = (
  problem: Problem,
  requestId: string,
  headers: Readonly<Record<string, string>> = {}
): HttpServerResponse.HttpServerResponse => {
  const status = problemStatus[problem.code]
  const body = {
    type: "about:blank",
    title: STATUS_CODES[status],
    status,
    code: problem.code,
    detail: problem.detail,
    requestId,
    errors: problem.errors
  }
  return HttpServerResponse.text(JSON.stringify(body), {
    status,
    contentType: "application/problem+json",
    headers: {
      ...headers,
      ...(problem.retryAfter === undefined
        ? {}
        : { "retry-after": String(Math.max(1, Math.ceil(problem.retryAfter))) }),
      // RFC 9110, section 11.6.1: a 401 names the scheme; RFC 6750, section 3.1: and why the token was not taken
      ...(problem.code === "unauthenticated" ? { "www-authenticate": "Bearer" } : {}),
      ...(problem.code === "token_expired" ? { "www-authenticate": "Bearer error=\"invalid_token\"" } : {})
    }
  })
}

const InvalidFieldBody = Schema.Struct({ path: Schema.String, message: Schema.String }).annotate({
  identifier: "InvalidField"
})

const body = <Code extends ProblemCode>(status: number, codes: ReadonlyArray<Code>) =>
  Schema.Struct({
    type: Schema.String,
    title: Schema.String,
    status: Schema.Literal(status),
    code: Schema.Literals(codes),
    detail: Schema.String,
    requestId: Schema.String,
    errors: Schema.optionalKey(Schema.Array(InvalidFieldBody))
  })

const isProblemOf = <Code extends ProblemCode>(codes: ReadonlyArray<ProblemCode>) => (u: unknown): u is Problem<Code> =>
  u instanceof Problem && codes.includes(u.code)

const problemsOfStatus = <Code extends ProblemCode>(status: number, codes: ReadonlyArray<Code>) =>
  body(status, codes).pipe(
    Schema.decodeTo(Schema.declare(isProblemOf<Code>(codes)), {
      decode: SchemaGetter.transform(({ code, detail, errors }) =>
        new Problem(code, detail, errors === undefined ? {} : { errors })
      ),
      encode: SchemaGetter.forbidden(() => "problemResponse writes problems, with the id of their request")
    }),
    Schema.annotate({ httpApiStatus: status, description: codes.join(", ") }),
    HttpApiSchema.asJson({ contentType: "application/problem+json" })
  )

/** Declares that an endpoint, or a middleware, may answer with these codes: one schema for each status. */
export const problems = <const Codes extends ReadonlyArray<ProblemCode>>(...codes: Codes) => {
  const byStatus = Map.groupBy(codes, (code: Codes[number]) => problemStatus[code])
  return Array.from(byStatus, ([status, codes]) => problemsOfStatus<Codes[number]>(status, codes))
}

/** What every request with a body may meet. */
export const bodyProblems = ["invalid_request", "invalid_json", "payload_too_large", "unsupported_media_type"] as const
