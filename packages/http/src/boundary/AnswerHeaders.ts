/** The headers that every answer has, the engine's refusals included, where it does not say otherwise itself. */
import { makeCors } from "./Cors.ts"

export interface PublicAddress {
  /** Where clients reach this server (PUBLIC_URL). */
  readonly publicUrl: URL
  /** The origins whose pages may call it, as browsers write them (CORS_ORIGINS). */
  readonly corsOrigins: ReadonlyArray<string>
}

/** The headers of an answer to a page of `origin`; undefined: to whoever names none, as native apps do. */
export type AnswerHeaders = (origin: string | undefined) => Readonly<Record<string, string>>

/**
 * Clients that came by HTTPS are told to go on doing so, at this host: hosts below it may be others' (decision 62).
 */
const strictTransport = { "strict-transport-security": "max-age=31536000" }

/** An answer is what it says, runs and loads nothing where a browser shows it, stands in no frame, and is no other site's to embed. */
const kept = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer"
}

export const makeAnswerHeaders = ({ corsOrigins, publicUrl }: PublicAddress): AnswerHeaders => {
  const cors = makeCors(corsOrigins)
  const fixed = {
    ...kept,
    ...(publicUrl.protocol === "https:" ? strictTransport : {})
  }
  // made once for those that name no page, which are most
  const withoutOrigin = { ...fixed, ...cors.headers(undefined) }
  return (origin) => origin === undefined ? withoutOrigin : { ...fixed, ...cors.headers(origin) }
}
