import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { isLittleMoreThan, isLittleMoreThanRuns, simplerSpellings } from "../../src/accounts/PasswordSpellings.ts"

const textsOf = (password: string, words: ReadonlyArray<string> = []) =>
  simplerSpellings(password, words).map(({ text }) => text)

describe("simplerSpellings", () => {
  it("begins with the password itself, for which nothing is added", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), fc.array(fc.string({ minLength: 3 })), (password, words) => {
      const [itself, ...others] = simplerSpellings(password, words)
      assert.deepStrictEqual(itself, { text: password.normalize("NFKC").toLowerCase(), decades: 0, isPersonal: false })
      for (const { decades } of others) assert.isTrue(decades > 0 && decades < Infinity)
    }))
  })

  it("leaves out signs at the ends, and signs between words", () => {
    assert.deepStrictEqual(textsOf("Autumn2026!"), ["autumn2026!", "autumn2026"])
    assert.deepStrictEqual(textsOf("Admin-2026!"), ["admin-2026!", "admin-2026", "admin2026"])
    assert.deepStrictEqual(textsOf("P@ssw0rd!"), ["p@ssw0rd!", "p@ssw0rd", "pssw0rd"])
  })

  it("leaves out the player's words, however many", () => {
    assert.deepInclude(simplerSpellings("marie.1990.paris", ["marie"]), {
      text: "1990paris",
      decades: 2.25,
      isPersonal: true
    })
  })

  it("leaves no signs out of a password that has many kinds of them", () => {
    assert.deepStrictEqual(textsOf("kW3-vu8!z#R"), ["kw3-vu8!z#r"])
    assert.deepStrictEqual(textsOf("(z#R-4)"), ["(z#r-4)", "z#r-4"])
  })
})

describe("isLittleMoreThan", () => {
  it("counts signs that join words for nothing, and those that are a password of their own", () => {
    assert.isTrue(isLittleMoreThan(["ann", "smith"], "Ann_-Smith!!"))
    assert.isTrue(isLittleMoreThan(["ann", "smith"], "ann-----smith-99"))
    assert.isFalse(isLittleMoreThan(["ann"], "ann!@#$%^&*()_+{}:<>?"))
    assert.isFalse(isLittleMoreThan(["ann"], "!@#$%^&*()"))
  })
})

describe("isLittleMoreThanRuns", () => {
  it("knows runs of three characters or more, of the same or of neighbours in one direction", () => {
    for (const password of ["4155551234", "1112223334", "aaabbbccc1", "9876543210", "xx1234567x"]) {
      assert.strictEqual(isLittleMoreThanRuns(password), password !== "xx1234567x", password)
    }
  })

  it("takes many runs for a password, as each is one of many", () => {
    assert.isFalse(isLittleMoreThanRuns("777xxx999qqq"))
    assert.isFalse(isLittleMoreThanRuns("121212343434"))
    assert.isFalse(isLittleMoreThanRuns("kW3-vu8!zR"))
  })
})
