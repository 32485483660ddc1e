/** What an error says of whether a request was done. */
import type { ClientError } from "../Errors.ts"

/**
 * - `refused`: the server has decided that it is not done.
 * - `undone`: this asking did nothing.
 * - `unknown`: it may have been done.
 */
export type Fate = "refused" | "undone" | "unknown"

/** What an error of a request that was sent says of it. */
export const fateOf = ({ code, serverCode, status }: ClientError): Fate => {
  switch (code) {
    case "unavailable":
    case "rate_limited":
    case "unauthenticated":
    case "token_expired":
    case "signed_out":
      return "undone"
    case "network":
    case "timeout":
    case "internal":
    case "outcome_unknown":
      return "unknown"
    case "unreadable":
      // a refusal that this client is too old to know; pages of proxies and of a hotel's network refuse nothing
      return serverCode !== null && status !== null && status < 500 ? "refused" : "unknown"
    default:
      return "refused"
  }
}

/** Asked again at once, it would be the same. */
export const isFinal = ({ code }: ClientError): boolean =>
  ["unauthenticated", "token_expired", "signed_out"].includes(code)
