/** The server's time, which decides when sales close, whatever the device's clock says. */
import { useClient } from "@ddd/client/react"
import { useEffect, useReducer, useRef } from "react"
import { useText } from "../text/Language.tsx"

/** The server's time, as it is when it is drawn, and told anew at each of its whole seconds. Milliseconds. */
export const useServerTime = (): number => {
  const { time } = useClient()
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    const tick = () => {
      redraw()
      timer = setTimeout(tick, 1000 - time.now() % 1000 + 5)
    }
    tick()
    return () => clearTimeout(timer)
  }, [time])
  return time.now()
}

const two = (value: number): string => String(value).padStart(2, "0")

/** What is left until a time. A countdown shows 00:00:01 in its last second. */
export const Countdown = ({ now, until }: { readonly now: number; readonly until: number | null }) => {
  const { t } = useText()
  const seconds = until === null ? null : Math.max(0, Math.ceil((until - now) / 1000))
  const parts = [
    [seconds === null ? "––" : two(Math.floor(seconds / 3600)), t.draw.hours],
    [seconds === null ? "––" : two(Math.floor(seconds / 60) % 60), t.draw.minutes],
    [seconds === null ? "––" : two(seconds % 60), t.draw.seconds]
  ] as const
  return (
    <div className="countdown" aria-hidden="true">
      {parts.map(([figures, unit]) => (
        <p key={unit}>
          <span>{figures}</span>
          <small>{unit}</small>
        </p>
      ))}
    </div>
  )
}

/** How much of the day has passed: a thin ring around the seal. */
export const Ring = ({ passed }: { readonly passed: number }) => {
  const ring = useRef<HTMLDivElement>(null)
  useEffect(() => {
    ring.current?.style.setProperty("--passed", String(Math.min(1, Math.max(0, passed))))
  }, [passed])
  return <div ref={ring} className="hero-ring" aria-hidden="true" />
}
