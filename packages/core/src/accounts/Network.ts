/**
 * The network that an address belongs to: what one household or one machine can change within.
 *
 * A provider gives a customer of IPv6 a /56 or more, so that a single address tells nothing; of IPv4, addresses next to one
 * another are often one party's. An IPv4 address written in IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
 */
import { Result } from "effect"
import { NetAddress } from "effect/net"

// stored networks are found by this spelling: four groups, none left out
const spelt6 = (address: NetAddress.Ipv6Address): string => {
  const [a, b, c, d] = NetAddress.ipv6ToSegments(address)
  return `${[a, b, c, d & 0xff00].map((group) => group.toString(16)).join(":")}::/56`
}

/** An address as it counts; undefined where the text is none. */
export const readAddress = (ip: string) => {
  // the zone, behind `%`, is the name of an interface of this machine
  const read = NetAddress.ipFromString(ip.split("%")[0] ?? "")
  return Result.isFailure(read) ? undefined : NetAddress.toCanonical(read.success)
}

/**
 * What is one party's for certain: `192.0.2.7` → `192.0.2.7/32`, since its neighbours in the /24 may be others';
 * `2001:db8:0:42ff::1` → `2001:db8:0:4200::/56`. What is no address is itself.
 */
export const homeOf = (ip: string): string => {
  const address = readAddress(ip)
  if (address === undefined) return ip
  return NetAddress.isIpv4Address(address)
    ? `${NetAddress.ipv4ToOctets(address).join(".")}/32`
    : spelt6(address)
}

/**
 * Whether an address can be a player's own on the Internet. One of a private network (RFC 1918, RFC 4193), of this link or of this machine
 * is that of a proxy in front of us, or a developer's: it tells nothing of who is behind it.
 */
export const isPublicAddress = (ip: string): boolean => {
  const address = readAddress(ip)
  if (address === undefined) return false
  if (NetAddress.isLoopback(address) || NetAddress.isLinkLocal(address)) return false
  return NetAddress.isIpv4Address(address)
    // all of 0.0.0.0/8 is this network (RFC 1122, 3.2.1.3)
    ? NetAddress.ipv4ToOctets(address)[0] !== 0 && !NetAddress.isPrivate(address)
    : !NetAddress.isUnspecified(address) && !NetAddress.isUniqueLocal(address)
}

/** `192.0.2.7` → `192.0.2.0/24`; `2001:db8:0:42ff::1` → `2001:db8:0:4200::/56`. What is no address is a network of its own. */
export const networkOf = (ip: string): string => {
  const address = readAddress(ip)
  if (address === undefined) return ip
  if (NetAddress.isIpv4Address(address)) {
    return `${NetAddress.ipv4ToOctets(address).slice(0, 3).join(".")}.0/24`
  }
  return spelt6(address)
}

/**
 * What a network is a part of, as a rule one provider's: the /16 of IPv4, the /32 of IPv6. `192.0.2.7` → `192.0.0.0/16`;
 * `2001:db8:0:42ff::1` → `2001:db8::/32`. What is no address is its own.
 */
export const providerOf = (ip: string): string => {
  const address = readAddress(ip)
  if (address === undefined) return ip
  if (NetAddress.isIpv4Address(address)) {
    return `${NetAddress.ipv4ToOctets(address).slice(0, 2).join(".")}.0.0/16`
  }
  return `${NetAddress.ipv6ToSegments(address).slice(0, 2).map((group) => group.toString(16)).join(":")}::/32`
}
