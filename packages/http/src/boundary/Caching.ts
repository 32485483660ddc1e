/**
 * How long answers may be kept by browsers and proxies.
 *
 * An answer says `no-store` unless its handler says otherwise: most show a player's own data.
 */
import { Effect } from "effect"
import { HttpEffect, HttpServerResponse } from "effect/http"

/** For answers that never change again, such as the records of a draw that is over. */
export const immutable = "public, max-age=31536000, immutable"
/** For public answers that change: they may be stored, and are revalidated before each use. */
export const revalidate = "public, no-cache"
/** For public answers that may be `seconds` old. */
export const forSeconds = (seconds: number): string => `public, max-age=${seconds}`

/** Says how the present request's answer may be kept, if it succeeds. */
export const cacheControl = (value: string) =>
  HttpEffect.appendPreResponseHandler((_, response) =>
    Effect.succeed(
      response.status < 400 ? HttpServerResponse.setHeader(response, "cache-control", value) : response
    )
  )
