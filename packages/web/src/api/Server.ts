/** Asks this page's server, and says what came of it. */
import { at } from "./Json.ts"

/** The server answered otherwise, or not at all. */
export interface Refusal {
  /** The contract's error code; `unreachable` where there was no answer, `unknown` where it was none of the contract's. */
  readonly code: string
  /** A sentence for the reader. */
  readonly detail: string
  /** What is wrong with the parts of what was sent: by name, without a full stop. */
  readonly errors: ReadonlyMap<string, string>
}

export type Answer<A> = { readonly ok: true; readonly value: A } | { readonly ok: false; readonly refusal: Refusal }

const refused = (code: string, detail: string, errors: Refusal["errors"] = new Map()): Answer<never> => ({
  ok: false,
  refusal: { code, detail, errors }
})

const unreachable = refused("unreachable", "The server cannot be reached. Is this device online?")
const misunderstood = refused("unknown", "The server answered something that this page does not understand.")

const problemOf = (json: unknown): Answer<never> => {
  const [code, detail, errors] = [at(json, "code"), at(json, "detail"), at(json, "errors")]
  if (typeof code !== "string" || typeof detail !== "string") return misunderstood
  const fields = (Array.isArray(errors) ? errors : []).map((error: unknown) =>
    [String(at(error, "path")), String(at(error, "message"))] as const
  )
  return refused(code, detail, new Map(fields))
}

/** Reads a response: what `read` makes of its body, or why there is none. */
const settle = async <A>(asked: Promise<Response>, read: (response: Response) => Promise<A>): Promise<Answer<A>> => {
  let response: Response
  try {
    response = await asked
  } catch {
    return unreachable
  }
  try {
    return response.ok ? { ok: true, value: await read(response) } : problemOf(await response.json())
  } catch {
    return misunderstood
  }
}

/** Asks for what stands at a path, and makes a value of its JSON. `read` throws where it cannot. */
export const get = <A>(path: string, read: (json: unknown) => A): Promise<Answer<A>> =>
  settle(fetch(path, { credentials: "omit" }), async (response) => read(await response.json()))

/** Asks for text. */
export const getText = (path: string): Promise<Answer<string>> =>
  settle(fetch(path, { credentials: "omit" }), (response) => response.text())

/** Sends JSON. What is answered does not matter, only whether it is taken. */
export const post = (path: string, body: object): Promise<Answer<void>> =>
  settle(
    fetch(path, {
      method: "POST",
      credentials: "omit",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body)
    }),
    () => Promise.resolve()
  )

/** The response to a path itself, for a body that is read as it comes; or why there is none. */
export const open = async (path: string, signal: AbortSignal): Promise<Answer<Response>> =>
  settle(fetch(path, { credentials: "omit", signal }), (response) => Promise.resolve(response))
