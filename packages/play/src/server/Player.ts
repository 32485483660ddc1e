/** What hooks of `@ddd/client/react` leave to the app: other questions about the player, cached and dropped like theirs. */
import type { ClientError } from "@ddd/client"
import { useClient, useSession } from "@ddd/client/react"
import { useQuery, useQueryClient } from "@tanstack/react-query"

export { useClient }

/** The id of who is signed in; null: nobody, or it is not read yet. */
const useMyId = (): string | null => useSession().data?.userId ?? null

/** Asks for something of the player's; nothing is asked while nobody is signed in. */
export const usePlayerQuery = <A>(name: string, ask: () => Promise<A>, isWanted = true) => {
  const userId = useMyId()
  return useQuery<A, ClientError>({
    queryKey: ["ddd", "player", userId, name],
    queryFn: ask,
    enabled: userId !== null && isWanted
  })
}

/** Has everything that is known of the player asked for again. */
export const usePlayerRefresh = () => {
  const queries = useQueryClient()
  return (): Promise<void> => queries.invalidateQueries({ queryKey: ["ddd", "player"] })
}
