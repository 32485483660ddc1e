/** Who is signed in. */
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useEffect } from "react"
import type { ClientError } from "../Errors.ts"
import type { SignedIn } from "../session/Session.ts"
import { keys } from "./Keys.ts"
import { useClient } from "./Provider.ts"

/** Who is signed in on this device: `data` is null where nobody is, undefined until that is read. */
export const useSession = () => {
  const client = useClient()
  const queries = useQueryClient()
  useEffect(() =>
    client.auth.onChange((change) => {
      if (change.type === "signedIn") queries.setQueryData(keys.session, { userId: change.userId })
      else {
        queries.setQueryData(keys.session, null)
        queries.removeQueries({ queryKey: ["ddd", "player"] })
      }
    }), [client, queries])
  return useQuery<SignedIn | null, ClientError>({
    queryKey: keys.session,
    queryFn: () => client.auth.current(),
    // it is read on the device, and every change is told
    networkMode: "always",
    staleTime: Infinity
  })
}

/** The id of who is signed in; null: nobody, or it is not read yet. */
export const usePlayerId = (): string | null => useSession().data?.userId ?? null
