/** Which draw is verified: named by the address of the page, or else the last one that was drawn. */
import { isUuid } from "@ddd/core/values/Ids"
import { parseDay } from "@ddd/core/values/Instant"
import { type Draw, drawOfDay, lastDraw } from "../api/Lottery.ts"
import { byId } from "../dom/Elements.ts"
import { dollars, ticketCount } from "../text/Dollars.ts"
import { mark } from "./Fields.ts"

/** What a ticket takes in a bundle, in bytes. */
const ticketBytes = 184

const sizeOf = (entries: number): string => {
  const kilobytes = Math.ceil((2_000 + entries * ticketBytes) / 1000)
  return kilobytes < 1000 ? `${kilobytes} kB` : `${(kilobytes / 1000).toFixed(kilobytes < 10_000 ? 1 : 0)} MB`
}

const summary = ({ entries, pot, status }: Draw): string => {
  const size = `about ${sizeOf(entries)} to read`
  switch (status) {
    case "scheduled":
      return "Not on sale yet: there is little to verify."
    case "open":
      return `On sale: ${dollars(pot)} so far. The tickets are published at the lock.`
    case "locked":
      return `Locked, about to be drawn: ${ticketCount(entries)}, ${dollars(pot)}; ${size}.`
    case "void":
      return `Void: every ticket was refunded. ${ticketCount(entries)}; ${size}.`
    default:
      return `${ticketCount(entries)}, ${dollars(pot)}; ${size}.`
  }
}

/** Sets up the choice of a draw. */
export const setUpDrawChoice = async (search: string): Promise<void> => {
  const field = byId("day", HTMLInputElement)
  const note = byId("day-note", HTMLElement)

  const describe = async (): Promise<void> => {
    const day = field.value
    mark(field, "")
    note.textContent = ""
    if (parseDay(day) === undefined) return
    const answer = await drawOfDay(day)
    if (field.value === day) note.textContent = answer.ok ? summary(answer.value) : answer.refusal.detail
  }
  field.addEventListener("change", () => void describe())

  const named = new URLSearchParams(search).get("draw")
  if (named !== null && isUuid(named)) {
    byId("room", HTMLElement).hidden = false
    return
  }
  if (named !== null) {
    if (parseDay(named) === undefined) return mark(field, "The address names no day. Choose one here.")
    field.value = named
    return describe()
  }
  const last = await lastDraw()
  if (!last.ok || last.value === null || field.value !== "") return
  field.value = last.value.draw.day
  note.textContent = summary(last.value.draw)
}
