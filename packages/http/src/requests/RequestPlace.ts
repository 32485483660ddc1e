/** Where a request comes from: the country of its client's address, or the one that a trusted proxy names. */
import { isTrusted, type ProxyTrust } from "@ddd/core/accounts/ClientAddress"
import { type Place, placeOfText, unknownPlace } from "@ddd/core/play/Places"
import { makeRecent } from "@ddd/core/values/Recent"
import { Option } from "effect"
import type { HttpServerRequest } from "effect/http"

/** What tells where requests come from. */
export type PlaceSource =
  /** Looked up by the client's address. */
  | { readonly _tag: "Addresses"; readonly placeOf: (address: string) => Place }
  /** Named by a header, in lower case here, of the proxies that are trusted. Of anybody else it is not read. */
  | { readonly _tag: "Header"; readonly name: string; readonly proxies: Pick<ProxyTrust, "networks"> }

/** Peers of which it is remembered whether they are trusted. */
const recentMax = 1_024

export type PlaceOf = (request: HttpServerRequest.HttpServerRequest) => Place

/** Null: nothing tells where requests come from. */
export const makePlaceOf = (source: PlaceSource | null): PlaceOf => {
  switch (source?._tag) {
    case undefined:
      return () => unknownPlace
    case "Addresses":
      return ({ remoteAddress }) => Option.match(remoteAddress, { onNone: () => unknownPlace, onSome: source.placeOf })
    case "Header": {
      const { name, proxies } = source
      const isProxy = makeRecent(recentMax, (peer) => isTrusted(proxies, peer))
      return ({ headers, peerAddress }) => {
        const text = headers[name]
        return text !== undefined && Option.exists(peerAddress, isProxy) ? placeOfText(text) : unknownPlace
      }
    }
  }
}
