/**
 * Which address a request counts for: that of the connection, or the one that a trusted proxy names.
 *
 * Each proxy adds at the right of a list whom it was asked by. So the list is read from the right: as long as an address is that of a
 * trusted proxy, what that one wrote is believed. The first address that is not is the client's; whatever stands left of it is the
 * client's own word, and is not looked at. Source: RFC 7239; docs/decisions/0060-whose-word-is-believed.md.
 */
import { Result } from "effect"
import { IpNetwork, NetAddress } from "effect/net"
import { readAddress } from "./Network.ts"

/** The one way in which proxies tell whom they speak for; the first is the default. */
export const addressSources = ["x-forwarded-for", "forwarded", "proxy-protocol"] as const
export type AddressSource = typeof addressSources[number]

/** Whose word is believed, and how they give it. */
export interface ProxyTrust {
  readonly networks: ReadonlyArray<IpNetwork.IpNetwork>
  readonly from: AddressSource
}

/** The header of a request by its name in lower case, lines of one name joined by commas. */
export type HeaderOf = (name: string) => string | undefined

/** Where a request came from. */
export interface Client {
  /** In its shortest spelling; `""` where the connection has none any more. */
  readonly address: string
  /** How the client reached the first trusted proxy; undefined where none says it. */
  readonly protocol: "http" | "https" | undefined
}

/** Trusted proxies that a request may have passed, one behind the other. */
const hopsMax = 16

/** An address or a network in CIDR notation, whose bits beyond its length are zero; undefined for any other text. */
const readNetwork = (text: string): IpNetwork.IpNetwork | undefined => {
  const address = NetAddress.ipFromString(text)
  const network = Result.isSuccess(address)
    ? IpNetwork.make(address.success, NetAddress.width(address.success))
    : IpNetwork.fromString(text)
  if (Result.isFailure(network)) return undefined
  const { prefixLength } = network.success
  // IPv4 written in IPv6 is no address that a client is known by, and a network of everybody would be anybody's word
  const isMapped = NetAddress.isIpv6Address(network.success.address) && NetAddress.isIpv4Mapped(network.success.address)
  return prefixLength === 0 || isMapped ? undefined : network.success
}

/** `10.0.0.0/8, 2001:db8::7`: networks and addresses by comma; undefined where one of them is neither, or is everybody. */
export const readNetworks = (text: string): ReadonlyArray<IpNetwork.IpNetwork> | undefined => {
  const networks = text.split(",").map((each) => readNetwork(each.trim()))
  return networks.every((network) => network !== undefined) ? networks : undefined
}

/** Whether an address is of one of the networks; what is no address is of none. */
export const isTrusted = ({ networks }: Pick<ProxyTrust, "networks">, address: string): boolean =>
  isOneOf(networks, readAddress(address))

const isOneOf = (networks: ProxyTrust["networks"], address: NetAddress.IpAddress | undefined): boolean =>
  address !== undefined && networks.some((network) => IpNetwork.contains(network, address))

/** Of whom a trusted proxy was asked, and how: what one proxy added to the list. */
interface Hop {
  /** Undefined where the text names no address: it is hidden, or not known to the proxy. */
  readonly address: NetAddress.IpAddress | undefined
  readonly protocol: string | undefined
}

/** `192.0.2.7`, `192.0.2.7:443`, `2001:db8::7`, `[2001:db8::7]`, `[2001:db8::7]:443`; the port of RFC 7239 may be hidden. */
const hopForm = /^(?:\[([\da-f:.]+)\]|([\d.]+))(?::(?:\d{1,5}|_[\w.-]+))?$|^([\da-f:.]+)$/i

/** The address that a proxy names. */
const readHop = (text: string): NetAddress.IpAddress | undefined => {
  const [, bracketed, plain, bare] = hopForm.exec(text) ?? []
  return readAddress(bracketed ?? plain ?? bare ?? "")
}

/** An element of `X-Forwarded-For`. */
const addressHop = (element: string): Hop => ({ address: readHop(element), protocol: undefined })

/** A pair of `Forwarded`: a token, `=`, and a token or a quoted text; what a token may not hold is tolerated in a value. */
const pairForm = /^([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^"\\\s]+))$/

/** An element of `Forwarded`: `for="[2001:db8::7]:443";proto=https` (RFC 7239, section 4). */
const forwardedHop = (element: string): Hop => {
  const pairs = new Map<string, string>()
  for (const text of partsFromRight(element, ";")) {
    if (text === "") continue
    const [, name, quoted, token] = pairForm.exec(text) ?? []
    const key = name?.toLowerCase()
    if (key === undefined || pairs.has(key)) return { address: undefined, protocol: undefined }
    pairs.set(key, quoted?.replace(/\\(.)/g, "$1") ?? token ?? "")
  }
  return { address: readHop(pairs.get("for") ?? ""), protocol: pairs.get("proto") }
}

/**
 * The parts of a list from its right end, without the white space around them; what is quoted parts nothing. Read from the right, quotes
 * that a client left open never reach what a proxy added.
 */
function* partsFromRight(list: string, separator: "," | ";"): Generator<string> {
  let end = list.length
  let isQuoted = false
  for (let at = list.length - 1; at >= 0; at--) {
    if (list[at] === "\"" && !(isQuoted && isEscaped(list, at))) isQuoted = !isQuoted
    else if (list[at] === separator && !isQuoted) {
      yield list.slice(at + 1, end).trim()
      end = at
    }
  }
  yield list.slice(0, end).trim()
}

/** Whether a character stands behind an odd number of backslashes. */
const isEscaped = (text: string, at: number): boolean => {
  let before = at
  while (text[before - 1] === "\\") before--
  return (at - before) % 2 === 1
}

const protocolOf = (text: string | undefined): Client["protocol"] => {
  const protocol = text?.toLowerCase()
  return protocol === "http" || protocol === "https" ? protocol : undefined
}

/**
 * Where requests come from that arrive over a connection, by their headers. `direct`: its peer, who is the client unless trusted.
 *
 * The headers of a peer that is not trusted never matter, nor does the header that `from` does not name. Where a proxy names no address,
 * it counts itself: it was the last whose word could be read.
 */
export const clientsOver = (direct: Client, trust: ProxyTrust): (header: HeaderOf) => Client => {
  const { from } = trust
  return from === "proxy-protocol" || !isTrusted(trust, direct.address)
    ? () => direct
    : (header) => clientBehind(direct.address, trust.networks, from, header)
}

/** Whom a trusted proxy speaks for. */
const clientBehind = (
  proxy: string,
  networks: ProxyTrust["networks"],
  from: Exclude<AddressSource, "proxy-protocol">,
  header: HeaderOf
): Client => {
  const list = header(from)
  const readElement = from === "forwarded" ? forwardedHop : addressHop
  // the nearest proxy's word: what it was asked by, or what it passes on of those before it
  const near = from === "x-forwarded-for" ? lastOf(header("x-forwarded-proto")) : undefined
  if (list === undefined) return { address: proxy, protocol: protocolOf(near) }
  let last: NetAddress.IpAddress | undefined
  let told: string | undefined
  let hops = 0
  for (const element of partsFromRight(list, ",")) {
    const { address, protocol } = readElement(element)
    told = protocol
    if (address === undefined) break
    last = address
    if (++hops === hopsMax || !isOneOf(networks, address)) break
  }
  return { address: last === undefined ? proxy : NetAddress.formatIp(last), protocol: protocolOf(near ?? told) }
}

const lastOf = (list: string | undefined): string | undefined => list?.slice(list.lastIndexOf(",") + 1).trim()
