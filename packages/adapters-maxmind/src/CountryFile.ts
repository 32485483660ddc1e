/**
 * Where addresses are, by a file in MaxMind's form (`.mmdb`): GeoLite2 or GeoIP2, of countries or cities, DB-IP's, and others.
 *
 * A file is read whole into memory. Of its records only the country and its regions are looked at, and nothing of them is believed to have a
 * certain form.
 */
import { readAddress } from "@ddd/core/accounts/Network"
import { type Place, unknownPlace } from "@ddd/core/play/Places"
import { isCountry, isRegion } from "@ddd/core/values/Countries"
import { Result } from "effect"
import { NetAddress } from "effect/net"
import { Reader, type Response } from "maxmind"

/** A file, as it was read. */
export interface CountryFile {
  /** Where an address is. Throws where the file turns out to be broken there. */
  readonly placeOf: (address: string) => Place
  /** As the file calls itself: `GeoLite2-Country`. */
  readonly type: string
  readonly builtAt: Date
}

/** The member of a record at a path; undefined where there is none. */
const member = (record: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>(
    (value, name) => typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined,
    record
  )

/** The place of a record: `country.iso_code` (MaxMind, DB-IP) or `country_code` (ip-location-db), and `subdivisions[].iso_code`. */
const placeOfRecord = (record: unknown): Place => {
  const country = member(record, "country", "iso_code") ?? member(record, "country_code")
  if (typeof country !== "string" || !isCountry(country)) return unknownPlace
  const subdivisions = member(record, "subdivisions")
  const codes = Array.isArray(subdivisions) ? subdivisions.map((each: unknown) => member(each, "iso_code")) : []
  const regions = codes.filter((code) => typeof code === "string").map((code) => `${country}-${code}`).filter(isRegion)
  return { country, regions }
}

/** Reads a file; where it is none, why. */
export const readCountryFile = (bytes: Buffer): Result.Result<CountryFile, string> => {
  try {
    const reader = new Reader<Response>(bytes)
    const { buildEpoch, databaseType, ipVersion, searchTreeSize } = reader.metadata
    if (!(searchTreeSize > 0 && searchTreeSize < bytes.length)) return Result.fail("its search tree is not whole")
    const placeOf = (address: string): Place => {
      const read = readAddress(address)
      // in a tree of IPv4 alone the reader would go by the first bytes of IPv6
      if (read === undefined || (ipVersion === 4 && NetAddress.isIpv6Address(read))) return unknownPlace
      return placeOfRecord(reader.get(NetAddress.formatIp(read)))
    }
    for (const each of ["1.1.1.1", "203.0.113.1", "2606:4700:4700::1111"]) placeOf(each)
    return Result.succeed({ placeOf, type: databaseType, builtAt: buildEpoch })
  } catch (error) {
    return Result.fail(error instanceof Error ? error.message : String(error))
  }
}
