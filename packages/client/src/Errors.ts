/**
 * Why something was not done: one class, told apart by `code`.
 *
 * Everything that the client's functions reject with is a `ClientError`. Its `code` is one of the contract's (docs/api.md, "Every error
 * code"), or one of the client's own, `OwnCode`.
 */
import type { InvalidField, ProblemReason } from "./Contract.ts"
import { problemCodes } from "./generated/OpenApi.ts"

export type ProblemCode = (typeof problemCodes)[number]

/**
 * - `network`: there was no answer, or it was cut off.
 * - `timeout`: there was no whole answer in time.
 * - `unreadable`: the answer is not what the contract says.
 * - `storage`: what has to be kept on the device could not be; nothing was sent.
 * - `signed_out`: nobody is signed in, or the session has ended.
 * - `unsettled`: whether it was done is not known yet. Its key is kept: asked for again, it is the same request, and is done once.
 */
export type OwnCode = "network" | "timeout" | "unreadable" | "storage" | "signed_out" | "unsettled"

export type ErrorCode = ProblemCode | OwnCode

/** What else is known of an error. */
export interface ErrorFacts {
  /** The status of the answer; null where there was none. */
  readonly status: number | null
  /** The code as the server said it, where it is none that this client knows; of `unreadable`. */
  readonly serverCode: string | null
  /** To tell whoever is to help. */
  readonly requestId: string | null
  /** Seconds after which to ask again, where the server says so. */
  readonly retryAfter: number | null
  /** Until when the same is refused, RFC 3339, where that is known. */
  readonly until: string | null
  /** What is wrong with the parts of the request; of `invalid_request`. */
  readonly errors: ReadonlyArray<InvalidField>
  /** All that stands in the way; of `erasure_refused`. */
  readonly reasons: ReadonlyArray<ProblemReason>
}

export class DddError<Code extends ErrorCode = ErrorCode> extends Error implements ErrorFacts {
  override readonly name = "DddError"
  readonly code: Code
  readonly status: number | null
  readonly serverCode: string | null
  readonly requestId: string | null
  readonly retryAfter: number | null
  readonly until: string | null
  readonly errors: ReadonlyArray<InvalidField>
  readonly reasons: ReadonlyArray<ProblemReason>

  /** `detail`: a sentence for whoever reads it. */
  constructor(code: Code, detail: string, facts: Partial<ErrorFacts> & { readonly cause?: unknown } = {}) {
    super(detail, "cause" in facts ? { cause: facts.cause } : {})
    this.code = code
    this.status = facts.status ?? null
    this.serverCode = facts.serverCode ?? null
    this.requestId = facts.requestId ?? null
    this.retryAfter = facts.retryAfter ?? null
    this.until = facts.until ?? null
    this.errors = facts.errors ?? []
    this.reasons = facts.reasons ?? []
  }

  /** The sentence, again: as the contract names it. */
  get detail(): string {
    return this.message
  }
}

/** Any error, as a union: `switch (error.code)` knows every case. */
export type ClientError = { [Code in ErrorCode]: DddError<Code> }[ErrorCode]

/** Whether the client rejected with it: true of everything that its functions reject with. */
export const isClientError = (error: unknown): error is ClientError => error instanceof DddError

const codes: ReadonlySet<string> = new Set(problemCodes)

/** Whether a text is a code of the contract. */
export const isProblemCode = (code: string): code is ProblemCode => codes.has(code)
