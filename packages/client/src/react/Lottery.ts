/** The draw on sale, live, and tickets. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import type { Draw, LastWinner, Page, Receipt, Ticket } from "../Contract.ts"
import type { ClientError } from "../Errors.ts"
import type { PurchaseOrder, TicketQuery } from "../services/LotteryService.ts"
import { keys, retries } from "./Keys.ts"
import { useClient } from "./Provider.ts"
import { usePlayerId } from "./Session.ts"

/** The draw on sale. `isLive`: it is as it is now; otherwise it may be old, and is asked for again by itself. */
export const useCurrentDraw = () => {
  const client = useClient()
  const queries = useQueryClient()
  const [isLive, setLive] = useState(false)
  useEffect(() => {
    let wasLive = false
    const ask = () => void queries.invalidateQueries({ queryKey: keys.draw })
    const endDraw = client.live.watchDraw(({ data, isStale }) => {
      setLive(!isStale)
      const known = queries.getQueryData<Draw>(keys.draw)
      if (known !== undefined && data !== null && known.id === data.drawId) {
        const { prizePool, totalEntries } = data
        queries.setQueryData<Draw>(keys.draw, { ...known, prizePool, totalEntries })
        // what happened meanwhile was not told
        if (!isStale && !wasLive) ask()
      } else if (!isStale) ask()
      wasLive = !isStale
    })
    const endStatus = client.live.onDrawStatus(() => {
      ask()
      void queries.invalidateQueries({ queryKey: keys.history })
      void queries.invalidateQueries({ queryKey: keys.lastWinner })
      void queries.invalidateQueries({ queryKey: ["ddd", "player"] })
    })
    return () => {
      endDraw()
      endStatus()
    }
  }, [client, queries])
  const query = useQuery<Draw, ClientError>({
    queryKey: keys.draw,
    queryFn: () => client.lottery.currentDraw(),
    ...retries
  })
  return { ...query, isLive }
}

/** Who won last. */
export const useLastWinner = () => {
  const client = useClient()
  return useQuery<LastWinner, ClientError>({
    queryKey: keys.lastWinner,
    queryFn: () => client.lottery.lastWinner(),
    ...retries
  })
}

/** Draws whose sales are over, newest first, a page at a time. */
export const useDrawHistory = () => {
  const client = useClient()
  return useInfiniteQuery({
    queryKey: keys.history,
    queryFn: ({ pageParam }: { readonly pageParam: string | null }): Promise<Page<Draw>> =>
      client.lottery.drawHistory(pageParam === null ? {} : { cursor: pageParam }),
    initialPageParam: null,
    getNextPageParam: ({ nextCursor }: Page<Draw>) => nextCursor,
    ...retries
  })
}

/** The player's tickets, newest first, a page at a time; nothing is asked while nobody is signed in. */
export const useTickets = (query: Omit<TicketQuery, "cursor"> = {}) => {
  const client = useClient()
  const userId = usePlayerId()
  return useInfiniteQuery({
    queryKey: keys.player(userId, "tickets", query),
    queryFn: ({ pageParam }: { readonly pageParam: string | null }): Promise<Page<Ticket>> =>
      client.lottery.tickets(pageParam === null ? query : { ...query, cursor: pageParam }),
    initialPageParam: null,
    getNextPageParam: ({ nextCursor }: Page<Ticket>) => nextCursor,
    enabled: userId !== null,
    ...retries
  })
}

/** Buys tickets of the draw on sale, once. `unsettled`: the app is to say that it is not known yet; `useUnsettled` finds out. */
export const usePurchase = () => {
  const client = useClient()
  const queries = useQueryClient()
  const userId = usePlayerId()
  return useMutation<Receipt, ClientError, PurchaseOrder>({
    mutationFn: (order) => client.lottery.purchaseTicket(order),
    // the client keeps it, and asks again by itself
    networkMode: "always",
    retry: false,
    onSuccess: ({ wallet }) => queries.setQueryData(keys.player(userId, "wallet"), wallet),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.player(userId) })
  })
}
