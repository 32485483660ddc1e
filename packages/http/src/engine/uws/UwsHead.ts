/** How heads are read and written on uWebSockets.js. */
import type { HttpRequest, HttpResponse } from "@ddd/uws"
import { Cookies, type HttpServerResponse } from "effect/http"
import type { Problem } from "../../problems/Problem.ts"
import { addField, type HeaderFields, noFields } from "../HeaderFields.ts"
import { reasonPhrase } from "../Refusal.ts"

/** A copy of a request's headers; and why it is not served, where one may stand once and stands twice. */
export const copyHeaders = (
  req: HttpRequest
): { readonly headers: HeaderFields; readonly fault: Problem | undefined } => {
  const headers = noFields()
  let fault: Problem | undefined
  req.forEach((name, value) => {
    fault = addField(headers, name, value) ?? fault
  })
  return { headers, fault }
}

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
