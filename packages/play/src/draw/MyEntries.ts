/** The player's tickets of one draw. */
import type { Ticket } from "@ddd/client"
import { useTickets } from "@ddd/client/react"
import { useEffect } from "react"

/** So many pages are asked for at most: who has more tickets is told of these. */
const pagesMax = 10
const pageSize = 100

export interface MyEntries {
  readonly tickets: ReadonlyArray<Ticket>
  /** There are more, which were not asked for. */
  readonly hasMore: boolean
}

/** In the order of their positions; undefined until they are known. */
export const useMyEntries = (drawId: string): MyEntries | undefined => {
  const { data, fetchNextPage, hasNextPage, isFetching } = useTickets({ drawId, limit: pageSize })
  const wantsMore = hasNextPage && !isFetching && (data?.pages.length ?? 0) < pagesMax
  useEffect(() => {
    if (wantsMore) void fetchNextPage()
  }, [fetchNextPage, wantsMore])
  if (data === undefined) return undefined
  const tickets = data.pages.flatMap(({ items }) => items).sort((a, b) => a.position - b.position)
  return { tickets, hasMore: hasNextPage && data.pages.length >= pagesMax }
}
