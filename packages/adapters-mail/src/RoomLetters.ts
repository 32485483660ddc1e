/** What the mails about a private room say. */
import { expireAfterMillis } from "@ddd/core/draws/DrawSteps"
import type { ClosedRoom } from "@ddd/core/ports/MailSubjects"
import type { VoidReason } from "@ddd/core/proof/Record"
import { type Addressee, footer, greeting } from "./Addressee.ts"
import { button, facts, type Letter, paragraph, remark } from "./Letter.ts"
import { dollars } from "./Wording.ts"

const patienceDays = expireAfterMillis / 86_400_000

/** Goes on from "was closed". */
const why = (reason: VoidReason): string => {
  switch (reason) {
    case "closed":
      return " by its host, before its draw was started"
    case "deadline":
      return `: its host did not start the draw within ${patienceDays} days of the first ticket`
    case "beacon":
      return ": the public random numbers that its draw waited for did not come"
    case "seed":
      return ": its draw could not be decided, through a fault of ours"
  }
}

/** To whoever had a ticket in a room that was closed before it was drawn. */
export const roomClosed = (to: Addressee & { readonly closed: ClosedRoom }): Letter => {
  const { code, reason, refunded } = to.closed
  const back = dollars(refunded)
  return {
    subject: `A room of yours was closed: ${back} is back`,
    preview: "Your ticket's price was credited to your wallet.",
    blocks: [
      greeting(to),
      paragraph(`A room that you were in was closed${why(reason)}.`),
      facts(["Room", code], ["Came back to you", back]),
      paragraph("Nobody has won: every ticket in it was refunded in full. There is nothing that you must do."),
      button("Open Daily Dollar Draw", to.links.home),
      // credits pay debts first (docs/design.md, "Money")
      remark("If your wallet owed something, for a purchase that was refunded, that was paid out of it first.")
    ],
    footer: footer(to, "You get this because you had a ticket in the room.")
  }
}
