/** Headers of the PROXY protocol, version 2, as proxies write them. */

const signature = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1")

export interface Written {
  /** Version and command; `PROXY` of version 2 unless given. */
  readonly command?: number
  /** TCP over IPv4 unless given. */
  readonly family?: number
  /** Addresses and ports, and what follows them. */
  readonly further?: ReadonlyArray<Buffer>
}

export const proxyHeader = ({ command = 0x21, family = 0x11, further = [] }: Written = {}): Buffer => {
  const rest = Buffer.concat(further)
  return Buffer.concat([signature, Buffer.from([command, family, rest.length >> 8, rest.length & 0xff]), rest])
}

const ports = Buffer.from([0xc0, 0x01, 0x01, 0xbb])

/** For the client of an IPv4 address. */
export const forIpv4 = (address: string, ...further: ReadonlyArray<Buffer>): Buffer =>
  proxyHeader({ further: [Buffer.from(address.split(".").map(Number)), Buffer.from([10, 0, 0, 1]), ports, ...further] })

/** For the client of these sixteen bytes. */
export const forIpv6 = (bytes: Buffer, ...further: ReadonlyArray<Buffer>): Buffer =>
  proxyHeader({ family: 0x21, further: [bytes, Buffer.alloc(16, 1), ports, ...further] })

/** A value that may follow the addresses. */
export const value = (type: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([type, content.length >> 8, content.length & 0xff]), content])

/** How the client came: with TLS or without. */
export const tlsValue = (isEncrypted: boolean): Buffer => value(0x20, Buffer.from([isEncrypted ? 1 : 0, 0, 0, 0, 1]))
