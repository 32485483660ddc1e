import { otherProviderText } from "@ddd/core/money/ProviderId"
import { assert, describe, it } from "@effect/vitest"
import { withoutPersons } from "../../src/observability/WithoutPersons.ts"

const withdrawal = "019a2b3c-0000-7000-8000-000000000001"

describe("a line that is told outside", () => {
  it.each([
    {
      name: "a payout account that is with another provider",
      line: `payout account acct_1QbCdEfGhIjKlMnO: ${
        otherProviderText("simulated", "stripe live acct_1ZyXwVuTsRqPoNmL")
      }`,
      told: "payout account (id): it is with the simulation, and this program has Stripe account (id) in live mode: " +
        "unset STRIPE_SECRET_KEY"
    },
    {
      name: "a withdrawal whose money went to another account",
      line: `withdrawal ${withdrawal} is held for a person: Stripe has tr_1QbCdEfGhIjKlMnO, but it went to ` +
        "acct_1QbCdEfGhIjKlMnO",
      told: "withdrawal (id) is held for a person: Stripe has (id), but it went to (id)"
    },
    {
      name: "a purchase of a store",
      line: "app_store:2000000123456789 could not be credited",
      told: "app_store:(number) could not be credited"
    },
    {
      name: "an address, a token and a quoted text",
      line: "ada@example.com asked with 0123456789abcdefghijklmn for \"a room\"",
      told: "(address) asked with (text) for (text)"
    }
  ])("has $name without whose it is", ({ line, told }) => {
    assert.strictEqual(withoutPersons(line), told)
  })
})
