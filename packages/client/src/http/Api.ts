/** The contract's operations, typed by its document: of the public, and of who is signed in. */
import createClient, { type Client } from "openapi-fetch"
import { DddError, isClientError } from "../Errors.ts"
import { type paths, requiredMembers } from "../generated/OpenApi.ts"
import type { Transport } from "./Transport.ts"

export type Api = Client<paths>

/**
 * Whose a request is that is made now, an access token of theirs, and another one where the server does not take it. Each rejects with
 * `signed_out` where somebody else is signed in by then.
 */
export interface TokenSource {
  readonly player: () => Promise<string>
  readonly accessToken: (userId: string) => Promise<string>
  readonly renewed: (rejected: string, userId: string) => Promise<string>
  readonly check: (userId: string) => void
}

/** How long an answer may take. Milliseconds. */
const answerMillis = 15_000
/** The same of long ones: bundles, statements, exports. */
const longAnswerMillis = 120_000

/** The same of a refresh, of which a lost answer must be asked for again within ten seconds. */
const refreshMillis = 3_000

const longPaths = /\/(?:proof|export|statement)(?:\?|$)/

/** Checks that an answer has the members that the contract says. */
const checkMembers = async (operation: string, response: Response): Promise<void> => {
  const members = requiredMembers[operation]
  const type = response.headers.get("content-type") ?? ""
  // a statement may be asked for as CSV or as a page
  if (members === undefined || /^text\/(?:csv|html)\b/.test(type) && operation === "GET /wallet/statement") return
  const json: unknown = await response.clone().json().catch(() => null)
  const isWhole = typeof json === "object" && json !== null && members.split(" ").every((name) => name in json)
  if (!isWhole) throw new DddError("unreadable", `The answer to ${operation} is not what the contract says.`)
}

/** Sends a request, as the player whom `tokens` are of; null: as nobody. */
export const makeSend = (transport: Transport, tokens: TokenSource | null): (request: Request) => Promise<Response> => {
  const send = (request: Request): Promise<Response> =>
    transport(
      request,
      longPaths.test(request.url)
        ? longAnswerMillis
        : request.url.endsWith("/auth/refresh")
        ? refreshMillis
        : answerMillis
    )
  const sendAs = (request: Request, token: string): Promise<Response> => {
    request.headers.set("authorization", `Bearer ${token}`)
    return send(request)
  }
  return async (request) => {
    if (tokens === null) return send(request)
    // before anything is awaited: whoever is signed in later did not ask for it
    const userId = await tokens.player()
    const token = await tokens.accessToken(userId)
    const again = request.clone()
    const response = await sendAs(request, token).catch(async (error: unknown) => {
      if (!isClientError(error) || error.code !== "token_expired" && error.code !== "unauthenticated") throw error
      return await sendAs(again, await tokens.renewed(token, userId))
    })
    // what was read of one player is not for the next; what was done is done
    if (request.method === "GET") tokens.check(userId)
    return response
  }
}

/** The operations of the contract, sent like that. */
export const makeApi = (baseUrl: string, fetch: (request: Request) => Promise<Response>): Api => {
  const api = createClient<paths>({
    baseUrl,
    credentials: "omit",
    redirect: "error",
    // no `cache`: React Native's fetch would add a parameter to the query, which the server refuses
    fetch
  })
  api.use({
    onResponse: async ({ request, response, schemaPath }) => {
      await checkMembers(`${request.method} ${schemaPath}`, response)
    }
  })
  return api
}

/** What an operation answered. */
export const valueOf = async <A>(asked: Promise<{ readonly data?: A }>): Promise<A> => {
  const { data } = await asked
  if (data === undefined) throw new DddError("unreadable", "The server's answer is empty.")
  return data
}

/** An operation was done; what it answered does not matter. */
export const doneOf = async (asked: Promise<unknown>): Promise<void> => {
  await asked
}
