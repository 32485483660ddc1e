import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { type AddressSource, clientsOver, isTrusted, readNetworks } from "../../src/accounts/ClientAddress.ts"

const networks = readNetworks("10.0.0.0/8, 192.0.2.7, 2001:db8:ffff::/48") ?? []

const clientBy = (from: AddressSource, peer: string, headers: Readonly<Record<string, string>>) =>
  clientsOver({ address: peer, protocol: undefined }, { networks, from })((name) => headers[name])

const byList = (list: string, peer = "10.0.0.1") =>
  clientBy("x-forwarded-for", peer, { "x-forwarded-for": list }).address

const byForwarded = (list: string, peer = "10.0.0.1") => clientBy("forwarded", peer, { forwarded: list })

/** Addresses that no test trusts, spelled shortest. */
const stranger = fc.tuple(fc.integer({ min: 11, max: 100 }), fc.nat(255), fc.nat(255)).map(([a, b, c]) =>
  `${a}.${b}.${c}.9`
)
const proxy = fc.tuple(fc.nat(255), fc.nat(255)).map(([a, b]) => `10.${a}.${b}.9`)
/** What may stand in a header: quotes and commas above all. */
const junk = fc.array(
  fc.constantFrom("\"", ",", ";", "\\", " ", "=", "for=", "[", "]", "10.0.0.1", "6.6.6.6", "proto=https", "é"),
  { maxLength: 20 }
).map((parts) => parts.join(""))

describe("readNetworks", () => {
  it("reads addresses and networks, of both families", () => {
    const read = readNetworks(" 10.0.0.0/8 ,127.0.0.1,::1, fd00::/8")
    assert.isDefined(read)
    for (const address of ["10.200.3.4", "127.0.0.1", "::1", "fd12::7", "::ffff:10.1.2.3"]) {
      assert.isTrue(isTrusted({ networks: read }, address), address)
    }
    for (const address of ["11.0.0.1", "127.0.0.2", "::2", "fe80::1", "", "unknown", "10.0.0"]) {
      assert.isFalse(isTrusted({ networks: read }, address), address)
    }
  })

  it("refuses what is none, what is not certain, and everybody", () => {
    for (
      const text of [
        "",
        "10.0.0.0/8,",
        "10.0.0.1/8",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0/8",
        "proxy.internal",
        "0.0.0.0/0",
        "::/0",
        "::ffff:10.0.0.1",
        "::ffff:10.0.0.0/104",
        "10.0.0.0/8;127.0.0.1"
      ]
    ) assert.isUndefined(readNetworks(text), text)
  })
})

describe("the client behind trusted proxies", () => {
  it("is the right-most address of X-Forwarded-For that is no trusted proxy's", () => {
    assert.strictEqual(byList("198.51.100.4"), "198.51.100.4")
    assert.strictEqual(byList("6.6.6.6, 198.51.100.4"), "198.51.100.4")
    assert.strictEqual(byList("6.6.6.6, 198.51.100.4, 192.0.2.7,10.9.9.9"), "198.51.100.4")
    assert.strictEqual(byList("2001:DB8:0::4, 2001:db8:ffff::1", "2001:db8:ffff::2"), "2001:db8::4")
  })

  it("is the left-most where all are trusted, and the proxy itself where it names none", () => {
    assert.strictEqual(byList("10.0.0.3, 10.0.0.2"), "10.0.0.3")
    assert.strictEqual(clientBy("x-forwarded-for", "10.0.0.1", {}).address, "10.0.0.1")
  })

  it("is read whatever spelling a proxy uses for it", () => {
    for (
      const hop of [
        "192.0.2.44",
        "192.0.2.44:51234",
        "::ffff:192.0.2.44",
        "[::ffff:192.0.2.44]:443",
        "::ffff:c000:22c"
      ]
    ) assert.strictEqual(byList(hop), "192.0.2.44", hop)
    for (const hop of ["2001:db8::7", "[2001:db8::7]", "[2001:db8::7]:443", "2001:0DB8:0:0::0007"]) {
      assert.strictEqual(byList(hop), "2001:db8::7", hop)
    }
  })

  it("is the last proxy whose word could be read, where a proxy names no address", () => {
    for (
      const hop of [
        "unknown",
        "_hidden",
        "",
        "localhost",
        "1.2.3",
        "1.2.3.4:port",
        "1.2.3.4.5",
        "[::1",
        "fe80::1%eth0",
        "1.2.3.4 5"
      ]
    ) {
      assert.strictEqual(byList(`6.6.6.6, ${hop}, 10.0.0.2`), "10.0.0.2", hop)
      assert.strictEqual(byList(`6.6.6.6, ${hop}`), "10.0.0.1", hop)
    }
  })

  it("is read of Forwarded, quoted or not, and how they reached the first trusted proxy", () => {
    assert.deepStrictEqual(byForwarded("for=198.51.100.4;proto=https;by=10.0.0.1"), {
      address: "198.51.100.4",
      protocol: "https"
    })
    assert.deepStrictEqual(byForwarded("For=\"[2001:db8:cafe::17]:4711\" ; PROTO=HTTP"), {
      address: "2001:db8:cafe::17",
      protocol: "http"
    })
    assert.deepStrictEqual(
      byForwarded(
        "for=6.6.6.6;proto=http, for=\"198.51.100.4:80\";proto=https;host=\"a,b\\\"\", for=10.0.0.2;proto=http"
      ),
      { address: "198.51.100.4", protocol: "https" }
    )
    assert.deepStrictEqual(byForwarded("for=_hidden;proto=http"), { address: "10.0.0.1", protocol: "http" })
    for (const list of ["for=1.2.3.4;for=5.6.7.8", "proto=https for=1.2.3.4", "1.2.3.4", "for=", "for=\"1.2.3.4"]) {
      assert.strictEqual(byForwarded(list).address, "10.0.0.1", list)
    }
  })

  it("came as the nearest proxy says in X-Forwarded-Proto, whose own word is the last", () => {
    const by = (proto: string) =>
      clientBy("x-forwarded-for", "10.0.0.1", { "x-forwarded-for": "198.51.100.4", "x-forwarded-proto": proto })
        .protocol
    assert.strictEqual(by("https"), "https")
    assert.strictEqual(by("HTTP"), "http")
    assert.strictEqual(by("https, http"), "http")
    assert.isUndefined(by("wss"))
    assert.isUndefined(by(""))
  })

  it("is told by the one header that proxies are said to set, and by none where they speak the PROXY protocol", () => {
    const headers = { "x-forwarded-for": "198.51.100.4", forwarded: "for=203.0.113.9;proto=http" }
    assert.deepStrictEqual(clientBy("x-forwarded-for", "10.0.0.1", headers), {
      address: "198.51.100.4",
      protocol: undefined
    })
    assert.deepStrictEqual(clientBy("forwarded", "10.0.0.1", headers), { address: "203.0.113.9", protocol: "http" })
    assert.deepStrictEqual(clientBy("proxy-protocol", "10.0.0.1", headers), {
      address: "10.0.0.1",
      protocol: undefined
    })
  })

  it("is not looked for behind more proxies than there can be", () => {
    const chain = Array.from({ length: 40 }, (_, index) => `10.0.1.${40 - index}`)
    assert.strictEqual(byList(["198.51.100.4", ...chain].join(", ")), "10.0.1.16")
  })

  it("is the peer, whatever its headers say, where that is not trusted", () => {
    fc.assert(fc.property(stranger, junk, junk, (peer, list, protocol) => {
      const headers = { "x-forwarded-for": list, forwarded: list, "x-forwarded-proto": protocol }
      for (const from of ["x-forwarded-for", "forwarded"] as const) {
        assert.deepStrictEqual(clientBy(from, peer, headers), { address: peer, protocol: undefined })
      }
    }))
  })

  it("is never changed by what stands left of what the proxies added", () => {
    fc.assert(fc.property(junk, stranger, fc.array(proxy, { maxLength: 5 }), (left, client, proxies) => {
      assert.strictEqual(byList([left, client, ...proxies].join(", ")), client)
      const added = [`for="${client}:1";proto=https`, ...proxies.map((each) => `for=${each};host="x\\",y";proto=http`)]
      assert.deepStrictEqual(byForwarded([left, ...added].join(", ")), { address: client, protocol: "https" })
    }))
  })

  it("is an address as others are, or the proxy's, whatever a trusted proxy writes", () => {
    fc.assert(fc.property(junk, fc.constantFrom("x-forwarded-for" as const, "forwarded" as const), (list, from) => {
      const { address } = clientBy(from, "10.0.0.1", { [from]: list })
      assert.include(["10.0.0.1", "6.6.6.6"], address)
    }))
  })
})
