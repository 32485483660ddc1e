/** What several hooks do alike: go through pages, and move money once. */
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query"
import type { Page, Wallet } from "../Contract.ts"
import type { ClientError } from "../Errors.ts"
import { keys, retries } from "./Keys.ts"
import { useClient } from "./Provider.ts"
import { asPlayer, usePlayerId } from "./Session.ts"

/** A list, newest first, a page at a time; `ask` is told where the next page begins. */
export const usePages = <A>(
  queryKey: ReadonlyArray<unknown>,
  ask: (from: { readonly cursor?: string }) => Promise<Page<A>>,
  enabled = true
) =>
  useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }: { readonly pageParam: string | null }): Promise<Page<A>> =>
      ask(pageParam === null ? {} : { cursor: pageParam }),
    initialPageParam: null,
    getNextPageParam: ({ nextCursor }: Page<A>) => nextCursor,
    enabled,
    ...retries
  })

/** Asks for something that moves the player's money, once; `walletIn` is the wallet that the answer tells of. */
export const useMoney = <Answer, Input>(
  ask: (input: Input) => Promise<Answer>,
  walletIn: (answer: Answer) => Wallet | undefined = () => undefined
) => {
  const client = useClient()
  const queries = useQueryClient()
  const userId = usePlayerId()
  return useMutation<Answer, ClientError, Input>({
    mutationFn: async (input) => {
      const answer = await asPlayer(client, userId, () => ask(input))
      const wallet = walletIn(answer)
      // by then somebody else may be signed in: what was dropped stays so
      queries.setQueryData<Wallet>(keys.player(userId, "wallet"), (known) => known === undefined ? known : wallet)
      return answer
    },
    // the client keeps it, and asks again by itself
    networkMode: "always",
    retry: false,
    onSettled: () => queries.invalidateQueries({ queryKey: keys.players })
  })
}
