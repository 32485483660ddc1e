/** What is left until the sales of a draw close, by the server's clock. */
import { byId } from "../dom/Elements.ts"
import type { ServerClock } from "../live/ServerClock.ts"
import { remaining, timeHere } from "../text/Times.ts"

export interface Countdown {
  /** Counts down to this time, from when sales opened. */
  readonly until: (opensAt: number, closesAt: number) => void
}

/** Starts the countdown of the page. */
export const makeCountdown = (clock: ServerClock): Countdown => {
  const [hours, minutes, seconds] = ["hours", "minutes", "seconds"].map((id) => byId(id, HTMLElement))
  const when = byId("closes-at", HTMLElement)
  const day = byId("day-passed", HTMLElement)
  let sale: { readonly opensAt: number; readonly closesAt: number } | undefined

  const show = (): void => {
    const now = clock.now()
    if (sale !== undefined && hours !== undefined && minutes !== undefined && seconds !== undefined) {
      const left = remaining(sale.closesAt - now)
      hours.textContent = left.hours
      minutes.textContent = left.minutes
      seconds.textContent = left.seconds
      const passed = (now - sale.opensAt) / (sale.closesAt - sale.opensAt)
      day.style.setProperty("--passed", String(Math.min(1, Math.max(0, passed))))
    }
  }

  const tick = (): void => {
    show()
    // at the next whole second of the server's
    setTimeout(tick, 1000 - clock.now() % 1000 + 5)
  }

  const countdown: Countdown = {
    until: (opensAt, closesAt) => {
      sale = { opensAt, closesAt }
      when.textContent = `Sales close at midnight UTC: ${timeHere(closesAt)} where you are.`
      show()
    }
  }
  tick()
  return countdown
}
