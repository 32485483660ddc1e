/** What every screen is: a title, which takes the focus when the player comes here, and what is below it. */
import { type ReactNode, useEffect, useRef } from "react"
import { useText } from "../text/Language.tsx"
import { isFirstScreen, Link } from "./Router.tsx"

export interface ScreenProps {
  readonly title: string
  /** The title is there for those who do not see: something else stands in its place. */
  readonly isTitleUnseen?: boolean
  /** The path of the screen above this one. */
  readonly up?: string
  readonly children: ReactNode
}

export const Screen = ({ children, isTitleUnseen = false, title, up }: ScreenProps) => {
  const { t } = useText()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} – Daily Dollar Draw`
  }, [title])
  useEffect(() => {
    if (!isFirstScreen()) heading.current?.focus({ preventScroll: true })
  }, [])
  return (
    <>
      {up === undefined ? null : (
        <p className="up">
          <Link to={up} className="link">← {t.back}</Link>
        </p>
      )}
      <h1 ref={heading} tabIndex={-1} className={isTitleUnseen ? "unseen" : undefined}>{title}</h1>
      {children}
    </>
  )
}
