/** What a shop, or who players pay in with, told of money: recorded, and said what came of it. */
import { Effect } from "effect"
import { concludeFundingEvent } from "../money/ConcludeFundingEvent.ts"
import type { FundingEvent } from "../money/Funding.ts"
import { formatCents } from "../money/Money.ts"
import type { WebhookConclusion } from "../money/WebhookEvent.ts"
import { Fundings } from "../ports/Fundings.ts"
import { formatInstant } from "../values/Instant.ts"

type Conclusion = Pick<WebhookConclusion, "state" | "outcome">

export const done = (outcome: string): Conclusion => ({ state: "done", outcome })
export const ignored = (outcome: string): Conclusion => ({ state: "ignored", outcome })
export const failed = (outcome: string): Conclusion => ({ state: "failed", outcome })
export const about = (reference: string | null) => (conclusion: Conclusion): WebhookConclusion => ({
  ...conclusion,
  reference
})
export const aboutNothing = about(null)

/** Records an event, and gives what is written of the notice that told of it. Fails where the books are out of reach. */
export const recordEvent = Effect.fnUntraced(function*(event: FundingEvent) {
  const fundings = yield* Fundings
  return yield* fundings.record(event).pipe(
    Effect.map((outcome) => concludeFundingEvent(event, outcome)),
    Effect.catchTags({
      FundingConflict: ({ earlier, reference }) =>
        Effect.succeed(failed(
          `${reference} was credited before, with ${
            earlier.amount === null ? "nothing" : formatCents(earlier.amount)
          } to player ${earlier.userId}: nothing more is credited`
        )),
      ReferenceRefused: ({ fault, reference }) => Effect.succeed(failed(`the reference ${reference} ${fault}`)),
      UnknownUser: ({ userId }) => Effect.succeed(failed(`there is no player ${userId}`)),
      DepositBarred: ({ barred }) =>
        Effect.succeed(failed(
          `its player does not play until ${formatInstant(barred.until)}, and no store has taken the money`
        )),
      DepositRefused: () =>
        Effect.succeed(failed("the wallet cannot hold that much: replay the event once there is room"))
    }),
    Effect.map(about(event.reference))
  )
})
