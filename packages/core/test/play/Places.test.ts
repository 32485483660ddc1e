import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  type Place,
  placeOfText,
  readPlaceList,
  refusalOfPlace,
  type Territory,
  territoryOf,
  unknownPlace
} from "../../src/play/Places.ts"

const listOf = (text: string) => readPlaceList(text) ?? assert.fail(`${text} is no list`)
const territory = (lists: { readonly allowed?: string; readonly blocked?: string }, isProduction = true): Territory =>
  territoryOf({
    ...lists.allowed !== undefined && { allowed: listOf(lists.allowed) },
    ...lists.blocked !== undefined && { blocked: listOf(lists.blocked) }
  }, isProduction) ?? assert.fail("no list")

const isOffered = (within: Territory, place: Place): boolean => refusalOfPlace(within, place) === null

const country = fc.constantFrom("US", "CA", "GB", "DE")
const region = (of: string) => fc.constantFrom("A", "B", "C").map((name) => `${of}-${name}`)
const place: fc.Arbitrary<Place> = fc.oneof(
  fc.constant(unknownPlace),
  country.chain((of) => fc.uniqueArray(region(of), { maxLength: 2 }).map((regions) => ({ country: of, regions })))
)
const names = fc.uniqueArray(fc.oneof(country, country.chain(region), fc.constant("unknown")), { minLength: 1 })

describe("a list of places", () => {
  it("names countries, regions of them and what is not known, and nothing else", () => {
    assert.deepStrictEqual([...listOf("US, CA-QC,unknown , GB-ENG,FR-75")], [
      "US",
      "CA-QC",
      "unknown",
      "GB-ENG",
      "FR-75"
    ])
    for (
      const text of ["", "UK", "us", "US,", "USA", "US;CA", "UK-ENG", "US-", "US-NEWY", "XX", "ZZ", "Unknown", "*"]
    ) {
      assert.isUndefined(readPlaceList(text), text)
    }
  })
})

describe("a place that a header says", () => {
  it("is a country, or one with its region; anything else is not known", () => {
    assert.deepStrictEqual(placeOfText("US"), { country: "US", regions: [] })
    assert.deepStrictEqual(placeOfText(" us-ny "), { country: "US", regions: ["US-NY"] })
    for (
      const text of ["", "XX", "T1", "UK", "USA", "US,CA", "US, US", "US-", "US-NY-X", "unknown", "\u0000", "ＵＳ"]
    ) {
      assert.deepStrictEqual(placeOfText(text), unknownPlace, text)
    }
  })

  it("never throws, and gives back a country that lists may name", () => {
    fc.assert(fc.property(fc.string(), (text) => {
      const { country, regions } = placeOfText(text)
      assert.isTrue(
        country === null ? regions.length === 0 : readPlaceList([country, ...regions].join(",")) !== undefined
      )
    }))
  })
})

describe("play", () => {
  it("is offered everywhere where no list says where", () => {
    assert.isNull(territoryOf({}, true))
  })

  it("is offered in what is listed as allowed alone, where a country stands for all of its regions", () => {
    const within = territory({ allowed: "US-NY,CA" })
    assert.isTrue(isOffered(within, { country: "US", regions: ["US-NY"] }))
    assert.isTrue(isOffered(within, { country: "CA", regions: ["CA-QC"] }))
    assert.isTrue(isOffered(within, { country: "CA", regions: [] }))
    assert.isFalse(isOffered(within, { country: "US", regions: ["US-NJ"] }))
    assert.isFalse(isOffered(within, { country: "DE", regions: [] }))
  })

  it("is offered everywhere but in what is listed as blocked, by any region that a place is of", () => {
    const within = territory({ blocked: "DE,US-NY,GB-ENG" })
    assert.isFalse(isOffered(within, { country: "DE", regions: ["DE-BE"] }))
    assert.isFalse(isOffered(within, { country: "US", regions: ["US-NY"] }))
    assert.isFalse(isOffered(within, { country: "GB", regions: ["GB-ENG", "GB-LND"] }))
    assert.isTrue(isOffered(within, { country: "US", regions: ["US-NJ"] }))
    assert.isTrue(isOffered(within, { country: "CA", regions: [] }))
  })

  it("is not offered in a country of which regions are listed, where the region is not known", () => {
    const nowhere: Place = { country: "US", regions: [] }
    assert.isFalse(isOffered(territory({ allowed: "US-NY" }), nowhere))
    assert.isFalse(isOffered(territory({ blocked: "US-NY" }), nowhere))
    assert.isTrue(isOffered(territory({ allowed: "US,US-NY" }), nowhere))
  })

  it("is offered to whose country is not known in development, and in production only where the allowed ones say so", () => {
    const offered = (lists: Parameters<typeof territory>[0], isProduction: boolean) =>
      isOffered(territory(lists, isProduction), unknownPlace)
    assert.deepStrictEqual([offered({ allowed: "US" }, true), offered({ allowed: "US" }, false)], [false, true])
    assert.deepStrictEqual([offered({ blocked: "US" }, true), offered({ blocked: "US" }, false)], [false, true])
    assert.isTrue(offered({ allowed: "US,unknown" }, true))
    assert.deepStrictEqual([true, false].map((isProduction) => offered({ blocked: "US,unknown" }, isProduction)), [
      false,
      false
    ])
  })

  it("is offered in no more places the more are blocked, in no fewer the more are allowed", () => {
    fc.assert(fc.property(names, names, place, fc.boolean(), (some, more, at, isProduction) => {
      const both = new Set([...some, ...more])
      const offered = (kind: "allowed" | "blocked", list: ReadonlySet<string>) => {
        const within = territoryOf({ [kind]: list }, isProduction)
        return within !== null && isOffered(within, at)
      }
      if (offered("blocked", both)) assert.isTrue(offered("blocked", new Set(some)))
      if (offered("allowed", new Set(some))) assert.isTrue(offered("allowed", both))
    }))
  })

  it("is nowhere offered by both of two lists that say the same, and refuses with the place as it was seen", () => {
    fc.assert(fc.property(names, place, (list, at) => {
      const places = new Set(list)
      const allowed = territoryOf({ allowed: places }, true)
      const blocked = territoryOf({ blocked: places }, true)
      assert.isNotNull(allowed)
      assert.isNotNull(blocked)
      if (allowed === null || blocked === null) return
      const refusals = [refusalOfPlace(allowed, at), refusalOfPlace(blocked, at)]
      assert.isAtLeast(refusals.filter((refusal) => refusal !== null).length, 1)
      for (const refusal of refusals) {
        if (refusal !== null) assert.deepStrictEqual(refusal, { _tag: "NotOffered", ...at })
      }
    }))
  })
})
