/** The draws whose sales are over, newest first: a page of them, and more when asked for. */
import { type Draw, drawHistory } from "../api/Lottery.ts"
import { byId, element, unseen } from "../dom/Elements.ts"
import { sealView } from "../seal/SealView.ts"
import { dollars, ticketCount } from "../text/Dollars.ts"
import { longDay, shortDay } from "../text/Times.ts"

const outcome = ({ status, winningTicketId }: Draw): HTMLElement =>
  status !== "drawn" && status !== "void"
    ? element("p", { class: "draw-outcome" }, "Waiting for its outcome.")
    : status === "void"
    ? element("p", { class: "draw-outcome" }, "Void: every ticket was refunded.")
    : winningTicketId === null
    ? element("p", { class: "draw-outcome" }, "Nobody had entered.")
    : element("p", { class: "draw-outcome" }, "Won by ", element("code", {}, winningTicketId))

/** Where a draw is verified. */
export const verifyLink = (day: string, text = "Verify"): HTMLAnchorElement =>
  element("a", { class: "link", href: `/verify?draw=${day}` }, text, unseen(` the draw of ${longDay(day)}`))

const row = (draw: Draw): HTMLLIElement => {
  const seal = element("span", { class: "draw-seal" })
  seal.append(sealView(draw.commitment, "small"))
  return element(
    "li",
    { class: "draw" },
    seal,
    element("h3", { class: "draw-day" }, shortDay(draw.day)),
    outcome(draw),
    element("p", { class: "draw-pot" }, dollars(draw.pot)),
    element("p", { class: "draw-entries" }, ticketCount(draw.entries)),
    element("p", { class: "draw-verify" }, verifyLink(draw.day))
  )
}

export interface History {
  /** Asks for the newest draws, and shows those that are not there yet. */
  readonly refresh: () => Promise<void>
}

export const makeHistory = (): History => {
  const list = byId("history", HTMLOListElement)
  const note = byId("history-note", HTMLElement)
  const more = byId("history-more", HTMLButtonElement)
  /** The rows of the draws by their ids, each with the status that it shows. */
  const known = new Map<string, { readonly status: string; readonly row: HTMLLIElement }>()
  let cursor: string | null = null

  const add = (draws: ReadonlyArray<Draw>, place: "before" | "after"): HTMLElement | undefined => {
    const rows: Array<HTMLLIElement> = []
    for (const draw of draws) {
      const before = known.get(draw.id)
      if (before?.status === draw.status) continue
      const made = row(draw)
      known.set(draw.id, { status: draw.status, row: made })
      // a draw that waited has its outcome, where it stands
      if (before === undefined) rows.push(made)
      else before.row.replaceWith(made)
    }
    if (place === "before") list.prepend(...rows)
    else list.append(...rows)
    return rows[0]
  }

  const refresh = async (): Promise<void> => {
    const answer = await drawHistory(null)
    if (!answer.ok) {
      if (known.size === 0) note.textContent = answer.refusal.detail
      return
    }
    const { draws, nextCursor } = answer.value
    // whoever was away for longer than a page begins anew: no draw may be missing in between
    if (!draws.some(({ id }) => known.has(id))) {
      known.clear()
      list.replaceChildren()
      cursor = nextCursor
    }
    add(draws, "before")
    more.hidden = cursor === null
    note.textContent = known.size === 0 ? "No draw is over yet." : ""
  }

  const showMore = async (): Promise<void> => {
    more.disabled = true
    const answer = await drawHistory(cursor)
    more.disabled = false
    if (!answer.ok) {
      note.textContent = answer.refusal.detail
      return
    }
    note.textContent = ""
    cursor = answer.value.nextCursor
    const first = add(answer.value.draws, "after")
    more.hidden = cursor === null
    // whoever came by keyboard goes on where the new rows begin
    first?.querySelector("a")?.focus()
  }

  more.addEventListener("click", () => void showMore())
  return { refresh }
}
