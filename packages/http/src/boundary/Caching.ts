/**
 * How long answers may be kept by browsers and proxies.
 *
 * An answer says `no-store` unless its handler says otherwise: most show a player's own data.
 */
import { Effect } from "effect"
import { HttpEffect, HttpServerResponse } from "effect/http"

/** Answers that never change again: of what is signed and done. */
export const immutable = "public, max-age=31536000, immutable"
/** Public answers that change: they may be kept, but not used before asking again. */
export const revalidate = "public, no-cache"
/** Public answers that may be this old. */
export const forSeconds = (seconds: number): string => `public, max-age=${seconds}`

/** Says how the present request's answer may be kept, if it succeeds. */
export const cacheControl = (value: string) =>
  HttpEffect.appendPreResponseHandler((_, response) =>
    Effect.succeed(
      response.status < 400 ? HttpServerResponse.setHeader(response, "cache-control", value) : response
    )
  )
