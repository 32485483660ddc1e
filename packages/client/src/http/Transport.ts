/** Sends one request and reads its answer whole. Rejects with a `ClientError`, and with nothing else. */
import { DddError, isProblemCode } from "../Errors.ts"
import type { Clock } from "../Ports.ts"
import type { ServerClock } from "../time/ServerClock.ts"

export interface Transport {
  /** The answer, once it has come whole; its status is 2xx. */
  (request: Request, timeoutMillis: number): Promise<Response>
}

/** What stands under a name; undefined where nothing does. */
export const at = (json: unknown, name: string): unknown =>
  typeof json === "object" && json !== null ? Reflect.get(json, name) : undefined

const textAt = (json: unknown, name: string): string | null => {
  const value = at(json, name)
  return typeof value === "string" ? value : null
}

/** The members of a list that have a text under each of these names. */
const listAt = <Name extends string>(json: unknown, list: string, ...names: ReadonlyArray<Name>) => {
  const items = at(json, list)
  const isItem = (item: unknown): item is { readonly [Each in Name]: string } =>
    names.every((name) => textAt(item, name) !== null)
  return Array.isArray(items) ? items.filter(isItem) : []
}

/** The JSON of a text; undefined where it is none. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The error that an answer other than 2xx tells. */
const problemOf = ({ headers, status }: Response, text: string): DddError => {
  const json = parseJson(text)
  const [code, detail] = [textAt(json, "code"), textAt(json, "detail")]
  const seconds = Number(headers.get("retry-after") ?? "none")
  const facts = {
    status,
    requestId: textAt(json, "requestId") ?? headers.get("x-request-id"),
    retryAfter: Number.isFinite(seconds) ? Math.max(0, seconds) : null,
    until: textAt(json, "until"),
    errors: listAt(json, "errors", "path", "message"),
    reasons: listAt(json, "reasons", "reason", "detail", "remedy")
  }
  if (code !== null && detail !== null) {
    return isProblemCode(code)
      ? new DddError(code, detail, facts)
      : new DddError("unreadable", detail, { ...facts, serverCode: code })
  }
  return new DddError("unreadable", `The server's answer, ${status}, is none of the contract's.`, facts)
}

const graceMillis = 250

export const makeTransport = (
  fetch: (request: Request, init: RequestInit) => Promise<Response>,
  clock: Clock,
  time: ServerClock
): Transport => {
  const ask = async (request: Request, signal: AbortSignal): Promise<Response> => {
    const askedAt = clock.now()
    let response: Response
    let text: string
    try {
      response = await fetch(request, { signal })
      const { headers } = response
      // what may be kept may have been answered long ago
      if (headers.get("cache-control")?.includes("no-store") === true) {
        time.tellSeconds(headers.get("date"), askedAt, clock.now())
      }
      text = await response.text()
    } catch (cause) {
      throw new DddError("network", "The server cannot be reached, or its answer was cut off.", { cause })
    }
    if (!response.ok) throw problemOf(response, text)
    const { headers, status } = response
    return new Response(status === 204 ? null : text, {
      status,
      headers: { "content-type": headers.get("content-type") ?? "" }
    })
  }
  return (request, timeoutMillis) => {
    const controller = new AbortController()
    return new Promise((resolve, reject) => {
      // a device that was asleep finds timers that are over and answers that have come: the answers first
      let timer = clock.setTimeout(() => {
        timer = clock.setTimeout(() => {
          reject(new DddError("timeout", "The server did not answer in time."))
          controller.abort()
        }, graceMillis)
      }, timeoutMillis - graceMillis)
      ask(request, controller.signal).then(resolve, reject).finally(() => clock.clearTimeout(timer))
    })
  }
}
