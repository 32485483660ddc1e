import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  type EstimateGuesses,
  guessableDecades,
  isPasswordTooLong,
  normalisePassword,
  refusePassword
} from "../../src/accounts/Password.ts"

const ada = { email: "ada.lovelace@analytical.example", username: "countess_ada" }
/** No password is guessable here. */
const unguessable: EstimateGuesses = () => ({ decades: Infinity, usesKnown: false })
const refuse = (text: string) => refusePassword(text, ada, unguessable)

describe("Password", () => {
  it("counts characters, not bytes or code units", () => {
    assert.strictEqual(refuse("kW3-vu8!z"), "too_short")
    assert.strictEqual(refuse("🦊🎺🌋🧊🪁🥨🛰🎲🪴"), "too_short")
    const longest = Array.from({ length: 128 }, (_, i) => String.fromCodePoint(0x1f300 + i * 3)).join("")
    assert.isUndefined(refuse(longest))
    assert.isFalse(isPasswordTooLong(longest))
    assert.strictEqual(refuse(`${longest}x`), "too_long")
    assert.isTrue(isPasswordTooLong(`${longest}x`))
  })

  it("counts and compares a character the same however it was typed", () => {
    const composed = "é".repeat(128)
    const decomposed = "e\u0301".repeat(128)
    assert.strictEqual(normalisePassword(decomposed), composed)
    assert.isFalse(isPasswordTooLong(decomposed))
    assert.strictEqual(refuse("süßnöötlé".normalize("NFD")), "too_short")
  })

  it("is too long exactly above 128 characters of its normal form, also where that form is far shorter", () => {
    // U+1F82 is the composition of four code points, the most that make one
    const four = "\u1f82".normalize("NFD")
    assert.strictEqual(four.length, 4)
    assert.isFalse(isPasswordTooLong(four.repeat(128)))
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 160 }), (text) => {
      assert.strictEqual(isPasswordTooLong(text), [...text.normalize("NFC")].length > 128)
    }))
  })

  it("never takes a password longer or shorter than it says, whatever is typed", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      if (refuse(text) !== undefined) return
      const { length } = [...text.normalize("NFC")]
      assert.isTrue(length >= 10 && length <= 128)
    }))
  })

  it("refuses what is found within 10^8 guesses, as common or as the player's own by what it is made of", () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 130, noNaN: true }), fc.boolean(), (decades, usesKnown) => {
      const refused = refusePassword("kW3-vu8!zR", ada, () => ({ decades, usesKnown }))
      assert.strictEqual(refused, decades > guessableDecades ? undefined : usesKnown ? "personal" : "common")
    }))
  })

  it("refuses what is little more than the player's words and ours, however an estimate judges it", () => {
    const word = fc.constantFrom("countess", "Ada", "LOVELACE", "analytical", "Daily", "dollar")
    const sign = fc.constantFrom("", "-", "_", " ", "!", "@")
    const tail = fc.string({ unit: fc.constantFrom(..."0123456789xyz"), maxLength: 4 })
    fc.assert(fc.property(fc.array(fc.tuple(word, sign), { minLength: 4, maxLength: 8 }), tail, (pieces, end) => {
      assert.strictEqual(refuse(`${pieces.flat().join("")}${end}`), "personal")
    }))
    assert.strictEqual(refuse("ada.lovelace@analytical.example"), "personal")
    assert.isUndefined(refuse("ada.lovelace kept 7 moths"))
    assert.isUndefined(refuse("ada🦊🎺🌋🧊🪁🥨🛰️"))
    assert.isUndefined(refuse("!@#$%^&*()"))
  })

  it("has it estimated against the player's words and ours, and not before it has the right length", () => {
    const asked: Array<ReadonlyArray<string>> = []
    const estimate: EstimateGuesses = (_, known) => {
      asked.push(known)
      return { decades: 9, usesKnown: false }
    }
    for (const text of ["short", "x".repeat(129), "x".repeat(1_000_000)]) refusePassword(text, ada, estimate)
    assert.deepStrictEqual(asked, [])
    refusePassword("kW3-vu8!zR", ada, estimate)
    assert.includeMembers([...asked[0] ?? []], [
      "countess_ada",
      "countess",
      "ada.lovelace",
      "lovelace",
      "analytical",
      "dollar",
      "dailydollardraw"
    ])
  })

  it("takes the end of a domain that many share for none of the player's words", () => {
    const words = (email: string): ReadonlyArray<string> => {
      const asked: Array<ReadonlyArray<string>> = []
      refusePassword("kW3-vu8!zR", { email, username: "bobby" }, (_, known) => {
        asked.push(known)
        return { decades: 9, usesKnown: false }
      })
      return asked[0] ?? []
    }
    assert.notInclude(words("bobby@gmail.com"), "com")
    assert.notInclude(words("bobby@mail.example.com.br"), "com")
    assert.includeMembers([...words("bobby@mail.example.com.br")], ["mail", "example", "mail.example.com.br"])
    assert.include(words("bobby@abc.de"), "abc")
    assert.isUndefined(refusePassword("K%9com!@$^&*~", { email: "bobby@gmail.com", username: "bobby" }, unguessable))
    assert.isUndefined(refusePassword("ann!@#$%^&*()_+{}:<>?", { email: "ann@x.org", username: "ann" }, unguessable))
  })

  it("refuses what is guessable without its signs", () => {
    const estimate: EstimateGuesses = (text) => ({ decades: text === "autumn2026" ? 5 : 9, usesKnown: false })
    assert.strictEqual(refusePassword("Autumn2026!", ada, estimate), "common")
    assert.isUndefined(refusePassword("Autumn2026!-x", ada, estimate))
  })
})
