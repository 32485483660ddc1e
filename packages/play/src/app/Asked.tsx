/** What is asked of the server, while it comes, where it does not, and page by page. */
import type { Page } from "@ddd/client"
import type { ReactNode } from "react"
import { useText } from "../text/Language.tsx"
import { problemText } from "../text/Problems.ts"

interface AskedProps<A> {
  readonly of: { readonly data: A | undefined; readonly error: unknown; readonly refetch: () => unknown }
  readonly children: (data: A) => ReactNode
}

/** Shows what came, also where it is old; otherwise that it comes, or why it does not. */
export function Asked<A>({ children, of: { data, error, refetch } }: AskedProps<A>) {
  const text = useText()
  if (data !== undefined) return children(data)
  return error === null || error === undefined
    ? <p className="quiet waiting">{text.t.loading}</p>
    : (
      <div className="notice bad" role="alert">
        <p>{problemText(error, text)}</p>
        <p>
          <button type="button" className="button" onClick={() => void refetch()}>{text.t.retry}</button>
        </p>
      </div>
    )
}

interface PagesProps<A> {
  readonly of: {
    readonly data: { readonly pages: ReadonlyArray<Page<A>> } | undefined
    readonly error: unknown
    readonly hasNextPage: boolean
    readonly isFetchingNextPage: boolean
    readonly refetch: () => unknown
    readonly fetchNextPage: () => unknown
  }
  readonly none: ReactNode
  readonly className: string
  readonly children: (item: A) => ReactNode
}

/** A list that goes on where the player asks for more. */
export function Pages<A extends { readonly id: string }>({ children, className, none, of }: PagesProps<A>) {
  const { t } = useText()
  return (
    <Asked of={of}>
      {({ pages }) => {
        const items = pages.flatMap(({ items }) => items)
        return items.length === 0 ? none : (
          <>
            <ul className={className} role="list">{items.map((item) => <li key={item.id}>{children(item)}</li>)}</ul>
            {of.hasNextPage
              ? (
                <p>
                  <button
                    type="button"
                    className="button"
                    aria-disabled={of.isFetchingNextPage}
                    onClick={() => void of.fetchNextPage()}
                  >
                    {of.isFetchingNextPage ? t.loading : t.more}
                  </button>
                </p>
              )
              : null}
          </>
        )
      }}
    </Asked>
  )
}
