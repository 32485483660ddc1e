import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { isPasswordTooLong, normalisePassword, refusePassword } from "../../src/accounts/Password.ts"
import { guessDecades } from "../../src/accounts/PasswordGuesses.ts"

const ada = { email: "ada.lovelace@analytical.example", username: "countess_ada" }
const refuse = (text: string) => refusePassword(text, ada)

describe("Password", () => {
  it("takes passwords that nobody tries first", () => {
    for (
      const password of [
        "correct horse battery staple",
        "kW3-vu8!zR",
        "tea at ten with 3 cats",
        "ночной экспресс на юг",
        "五月雨を集めて早し最上",
        "🦊🎺🌋🧊🪁🥨🛰️🎲🪴🧵",
        "bcqdxmzvjw",
        "5839201746",
        "x".repeat(3) + "-kelp-osmosis-".repeat(6)
      ]
    ) assert.isUndefined(refuse(password), password)
  })

  it("refuses what every list begins with", () => {
    for (
      const password of [
        "password123",
        "Password2026!",
        "P@ssw0rd1234",
        "passwordpassword",
        "PasswordPassword1",
        "1234567890",
        "0987654321",
        "12345678910",
        "1111111111",
        "aaaaaaaaaaaaaaaaaaaa",
        "abababababab",
        "abcdefghij",
        "qwertyuiop",
        "Qwerty123456",
        "poiuytrewq",
        "1q2w3e4r5t",
        "1qaz2wsx3edc",
        "zaq12wsxcde3",
        "asdfghjkl1",
        "iloveyou12345",
        "dragonmonkey1",
        "hunter2hunter2",
        "Administrator",
        "changeme2026",
        "letmein!!!!",
        "qwerty".repeat(20)
      ]
    ) assert.strictEqual(refuse(password), "common", password)
  })

  it("refuses the player's own words, and ours", () => {
    for (
      const password of [
        "countess_ada",
        "CountessAda1",
        "ada.lovelace",
        "lovelace1815",
        "L0velace!1815",
        "analyticalada",
        "DailyDollarDraw",
        "daily-dollar-draw",
        "dailydollar1",
        "lovelacelovelace"
      ]
    ) assert.strictEqual(refuse(password), "personal", password)
    assert.isUndefined(refuse("countess_ada kept 7 moths"))
    assert.isUndefined(refusePassword("lovelace1815", { email: "bob@b.example", username: "bob" }))
  })

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

  it("refuses every common word with a short tail, in any case", () => {
    fc.assert(fc.property(
      fc.constantFrom("password", "football", "princess", "iloveyou", "sunshine", "michelle"),
      fc.integer({ min: 10, max: 99_999 }),
      fc.boolean(),
      (word, tail, upper) => {
        assert.strictEqual(refuse(`${upper ? word.toUpperCase() : word}${tail}`), "common")
      }
    ))
  })

  it("never takes random letters for guessable", () => {
    const letters = fc.string({ unit: fc.constantFrom(..."bcfghjkmnpqtvwxz"), minLength: 14, maxLength: 20 })
    fc.assert(fc.property(letters.filter((text) => new Set(text).size > 8), (text) => {
      assert.isUndefined(refuse(text))
    }))
  })

  it("judges the longest password quickly", () => {
    const slowest = "qwertyuiop[]asdfghjkl;'zxcvbnm,./".repeat(2).slice(0, 63) + "#"
    const started = performance.now()
    for (let i = 0; i < 20; i++) guessDecades(slowest, ["qwertyuiop", "asdf"])
    assert.isBelow((performance.now() - started) / 20, 50, "milliseconds")
  })
})
