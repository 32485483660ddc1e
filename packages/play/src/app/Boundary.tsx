/** What is shown where a screen fails: that it did, and the way back. */
import { Component, type ReactNode } from "react"
import type { Messages } from "../text/En.ts"

export interface BoundaryProps {
  readonly t: Messages
  /** Another one is another try. */
  readonly path: string
  readonly children: ReactNode
}

export class Boundary extends Component<BoundaryProps, { readonly failedAt: string | null }> {
  override state = { failedAt: null }

  static getDerivedStateFromError(): { readonly failedAt: string } {
    return { failedAt: location.pathname }
  }

  override render(): ReactNode {
    const { children, t } = this.props
    if (this.state.failedAt !== location.pathname) return children
    return (
      <div className="panel" role="alert">
        <h1>{t.crash.title}</h1>
        <p>{t.crash.text}</p>
        <p>
          <button type="button" className="button button-main" onClick={() => location.reload()}>
            {t.crash.reload}
          </button>
        </p>
      </div>
    )
  }
}
