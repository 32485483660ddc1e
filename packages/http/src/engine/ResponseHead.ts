/** Checks a response's status and headers before an engine writes them, which it would do even with a line break in a header. */
import { Effect } from "effect"
import type { HttpServerResponse } from "effect/http"
import type { RenderedProblem } from "../problems/ProblemResponse.ts"

const unlawfulValue = /[^\t\x20-\x7e\x80-\xff]/
const unlawfulName = /[^\w!#$%&'*+.^`|~-]/

/** What is wrong with status and headers, where something is. */
export const headFault = (response: HttpServerResponse.HttpServerResponse): string | undefined => {
  if (response.status < 200 || response.status > 599) return `${response.status} is no final status`
  for (const [name, value] of Object.entries(response.headers)) {
    if (unlawfulName.test(name) || unlawfulValue.test(value)) {
      return `the response header ${JSON.stringify(name)} is not lawful`
    }
  }
  return undefined
}

/** Logs why `internal` is answered instead of the application's response, under the id that the client is told. */
export const logUnsendable = (fault: string, { headers }: RenderedProblem): Effect.Effect<void> =>
  Effect.annotateLogs(Effect.logError(`An answer could not be sent: ${fault}`), "requestId", headers["x-request-id"])
