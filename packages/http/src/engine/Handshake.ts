/**
 * Whether a WebSocket may be opened.
 *
 * Browsers let any page open a WebSocket to any server and name the page in `Origin`; pages that are not listed are
 * refused. Native apps send no `Origin`. A token in the address would end up in logs, whatever it is called there, so a query is
 * refused as well; the token goes in the first message (docs/api.md, "WebSocket").
 */
import type { Client } from "@ddd/core/accounts/ClientAddress"
import type { Problem } from "../problems/Problem.ts"
import type { EngineOptions } from "./EngineOptions.ts"
import { foreignOrigin, httpsRequired, malformed, otherSocketVersion } from "./Refusal.ts"

export interface Handshake {
  readonly origin: string | undefined
  /** `Sec-WebSocket-Version` */
  readonly version: string | undefined
  /** `Sec-WebSocket-Key` */
  readonly key: string | undefined
  /** What follows the `?`, or nothing. */
  readonly query: string
  readonly client: Client
}

/** 16 bytes in base64. Of another one `ws` would answer by itself, in HTML. */
const keyForm = /^[+/\dA-Za-z]{22}==$/

/** Why the connection is not opened; `undefined` where it is. */
export const refuseHandshake = (
  handshake: Handshake,
  { allowedOrigins, isHttpsOnly }: Pick<EngineOptions, "allowedOrigins" | "isHttpsOnly">
): Problem | undefined => {
  if (isHttpsOnly && handshake.client.protocol === "http") return httpsRequired
  if (handshake.query !== "") {
    return malformed("This address takes no query. A token must not stand in it: send it in the first message.")
  }
  if (handshake.version !== "13") return otherSocketVersion
  if (!keyForm.test(handshake.key ?? "")) return malformed("Sec-WebSocket-Key must be 16 bytes in base64.")
  if (handshake.origin !== undefined && !allowedOrigins.has(handshake.origin)) return foreignOrigin
  return undefined
}
