/** Who won last. */
import type { Cents } from "@ddd/core/money/Money"
import { type LastDraw, lastDraw } from "../api/Lottery.ts"
import { byId, element } from "../dom/Elements.ts"
import { sealView } from "../seal/SealView.ts"
import { dollars, grouped } from "../text/Dollars.ts"
import { longDay, timeHere } from "../text/Times.ts"
import { verifyLink } from "./History.ts"

const fact = (name: string, value: Node | string): ReadonlyArray<HTMLElement> => [
  element("dt", {}, name),
  element("dd", {}, value)
]

/** A prize in one line, however large it is. */
const prize = (amount: Cents): HTMLElement => {
  const written = dollars(amount)
  const line = element("p", { class: "prize" }, written)
  line.style.setProperty("--figures", String(written.length))
  return line
}

const card = ({ draw, winner }: LastDraw): HTMLElement => {
  const stub = element("div", { class: "stub" })
  stub.append(sealView(draw.commitment, "small"))
  const facts = winner === null
    ? [element("p", {}, "Nobody had entered, so nobody won.")]
    : [
      prize(winner.prize),
      element(
        "dl",
        { class: "facts" },
        ...fact("Won by", winner.name),
        ...fact("Ticket", element("code", {}, winner.ticketId)),
        ...fact("Position", `${grouped(winner.position)} of ${grouped(draw.entries)}`),
        ...(draw.drawnAt === null ? [] : fact("Drawn", timeHere(draw.drawnAt)))
      )
    ]
  return element(
    "article",
    { class: "ticket" },
    stub,
    element(
      "div",
      { class: "ticket-body" },
      element("p", { class: "eyebrow" }, longDay(draw.day)),
      ...facts,
      element("p", {}, verifyLink(draw.day, "Verify this draw"))
    )
  )
}

export interface LastWinner {
  /** Asks again. Gives what to announce where another draw is the last one than before. */
  readonly refresh: () => Promise<string | undefined>
}

export const makeLastWinner = (): LastWinner => {
  const place = byId("last-winner", HTMLElement)
  /** The last draw that is shown; null: there is none yet; undefined: the server has not said. */
  let shown: string | null | undefined
  return {
    refresh: async () => {
      const answer = await lastDraw()
      if (!answer.ok) {
        if (shown === undefined) place.replaceChildren(element("p", { class: "quiet" }, answer.refusal.detail))
        return undefined
      }
      const last = answer.value
      if (last === null) {
        shown = null
        place.replaceChildren(element("p", { class: "quiet" }, "No draw has been drawn yet: the first one is on."))
        return undefined
      }
      if (last.draw.id === shown) return undefined
      const isNews = shown !== undefined
      shown = last.draw.id
      place.replaceChildren(card(last))
      const won = last.winner === null
        ? "nobody had entered."
        : `${last.winner.name} won ${dollars(last.winner.prize)} with ticket ${last.winner.ticketId}.`
      return isNews ? `The draw of ${longDay(last.draw.day)} is drawn: ${won}` : undefined
    }
  }
}
