/** The pot, counting up to what it is. */
import { type Cents, cents } from "@ddd/core/money/Money"
import { byId } from "../dom/Elements.ts"
import { dollars } from "../text/Dollars.ts"

const countingMillis = 700

/** Between two amounts, at a moment from 0 to 1: fast first, then slower. */
export const between = (from: Cents, to: Cents, moment: number): Cents => {
  const eased = 1 - (1 - moment) ** 3
  // a pot has fewer cents than a number has exact integers
  return moment >= 1 ? to : cents(from + BigInt(Math.round(Number(to - from) * eased)))
}

export interface Pot {
  /** Counts up to this amount; shows it at once where it is less, the first one, or the reader wants no motion. */
  readonly show: (amount: Cents) => void
}

/** The pot of the page: figures that move for the eye, and one text that does not for whoever listens. */
export const makePot = (): Pot => {
  const figures = byId("pot-figures", HTMLElement)
  const text = byId("pot-text", HTMLElement)
  const stillness = matchMedia("(prefers-reduced-motion: reduce)")
  let target: Cents | undefined
  let shown: Cents = cents(0n)
  let frame = 0

  const write = (amount: Cents): void => {
    shown = amount
    const written = dollars(amount)
    figures.textContent = written
    figures.style.setProperty("--figures", String(written.length))
  }

  return {
    show: (amount) => {
      const isFirst = target === undefined
      if (amount === target) return
      target = amount
      text.textContent = dollars(amount)
      cancelAnimationFrame(frame)
      if (isFirst || amount < shown || stillness.matches || document.visibilityState === "hidden") return write(amount)
      const [from, begun] = [shown, performance.now()]
      const step = (now: number): void => {
        const moment = Math.min(1, (now - begun) / countingMillis)
        write(between(from, amount, Math.max(0, moment)))
        if (moment < 1) frame = requestAnimationFrame(step)
      }
      frame = requestAnimationFrame(step)
    }
  }
}
