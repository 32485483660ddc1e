/** One spelling for a peer's address, so that limits by address count the same client once, whatever the engine. */
import { NetAddress } from "effect/net"

/**
 * The address in its shortest form (RFC 5952), an IPv4 one that reached an IPv6 socket (`::ffff:192.0.2.1`) as IPv4.
 * `bytes` has 4 or 16; with any other length the peer is unknown (a connection that is already gone) and the answer `""`.
 */
export const fromBytes = (bytes: Uint8Array): string => {
  if (bytes.length === 4) return bytes.join(".")
  if (bytes.length !== 16) return ""
  const address = NetAddress.ipv6FromBytesUnsafe(bytes)
  return NetAddress.isIpv4Mapped(address) ? bytes.subarray(12).join(".") : NetAddress.formatIp(address)
}

/** As `fromBytes`, from the text that Node gives. */
export const fromText = (text: string): string =>
  text.startsWith("::ffff:") && text.includes(".") ? text.slice(7) : text
