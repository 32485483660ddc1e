import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { wrongPassword as wrong } from "../support/Guesses.ts"
import { addressIn, assertProblem, Site } from "../support/Site.ts"

let network = 0
/** An address that nobody has signed in from. */
const elsewhere = () => ({ from: addressIn(++network) })

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })("signing in", (it) => {
  it.effect(
    "makes each failure of one account from one network wait longer, known or not",
    () =>
      Effect.gen(function*() {
        const { advance, newPlayer, signIn } = yield* Site
        const { email } = yield* newPlayer
        const waits: Array<ReadonlyArray<number>> = []
        for (const address of [email, "nobody.ever@example.com"]) {
          const from = elsewhere()
          for (let failure = 1; failure <= 6; failure++) {
            assertProblem(yield* signIn(address, wrong, from), 401, "invalid_credentials")
          }
          const told: Array<number> = []
          for (let failure = 7; failure <= 10; failure++) {
            const throttled = yield* signIn(address, wrong, from)
            assertProblem(throttled, 429, "rate_limited")
            const retryAfter = Number(throttled.headers["retry-after"])
            told.push(retryAfter)
            // the right password must wait as well, or it could be told apart: looked at where the wait is longer than a busy machine takes
            if (failure === 10) assert.strictEqual((yield* signIn(address, undefined, from)).status, 429)
            yield* advance(retryAfter * 1000)
            assertProblem(yield* signIn(address, wrong, from), 401, "invalid_credentials")
          }
          waits.push(told)
        }
        assert.deepStrictEqual(waits, [[1, 2, 4, 8], [1, 2, 4, 8]])
      }),
    180_000
  )

  it.effect("makes a network wait that fails for many accounts, and no other network", () =>
    Effect.gen(function*() {
      const { advance, newPlayer, signIn } = yield* Site
      const { email } = yield* newPlayer
      const from = elsewhere()
      const statuses = yield* Effect.forEach(
        Array.from({ length: 51 }, (_, index) => `guess${index}@example.com`),
        (address) => Effect.map(signIn(address, wrong, from), ({ status }) => status),
        { concurrency: 8 }
      )
      assert.deepStrictEqual([...new Set(statuses)], [401])
      // each further failure doubles the wait: at last it is longer than a busy machine takes for the next attempt
      for (let more = 0; more < 5; more++) {
        yield* advance(60_000)
        assert.strictEqual((yield* signIn(`more${more}@example.com`, wrong, from)).status, 401)
      }
      assertProblem(yield* signIn(email, undefined, from), 429, "rate_limited")
      assert.strictEqual((yield* signIn(email, undefined, elsewhere())).status, 200)
    }), 180_000)

  it.effect("is never locked for good by a stranger, however many machines they have", () =>
    Effect.gen(function*() {
      const { advance, newPlayer, signIn } = yield* Site
      const { email } = yield* newPlayer
      const home = elsewhere()
      assert.strictEqual((yield* signIn(email, undefined, home)).status, 200)
      const attack = (times: number) =>
        Effect.forEach(Array.from({ length: times }), () => signIn(email, wrong, elsewhere()), { concurrency: 8 })
      const attempts = yield* attack(80)
      assert.include(attempts.map(({ status }) => status), 429)
      // from where the owner signed in before, at once
      assert.strictEqual((yield* signIn(email, undefined, home)).status, 200)
      // from anywhere else, within a quarter of an hour, though the attack goes on
      for (let minutes = 0; minutes < 3; minutes++) {
        yield* attack(3)
        yield* advance(15 * 60_000)
        assert.strictEqual((yield* signIn(email, undefined, elsewhere())).status, 200)
      }
    }), 180_000)
})
