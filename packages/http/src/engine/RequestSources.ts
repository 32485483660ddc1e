/** Where the requests of a connection come from: its other end, or the client that a trusted proxy there names. */
import { type Client, clientsOver, type ProxyTrust } from "@ddd/core/accounts/ClientAddress"
import type { HeaderFields } from "./HeaderFields.ts"

/** Where one request comes from. `headers`: all of it, lines of one name joined. */
export type SourceOf = (headers: Readonly<HeaderFields>) => Client

/** Whose requests come over a connection from `peer`, by their headers. `protocol`: that of the connection, as far as it is known. */
export const sourcesOf = (
  proxies: ProxyTrust | undefined,
  peer: string,
  protocol: Client["protocol"]
): SourceOf => {
  const direct = { address: peer, protocol }
  if (proxies === undefined) return always(direct)
  const clientOf = clientsOver(direct, proxies)
  return (headers) => clientOf((name) => headers[name])
}

/** All of the connection's requests come from `client`. */
export const always = (client: Client): SourceOf => () => client
