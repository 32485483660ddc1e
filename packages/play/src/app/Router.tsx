/** Which screen is shown: by the path below /play, moved through by links and by the browser's own history. */
import { type AnchorHTMLAttributes, type ReactNode, useSyncExternalStore } from "react"

const base = "/play"
const moved = "ddd:moved"

/** The path below /play, without a slash at its end: `/`, `/rooms/7QK2MX`. */
const pathNow = (): string => {
  const path = location.pathname.slice(base.length).replace(/\/+$/, "")
  return path === "" ? "/" : path
}

/** Whether the player has moved since the app was opened: the first screen does not take the focus. */
let hasMoved = false

export const isFirstScreen = (): boolean => !hasMoved

/** Goes to a path below /play. `replace`: the browser's "back" does not lead here again. */
export const go = (path: string, { replace = false }: { readonly replace?: boolean } = {}): void => {
  hasMoved = true
  const url = `${base}${path === "/" ? "/" : path}`
  if (replace) history.replaceState(null, "", url)
  else history.pushState(null, "", url)
  scrollTo(0, 0)
  dispatchEvent(new Event(moved))
}

const subscribe = (tell: () => void): () => void => {
  const byHistory = () => {
    hasMoved = true
    tell()
  }
  addEventListener("popstate", byHistory)
  addEventListener(moved, tell)
  return () => {
    removeEventListener("popstate", byHistory)
    removeEventListener(moved, tell)
  }
}

export const usePath = (): string => useSyncExternalStore(subscribe, pathNow)

/** The parts of a path that a pattern names: `matched("/rooms/:id", "/rooms/7QK2MX")` → `{ id: "7QK2MX" }`; null where it does not fit. */
export const matched = (pattern: string, path: string): Readonly<Record<string, string>> | null => {
  const [wanted, given] = [pattern.split("/"), path.split("/")]
  if (wanted.length !== given.length) return null
  const parts: Record<string, string> = {}
  for (const [index, name] of wanted.entries()) {
    const part = given[index] ?? ""
    if (name.startsWith(":")) parts[name.slice(1)] = part
    else if (name !== part) return null
  }
  return parts
}

export interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  /** Below /play. */
  readonly to: string
  readonly children: ReactNode
}

/** A link within the app. Opened in another tab, or by somebody else, it is an address like any. */
export const Link = ({ children, onClick, to, ...rest }: LinkProps) => (
  <a
    {...rest}
    href={`${base}${to}`}
    onClick={(event) => {
      onClick?.(event)
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
      event.preventDefault()
      go(to)
    }}
  >
    {children}
  </a>
)
