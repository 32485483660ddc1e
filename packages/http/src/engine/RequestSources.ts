/** Where the requests of a connection come from: its other end, or the client that a trusted proxy there names. */
import { type Client, clientOf, isTrusted, type ProxyTrust } from "@ddd/core/accounts/ClientAddress"
import type { HeaderFields } from "./HeaderFields.ts"

/** Where one request comes from. `headers`: all of it, lines of one name joined. */
export type SourceOf = (headers: Readonly<HeaderFields>) => Client

/** Whose requests come over a connection from `peer`, by their headers. `protocol`: that of the connection, as far as it is known. */
export const sourcesOf = (
  proxies: ProxyTrust | undefined,
  peer: string,
  protocol: Client["protocol"]
): SourceOf => {
  if (proxies === undefined || proxies.from === "proxy-protocol" || !isTrusted(proxies, peer)) {
    return always({ address: peer, protocol })
  }
  return (headers) => clientOf(peer, proxies, (name) => headers[name])
}

/** All of the connection's requests come from `client`. */
export const always = (client: Client): SourceOf => () => client
