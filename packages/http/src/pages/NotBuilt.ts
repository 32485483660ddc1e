/** The answer where the set-up has not built what is asked for. */
import { Effect } from "effect"
import { Problem } from "../problems/Problem.ts"
import { problemResponse } from "../problems/ProblemResponse.ts"
import { CurrentRequestId } from "../requests/RequestId.ts"

/** What building takes, and starting again. */
const buildSeconds = 60

/** `what`: "pages are". */
export const notBuilt = (what: "pages are" | "app is") =>
  Effect.map(
    CurrentRequestId,
    (requestId) =>
      problemResponse(
        new Problem(
          "unavailable",
          `The ${what} not built here. \`npm run setup\` builds what is missing; then start the server again.`,
          { retryAfter: buildSeconds }
        ),
        requestId
      )
  )
