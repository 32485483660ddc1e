/** Which client, and what verifies draws, the hooks below it use. */
import { createContext, createElement, type ReactNode, useContext, useMemo } from "react"
import type { Client } from "../Client.ts"
import type { Proofs } from "../proof/Proofs.ts"

interface Provided {
  readonly client: Client
  readonly proofs: (() => Promise<Proofs>) | undefined
}

const ProvidedContext = createContext<Provided | null>(null)

export interface DddProviderProps {
  readonly client: Client
  /**
   * Loads what verifies draws, when a hook first needs it; the same each time, as a function of the module gives it:
   * `() => (loaded ??= import("@ddd/client/proof").then(({ Proofs }) => new Proofs({ … })))`.
   */
  readonly proofs?: () => Promise<Proofs>
  readonly children?: ReactNode
}

export const DddProvider = ({ children, client, proofs }: DddProviderProps) => {
  const value = useMemo(() => ({ client, proofs }), [client, proofs])
  return createElement(ProvidedContext.Provider, { value }, children)
}

const useProvided = (): Provided => {
  const provided = useContext(ProvidedContext)
  if (provided === null) throw new Error("There is no DddProvider above this component.")
  return provided
}

/** The client. Throws where no `DddProvider` stands above. */
export const useClient = (): Client => useProvided().client

/** What loads the verifier. Throws where the `DddProvider` above has none. */
export const useProofs = (): () => Promise<Proofs> => {
  const { proofs } = useProvided()
  if (proofs === undefined) throw new Error("The DddProvider above this component has no `proofs`.")
  return proofs
}
