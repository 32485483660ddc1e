/** The winning number, whose figures roll until they stand; at once where the player wants no motion. */
import { useEffect, useRef, useState } from "react"
import { useText } from "../text/Language.tsx"
import { isStill } from "./Motion.ts"

const rollingMillis = 2_600

/** Another number for each frame: what is shown on the way means nothing. */
const anyNumber = (among: number): number => 1 + Math.floor(Math.random() * among)

export const Rolling = ({ among, value }: { readonly value: number; readonly among: number }) => {
  const { count, t } = useText()
  const [shown, setShown] = useState(() => isStill() ? value : anyNumber(among))
  useEffect(() => {
    if (isStill()) return setShown(value)
    const begun = performance.now()
    let frame = 0
    let next = 0
    frame = requestAnimationFrame(function step(now) {
      const passed = (now - begun) / rollingMillis
      if (passed >= 1) return setShown(value)
      if (now >= next) {
        setShown(anyNumber(among))
        // slower and slower
        next = now + 40 + 260 * passed ** 2
      }
      frame = requestAnimationFrame(step)
    })
    return () => cancelAnimationFrame(frame)
  }, [among, value])
  const written = t.tickets.number(count(shown))
  const figures = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    figures.current?.style.setProperty("--figures", String(Math.max(6, t.tickets.number(count(among)).length)))
  }, [among, count, t])
  return (
    <p className="pot rolling" aria-hidden="true">
      <span ref={figures} className="pot-figures">{written}</span>
    </p>
  )
}
