import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { SocketAddress } from "node:net"
import * as PeerAddress from "../../src/engine/PeerAddress.ts"

/** Bytes of an IPv6 address, many of them zero, as real ones have. */
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).chain((bytes) =>
  fc.uint8Array({ minLength: 16, maxLength: 16, max: 1 }).map((mask) => bytes.map((byte, i) => byte * (mask[i] ?? 0)))
)

const inHex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex").match(/.{4}/g)?.join(":") ?? ""

describe("PeerAddress", () => {
  it("spells IPv6 as Node does, so that both engines count a client once", () =>
    fc.assert(fc.property(ipv6, (bytes) => {
      const { address } = new SocketAddress({ family: "ipv6", address: inHex(bytes) })
      fc.pre(!address.includes(".")) // the parts of IPv4 within IPv6: below
      assert.strictEqual(PeerAddress.fromBytes(bytes), PeerAddress.fromText(address))
    })))

  it("knows an IPv4 address, also when it reached an IPv6 socket", () =>
    fc.assert(fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
      const address = bytes.join(".")
      assert.strictEqual(PeerAddress.fromBytes(bytes), address)
      assert.strictEqual(PeerAddress.fromText(address), address)
      const mapped = Uint8Array.from([...Array.from({ length: 10 }, () => 0), 0xff, 0xff, ...bytes])
      assert.strictEqual(PeerAddress.fromBytes(mapped), address)
      assert.strictEqual(PeerAddress.fromText(`::ffff:${address}`), address)
    })))

  it("gives nothing for a connection that is gone", () =>
    assert.strictEqual(PeerAddress.fromBytes(new Uint8Array()), ""))
})
