/**
 * The network that an address belongs to: what one household or one machine can change within.
 *
 * A provider gives a customer of IPv6 a /56 or more, so that a single address tells nothing; of IPv4, addresses next to one
 * another are often one party's. An IPv4 address written in IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
 */
import { Result } from "effect"
import { NetAddress } from "effect/net"

/** `192.0.2.7` → `192.0.2.0/24`; `2001:db8:0:42ff::1` → `2001:db8:0:4200::/56`. What is no address is a network of its own. */
export const networkOf = (ip: string): string => {
  // the zone, behind `%`, is the name of an interface of this machine
  const read = NetAddress.ipFromString(ip.split("%")[0] ?? "")
  if (Result.isFailure(read)) return ip
  const address = NetAddress.toCanonical(read.success)
  if (NetAddress.isIpv4Address(address)) {
    return `${NetAddress.ipv4ToOctets(address).slice(0, 3).join(".")}.0/24`
  }
  // stored networks are found by this spelling: four groups, none left out
  const [a, b, c, d] = NetAddress.ipv6ToSegments(address)
  return `${[a, b, c, d & 0xff00].map((group) => group.toString(16)).join(":")}::/56`
}
