/** How the demo calls the server: plain HTTP, on connections that are kept. */
import { Effect } from "effect"
import { DemoFailed } from "./DemoFailed.ts"

export interface Call {
  /** What stands behind `Bearer`. */
  readonly token?: string
  /** What stands there alone. */
  readonly authorization?: string
  readonly idempotencyKey?: string
  readonly body?: unknown
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

const headersOf = ({ authorization, body, idempotencyKey, token }: Call): Record<string, string> => ({
  ...(authorization === undefined ? {} : { authorization }),
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
  ...(body === undefined ? {} : { "content-type": "application/json" })
})

/** The server's answer, whatever it is. */
export const request = (
  url: string,
  method: string,
  path: string,
  call: Call = {}
): Effect.Effect<Answer, DemoFailed> =>
  Effect.tryPromise({
    try: async (signal) => {
      const body = call.body === undefined ? {} : { body: JSON.stringify(call.body) }
      const response = await fetch(`${url}${path}`, { method, signal, headers: headersOf(call), ...body })
      return { status: response.status, headers: response.headers, text: await response.text() }
    },
    catch: (error) => new DemoFailed({ message: `${method} ${path} was not answered: ${String(error)}` })
  })

/** The answer's JSON, where its status is the expected one. */
export const expectJson = (
  status: number,
  url: string,
  method: string,
  path: string,
  call: Call = {}
): Effect.Effect<unknown, DemoFailed> =>
  Effect.flatMap(request(url, method, path, call), (answer) =>
    answer.status === status
      ? Effect.sync((): unknown => JSON.parse(answer.text))
      : Effect.fail(
        new DemoFailed({ message: `${method} ${path} answered ${answer.status}, not ${status}: ${answer.text}` })
      ))

const notThere = (what: string) => new DemoFailed({ message: `The server broke its contract: ${what}` })

/** What stands at a path within JSON; `undefined` where nothing does. */
export const at = (json: unknown, ...path: ReadonlyArray<string | number>): unknown =>
  path.reduce<unknown>(
    (value, name) => typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined,
    json
  )

/** The text that stands there. Throws `DemoFailed` where there is none. */
export const textAt = (json: unknown, ...path: ReadonlyArray<string | number>): string => {
  const value = at(json, ...path)
  if (typeof value !== "string") throw notThere(`no text at ${path.join(".")} in ${JSON.stringify(json)}`)
  return value
}

/** The number that stands there. Throws `DemoFailed` where there is none. */
export const numberAt = (json: unknown, ...path: ReadonlyArray<string | number>): number => {
  const value = at(json, ...path)
  if (typeof value !== "number") throw notThere(`no number at ${path.join(".")} in ${JSON.stringify(json)}`)
  return value
}

/** The array that stands there. Throws `DemoFailed` where there is none. */
export const arrayAt = (json: unknown, ...path: ReadonlyArray<string | number>): ReadonlyArray<unknown> => {
  const value = at(json, ...path)
  if (!Array.isArray(value)) throw notThere(`no array at ${path.join(".")} in ${JSON.stringify(json)}`)
  return value
}
