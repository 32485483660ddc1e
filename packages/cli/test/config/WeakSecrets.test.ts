import { assert, describe, it } from "@effect/vitest"
import { randomBytes } from "node:crypto"
import { readConfig } from "../../src/config/Config.ts"
import { weakness } from "../../src/config/WeakSecrets.ts"

const spellings = ["base64url", "base64", "hex"] as const

const weak: Readonly<Record<string, string>> = {
  x: "fewer than 32",
  hunter2: "fewer than 32",
  "abcABC123abcABC123abcABC123abcABC123": "repeats",
  [" ".repeat(40)]: "repeats",
  "0123456789abcdefghijklmnopqrstuvwxyz": "counts",
  "correct horse battery staple and so on": "words",
  "change-me-before-you-go-to-production-1": "example",
  "My-Very-Long-Password-That-Nobody-Knows-1": "example"
}

const secrets = [
  "TICKET_SEAL_SECRET",
  "SEED_KEY",
  "LOG_SIGNING_KEYS",
  "JWT_PRIVATE_KEYS",
  "REFRESH_KEY",
  "INTERNAL_API_TOKEN",
  "REVENUECAT_WEBHOOK_AUTH",
  "REVENUECAT_SIGNING_SECRET",
  "STRIPE_SECRET_KEY",
  "STRIPE_WEBHOOK_SECRET",
  "KYC_WEBHOOK_SECRET"
] as const

describe("a secret", () => {
  it("that a machine made is taken, in any spelling", () => {
    for (const spelling of spellings) {
      for (let i = 0; i < 2_000; i++) {
        const secret = randomBytes(spelling === "hex" ? 16 : 32).toString(spelling)
        assert.isUndefined(weakness(secret), secret)
      }
    }
  })

  for (const [text, why] of Object.entries(weak)) {
    it(`such as ${JSON.stringify(text)} is called weak`, () => assert.include(weakness(text), why))
  }

  for (const name of secrets) {
    it(`${name} that can be guessed is refused by production alone, which says how to make one and shows none`, () => {
      const guess = "hunter2hunter2"
      const [problem, ...others] = readConfig({ NODE_ENV: "production", [name]: guess }, []).problems
      assert.strictEqual(problem?.name, name)
      assert.match(
        problem?.message ?? "",
        /can be guessed: it has fewer than .*(?:openssl rand -base64 32|as \w+ shows it)/
      )
      assert.notInclude(problem?.message, "hunter2")
      assert.deepStrictEqual(others, [])
      assert.deepStrictEqual(readConfig({ [name]: guess }, []).problems, [])
    })
  }

  it("is judged where there are several: each that signs tokens, and of the log's keys the newest", () => {
    const strong = randomBytes(32).toString("base64url")
    const names = (environment: Readonly<Record<string, string>>) =>
      readConfig({ NODE_ENV: "production", ...environment }, []).problems.map(({ name }) => name)
    assert.deepStrictEqual(names({ JWT_PRIVATE_KEYS: `1:${strong},2:x` }), ["JWT_PRIVATE_KEYS"])
    assert.deepStrictEqual(names({ JWT_PRIVATE_KEYS: `1:${strong}` }), [])
    assert.deepStrictEqual(names({ LOG_SIGNING_KEYS: `x,${strong}` }), [])
    assert.deepStrictEqual(names({ LOG_SIGNING_KEYS: `${strong},x` }), ["LOG_SIGNING_KEYS"])
    assert.deepStrictEqual(names({ SEED_KEY_PREVIOUS: "1:x" }), [])
  })
})
