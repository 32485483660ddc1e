/**
 * How long a request's body is, as its head says, and whether it is taken.
 *
 * A proxy and a server that find different ends of a body can be made to see different requests (request smuggling). So a
 * body has one length, said once, in plain digits: a length that is given twice, even twice the same, and a body in chunks
 * are refused (RFC 9112, section 6.3; RFC 9110, section 15.5.12).
 */
import { Problem } from "../problems/Problem.ts"
import type { RequestRules } from "./EngineOptions.ts"
import { bodyTooLarge, malformed, methodRefused } from "./Refusal.ts"

/** The part of a request's head that decides. Headers of one name are joined by commas. */
export interface FramedHead {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: { readonly [name: string]: string | undefined }
}

const chunked = new Problem(
  "length_required",
  "A body comes with its Content-Length; no Transfer-Encoding is taken."
)

/** The bytes of the body, 0 for none; or why the request is not served, as far as its head tells. */
export const bodyBytes = (
  { headers, method, url }: FramedHead,
  { allow, bodyBytesMax }: Pick<RequestRules, "allow" | "bodyBytesMax">
): number | Problem => {
  if (method === "TRACE" || method === "CONNECT") return methodRefused(method, allow(url))
  const length = headers["content-length"]
  if (headers["transfer-encoding"] !== undefined) {
    return length === undefined ? chunked : malformed("Content-Length and Transfer-Encoding exclude each other.")
  }
  if (length === undefined || length === "0") return 0
  if (!/^\d+$/.test(length)) return malformed("Content-Length must be one decimal number, given once.")
  const bytesMax = bodyBytesMax(url)
  return Number(length) > bytesMax ? bodyTooLarge(bytesMax) : Number(length)
}
