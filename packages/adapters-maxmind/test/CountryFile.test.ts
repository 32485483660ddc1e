import { unknownPlace } from "@ddd/core/play/Places"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import { readCountryFile } from "../src/CountryFile.ts"
import { countryFile, record } from "../src/testing/WriteCountryFile.ts"

const read = (bytes: Buffer) => Result.getOrThrow(readCountryFile(bytes))

const networks = {
  "192.0.2.0/24": record("US", "NY"),
  "198.51.100.0/25": record("GB", "ENG", "LND"),
  "198.51.100.128/25": record("DE"),
  "203.0.113.7/32": { country_code: "CA" },
  "2001:db8::/32": record("NZ"),
  "2001:db9:0:8000::/49": record("US", "CA")
}

describe("a file of countries", () => {
  it("says where an address is: the country and its regions, of IPv4 and IPv6, in any spelling", () => {
    const { builtAt, placeOf, type } = read(countryFile(networks, { builtAt: new Date("2026-02-03") }))
    assert.deepStrictEqual([type, builtAt], ["Test-City", new Date("2026-02-03")])
    assert.deepStrictEqual(placeOf("192.0.2.77"), { country: "US", regions: ["US-NY"] })
    assert.deepStrictEqual(placeOf("::ffff:192.0.2.77"), { country: "US", regions: ["US-NY"] })
    assert.deepStrictEqual(placeOf("198.51.100.4"), { country: "GB", regions: ["GB-ENG", "GB-LND"] })
    assert.deepStrictEqual(placeOf("198.51.100.200"), { country: "DE", regions: [] })
    assert.deepStrictEqual(placeOf("203.0.113.7"), { country: "CA", regions: [] })
    assert.deepStrictEqual(placeOf("2001:0DB8:0:0::1"), { country: "NZ", regions: [] })
    assert.deepStrictEqual(placeOf("2001:db9:0:8001::"), { country: "US", regions: ["US-CA"] })
  })

  it("knows nothing of what is not in it, and of what is no address", () => {
    const { placeOf } = read(countryFile(networks))
    for (const address of ["192.0.3.1", "203.0.113.8", "127.0.0.1", "2001:db9::", "::1", "", "somewhere", "1.2.3"]) {
      assert.deepStrictEqual(placeOf(address), unknownPlace, address)
    }
  })

  it("of IPv4 alone knows nothing of IPv6, whatever its first bytes are", () => {
    const { placeOf } = read(countryFile({ "32.1.13.184/32": record("US") }, { ipVersion: 4 }))
    assert.deepStrictEqual(placeOf("32.1.13.184"), { country: "US", regions: [] })
    assert.deepStrictEqual(placeOf("2001:0db8::"), unknownPlace)
  })

  it("is not believed to hold countries: what is none in a record is not known", () => {
    const records = ["text", [], {}, { country: "US" }, { country: { iso_code: [] } }, record("EU"), record("us")]
    const { placeOf } = read(
      countryFile(Object.fromEntries(records.map((each, index) => [`192.0.2.${index}/32`, each])))
    )
    records.forEach((each, index) => {
      assert.deepStrictEqual(placeOf(`192.0.2.${index}`), unknownPlace, JSON.stringify(each))
    })
    const odd = read(countryFile({
      "192.0.2.0/32": { country: { iso_code: "US" }, subdivisions: "NY" },
      "192.0.2.1/32": { country: { iso_code: "US" }, subdivisions: [[], { iso_code: "new york" }, { iso_code: "NY" }] }
    }))
    assert.deepStrictEqual(odd.placeOf("192.0.2.0"), { country: "US", regions: [] })
    assert.deepStrictEqual(odd.placeOf("192.0.2.1"), { country: "US", regions: ["US-NY"] })
  })

  it("is refused where it is none, or not whole", () => {
    const whole = countryFile(networks)
    const cut = [
      Buffer.alloc(0),
      Buffer.from("no file"),
      whole.subarray(0, -100),
      whole.subarray(-150),
      Buffer.alloc(5_000, 255)
    ]
    for (const bytes of cut) {
      const reading = readCountryFile(bytes)
      assert.isTrue(Result.isFailure(reading), `${bytes.length}`)
    }
  })

  it("whatever is wrong with it, is refused, or answers or throws at once", () => {
    const whole = countryFile(networks)
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1 }), (changes) => {
      const broken = Buffer.from(whole)
      for (const [at, byte] of changes) broken[at] = byte
      const reading = readCountryFile(broken)
      if (Result.isFailure(reading)) return assert.isString(reading.failure)
      for (const address of ["192.0.2.77", "198.51.100.4", "2001:db8::1"]) {
        try {
          const { country, regions } = reading.success.placeOf(address)
          assert.isTrue(country !== null || regions.length === 0)
        } catch (error) {
          assert.instanceOf(error, Error)
          assert.notStrictEqual(error.name, "AssertionError")
        }
      }
    }))
  })
})
