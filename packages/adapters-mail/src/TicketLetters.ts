/** What the mails about tickets say: those that were bought, and the one that won. */
import { cents, ticketPrice } from "@ddd/core/money/Money"
import type { BoughtTickets, MailedTicket, VoidDraw, Win } from "@ddd/core/ports/MailSubjects"
import type { VoidReason } from "@ddd/core/proof/Record"
import type { DrawId } from "@ddd/core/values/Ids"
import { type Addressee, footer, greeting } from "./Addressee.ts"
import { button, facts, type Letter, paragraph, remark } from "./Letter.ts"
import { capitalised, dollars, drawName, moment, number, yourTickets } from "./Wording.ts"

const listed = ({ position, ticketId }: MailedTicket): readonly [string, string] => [
  ticketId,
  `position ${number(position)}`
]

/** What was bought in one draw within a minute: one mail, however many purchases it was. */
export const ticketsBought = (to: Addressee & { readonly bought: BoughtTickets }): Letter => {
  const { count, drawDate, drawAt, prizePool, tickets } = to.bought
  const draw = drawName(drawDate)
  const more = count - tickets.length
  return {
    subject: `${capitalised(yourTickets(count))} in ${draw}`,
    preview: "One position wins the whole pot. Good luck!",
    blocks: [
      greeting(to),
      paragraph(
        count === 1
          ? `Thank you: this ticket in ${draw} is yours.`
          : `Thank you: these ${number(count)} tickets in ${draw} are yours.`
      ),
      facts(...tickets.map(listed)),
      ...(more > 0 ? [paragraph(`and ${number(more)} more.`)] : []),
      facts(
        ["You paid", dollars(cents(BigInt(count) * ticketPrice))],
        ["The pot now", dollars(prizePool)],
        ["Draw time", drawAt === null ? "when the host starts it" : moment(drawAt)]
      ),
      paragraph("One position wins the whole pot, and each has the same chance. If it is yours, we write to you."),
      button("See the pot", to.links.home),
      remark(
        `You did not buy ${count === 1 ? "this" : "these"}? Then somebody else is in your account: choose a new ` +
          `password at ${to.links.askReset}.`
      )
    ],
    footer: footer(to, "You get this because tickets were bought with your account.")
  }
}

/** To whoever won a draw. */
export const won = (to: Addressee & { readonly drawId: DrawId; readonly win: Win }): Letter => {
  const { drawDate, drawnAt, position, prize, ticketId } = to.win
  const draw = drawName(drawDate)
  return {
    subject: `You won ${dollars(prize)}`,
    preview: `Yours is the winning position in ${draw}.`,
    blocks: [
      greeting(to),
      paragraph(`Congratulations! Your ticket was drawn: the whole pot of ${draw} is yours.`),
      facts(
        ["Prize", dollars(prize)],
        ["Ticket", ticketId],
        ["Position", number(position)],
        ["Drawn", moment(drawnAt)]
      ),
      paragraph(
        "The prize was credited to your wallet. You can withdraw it from there, or play on with it. There is nothing to claim, " +
          "and nobody will ever ask you to pay something for it."
      ),
      button("Check the draw", to.links.verifyDraw(drawDate ?? to.drawId)),
      remark(
        "The page computes the outcome once more from the published records, so that you need not take our word for it."
      )
    ],
    footer: footer(to, "You get this because your ticket won.")
  }
}

/** Goes on from "was declared void". */
const why = (reason: VoidReason): string =>
  reason === "beacon"
    ? ": the public random number that it waited for did not come"
    : ": it could not be decided, through a fault of ours"

/** To whoever had tickets in a draw that nobody could win. */
export const drawVoid = (to: Addressee & { readonly drawn: VoidDraw }): Letter => {
  const { drawDate, reason, refunded } = to.drawn
  const draw = drawName(drawDate)
  return {
    subject: `${capitalised(draw)} is void: ${dollars(refunded)} is back`,
    preview: "Nobody has won. Your tickets' price was credited to your wallet.",
    blocks: [
      greeting(to),
      paragraph(`${capitalised(draw)} was declared void${why(reason)}.`),
      facts(["Came back to you", dollars(refunded)]),
      paragraph("Nobody has won: every ticket in it was refunded in full. There is nothing that you must do."),
      button("See the records", to.links.verifyDraw(drawDate)),
      // credits pay debts first (docs/design.md, "Money")
      remark("If your wallet owed something, for a purchase that was refunded, that was paid out of it first.")
    ],
    footer: footer(to, "You get this because you had tickets in the draw.")
  }
}
