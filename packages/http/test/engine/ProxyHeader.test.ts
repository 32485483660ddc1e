import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { readProxyHeader } from "../../src/engine/node/ProxyHeader.ts"
import { forIpv4, forIpv6, proxyHeader, tlsValue, value } from "../support/ProxyHeaders.ts"

const client = (bytes: Buffer) => {
  const header = readProxyHeader(bytes)
  return header._tag === "Read" ? header.client : header._tag
}

describe("the header of the PROXY protocol", () => {
  it("names the client by IPv4 or IPv6, in the one spelling that counts", () => {
    assert.deepStrictEqual(client(forIpv4("198.51.100.4")), { address: "198.51.100.4", protocol: undefined })
    const address = Buffer.from("20010db8000000000000000000000007", "hex")
    assert.deepStrictEqual(client(forIpv6(address)), { address: "2001:db8::7", protocol: undefined })
    const mapped = Buffer.from("00000000000000000000ffffc6336404", "hex")
    assert.deepStrictEqual(client(forIpv6(mapped)), { address: "198.51.100.4", protocol: undefined })
  })

  it("says how the client came, where it says it, among other values", () => {
    const others = [
      value(0x02, Buffer.from("lottery.example.com")),
      value(0x03, Buffer.alloc(4)),
      value(0xea, Buffer.alloc(300))
    ]
    for (const [tls, protocol] of [[tlsValue(true), "https"], [tlsValue(false), "http"]] as const) {
      assert.deepStrictEqual(client(forIpv4("198.51.100.4", ...others, tls, ...others)), {
        address: "198.51.100.4",
        protocol
      })
    }
    const cut = [
      value(0x20, Buffer.alloc(0)),
      Buffer.from([0x20]),
      Buffer.from([0x20, 0xff]),
      Buffer.from([0x20, 0, 9])
    ]
    for (const bytes of cut) assert.deepInclude(client(forIpv4("198.51.100.4", bytes)), { protocol: undefined })
  })

  it("is for the proxy itself where it says so, or knows no client", () => {
    assert.isUndefined(client(proxyHeader({ command: 0x20, family: 0 })))
    assert.isUndefined(client(proxyHeader({ command: 0x20, further: [Buffer.alloc(30)] })))
    assert.isUndefined(client(proxyHeader({ family: 0, further: [value(0x04, Buffer.alloc(3))] })))
  })

  it("is none of another version, command or transport, nor one that is too short or too long", () => {
    const addresses = [Buffer.alloc(36)]
    for (
      const bytes of [
        proxyHeader({ command: 0x11, further: addresses }),
        proxyHeader({ command: 0x22, further: addresses }),
        proxyHeader({ family: 0x12, further: addresses }),
        proxyHeader({ family: 0x31, further: [Buffer.alloc(216)] }),
        proxyHeader({ further: [Buffer.alloc(11)] }),
        proxyHeader({ family: 0x21, further: [Buffer.alloc(35)] }),
        proxyHeader({ further: [Buffer.alloc(2_049)] }).subarray(0, 16),
        Buffer.from("PROXY TCP4 198.51.100.4 10.0.0.1 49153 443\r\n"),
        Buffer.from("GET / HTTP/1.1\r\n"),
        Buffer.from("\r\n\r\nGET"),
        Buffer.from("\x16\x03\x01")
      ]
    ) assert.strictEqual(client(bytes), "Unlawful", bytes.toString("latin1"))
  })

  it("is complete with its last byte and not before, and leaves what follows it", () => {
    const header = forIpv4("198.51.100.4", tlsValue(true), value(0xee, Buffer.alloc(40)))
    fc.assert(fc.property(fc.nat(header.length - 1), fc.uint8Array({ maxLength: 40 }), (cut, behind) => {
      assert.strictEqual(readProxyHeader(header.subarray(0, cut))._tag, "Incomplete")
      assert.deepStrictEqual(readProxyHeader(Buffer.concat([header, behind])), {
        _tag: "Read",
        client: { address: "198.51.100.4", protocol: "https" },
        length: header.length
      })
    }))
  })

  it("is never read beyond its end, whatever the bytes are", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(60), (bytes, length) => {
      const header = Buffer.concat([proxyHeader().subarray(0, 12), Buffer.from(bytes)])
      if (header.length > 15) header.writeUInt16BE(length, 14)
      const read = readProxyHeader(header)
      if (read._tag === "Read") assert.isAtMost(read.length, header.length)
    }))
  })
})
