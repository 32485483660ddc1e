/** Who is signed in. */
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useEffect } from "react"
import type { Client } from "../Client.ts"
import { type ClientError, DddError } from "../Errors.ts"
import type { SignedIn } from "../session/Session.ts"
import { keys } from "./Keys.ts"
import { useClient } from "./Provider.ts"

/** Who is signed in on this device: `data` is null where nobody is, undefined until that is read. */
export const useSession = () => {
  const client = useClient()
  const queries = useQueryClient()
  useEffect(() =>
    client.auth.onChange((change) => {
      const userId = change.type === "signedIn" ? change.userId : null
      queries.setQueryData(keys.session, userId === null ? null : { userId })
      queries.removeQueries({ queryKey: keys.players, predicate: ({ queryKey }) => queryKey[2] !== userId })
    }), [client, queries])
  return useQuery<SignedIn | null, ClientError>({
    queryKey: keys.session,
    queryFn: () => client.auth.current(),
    // it is read on the device, and every change is told
    networkMode: "always",
    staleTime: Infinity
  })
}

/** Whether a player is still the one who is signed in, at any time; `end` ends the looking. */
export const watchPlayer = (client: Client, userId: string) => {
  const player = { isStill: true, end: () => {} }
  player.end = client.auth.onChange((change) => {
    player.isStill = change.type === "signedIn" && change.userId === userId
  })
  return player
}

/**
 * Asks as the player whom a component shows; rejects with `signed_out` where another one is signed in by now, of which it has not heard yet.
 * What is asked is the player's from its call on.
 */
export const asPlayer = async <A>(client: Client, userId: string | null, ask: () => Promise<A>): Promise<A> => {
  if (userId === null) return await ask()
  const player = watchPlayer(client, userId)
  try {
    const user = await client.auth.current()
    if (user?.userId !== userId || !player.isStill) throw new DddError("signed_out", "Another player is signed in.")
    return await ask()
  } finally {
    player.end()
  }
}

/** The id of who is signed in; null: nobody, or it is not read yet. */
export const usePlayerId = (): string | null => useSession().data?.userId ?? null
