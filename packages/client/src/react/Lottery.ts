/** The draw on sale, live, and tickets. */
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import type { Draw, LastWinner, Receipt, Ticket } from "../Contract.ts"
import type { ClientError } from "../Errors.ts"
import type { PurchaseOrder, TicketQuery } from "../services/LotteryService.ts"
import { useMoney, usePages } from "./Asking.ts"
import { keys, retries } from "./Keys.ts"
import { useClient } from "./Provider.ts"
import { asPlayer, usePlayerId } from "./Session.ts"

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
      void queries.invalidateQueries({ queryKey: keys.players })
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
  return usePages<Draw>(keys.history, (from) => client.lottery.drawHistory(from))
}

/** The player's tickets, newest first, a page at a time; nothing is asked while nobody is signed in. */
export const useTickets = (query: Omit<TicketQuery, "cursor"> = {}) => {
  const client = useClient()
  const userId = usePlayerId()
  return usePages<Ticket>(
    keys.player(userId, "tickets", query),
    (from) => asPlayer(client, userId, () => client.lottery.tickets({ ...query, ...from })),
    userId !== null
  )
}

/** Buys tickets of the draw on sale, once. `unsettled`: the app is to say that it is not known yet; `useUnsettled` finds out. */
export const usePurchase = () => {
  const client = useClient()
  return useMoney<Receipt, PurchaseOrder>((order) => client.lottery.purchaseTicket(order), ({ wallet }) => wallet)
}
