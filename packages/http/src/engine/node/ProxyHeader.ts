/**
 * The header of the PROXY protocol, version 2: the bytes by which a proxy says, before anything else, for whom it opened a connection.
 *
 * Source: https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt, section 2.2. Version 1, a line of text, is not taken.
 */
import type { Client } from "@ddd/core/accounts/ClientAddress"
import * as PeerAddress from "../PeerAddress.ts"

const signature = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1")
/** Signature, version and command, family, and the length of what follows. */
const fixedBytes = 16
/** What may follow: addresses, and more that is skipped but for how the client came. Proxies send some hundred bytes. */
const furtherBytesMax = 2_048

const [local, proxied] = [0x20, 0x21]
const [unspecified, tcp4, tcp6] = [0x00, 0x11, 0x21]
/** The bytes of an address, and of both with their ports. */
const shapes = new Map([[tcp4, { address: 4, both: 12 }], [tcp6, { address: 16, both: 36 }]])
/** `PP2_TYPE_SSL`, whose first bit says whether the client came by TLS. */
const typeOfTls = 0x20

/** What begins with the header says. */
export type ProxyHeader =
  /** For whom the connection is; undefined: for the proxy itself. */
  | { readonly _tag: "Read"; readonly client: Client | undefined; readonly length: number }
  /** More bytes are needed. */
  | { readonly _tag: "Incomplete" }
  /** It is no such header, or none that is taken. */
  | { readonly _tag: "Unlawful" }

const incomplete: ProxyHeader = { _tag: "Incomplete" }
const unlawful: ProxyHeader = { _tag: "Unlawful" }

export const readProxyHeader = (bytes: Buffer): ProxyHeader => {
  const begun = Math.min(bytes.length, signature.length)
  if (signature.compare(bytes, 0, begun, 0, begun) !== 0) return unlawful
  if (bytes.length < fixedBytes) return incomplete
  const [command, family, further] = [bytes.readUInt8(12), bytes.readUInt8(13), bytes.readUInt16BE(14)]
  if ((command !== local && command !== proxied) || further > furtherBytesMax) return unlawful
  const length = fixedBytes + further
  if (bytes.length < length) return incomplete
  if (command === local || family === unspecified) return { _tag: "Read", client: undefined, length }
  const shape = shapes.get(family)
  if (shape === undefined || further < shape.both) return unlawful
  return {
    _tag: "Read",
    client: {
      address: PeerAddress.fromBytes(bytes.subarray(fixedBytes, fixedBytes + shape.address)),
      protocol: protocolIn(bytes.subarray(fixedBytes + shape.both, length))
    },
    length
  }
}

/** How the client came, where one of the further values (type, length, content) says so. */
const protocolIn = (values: Buffer): Client["protocol"] => {
  for (let at = 0; at + 3 <= values.length;) {
    const length = values.readUInt16BE(at + 1)
    if (values[at] === typeOfTls && length > 0 && at + 3 < values.length) {
      return (values.readUInt8(at + 3) & 1) === 1 ? "https" : "http"
    }
    at += 3 + length
  }
  return undefined
}
