/** What every adapter of `Ledger` must do. */
import { cents, depositedToMax } from "@ddd/core/money/Money"
import { Ledger } from "@ddd/core/ports/Ledger"
import { houseUserId, userId } from "@ddd/core/values/Ids"
import { assert } from "@effect/vitest"
import { Effect, Result } from "effect"
import { pagesOf } from "../scenario/Pages.ts"
import {
  auditClean,
  buy,
  deposit,
  dollars,
  fundedPlayer,
  openSales,
  signUp,
  times,
  together
} from "../scenario/Steps.ts"
import { contract, type Subject } from "./Subject.ts"

const nobody = userId("01900000-0000-7000-8000-00000000dead")

export const ledgerContract = (subject: Subject): void =>
  contract("Ledger", subject, (it) => {
    it(
      "reads the wallets of many at once, of those who have one",
      Effect.gen(function*() {
        const ledger = yield* Ledger
        const [ada, bob] = [yield* fundedPlayer("ada", dollars(5)), yield* signUp("bob")]
        const wallets = yield* ledger.wallets([bob, nobody, ada])
        assert.deepStrictEqual([...wallets.keys()].toSorted(), [ada, bob].toSorted())
        for (const user of [ada, bob]) assert.deepStrictEqual(wallets.get(user), yield* ledger.wallet(user))
        assert.strictEqual((yield* ledger.wallets([])).size, 0)
      })
    )

    it(
      "credits a deposit once for each reference",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        const first = yield* deposit(ada, dollars(5), "apple:1")
        const { amount, balanceAfter, referenceId, status, type } = first.transaction
        assert.deepStrictEqual([type, amount, balanceAfter, status, referenceId], [
          "deposit",
          dollars(5),
          dollars(5),
          "completed",
          "apple:1"
        ])
        assert.isTrue(first.created)
        assert.deepStrictEqual(yield* deposit(ada, dollars(5), "apple:1"), { ...first, created: false })
        assert.isTrue((yield* deposit(ada, dollars(5), "apple:2")).created)
        const wallet = yield* (yield* Ledger).wallet(ada)
        assert.deepStrictEqual(
          [wallet.balance, wallet.withdrawable, wallet.pendingWithdrawal, wallet.seq],
          [dollars(10), cents(0n), cents(0n), 2]
        )
        yield* auditClean
      })
    )

    it(
      "keeps what was said about a deposit to itself",
      Effect.gen(function*() {
        const ledger = yield* Ledger
        const ada = yield* signUp("ada")
        const request = { userId: ada, amount: dollars(1), referenceId: "gift-1" }
        const first = yield* ledger.deposit({ ...request, metadata: { productId: "funds_1", nested: { ok: true } } })
        assert.deepStrictEqual(yield* ledger.deposit({ ...request, metadata: null }), { ...first, created: false })
      })
    )

    it(
      "credits once where the same deposit comes twenty times at the same time",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        const answers = yield* times(20, deposit(ada, dollars(5), "apple:1"))
        assert.strictEqual(answers.filter(({ created }) => created).length, 1)
        assert.strictEqual(new Set(answers.map(({ transaction }) => transaction.id)).size, 1)
        assert.strictEqual((yield* (yield* Ledger).wallet(ada)).balance, dollars(5))
        yield* auditClean
      })
    )

    it(
      "refuses a reference that was used for another player or amount",
      Effect.gen(function*() {
        const [ada, bob] = [yield* signUp("ada"), yield* signUp("bob")]
        yield* deposit(ada, dollars(5), "apple:1")
        for (const [player, amount] of [[bob, dollars(5)], [ada, dollars(6)]] as const) {
          const error = yield* Effect.flip(deposit(player, amount, "apple:1"))
          assert.strictEqual(error._tag, "ReferenceConflict")
        }
        assert.strictEqual((yield* (yield* Ledger).wallet(bob)).balance, cents(0n))
        assert.strictEqual((yield* (yield* Ledger).wallet(ada)).balance, dollars(5))
      })
    )

    it(
      "credits one of two players who bring the same reference at the same time",
      Effect.gen(function*() {
        const players = [yield* signUp("ada"), yield* signUp("bob")]
        const results = yield* together(players.map((player) => Effect.result(deposit(player, dollars(5), "apple:1"))))
        assert.strictEqual(results.filter(Result.isSuccess).length, 1)
        assert.deepStrictEqual(
          results.filter(Result.isFailure).map(({ failure }) => failure._tag),
          ["ReferenceConflict"]
        )
        yield* auditClean
      })
    )

    it(
      "credits players alone: not strangers, not the house",
      Effect.gen(function*() {
        for (const user of [nobody, houseUserId]) {
          assert.strictEqual((yield* Effect.flip(deposit(user, dollars(1), "apple:1")))._tag, "UnknownUser")
        }
        assert.strictEqual((yield* Effect.flip((yield* Ledger).wallet(nobody)))._tag, "UnknownUser")
        const ada = yield* signUp("ada")
        assert.isTrue((yield* deposit(ada, dollars(1), "apple:1")).created)
      })
    )

    it(
      "refuses what the wallet cannot hold, and leaves no trace",
      Effect.gen(function*() {
        const ada = yield* fundedPlayer("ada", cents(depositedToMax))
        const before = yield* (yield* Ledger).wallet(ada)
        const error = yield* Effect.flip(deposit(ada, cents(1n), "apple:1"))
        assert.strictEqual(error._tag, "DepositRefused")
        assert.deepStrictEqual(error._tag === "DepositRefused" ? error.refusal : undefined, {
          _tag: "BalanceTooLarge",
          balance: cents(depositedToMax),
          added: cents(1n)
        })
        assert.deepStrictEqual(yield* (yield* Ledger).wallet(ada), before)
        yield* openSales
        yield* buy(ada, 1)
        // the reference was not used up
        assert.isTrue((yield* deposit(ada, cents(1n), "apple:1")).created)
        yield* auditClean
      })
    )

    it(
      "shows a wallet's movements newest first, page by page, each balance continuing the one before",
      Effect.gen(function*() {
        const ledger = yield* Ledger
        yield* openSales
        const ada = yield* signUp("ada")
        const bob = yield* fundedPlayer("bob", dollars(50))
        for (const i of [1, 2, 3]) {
          yield* deposit(ada, dollars(i), `apple:${i}`)
          yield* buy(ada, 1)
          yield* buy(bob, 1)
        }
        const all = yield* pagesOf(4, (page) => ledger.transactions(ada, null, page))
        assert.deepStrictEqual(all.map(({ length }) => length), [4, 2])
        const oldestFirst = all.flat().toReversed()
        assert.deepStrictEqual(
          oldestFirst.map(({ amount }) => amount),
          [1, -1, 2, -1, 3, -1].map(dollars)
        )
        let balance = 0n
        for (const { amount, balanceAfter } of oldestFirst) {
          balance += amount
          assert.strictEqual(balanceAfter, balance)
        }
        const deposits = yield* pagesOf(1, (page) => ledger.transactions(ada, "deposit", page))
        assert.deepStrictEqual(deposits.flat().map(({ referenceId }) => referenceId), ["apple:3", "apple:2", "apple:1"])
        assert.deepStrictEqual(yield* pagesOf(10, (page) => ledger.transactions(nobody, null, page)), [[]])
      })
    )
  })
