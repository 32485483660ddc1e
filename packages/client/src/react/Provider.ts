/** Which client the hooks below it use. */
import { createContext, createElement, type ReactNode, useContext } from "react"
import type { Client } from "../Client.ts"

const ClientContext = createContext<Client | null>(null)

export interface DddProviderProps {
  readonly client: Client
  readonly children?: ReactNode
}

export const DddProvider = ({ children, client }: DddProviderProps) =>
  createElement(ClientContext.Provider, { value: client }, children)

/** The client. Throws where no `DddProvider` stands above. */
export const useClient = (): Client => {
  const client = useContext(ClientContext)
  if (client === null) throw new Error("There is no DddProvider above this component.")
  return client
}
