/** What has just happened, told to everybody: shown for a while, and read out. */
import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from "react"
import { useText } from "../text/Language.tsx"

type Tone = "good" | "bad" | "plain"

interface Toast {
  readonly id: number
  readonly text: string
  readonly tone: Tone
}

/** So long a message stands. Milliseconds. */
const shownMillis = 8_000

const ToastContext = createContext<(text: string, tone?: Tone) => void>(() => {})

/** Tells the player something. */
export const useTell = () => useContext(ToastContext)

export const Toasts = ({ children }: { readonly children: ReactNode }) => {
  const { t } = useText()
  const [toasts, setToasts] = useState<ReadonlyArray<Toast>>([])
  const last = useRef(0)
  const drop = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), [])
  const tell = useCallback((text: string, tone: Tone = "plain") => {
    const id = ++last.current
    setToasts((all) => [...all.filter((toast) => toast.text !== text), { id, text, tone }].slice(-3))
    setTimeout(() => drop(id), shownMillis)
  }, [drop])
  const list = useMemo(() => toasts, [toasts])
  return (
    <ToastContext value={tell}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {list.map(({ id, text, tone }) => (
          <div key={id} className={`toast ${tone}`}>
            <p>{text}</p>
            <button type="button" onClick={() => drop(id)} aria-label={t.dismiss}>
              <span aria-hidden="true">×</span>
            </button>
          </div>
        ))}
      </div>
    </ToastContext>
  )
}
