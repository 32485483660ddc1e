/**
 * Whether a WebSocket may be opened.
 *
 * Browsers let any page open a WebSocket to any server and name the page in `Origin`; pages that are not listed are
 * refused. Native apps send no `Origin`. A token in the address would end up in logs, so it is refused as well; it goes in
 * the first message (docs/api.md, "WebSocket").
 */
import type { Client } from "@ddd/core/accounts/ClientAddress"
import type { Problem } from "../problems/Problem.ts"
import type { EngineOptions } from "./EngineOptions.ts"
import { foreignOrigin, httpsRequired, malformed } from "./Refusal.ts"

export interface Handshake {
  readonly origin: string | undefined
  /** `Sec-WebSocket-Version` */
  readonly version: string | undefined
  /** What follows the `?`, or nothing. */
  readonly query: string
  readonly client: Client
}

/** Why the connection is not opened; `undefined` where it is. */
export const refuseHandshake = (
  handshake: Handshake,
  { allowedOrigins, isHttpsOnly }: Pick<EngineOptions, "allowedOrigins" | "isHttpsOnly">
): Problem | undefined => {
  if (isHttpsOnly && handshake.client.protocol === "http") return httpsRequired
  const parameters = new URLSearchParams(handshake.query)
  if (parameters.has("token") || parameters.has("access_token")) {
    return malformed("A token must not stand in the address. Send it in the first message.")
  }
  if (handshake.version !== "13") return malformed("Sec-WebSocket-Version must be 13.")
  if (handshake.origin !== undefined && !allowedOrigins.has(handshake.origin)) return foreignOrigin
  return undefined
}
