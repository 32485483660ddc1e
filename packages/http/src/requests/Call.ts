/** What handlers are called with, as far as they look at it. */
import type { HttpServerRequest } from "effect/http"

export interface Call {
  readonly request: HttpServerRequest.HttpServerRequest
}

/** A call that may be repeated under a key. */
export interface KeyedCall extends Call {
  readonly headers: { readonly "idempotency-key"?: string }
}
