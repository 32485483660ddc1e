/**
 * The network that an address belongs to: what one household or one machine can change within.
 *
 * A provider gives a customer of IPv6 a /56 or more, so that a single address tells nothing; of IPv4, addresses next to one
 * another are often one party's. An IPv4 address written in IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
 */

const byteForm = /^(?:0|[1-9]\d{0,2})$/

const bytesOfIpv4 = (text: string): ReadonlyArray<number> | undefined => {
  const parts = text.split(".")
  const bytes = parts.map(Number)
  return parts.length === 4 && parts.every((part) => byteForm.test(part)) && bytes.every((byte) => byte <= 255)
    ? bytes
    : undefined
}

const groupForm = /^[0-9a-f]{1,4}$/i

/** The groups of one side of `::`; its last part may be an IPv4 address. */
const groupsOf = (text: string): ReadonlyArray<number> | undefined => {
  if (text === "") return []
  const parts = text.split(":")
  const ipv4 = bytesOfIpv4(parts.at(-1) ?? "")
  const hex = ipv4 === undefined ? parts : parts.slice(0, -1)
  if (!hex.every((part) => groupForm.test(part))) return undefined
  const groups = hex.map((part) => Number.parseInt(part, 16))
  const [a = 0, b = 0, c = 0, d = 0] = ipv4 ?? []
  return ipv4 === undefined ? groups : [...groups, a * 256 + b, c * 256 + d]
}

/** The eight groups of an IPv6 address. */
const groupsOfIpv6 = (text: string): ReadonlyArray<number> | undefined => {
  const sides = text.split("::")
  const [left, right] = [groupsOf(sides[0] ?? ""), groupsOf(sides[1] ?? "")]
  if (left === undefined || right === undefined || sides.length > 2) return undefined
  const missing = 8 - left.length - right.length
  if (sides.length === 1 ? missing !== 0 : missing < 1) return undefined
  return [...left, ...Array.from({ length: missing }, () => 0), ...right]
}

const ipv4Network = (bytes: ReadonlyArray<number>): string => `${bytes.slice(0, 3).join(".")}.0/24`

/** `192.0.2.7` → `192.0.2.0/24`; `2001:db8:0:42ff::1` → `2001:db8:0:4200::/56`. What is no address is a network of its own. */
export const networkOf = (ip: string): string => {
  const ipv4 = bytesOfIpv4(ip)
  if (ipv4 !== undefined) return ipv4Network(ipv4)
  const groups = groupsOfIpv6(ip.split("%")[0] ?? "")
  if (groups === undefined) return ip
  const [g0 = 0, g1 = 0, g2 = 0, g3 = 0, g4, g5, g6 = 0, g7 = 0] = groups
  if (g0 === 0 && g1 === 0 && g2 === 0 && g3 === 0 && g4 === 0 && g5 === 0xffff) {
    return ipv4Network([g6 >> 8, g6 & 0xff, g7 >> 8])
  }
  return `${[g0, g1, g2, g3 & 0xff00].map((group) => group.toString(16)).join(":")}::/56`
}
