import { passwordCharactersMin, type PasswordContext, refusePassword } from "@ddd/core/accounts/Password"
import { assert, describe, it } from "@effect/vitest"
import { dictionary } from "@zxcvbn-ts/language-common"
import * as fc from "fast-check"
import { estimateGuesses } from "../../src/auth/PasswordGuesses.ts"

const ada = { email: "ada.lovelace@analytical.example", username: "countess_ada" }
const refuse = (text: string, context: PasswordContext = ada) => refusePassword(text, context, estimateGuesses)

describe("estimateGuesses", () => {
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
        "x".repeat(3) + "-kelp-osmosis-".repeat(6),
        "ann!@#$%^&*()_+{}:<>?",
        // of a long one the end counts as the beginning does
        "qwertyuiop".repeat(7) + "k3vq9zmx7wpt2ygh4bnd",
        "k3vq9zmx7wpt2ygh4bnd" + "qwertyuiop".repeat(7)
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
        "Admin2026!",
        "Admin-2026",
        "Autumn2026!",
        "!Manchester2026!",
        "Facebook123!",
        "P@ssw0rd!2026",
        "Motdepasse123!",
        "4155551234",
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
    assert.strictEqual(refuse("marie.1990.paris", { email: "marie@example.com", username: "marie" }), "personal")
    assert.isUndefined(refuse("countess_ada kept 7 moths"))
    assert.isUndefined(refuse("lovelace1815", { email: "bob@b.example", username: "bob" }))
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

  it("refuses thousands of words with a year or short digits and a sign behind", () => {
    const words = dictionary["passwords-common"].filter((word) => typeof word === "string" && /^[a-z]{5,}$/.test(word))
      .slice(0, 5_000)
    const tail = fc.oneof(
      fc.integer({ min: 1950, max: 2029 }).map(String),
      fc.constantFrom("1", "7", "12", "99", "007", "123", "1234")
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...words),
        fc.boolean(),
        tail,
        fc.constantFrom("", "!", "?", "!!", ".", "#"),
        (word, capital, digits, sign) => {
          const password = `${capital ? word.charAt(0).toUpperCase() : word.charAt(0)}${word.slice(1)}${digits}${sign}`
          if (password.length >= passwordCharactersMin) assert.isDefined(refuse(password), password)
        }
      ),
      { numRuns: 1_000 }
    )
  })

  it("never takes random letters for guessable", () => {
    const letters = fc.string({ unit: fc.constantFrom(..."bcfghjkmnpqtvwxz"), minLength: 14, maxLength: 20 })
    fc.assert(fc.property(letters.filter((text) => new Set(text).size > 8), (text) => {
      assert.isUndefined(refuse(text))
    }))
  })

  it("judges 128 characters of the worst kind quickly", () => {
    const kinds = [
      "qwertyuiop[]asdfghjkl;'zxcvbnm,./",
      "p@$$w0rd1!|3",
      "4@8({[<69!1|0$5+7%2",
      "passworddragonmonkeyfootball",
      "19871231-",
      "5839201746028137"
    ].map((kind) => kind.repeat(16).slice(0, 128))
    const before = process.cpuUsage()
    for (const text of kinds) estimateGuesses(text, ["qwertyuiop", "asdf"])
    const { system, user } = process.cpuUsage(before)
    assert.isBelow((system + user) / 1_000 / kinds.length, 100, "milliseconds of computing")
  })
})
