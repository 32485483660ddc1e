import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { networkOf } from "../../src/accounts/Network.ts"

describe("networkOf", () => {
  it("takes the /24 of an IPv4 address and the /56 of an IPv6 address", () => {
    for (
      const [ip, network] of [
        ["192.0.2.7", "192.0.2.0/24"],
        ["0.0.0.0", "0.0.0.0/24"],
        ["2001:db8:0:42ff::1", "2001:db8:0:4200::/56"],
        ["2001:DB8:0:4201:1:2:3:4", "2001:db8:0:4200::/56"],
        ["2001:db8::", "2001:db8:0:0::/56"],
        ["::1", "0:0:0:0::/56"],
        ["fe80::1%eth0", "fe80:0:0:0::/56"],
        ["::ffff:192.0.2.7", "192.0.2.0/24"],
        ["::FFFF:c000:0207", "192.0.2.0/24"],
        ["0:0:0:0:0:ffff:192.0.2.200", "192.0.2.0/24"]
      ] as const
    ) assert.strictEqual(networkOf(ip), network, ip)
  })

  it("leaves what is no address as it is", () => {
    for (
      const text of [
        "",
        "unknown",
        "256.0.0.1",
        "1.2.3",
        "01.2.3.4",
        "1:2:3",
        "1::2::3",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7::8:9",
        "12345::",
        "::1.2.3.4.5",
        "::1.2.3.4:5"
      ]
    ) assert.strictEqual(networkOf(text), text)
  })

  it("gives addresses that differ within the network the same one, and others another", () => {
    const byte = fc.integer({ min: 0, max: 255 })
    fc.assert(fc.property(fc.tuple(byte, byte, byte), byte, byte, byte, (prefix, a, b, other) => {
      assert.strictEqual(networkOf([...prefix, a].join(".")), networkOf([...prefix, b].join(".")))
      const changed = [prefix[0], prefix[1], other, a].join(".")
      assert.strictEqual(networkOf(changed) === networkOf([...prefix, a].join(".")), other === prefix[2])
    }))
    const group = fc.integer({ min: 1, max: 0xffff })
    fc.assert(
      fc.property(fc.tuple(group, group, group), byte, byte, byte, group, (prefix, subnet, a, b, host) => {
        const address = (low: number) =>
          `${[...prefix, subnet * 256 + low].map((part) => part.toString(16)).join(":")}::${host.toString(16)}`
        assert.strictEqual(networkOf(address(a)), networkOf(address(b)))
        assert.strictEqual(networkOf(address(a)), networkOf(address(b).toUpperCase()))
      })
    )
  })
})
