/** What each error of Stripe's means for what was asked for. */
import { assert, describe, it } from "@effect/vitest"
import { Stripe } from "stripe"
import { failureOf, reportOfFailure } from "../src/StripeFailure.ts"

const { errors } = Stripe

/** An error as the library makes it of an answer of Stripe's. */
const answered = (
  statusCode: number,
  raw: { readonly type?: string; readonly code?: string; readonly message?: string }
) => errors.generateV1Error({ type: "invalid_request_error", message: "No.", ...raw, statusCode } as never)

const unknown = { _tag: "Unknown" }
const refused = { _tag: "Refused" }
const notNow = { _tag: "NotNow", isKeySpent: false }
const notUnderThisKey = { _tag: "NotNow", isKeySpent: true }

const table: ReadonlyArray<readonly [what: string, error: unknown, meaning: object]> = [
  ["a broken connection", new errors.StripeConnectionError({ message: "lost" }), unknown],
  ["a time-out", new errors.StripeConnectionError({ message: "timeout being reached (30000ms)" }), unknown],
  ["an answer that is no JSON", new errors.StripeAPIError({ message: "Invalid JSON" }), unknown],
  ["a 500", answered(500, { type: "api_error" }), unknown],
  ["a 503", answered(503, { type: "api_error" }), unknown],
  ["an answer that nobody has foreseen", answered(424, {}), unknown],
  ["the same key for something else", answered(400, { type: "idempotency_error" }), unknown],
  ["a defect of ours", new TypeError("x is not a function"), unknown],
  ["what is no error at all", "oops", unknown],
  ["a wrong key", answered(401, {}), notNow],
  ["a key that may not", answered(403, {}), notNow],
  ["too many requests", answered(429, {}), notNow],
  ["too many requests, said as a 400", answered(400, { code: "rate_limit" }), notNow],
  ["an object that is locked", answered(429, { code: "lock_timeout" }), notNow],
  ["the same request under way", answered(409, { type: "idempotency_error", code: "idempotency_key_in_use" }), notNow],
  ["a platform without funds", answered(400, { code: "balance_insufficient" }), notUnderThisKey],
  ["an account without funds", answered(400, { code: "insufficient_funds" }), notUnderThisKey],
  ["a limit of the day", answered(400, { code: "payouts_limit_exceeded" }), notUnderThisKey],
  ["an account that does not exist", answered(400, { code: "resource_missing" }), refused],
  ["an account that may not be sent money", answered(400, { code: "insufficient_capabilities_for_transfer" }), refused],
  ["a reason without a code", answered(400, {}), refused],
  ["what is not there", answered(404, { code: "resource_missing" }), refused],
  ["a request that failed", answered(402, { type: "card_error" }), refused]
]

const request = { step: "payout", attempt: 3, isFirst: true, turn: 9 } as const

describe("StripeFailure", () => {
  for (const [what, error, meaning] of table) {
    it(`takes ${what} for ${Object.values(meaning).join(", ")}`, () => {
      const { reason, ...rest } = failureOf(error)
      assert.deepStrictEqual<object>(rest, meaning)
      assert.isAbove(reason.length, 0)
    })
  }

  it("gives the code and the message, without keys, on one line of bounded length", () => {
    const { reason } = failureOf(answered(400, {
      code: "parameter_invalid",
      message: `Bad sk_live_***secret\nand whsec_***abc, rk_test_***9; ${"x".repeat(1_000)}`
    }))
    assert.match(reason, /^parameter_invalid: Bad … and …, …/)
    assert.notMatch(reason, /secret|abc|\n/)
    assert.isAtMost(reason.length, 300)
  })

  it("says which request was meant", () => {
    assert.deepStrictEqual(reportOfFailure({ _tag: "Refused", reason: "no" }, request), {
      _tag: "Refused",
      step: "payout",
      attempt: 3,
      reason: "Stripe, asked for the payout: no"
    })
    assert.deepStrictEqual(reportOfFailure({ _tag: "NotNow", isKeySpent: true, reason: "later" }, request), {
      _tag: "NotNow",
      step: "payout",
      attempt: 3,
      turn: 9,
      isFirst: true,
      isKeySpent: true,
      reason: "Stripe, asked for the payout: later"
    })
  })
})
