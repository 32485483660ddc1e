/** What every adapter of `PayoutAccounts` must do. */
import { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import { assert } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { byAnn } from "../scenario/Operators.ts"
import {
  applyReport,
  dollars,
  linkPayoutAccount,
  payablePlayer,
  payOut,
  payoutSeen,
  present,
  signUp,
  times,
  withdraw,
  withdrawalAt
} from "../scenario/Steps.ts"
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
        for (const kept of yield* times(5, linkPayoutAccount(ada, "acct_1"))) {
          assert.deepStrictEqual(kept, pending)
        }
        assert.deepStrictEqual([yield* accounts.of(ada), yield* accounts.named("acct_1")], [pending, pending])
        assert.isNull(yield* accounts.named("acct_2"))
        yield* linkPayoutAccount(bob, "acct_2")

        yield* accounts.setStatus("acct_1", "ready", "simulated")
        assert.deepStrictEqual(yield* linkPayoutAccount(ada, "acct_1"), { ...pending, status: "ready" })
        assert.strictEqual((yield* accounts.of(bob))?.status, "pending")
        yield* accounts.setStatus("acct_1", "pending", "simulated")
        assert.deepStrictEqual(yield* accounts.of(ada), pending)
        yield* accounts.setStatus("nobody's", "ready", "simulated")
      })
    )

    it(
      "refuses a second account of a player, and says which is the first",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        yield* linkPayoutAccount(ada, "acct_1")
        const error = yield* Effect.flip(linkPayoutAccount(ada, "acct_2"))
        assert.deepStrictEqual(error._tag === "PayoutAccountTaken" ? error.account : error, "acct_1")
      })
    )

    it(
      "unlinks an account for its player once no withdrawal is under way, for others at any time",
      Effect.gen(function*() {
        const accounts = yield* PayoutAccounts
        const ada = yield* payablePlayer("ada", dollars(9))
        const { account } = present(yield* accounts.of(ada))
        assert.isFalse(yield* accounts.unlink(ada, "acct_other", "provider"))
        const { transaction } = yield* withdraw(ada, dollars(4))
        assert.strictEqual((yield* Effect.flip(accounts.unlink(ada, null, "player")))._tag, "WithdrawalUnderWay")
        assert.isNotNull(yield* accounts.of(ada))
        yield* payOut(transaction.id)
        // what the bank sends back is under way again
        yield* applyReport(transaction.id, payoutSeen(yield* withdrawalAt(transaction.id), "failed"))
        assert.strictEqual((yield* Effect.flip(accounts.unlink(ada, null, "player")))._tag, "WithdrawalUnderWay")
        assert.isTrue(yield* accounts.unlink(ada, account, "provider"))
        assert.isNull(yield* accounts.of(ada))
        assert.isFalse(yield* accounts.unlink(ada, null, "player"))
        // the withdrawal keeps the account that it began with; the player may have another
        assert.strictEqual((yield* withdrawalAt(transaction.id)).account, account)
        yield* linkPayoutAccount(ada, "acct_new")
        assert.isTrue(yield* accounts.unlink(ada, null, byAnn))
      })
    )

    it(
      "unlinks an account or accepts a withdrawal to it, where both are asked for at the same time",
      Effect.gen(function*() {
        const accounts = yield* PayoutAccounts
        const ada = yield* payablePlayer("ada", dollars(9))
        const [asked, unlinked] = yield* Effect.all(
          [Effect.exit(withdraw(ada, dollars(4))), Effect.exit(accounts.unlink(ada, null, "player"))],
          { concurrency: "unbounded" }
        )
        assert.isTrue(Exit.isSuccess(asked) !== Exit.isSuccess(unlinked))
      })
    )

    it(
      "has an account that is ready asked for again after ten minutes, however often its player looks",
      Effect.gen(function*() {
        const accounts = yield* PayoutAccounts
        const { advance } = yield* World
        yield* linkPayoutAccount(yield* signUp("ada"), "acct_1")
        yield* accounts.setStatus("acct_1", "ready", "simulated")
        assert.strictEqual((yield* times(5, accounts.claimCheck("acct_1"))).filter((isDue) => isDue).length, 1)
        yield* advance(10 * minuteMillis)
        assert.isTrue(yield* accounts.claimCheck("acct_1"))
        assert.isFalse(yield* accounts.claimCheck("acct_1"))
        assert.isFalse(yield* accounts.claimCheck("nobody's"))
      })
    )

    it(
      "has pending accounts asked for, less often the longer they are pending",
      Effect.gen(function*() {
        const accounts = yield* PayoutAccounts
        const { advance } = yield* World
        yield* linkPayoutAccount(yield* signUp("ada"), "acct_1")
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
        yield* accounts.setStatus("acct_1", "ready", "simulated")
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
          yield* linkPayoutAccount(yield* signUp(name), `acct_${name}`)
          yield* advance(1000)
        }
        const names = Effect.map(accounts.claimDue(2), (due) => due.map(({ account }) => account).toSorted())
        assert.deepStrictEqual(yield* names, ["acct_ada", "acct_bob"])
        assert.deepStrictEqual(yield* names, ["acct_cleo"])
        assert.deepStrictEqual(yield* names, [])
      })
    )
  })
