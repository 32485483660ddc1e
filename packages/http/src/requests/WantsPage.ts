/** Whether a request is somebody's who opened an address. */
import type { HttpServerRequest } from "effect/http"

/** Browsers that open an address name HTML; clients of the API, and scripts of pages, do not. */
export const wantsPage = ({ headers, method }: HttpServerRequest.HttpServerRequest): boolean =>
  (method === "GET" || method === "HEAD") && /\btext\/html\b/i.test(headers["accept"] ?? "")
