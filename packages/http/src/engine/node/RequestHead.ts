/**
 * Reads the head of an HTTP/1.1 request, strictly (RFC 9112).
 *
 * Where the standard lets a reader be lenient (bare line feeds, folded lines, white space before a colon) this one refuses:
 * a proxy that reads such a head otherwise could be made to see another request than we do.
 */
import { Problem } from "../../problems/Problem.ts"
import { addField, type HeaderFields, noFields } from "../HeaderFields.ts"
import { malformed } from "../Refusal.ts"

/** The most bytes that a head may have, with its last line. */
export const headBytesMax = 16 * 1024
/** The most headers that a request may have. */
export const headersMax = 128

export interface RequestHead {
  readonly method: string
  /** Path and query; `*` of an OPTIONS for the server, an authority of CONNECT. */
  readonly url: string
  /** By names in lower case. Without a prototype. */
  readonly headers: HeaderFields
  /** Why it is not served, although it could be read. */
  readonly fault: Problem | undefined
  /** Whether another request may follow on the connection. */
  readonly keepsAlive: boolean
  /** Whether the client speaks HTTP/1.1: one of HTTP/1.0 reads neither chunked answers nor `100 Continue`. */
  readonly readsChunks: boolean
  /**
   * The protocol that the client asks to go on with, in lower case; undefined where it asks for none. Asking is for one hop: it counts only
   * where `Connection` names it, and not of HTTP/1.0, so that a proxy that passes `Upgrade` on unread gets no other protocol (RFC 9110, section 7.8).
   */
  readonly upgrade: string | undefined
}

export const headTooLarge = new Problem(
  "headers_too_large",
  `The head of the request has more than ${headBytesMax} bytes, or more than ${headersMax} headers.`
)
const otherVersion = new Problem("version_not_supported", "This server speaks HTTP/1.1.")
const notHttp = malformed("This is not an HTTP/1.1 request.")

const requestLine = /^([!#$%&'*+.^_`|~\w-]{1,32}) ([\x21-\x7e]+) (HTTP\/\d\.\d)$/
/** What the beginning of a request line looks like, however little of it has arrived. */
const beginsRequestLine = /^[!#$%&'*+.^_`|~\w-]{1,32}(?: [\x21-\x7e]*(?: [HTP/\d.]*\r?)?)?$/
const fieldName = /^[!#$%&'*+.^_`|~\w-]+$/
const unlawfulInValue = /[^\t\x20-\x7e\x80-\xff]/
/** A name, an address or nothing, and a port (RFC 9110, section 7.2; RFC 3986, section 3.2.2). */
const host = /^(?:\[[\da-fv:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/i
const absoluteForm = /^https?:\/\/([^/?#@]+)([^#]*)$/i

/** Spellings that are common, so that they need not be checked and put into lower case each time. */
const knownNames: ReadonlyMap<string, string> = new Map(
  [
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "Cache-Control",
    "Connection",
    "Content-Length",
    "Content-Type",
    "Cookie",
    "Host",
    "Idempotency-Key",
    "If-None-Match",
    "Origin",
    "Referer",
    "Sec-Fetch-Dest",
    "Sec-Fetch-Mode",
    "Sec-Fetch-Site",
    "User-Agent",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Request-Id"
  ].flatMap((name) => [[name, name.toLowerCase()], [name.toLowerCase(), name.toLowerCase()]])
)

/** What a head says; or the problem, where it is not lawful or not served. `text`: without the empty line at its end, a character a byte. */
export const parseHead = (text: string): RequestHead | Problem => {
  const firstEnd = text.indexOf("\r\n")
  const line = requestLine.exec(firstEnd < 0 ? text : text.slice(0, firstEnd))
  if (line === null) return notHttp
  const [, method = "", target = "", version = ""] = line
  const isOld = version === "HTTP/1.0"
  if (version !== "HTTP/1.1" && !isOld) return otherVersion

  const fields = firstEnd < 0 ? { headers: noFields(), fault: undefined } : parseFields(text, firstEnd + 2)
  if (fields instanceof Problem) return fields
  const { fault, headers } = fields
  if (headers["host"] === undefined && !isOld) return malformed("A request names its Host.")
  const url = urlOf(method, target, headers)
  if (url instanceof Problem) return url
  if (fault === undefined && !host.test(headers["host"] ?? "")) {
    return malformed("Host is a name or an address, and a port.")
  }
  const { connection, upgrade } = headers
  return {
    method,
    url,
    headers,
    fault,
    keepsAlive: !isOld && (connection === undefined || !names(connection, "close")),
    readsChunks: !isOld,
    upgrade: upgrade !== undefined && !isOld && names(connection ?? "", "upgrade") ? upgrade.toLowerCase() : undefined
  }
}

/** Why the beginning of a head, `text`, cannot become a lawful one, so that nobody waits for its end. */
export const faultOfPart = (text: string): Problem | undefined => {
  const lineFeed = text.indexOf("\n")
  if (lineFeed < 0) return text === "\r" || beginsRequestLine.test(text) || text.length > 256 ? undefined : notHttp
  return /(?:^|[^\r])\n/.test(text) ? malformed("Lines end with a carriage return and a line feed.") : undefined
}

const parseFields = (text: string, start: number): Pick<RequestHead, "fault" | "headers"> | Problem => {
  const headers = noFields()
  let fault: Problem | undefined
  let count = 0
  for (let at = start; at < text.length;) {
    const found = text.indexOf("\r\n", at)
    const end = found < 0 ? text.length : found
    const colon = text.indexOf(":", at)
    if (colon < 0 || colon >= end) return malformed("A header is a name, a colon and a value, on one line.")
    const spelling = text.slice(at, colon)
    const name = knownNames.get(spelling) ?? (fieldName.test(spelling) ? spelling.toLowerCase() : undefined)
    if (name === undefined) return malformed("The name of a header has other characters than a token.")
    const value = trimmed(text, colon + 1, end)
    if (unlawfulInValue.test(value)) return malformed("The value of a header has control characters.")
    if (++count > headersMax) return headTooLarge
    fault = addField(headers, name, value) ?? fault
    at = end + 2
  }
  return { headers, fault }
}

const isBlank = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  return code === 0x20 || code === 0x09
}

/** Without the white space around it. */
const trimmed = (text: string, start: number, end: number): string => {
  let [from, to] = [start, end]
  while (from < to && isBlank(text, from)) from++
  while (to > from && isBlank(text, to - 1)) to--
  return text.slice(from, to)
}

/** Path and query. Of the absolute form, as proxies are asked, the authority replaces the Host (RFC 9112, section 3.2.2). */
const urlOf = (method: string, target: string, headers: HeaderFields): string | Problem => {
  if (target.startsWith("/")) {
    return target.includes("#") ? malformed("A fragment, from # on, is not sent to servers.") : target
  }
  if ((target === "*" && method === "OPTIONS") || method === "CONNECT") return target
  const [, authority, rest] = absoluteForm.exec(target) ?? []
  if (authority === undefined || rest === undefined) return malformed("The target of a request begins with a slash.")
  headers["host"] = authority
  return rest.startsWith("/") ? rest : `/${rest}`
}

/** Whether a list of tokens has one, whatever its case. */
const names = (list: string, token: string): boolean =>
  list.toLowerCase().split(",").some((each) => each.trim() === token)
