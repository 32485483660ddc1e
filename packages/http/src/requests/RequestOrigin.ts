/** Where a request came from, as the security log keeps it. */
import type { RequestOrigin } from "@ddd/core/accounts/SecurityEvent"
import { Option } from "effect"
import type { HttpServerRequest } from "effect/http"

/** The characters that are kept of a `User-Agent`; a session's row has room for no more. */
const userAgentCharactersMax = 400

/** The peer's address as the engine knows it (a client that is gone already has none), and its `User-Agent`. */
export const requestOrigin = ({ headers, remoteAddress }: HttpServerRequest.HttpServerRequest): RequestOrigin => ({
  ip: Option.getOrElse(remoteAddress, () => "") || null,
  userAgent: headers["user-agent"]?.slice(0, userAgentCharactersMax) ?? null
})
