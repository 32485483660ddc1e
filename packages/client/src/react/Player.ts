/** The player's wallet, profile and movements. */
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import type { Profile, Transaction, Wallet } from "../Contract.ts"
import type { ClientError } from "../Errors.ts"
import type { Unsettled } from "../requests/Kinds.ts"
import type { TransactionQuery } from "../services/TransactionService.ts"
import { useMoney, usePages } from "./Asking.ts"
import { keys, retries } from "./Keys.ts"
import { useClient } from "./Provider.ts"
import { asPlayer, usePlayerId, watchPlayer } from "./Session.ts"

/** The wallet; nothing is asked while nobody is signed in. `isLive`: it is as it is now; otherwise it may be some seconds old. */
export const useWallet = () => {
  const client = useClient()
  const queries = useQueryClient()
  const userId = usePlayerId()
  const [isLive, setLive] = useState(false)
  useEffect(() => {
    if (userId === null) return
    const queryKey = keys.player(userId, "wallet")
    let wasLive = false
    const player = watchPlayer(client, userId)
    const end = client.live.watchWallet(({ data, isStale }) => {
      if (!player.isStill) return
      setLive(!isStale)
      const known = queries.getQueryData<Wallet>(queryKey)
      const hasChanged = known !== undefined && data !== null && known.balance !== data.balance
      if (known !== undefined && data !== null) queries.setQueryData<Wallet>(queryKey, { ...known, ...data })
      if (!isStale && (!wasLive || hasChanged)) {
        // what is not told live of it, and what moved
        for (const name of ["wallet", "transactions", "profile"]) {
          void queries.invalidateQueries({ queryKey: keys.player(userId, name) })
        }
      }
      wasLive = !isStale
    })
    return () => {
      end()
      player.end()
    }
  }, [client, queries, userId])
  const query = useQuery<Wallet, ClientError>({
    queryKey: keys.player(userId, "wallet"),
    queryFn: () => asPlayer(client, userId, () => client.user.wallet()),
    enabled: userId !== null,
    ...retries
  })
  return { ...query, isLive }
}

export const useProfile = () => {
  const client = useClient()
  const userId = usePlayerId()
  return useQuery<Profile, ClientError>({
    queryKey: keys.player(userId, "profile"),
    queryFn: () => asPlayer(client, userId, () => client.user.profile()),
    enabled: userId !== null,
    ...retries
  })
}

/** What moved in the wallet, newest first, a page at a time. */
export const useTransactions = (query: Omit<TransactionQuery, "cursor"> = {}) => {
  const client = useClient()
  const userId = usePlayerId()
  return usePages<Transaction>(
    keys.player(userId, "transactions", query),
    (from) => asPlayer(client, userId, () => client.transactions.transactions({ ...query, ...from })),
    userId !== null
  )
}

/** Asks for money to be paid out, once. */
export const useWithdrawal = () => {
  const client = useClient()
  return useMoney<Transaction, string>((amount) => client.user.withdraw(amount))
}

/**
 * The player's requests for money whose answers are not known, asked for again when the component appears, another player signs in, the window
 * is looked at and every half minute: `data` is what is still not known. What became of the others shows in wallet and tickets.
 */
export const useUnsettled = () => {
  const client = useClient()
  const queries = useQueryClient()
  const userId = usePlayerId()
  useEffect(() =>
    client.requests.onSettled(() => {
      void queries.invalidateQueries({
        queryKey: keys.player(userId),
        predicate: ({ queryKey }) => queryKey.at(-1) !== "unsettled"
      })
    }), [client, queries, userId])
  return useQuery<ReadonlyArray<Unsettled>, ClientError>({
    queryKey: keys.player(userId, "unsettled"),
    queryFn: async () => {
      await asPlayer(client, userId, () => client.requests.settle())
      return (await client.requests.list()).filter((request) => request.userId === userId)
    },
    enabled: userId !== null,
    refetchInterval: ({ state }) => state.data === undefined || state.data.length === 0 ? false : 30_000,
    ...retries
  })
}
