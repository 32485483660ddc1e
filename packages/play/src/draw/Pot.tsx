/** The pot, counting up to what it is: figures that move for the eye, and one text that does not for whoever listens. */
import { amountOf, centsOf } from "@ddd/client"
import { useEffect, useRef, useState } from "react"
import { useText } from "../text/Language.tsx"
import { isStill } from "./Motion.ts"

const countingMillis = 700

/** Between two amounts, at a moment from 0 to 1: fast first, then slower. */
const between = (from: bigint, to: bigint, moment: number): bigint =>
  // a pot has fewer cents than a number has exact integers
  moment >= 1 ? to : from + BigInt(Math.round(Number(to - from) * (1 - (1 - moment) ** 3)))

/** The amount as it counts up to `amount`; at once where it is less, the first one, or the player wants no motion. */
const useCounted = (amount: string | undefined): string | undefined => {
  const [shown, setShown] = useState(amount)
  const last = useRef(amount)
  useEffect(() => {
    const from = last.current
    last.current = amount
    if (amount === undefined || from === undefined || from === amount) return setShown(amount)
    const [begin, end] = [centsOf(from), centsOf(amount)]
    if (end < begin || isStill() || document.visibilityState === "hidden") return setShown(amount)
    const begun = performance.now()
    let frame = requestAnimationFrame(function step(now) {
      const moment = Math.max(0, Math.min(1, (now - begun) / countingMillis))
      setShown(amountOf(between(begin, end, moment)))
      if (moment < 1) frame = requestAnimationFrame(step)
    })
    return () => cancelAnimationFrame(frame)
  }, [amount])
  return shown
}

/** `amount` undefined: not known yet. */
export const Pot = ({ amount }: { readonly amount: string | undefined }) => {
  const { money } = useText()
  const counted = useCounted(amount)
  const written = counted === undefined ? "$–" : money(counted)
  const figures = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    figures.current?.style.setProperty("--figures", String(Math.max(5, written.length)))
  }, [written.length])
  return (
    <p className="pot">
      <span ref={figures} className="pot-figures" aria-hidden="true">{written}</span>
      <span className="unseen">{amount === undefined ? "" : money(amount)}</span>
    </p>
  )
}
