/** How the head of a response is written on uWebSockets.js. */
import type { HttpResponse } from "@ddd/uws"
import { Cookies, type HttpServerResponse } from "effect/http"
import { reasonPhrase } from "../Refusal.ts"

/** uWS writes these itself, from what it knows of the body. */
const uwsWrites: ReadonlySet<string> = new Set(["content-length", "transfer-encoding"])

export const writeHeaders = (res: HttpResponse, { cookies, headers }: HttpServerResponse.HttpServerResponse): void => {
  for (const [name, value] of Object.entries(headers)) {
    if (!uwsWrites.has(name)) res.writeHeader(name, value)
  }
  if (!Cookies.isEmpty(cookies)) {
    for (const cookie of Cookies.toSetCookieHeaders(cookies)) res.writeHeader("set-cookie", cookie)
  }
}

const statusLines = new Map<number, string>()

/** `"200 OK"`, made once for each status. */
export const statusLine = (status: number): string => {
  let line = statusLines.get(status)
  if (line === undefined) statusLines.set(status, line = `${status} ${reasonPhrase(status)}`)
  return line
}
