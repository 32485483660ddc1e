/** What every adapter of `PayoutAccounts` must do. */
import { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { signUp, times } from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { contract, type Subject } from "./Subject.ts"

const minuteMillis = 60_000
const dayMillis = 24 * 60 * minuteMillis

const claimDue = PayoutAccounts.use((accounts) =>
  Effect.map(accounts.claimDue(10), (due) => due.map(({ account }) => account))
)

export const payoutAccountsContract = (subject: Subject): void =>
  contract("PayoutAccounts", subject, (it) => {
    it(
      "keeps one account a player, pending until the provider says that it is ready",
      Effect.gen(function*() {
        const accounts = yield* PayoutAccounts
        const ada = yield* signUp("ada")
        const bob = yield* signUp("bob")
        assert.isNull(yield* accounts.of(ada))
        assert.isNull(yield* accounts.named("acct_1"))
        const pending = { userId: ada, account: "acct_1", provider: "simulated", status: "pending" } as const
        for (const kept of yield* times(5, accounts.add(ada, "acct_1", "simulated"))) {
          assert.deepStrictEqual(kept, pending)
        }
        assert.deepStrictEqual([yield* accounts.of(ada), yield* accounts.named("acct_1")], [pending, pending])
        assert.isNull(yield* accounts.named("acct_2"))
        yield* accounts.add(bob, "acct_2", "simulated")

        yield* accounts.setStatus("acct_1", "ready")
        assert.deepStrictEqual(yield* accounts.add(ada, "acct_1", "simulated"), { ...pending, status: "ready" })
        assert.strictEqual((yield* accounts.of(bob))?.status, "pending")
        yield* accounts.setStatus("acct_1", "pending")
        assert.deepStrictEqual(yield* accounts.of(ada), pending)
        yield* accounts.setStatus("nobody's", "ready")
      })
    )

    it(
      "refuses a second account of a player, and says which is the first",
      Effect.gen(function*() {
        const accounts = yield* PayoutAccounts
        const ada = yield* signUp("ada")
        yield* accounts.add(ada, "acct_1", "simulated")
        const error = yield* Effect.flip(accounts.add(ada, "acct_2", "simulated"))
        assert.deepStrictEqual(error._tag === "PayoutAccountTaken" ? error.account : error, "acct_1")
      })
    )

    it(
      "has pending accounts asked for, less often the longer they are pending",
      Effect.gen(function*() {
        const accounts = yield* PayoutAccounts
        const { advance } = yield* World
        yield* accounts.add(yield* signUp("ada"), "acct_1", "simulated")
        assert.deepStrictEqual((yield* times(5, claimDue)).flat(), ["acct_1"])
        yield* advance(10 * minuteMillis)
        assert.deepStrictEqual(yield* claimDue, ["acct_1"])
        yield* advance(8 * minuteMillis)
        assert.deepStrictEqual(yield* claimDue, [])
        yield* advance(4 * minuteMillis)
        assert.deepStrictEqual(yield* claimDue, ["acct_1"])
        yield* advance(5 * dayMillis)
        assert.deepStrictEqual(yield* claimDue, ["acct_1"])
        yield* advance(dayMillis)
        assert.deepStrictEqual(yield* claimDue, ["acct_1"])
        yield* accounts.setStatus("acct_1", "ready")
        yield* advance(2 * dayMillis)
        assert.deepStrictEqual(yield* claimDue, [])
      })
    )

    it(
      "gives no more of them than are asked for, those that are due longest first",
      Effect.gen(function*() {
        const accounts = yield* PayoutAccounts
        const { advance } = yield* World
        for (const name of ["ada", "bob", "cleo"]) {
          yield* accounts.add(yield* signUp(name), `acct_${name}`, "simulated")
          yield* advance(1000)
        }
        const names = Effect.map(accounts.claimDue(2), (due) => due.map(({ account }) => account).toSorted())
        assert.deepStrictEqual(yield* names, ["acct_ada", "acct_bob"])
        assert.deepStrictEqual(yield* names, ["acct_cleo"])
        assert.deepStrictEqual(yield* names, [])
      })
    )
  })
