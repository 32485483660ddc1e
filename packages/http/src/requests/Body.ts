/** The body of a request as the bytes that came. Engines hand over whole requests alone, so that reading one cannot fail. */
import { Effect } from "effect"
import type { HttpServerRequest } from "effect/http"

export const bodyOf = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<Uint8Array> =>
  Effect.map(Effect.orDie(request.arrayBuffer), (buffer) => new Uint8Array(buffer))
