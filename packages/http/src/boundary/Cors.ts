/** Which web pages may call the API: those of the listed origins, and no other (the Fetch standard, CORS protocol). */
import { HttpServerResponse } from "effect/http"

export interface Cors {
  /** The headers of an answer to `origin`. */
  readonly headers: (origin: string | undefined) => Readonly<Record<string, string>>
  /** The answer to a preflight request of a path that takes `methods`, or `undefined` where it asks for an origin that is not listed. */
  readonly preflight: (origin: string | undefined, methods: string) => HttpServerResponse.HttpServerResponse | undefined
}

/** How long a browser need not ask again. */
const preflightSeconds = 600

/** `origins` as browsers write them: `https://app.example.com`, compared exactly. */
export const makeCors = (origins: ReadonlyArray<string>): Cors => {
  const listed = new Set(origins)
  // an answer that depends on the origin says so to every cache, whoever asks
  const always = listed.size === 0 ? {} : { vary: "Origin" }
  const headers = (origin: string | undefined): Readonly<Record<string, string>> =>
    origin !== undefined && listed.has(origin)
      ? {
        ...always,
        "access-control-allow-origin": origin,
        "access-control-expose-headers": "X-Request-Id, Idempotent-Replayed, Retry-After, RateLimit-Policy, RateLimit"
      }
      : always
  return {
    headers,
    preflight: (origin, methods) =>
      origin !== undefined && listed.has(origin)
        ? HttpServerResponse.empty({
          status: 204,
          headers: {
            ...headers(origin),
            "access-control-allow-methods": methods,
            "access-control-allow-headers": "Authorization, Content-Type, Idempotency-Key, X-Request-Id",
            "access-control-max-age": String(preflightSeconds)
          }
        })
        : undefined
  }
}
