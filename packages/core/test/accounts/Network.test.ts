import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { homeOf, isPublicAddress, networkOf } from "../../src/accounts/Network.ts"

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

describe("homeOf", () => {
  it("is an address of IPv4 alone, and a household's /56 of IPv6", () => {
    assert.strictEqual(homeOf("192.0.2.7"), "192.0.2.7/32")
    assert.strictEqual(homeOf("::ffff:192.0.2.7"), "192.0.2.7/32")
    assert.strictEqual(homeOf("2001:db8:0:42ff::1"), networkOf("2001:db8:0:4200::9"))
    assert.strictEqual(homeOf(""), "")
  })
})

describe("isPublicAddress", () => {
  it("is none of a private network, of the link or of this machine", () => {
    for (const ip of ["192.0.2.7", "8.8.8.8", "172.32.0.1", "2001:db8::1", "::ffff:8.8.8.8"]) {
      assert.isTrue(isPublicAddress(ip), ip)
    }
    const own = [
      "127.0.0.1",
      "10.1.2.3",
      "172.16.0.1",
      "172.31.255.255",
      "192.168.1.1",
      "169.254.1.1",
      "::1",
      "::",
      "fd00::1"
    ]
    own.push("fe80::1%eth0", "::ffff:10.0.0.1", "0.0.0.0", "", "unix")
    for (const ip of own) assert.isFalse(isPublicAddress(ip), ip)
  })
})
