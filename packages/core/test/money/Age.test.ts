import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fc from "fast-check"
import { ageAt, faultOfBirth, minAgeMax, minAgeMin, refusalOfAge, takeBirth } from "../../src/money/Age.ts"
import { type Day, dayAfter, dayMillis, dayOf, dayStart, instant, parseDay } from "../../src/values/Instant.ts"

const day = (text: string): Day => parseDay(text) ?? assert.fail(`${text} is no day`)
const at = (text: string) => dayStart(day(text))
const now = at("2026-02-03")

const days = fc.integer({ min: 0, max: 100 * 365 }).map((back) => dayOf(instant(now - back * dayMillis)))
const ages = fc.integer({ min: minAgeMin, max: minAgeMax })

describe("an age", () => {
  it("is of whole years, on the UTC day, from the birthday on", () => {
    assert.strictEqual(ageAt(day("2008-02-03"), instant(at("2026-02-03") - 1)), 17)
    assert.strictEqual(ageAt(day("2008-02-03"), at("2026-02-03")), 18)
    assert.strictEqual(ageAt(day("2008-02-03"), instant(at("2026-02-04") - 1)), 18)
    assert.strictEqual(ageAt(day("2008-12-31"), at("2026-02-03")), 17)
    assert.strictEqual(ageAt(day("2026-02-03"), now), 0)
  })

  it("of who was born on 29 February goes up on 1 March where there is no such day", () => {
    assert.strictEqual(ageAt(day("2008-02-29"), at("2026-02-28")), 17)
    assert.strictEqual(ageAt(day("2008-02-29"), at("2026-03-01")), 18)
    assert.strictEqual(ageAt(day("2008-02-29"), at("2028-02-29")), 20)
  })

  it("goes up by one a year, and never down", () => {
    fc.assert(fc.property(days, fc.nat(40_000), (bornOn, later) => {
      const [before, after] = [ageAt(bornOn, now), ageAt(bornOn, instant(now + later * dayMillis))]
      assert.isAtLeast(before, 0)
      assert.isAtMost(Math.abs(after - before - later / 365.2425), 1.01)
      assert.isAtLeast(ageAt(bornOn, dayStart(dayAfter(dayOf(now)))), before)
    }))
  })
})

describe("a player", () => {
  it("plays at any age where none is asked for, whether or not they said it", () => {
    for (const bornOn of [null, dayOf(now)]) assert.isNull(refusalOfAge(null, { bornOn }, now))
  })

  it("plays from the age on that is asked for, and not without having said it", () => {
    assert.deepStrictEqual(refusalOfAge(18, { bornOn: null }, now), { _tag: "BirthUnsaid", minAge: 18 })
    fc.assert(fc.property(ages, days, (minAge, bornOn) => {
      const isOld = ageAt(bornOn, now) >= minAge
      assert.deepStrictEqual(refusalOfAge(minAge, { bornOn }, now), isOld ? null : { _tag: "UnderAge", minAge })
      // who is refused today plays once they are old enough, at the latest so many years later
      assert.isNull(refusalOfAge(minAge, { bornOn }, instant(now + (minAge * 366 + 1) * dayMillis)))
    }))
  })
})

describe("a date of birth", () => {
  it("is neither in the future nor of longer ago than anybody lives", () => {
    assert.isNull(faultOfBirth(day("2026-02-03"), now))
    assert.strictEqual(faultOfBirth(day("2026-02-04"), now), "must not be in the future")
    assert.isNull(faultOfBirth(day("1904-01-01"), now))
    assert.strictEqual(faultOfBirth(day("1850-01-01"), now), "must not be that long ago")
  })

  it("is kept of whoever is old enough, and of nobody else", () => {
    fc.assert(fc.property(fc.option(ages), days, (minAge, bornOn) => {
      const taken = takeBirth(minAge, bornOn, now)
      const expected = minAge === null || ageAt(bornOn, now) >= minAge
      assert.deepStrictEqual(
        taken,
        expected ? Result.succeed({ bornOn }) : Result.fail({ _tag: "UnderAge", minAge: minAge ?? 0 })
      )
    }))
  })
})
