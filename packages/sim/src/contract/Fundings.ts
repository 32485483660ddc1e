/**
 * What every adapter of `Fundings` must do.
 *
 * Over 300 lines: a list of promises, each to be read by itself.
 */
import { emptyFunding, type Funding, type FundingEvent } from "@ddd/core/money/Funding"
import { reversalReference } from "@ddd/core/money/FundingReference"
import { cents, depositedToMax, zero } from "@ddd/core/money/Money"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Fundings } from "@ddd/core/ports/Fundings"
import { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import { utf8Bytes } from "@ddd/core/values/Bytes"
import { houseUserId, type UserId, userId } from "@ddd/core/values/Ids"
import { assert } from "@effect/vitest"
import { Effect, Result } from "effect"
import * as fc from "fast-check"
import { byAnn } from "../scenario/Operators.ts"
import {
  auditClean,
  buy,
  claim,
  deposit,
  dollars,
  drawNow,
  fundedPlayer,
  linkPayoutAccount,
  openSales,
  payablePlayer,
  present,
  purchaseOf,
  signUp,
  tell,
  times,
  together,
  withdraw,
  withdrawalAt
} from "../scenario/Steps.ts"
import { historyOf, movementsOf, toldOf, walletOf } from "./Money.ts"
import { property } from "./Property.ts"
import { contract, type Subject } from "./Subject.ts"

const nobody = userId("01900000-0000-7000-8000-00000000dead")

const refunded = (reference: string): FundingEvent => ({ _tag: "Refunded", reference })
const reversed = (reference: string): FundingEvent => ({ _tag: "RefundReversed", reference })
const purchaseBy = (
  names: ReadonlyArray<string>,
  reference: string,
  amount = dollars(5)
): Extract<FundingEvent, { readonly _tag: "Purchased" }> => ({
  _tag: "Purchased",
  reference,
  amount,
  buyer: { _tag: "Named", names }
})

const find = (reference: string) => Fundings.use((fundings) => fundings.find(reference))

/** Balance, debt, and what is on its way out. */
const standingOf = (player: UserId) =>
  Effect.map(walletOf(player), ({ balance, debt, pendingWithdrawal }) => [balance, debt, pendingWithdrawal])

/** An event of the shop that tells of a purchase whose buyer is unknown. */
const waitingEvent = Effect.fnUntraced(function*(reference: string) {
  const inbox = yield* WebhookInbox
  yield* inbox.receive({ sender: "revenuecat", eventId: reference, type: "PURCHASE", body: new Uint8Array() })
  const { id } = present((yield* inbox.list({}, { limit: 1, cursor: null })).items[0])
  yield* inbox.conclude(id, { state: "waiting", outcome: "nobody yet", reference })
  return { read: Effect.map(inbox.find(id), present) }
})

/** What may be said of the funding `reference` of a few, in any order and any number of times; and tickets bought between. */
type Move = { readonly what: "purchase" | "refund" | "reversal"; readonly reference: number } | { readonly what: "buy" }

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constantFrom("purchase" as const, "refund" as const, "reversal" as const),
      reference: fc.nat({ max: 4 })
    })
  },
  { weight: 2, arbitrary: fc.constant({ what: "buy" as const }) }
)

/** Moves that happen at the same time, group after group. */
const story = fc.array(fc.array(move, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 })

/** The funding as it must stand once all of a story was told, however it went. */
const marksOf = (
  moves: ReadonlyArray<Move>,
  reference: number
): Pick<Funding, "purchased" | "refunded" | "refundReversed"> => {
  const wasSaid = (what: Move["what"]): boolean =>
    moves.some((move) => move.what === what && "reference" in move && move.reference === reference)
  return { purchased: wasSaid("purchase"), refunded: wasSaid("refund"), refundReversed: wasSaid("reversal") }
}

export const fundingsContract = (subject: Subject): void =>
  contract("Fundings", subject, (it) => {
    it(
      "credits a purchase once, however often it is told of, and whoever tells",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        const first = yield* tell(purchaseOf(ada, dollars(5), "app_store:1"))
        assert.deepStrictEqual(first.funding, {
          ...emptyFunding("app_store:1"),
          purchased: true,
          creditStatus: "credited",
          userId: ada,
          amount: dollars(5)
        })
        assert.deepStrictEqual(
          first.transactions.map((
            { amount, balanceAfter, referenceId, type }
          ) => [type, amount, balanceAfter, referenceId]),
          [["deposit", dollars(5), dollars(5), "app_store:1"]]
        )
        const again = { earlier: first.funding, funding: first.funding, openReason: null, transactions: [] }
        assert.deepStrictEqual(yield* tell(purchaseOf(ada, dollars(5), "app_store:1")), again)
        assert.deepStrictEqual(yield* tell(purchaseBy([ada], "APP_STORE:1")), again)
        assert.deepStrictEqual(yield* find("App_Store:1"), first.funding)
        assert.deepStrictEqual(yield* deposit(ada, dollars(5), "APP_STORE:1"), {
          transaction: present(first.transactions[0]),
          created: false
        })
        assert.deepStrictEqual(yield* movementsOf(ada), first.transactions)
        assert.isNull(yield* find("app_store:2"))
        yield* auditClean
      })
    )

    it(
      "takes a refunded purchase back once, and gives it back once where the refund is reversed",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        yield* tell(purchaseOf(ada, dollars(5), "app_store:1"))
        const taken = yield* tell(refunded("app_store:1"))
        assert.strictEqual(taken.funding.creditStatus, "taken back")
        assert.deepStrictEqual(yield* standingOf(ada), [zero, zero, zero])
        const given = yield* tell(reversed("app_store:1"))
        assert.strictEqual(given.funding.creditStatus, "given back")
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(5), zero, zero])
        for (
          const event of [purchaseOf(ada, dollars(5), "app_store:1"), refunded("app_store:1"), reversed("app_store:1")]
        ) {
          assert.deepStrictEqual(yield* tell(event), {
            earlier: given.funding,
            funding: given.funding,
            openReason: null,
            transactions: []
          })
        }
        const [credited, chargeback, back] = yield* movementsOf(ada)
        assert.deepStrictEqual([taken.transactions, given.transactions], [[present(chargeback)], [present(back)]])
        assert.deepStrictEqual(
          [present(credited), present(chargeback), present(back)].map((
            { amount, referenceId, type }
          ) => [type, amount, referenceId]),
          [
            ["deposit", dollars(5), "app_store:1"],
            ["chargeback", dollars(-5), "app_store:1"],
            ["deposit", dollars(5), reversalReference(present(chargeback).id)]
          ]
        )
        yield* auditClean
      })
    )

    it(
      "credits nothing for a purchase whose refund came first, until that is reversed",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        assert.deepStrictEqual(yield* tell(refunded("app_store:1")), {
          earlier: null,
          funding: { ...emptyFunding("app_store:1"), refunded: true },
          openReason: null,
          transactions: []
        })
        assert.deepStrictEqual((yield* tell(purchaseOf(ada, dollars(5), "app_store:1"))).transactions, [])
        assert.strictEqual((yield* Effect.flip(deposit(ada, dollars(5), "app_store:1")))._tag, "ReferenceConflict")
        assert.deepStrictEqual(yield* standingOf(ada), [zero, zero, zero])
        yield* tell(reversed("app_store:1"))
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(5), zero, zero])
        assert.isFalse((yield* deposit(ada, dollars(5), "app_store:1")).created)
        yield* auditClean
      })
    )

    it(
      "has a spent purchase that is refunded owed, and paid by whatever comes next",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* signUp("ada")
        yield* tell(purchaseOf(ada, dollars(5), "app_store:1"))
        yield* buy(ada, 3)
        const { transactions } = yield* tell(refunded("app_store:1"))
        assert.deepStrictEqual(
          transactions.map(({ amount, balanceAfter, type }) => [type, amount, balanceAfter]),
          [["debt", dollars(3), dollars(5)], ["chargeback", dollars(-5), zero]]
        )
        assert.deepStrictEqual(yield* standingOf(ada), [zero, dollars(3), zero])
        assert.deepStrictEqual(
          (yield* tell(purchaseOf(ada, dollars(2), "app_store:2"))).transactions.map((
            { amount, type }
          ) => [type, amount]),
          [["deposit", dollars(2)], ["debt_repaid", dollars(-2)]]
        )
        assert.deepStrictEqual(yield* standingOf(ada), [zero, dollars(1), zero])
        // a deposit by the other door gives the deposit itself
        const { transaction } = yield* deposit(ada, dollars(3), "gift")
        assert.deepStrictEqual([transaction.type, transaction.amount], ["deposit", dollars(3)])
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(2), zero, zero])
        yield* tell(reversed("app_store:1"))
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(7), zero, zero])
        yield* auditClean
      })
    )

    it(
      "pays what is owed from a prize first",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* signUp("ada")
        yield* tell(purchaseOf(ada, dollars(2), "app_store:1"))
        yield* buy(ada, 2)
        yield* tell(refunded("app_store:1"))
        yield* drawNow
        assert.deepStrictEqual((yield* historyOf(ada)).slice(-2), [
          ["prize_win", cents(190n), "completed"],
          ["debt_repaid", cents(-190n), "completed"]
        ])
        assert.deepStrictEqual(yield* standingOf(ada), [zero, cents(10n), zero])
        yield* auditClean
      })
    )

    it(
      "cancels withdrawals that the provider was not asked for, newest first, as far as a refund needs them",
      Effect.gen(function*() {
        const ada = yield* payablePlayer("ada", dollars(10))
        const ids: Array<string> = []
        for (const amount of [2, 3, 4]) ids.push((yield* withdraw(ada, dollars(amount))).transaction.id)
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(1), zero, dollars(9)])
        const { transactions } = yield* tell(refunded("test:funds of ada"))
        assert.deepStrictEqual(transactions.map(({ amount, type }) => [type, amount]), [["chargeback", dollars(-10)]])
        assert.deepStrictEqual(yield* standingOf(ada), [zero, zero, zero])

        yield* tell(purchaseOf(ada, dollars(10), "app_store:2"))
        for (const amount of [2, 3, 4]) ids.push((yield* withdraw(ada, dollars(amount))).transaction.id)
        yield* tell(purchaseOf(ada, dollars(5), "app_store:3"))
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(6), zero, dollars(9)])
        yield* tell(refunded("app_store:2"))
        // six and four make the ten: the others go on
        assert.deepStrictEqual(yield* standingOf(ada), [zero, zero, dollars(5)])
        assert.deepStrictEqual(
          yield* Effect.forEach(ids, (id) => Effect.map(withdrawalAt(id), ({ status }) => status)),
          ["failed", "failed", "failed", "pending", "pending", "failed"]
        )
        const canceled = yield* withdrawalAt(present(ids[5]))
        assert.strictEqual(canceled.transfer.status, "refused")
        assert.match(present(canceled.problem), /refunded/)
        assert.deepStrictEqual(yield* toldOf(canceled.id), ["started", "failed"])
        yield* auditClean
      })
    )

    it(
      "cancels nothing that the provider may have been asked for: the refund is owed instead",
      Effect.gen(function*() {
        const ada = yield* payablePlayer("ada", dollars(10))
        const sent = (yield* withdraw(ada, dollars(6))).transaction.id
        yield* claim(sent)
        const unsent = (yield* withdraw(ada, dollars(3))).transaction.id
        yield* tell(refunded("test:funds of ada"))
        assert.deepStrictEqual(yield* standingOf(ada), [zero, dollars(6), dollars(6)])
        assert.strictEqual((yield* withdrawalAt(sent)).status, "pending")
        assert.strictEqual((yield* withdrawalAt(unsent)).status, "failed")
        yield* auditClean
      })
    )

    it(
      "leaves a withdrawal claimed, or canceled, where both are tried at the same time",
      Effect.gen(function*() {
        for (const round of [1, 2, 3, 4, 5]) {
          const ada = yield* payablePlayer(`ada${round}`, dollars(10))
          const { id } = (yield* withdraw(ada, dollars(10))).transaction
          yield* Effect.all([Effect.exit(claim(id)), tell(refunded(`test:funds of ada${round}`))], {
            concurrency: "unbounded"
          })
          const { transfer } = yield* withdrawalAt(id)
          assert.deepStrictEqual(
            yield* standingOf(ada),
            transfer.status === "unknown" ? [zero, dollars(10), dollars(10)] : [zero, zero, zero]
          )
        }
        yield* auditClean
      })
    )

    it(
      "leaves nothing on its way out of a refunded purchase, whether it is asked for before, after or meanwhile",
      Effect.gen(function*() {
        for (const round of [1, 2, 3, 4, 5]) {
          const ada = yield* payablePlayer(`ada${round}`, dollars(10))
          yield* Effect.all([
            Effect.exit(withdraw(ada, dollars(10))),
            tell(refunded(`test:funds of ada${round}`)),
            Effect.exit(withdraw(ada, dollars(4)))
          ], { concurrency: "unbounded" })
          assert.deepStrictEqual(yield* standingOf(ada), [zero, zero, zero])
        }
        yield* auditClean
      })
    )

    it(
      "refuses a purchase that contradicts the first, and changes nothing",
      Effect.gen(function*() {
        const [ada, bob] = [yield* signUp("ada"), yield* signUp("bob")]
        const { funding } = yield* tell(purchaseOf(ada, dollars(5), "app_store:1"))
        const contradictions = [
          purchaseOf(bob, dollars(5), "app_store:1"),
          purchaseOf(ada, dollars(6), "app_store:1"),
          purchaseBy([bob], "app_store:1"),
          purchaseBy(["$RCAnonymousID:1"], "app_store:1", dollars(6))
        ]
        for (const event of contradictions) {
          const error = yield* Effect.flip(tell(event))
          assert.deepStrictEqual(error._tag === "FundingConflict" ? error.earlier : error, funding)
        }
        assert.deepStrictEqual(yield* find("app_store:1"), funding)
        // an unknown name contradicts nobody
        assert.deepStrictEqual((yield* tell(purchaseBy(["$RCAnonymousID:1"], "app_store:1"))).transactions, [])
        assert.deepStrictEqual([yield* standingOf(ada), yield* standingOf(bob)], [[dollars(5), zero, zero], [
          zero,
          zero,
          zero
        ]])
        yield* auditClean
      })
    )

    it(
      "keeps nothing of a purchase by a stranger or the house",
      Effect.gen(function*() {
        for (const stranger of [nobody, houseUserId]) {
          const error = yield* Effect.flip(tell(purchaseOf(stranger, dollars(5), "app_store:1")))
          assert.strictEqual(error._tag, "UnknownUser")
          assert.isNull(yield* find("app_store:1"))
        }
        assert.strictEqual((yield* tell(purchaseBy([nobody, houseUserId], "app_store:1"))).funding.userId, null)
        yield* auditClean
      })
    )

    it(
      "keeps nothing of a purchase that the wallet cannot hold",
      Effect.gen(function*() {
        const ada = yield* fundedPlayer("ada", cents(depositedToMax))
        const error = yield* Effect.flip(tell(purchaseOf(ada, cents(1n), "app_store:1")))
        assert.strictEqual(error._tag, "DepositRefused")
        assert.isNull(yield* find("app_store:1"))
        assert.deepStrictEqual(
          (yield* tell(purchaseBy(["$RCAnonymousID:1"], "app_store:1"))).funding.creditStatus,
          "nothing"
        )
        yield* auditClean
      })
    )

    it(
      "finds the buyer among the names that a shop gives, and remembers the others",
      Effect.gen(function*() {
        const [ada, bob] = [yield* signUp("ada"), yield* signUp("bob")]
        const first = yield* tell(purchaseBy(["$RCAnonymousID:1", nobody, ada], "app_store:1"))
        assert.deepStrictEqual([first.funding.userId, first.funding.creditStatus], [ada, "credited"])
        const second = yield* tell(purchaseBy(["$RCAnonymousID:1"], "app_store:2"))
        assert.deepStrictEqual([second.funding.userId, second.funding.creditStatus], [ada, "credited"])
        // whose name it was first, it stays; an id is never another's name
        assert.isFalse(yield* (yield* Fundings).shareNames([bob, "$RCAnonymousID:1"]))
        assert.strictEqual((yield* tell(purchaseBy(["$RCAnonymousID:1"], "app_store:4"))).funding.userId, ada)
        assert.strictEqual((yield* tell(purchaseBy([bob], "app_store:5"))).funding.userId, bob)
        yield* auditClean
      })
    )

    it(
      "has a purchase wait until one of its names is a player, and credits it then, once",
      Effect.gen(function*() {
        const fundings = yield* Fundings
        const ada = yield* signUp("ada")
        const waiting = yield* tell(purchaseBy(["$RCAnonymousID:1", "old name"], "app_store:1"))
        assert.deepStrictEqual([waiting.funding.creditStatus, waiting.funding.userId, waiting.transactions], [
          "nothing",
          null,
          []
        ])
        assert.deepStrictEqual(yield* tell(purchaseBy(["old name"], "app_store:1")), {
          ...waiting,
          earlier: waiting.funding
        })
        const event = yield* waitingEvent("app_store:1")
        const other = yield* waitingEvent("app_store:2")
        assert.deepStrictEqual(yield* fundings.creditWaiting(10), [])

        assert.isFalse(yield* fundings.shareNames(["old name", "new name"]))
        assert.isTrue(yield* fundings.shareNames(["new name", ada, "old name"]))
        assert.deepStrictEqual((yield* times(5, fundings.creditWaiting(10))).flat(), ["app_store:1"])
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(5), zero, zero])
        assert.strictEqual(present(yield* find("app_store:1")).creditStatus, "credited")
        const { outcome, state } = yield* event.read
        assert.deepStrictEqual(
          [state, outcome],
          ["done", `app_store:1: credited to player ${ada} since`]
        )
        assert.strictEqual((yield* other.read).state, "waiting")
        yield* auditClean
      })
    )

    it(
      "credits what waits oldest first, and no more than is asked for",
      Effect.gen(function*() {
        const fundings = yield* Fundings
        const ada = yield* signUp("ada")
        const references = ["app_store:3", "app_store:1", "app_store:2"]
        for (const reference of references) yield* tell(purchaseBy([`buyer of ${reference}`], reference))
        yield* fundings.shareNames([ada, ...references.map((reference) => `buyer of ${reference}`)])
        assert.deepStrictEqual(yield* fundings.creditWaiting(2), references.slice(0, 2))
        assert.deepStrictEqual(yield* fundings.creditWaiting(2), references.slice(2))
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(15), zero, zero])
        yield* auditClean
      })
    )

    it(
      "credits a purchase behind any number of waiting ones that cannot be credited",
      Effect.gen(function*() {
        const fundings = yield* Fundings
        const [ada, bob] = [yield* fundedPlayer("ada", cents(depositedToMax)), yield* signUp("bob")]
        const never = ["$full", "$full", ...Array.from({ length: 248 }, () => houseUserId)]
        yield* Effect.forEach(never, (name, i) => tell(purchaseBy([name], `app_store:never-${i}`)), { concurrency: 4 })
        yield* tell(purchaseBy(["$bob"], "app_store:bob"))
        yield* tell(purchaseBy(["$bob"], "app_store:bob-later"))
        yield* fundings.shareNames([ada, "$full"])
        yield* fundings.shareNames([bob, "$bob"])
        const looks = yield* Effect.forEach([1, 2, 3, 4, 5, 6], () => fundings.creditWaiting(100))
        assert.deepStrictEqual(looks.flat(), ["app_store:bob", "app_store:bob-later"])
        assert.deepStrictEqual([yield* standingOf(ada), yield* standingOf(bob)], [
          [cents(depositedToMax), zero, zero],
          [dollars(10), zero, zero]
        ])
        yield* auditClean
      })
    )

    it(
      "loses no name that is learnt while a purchase under it is recorded",
      Effect.gen(function*() {
        const fundings = yield* Fundings
        const ada = yield* signUp("ada")
        const rounds = Array.from({ length: 30 }, (_, round) => round)
        for (const round of rounds) {
          const told = tell(purchaseBy([`$${round}`], `app_store:${round}`, dollars(1)))
          const learnt = fundings.shareNames([ada, `$${round}`])
          yield* together<unknown, unknown, Fundings>(round % 2 === 0 ? [told, learnt] : [learnt, told])
        }
        yield* fundings.creditWaiting(100)
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(30), zero, zero])
        yield* auditClean
      })
    )

    it(
      "looks once at a purchase whose names are known and mean nobody, and again when another of them is learnt",
      Effect.gen(function*() {
        const fundings = yield* Fundings
        const ada = yield* signUp("ada")
        yield* tell(purchaseBy([houseUserId], "app_store:1"))
        yield* tell(purchaseBy(["$1", "$2"], "app_store:2"))
        assert.deepStrictEqual(yield* fundings.creditWaiting(1), [])
        yield* fundings.shareNames([ada, "$2"])
        // the first is not in its way any more
        assert.deepStrictEqual(yield* fundings.creditWaiting(1), ["app_store:2"])
        yield* auditClean
      })
    )

    it(
      "credits a purchase that waits as soon as somebody says whose it is",
      Effect.gen(function*() {
        const [ada, bob] = [yield* signUp("ada"), yield* signUp("bob")]
        yield* tell(purchaseBy(["$RCAnonymousID:1"], "app_store:1"))
        yield* tell(purchaseBy(["$RCAnonymousID:2"], "app_store:2"))
        assert.isTrue((yield* deposit(ada, dollars(5), "app_store:1")).created)
        assert.strictEqual(
          (yield* tell(purchaseBy([bob, "$RCAnonymousID:2"], "app_store:2"))).funding.creditStatus,
          "credited"
        )
        assert.deepStrictEqual([yield* standingOf(ada), yield* standingOf(bob)], [
          [dollars(5), zero, zero],
          [dollars(5), zero, zero]
        ])
        yield* auditClean
      })
    )

    it(
      "credits nothing that was refunded while it waited, and says of its event that it was refunded",
      Effect.gen(function*() {
        const fundings = yield* Fundings
        const ada = yield* signUp("ada")
        yield* tell(purchaseBy(["$RCAnonymousID:1"], "app_store:1"))
        const event = yield* waitingEvent("app_store:1")
        yield* tell(refunded("app_store:1"))
        yield* fundings.shareNames([ada, "$RCAnonymousID:1"])
        assert.deepStrictEqual(yield* fundings.creditWaiting(10), [])
        const { outcome, state } = yield* event.read
        assert.deepStrictEqual([state, outcome], ["done", "app_store:1: refunded: nothing is credited"])
        assert.deepStrictEqual(yield* standingOf(ada), [zero, zero, zero])
        yield* tell(reversed("app_store:1"))
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(5), zero, zero])
        yield* auditClean
      })
    )

    it(
      "credits nobody by names that mean two, unless the app's own name for the buyer is a player",
      Effect.gen(function*() {
        const fundings = yield* Fundings
        const [ada, bob] = [yield* signUp("ada"), yield* signUp("bob")]
        const { openReason } = yield* tell(purchaseBy(["$RCAnonymousID:1", ada, bob], "app_store:1"))
        assert.strictEqual(openReason, `its names mean 2 users: ${ada}, ${bob}`)
        assert.deepStrictEqual(yield* fundings.creditWaiting(10), [])
        const named = purchaseBy([ada, bob, "$RCAnonymousID:1"], "app_store:2", dollars(7))
        assert.strictEqual(
          (yield* tell({ ...named, buyer: { _tag: "Named", appUserId: ada, names: [ada, bob, "$RCAnonymousID:1"] } }))
            .funding.userId,
          ada
        )
        // names that mean two teach nothing
        assert.isNull((yield* tell(purchaseBy(["$RCAnonymousID:1"], "app_store:3"))).funding.userId)
        assert.isFalse(yield* fundings.shareNames([ada, bob, "$RCAnonymousID:1"]))
        assert.deepStrictEqual([yield* standingOf(ada), yield* standingOf(bob)], [
          [dollars(7), zero, zero],
          [zero, zero, zero]
        ])
        yield* auditClean
      })
    )

    it(
      "lists what waits and what is held, oldest first, with why; and nothing that was refunded meanwhile",
      Effect.gen(function*() {
        const fundings = yield* Fundings
        const ada = yield* signUp("ada")
        yield* tell(purchaseBy(["$1"], "app_store:1"))
        yield* tell({ ...purchaseBy([ada], "app_store:2"), doubt: "it is of 3 pieces", price: cents(1_497n) })
        yield* tell(purchaseBy(["$3"], "app_store:3"))
        yield* tell(purchaseBy([ada], "app_store:4"))
        yield* tell(refunded("app_store:3"))
        const first = yield* fundings.listOpen({ limit: 1, cursor: null })
        const second = yield* fundings.listOpen({ limit: 1, cursor: first.nextCursor })
        assert.deepStrictEqual(
          [...first.items, ...second.items].map(({ funding, reason }) => [
            funding.reference,
            funding.names,
            funding.price,
            reason
          ]),
          [
            ["app_store:1", ["$1"], null, "none of its names is a player yet"],
            ["app_store:2", [ada], cents(1_497n), "it is of 3 pieces"]
          ]
        )
        assert.isNull(second.nextCursor)
        yield* auditClean
      })
    )

    it(
      "credits what is held once a person decides so, to whom and with what they say, and concludes its events",
      Effect.gen(function*() {
        const fundings = yield* Fundings
        const [ada, bob] = [yield* signUp("ada"), yield* signUp("bob")]
        const doubtful: FundingEvent = { ...purchaseBy([ada], "app_store:1"), doubt: "it is of 3 pieces" }
        const held = yield* tell(doubtful)
        assert.deepStrictEqual([held.openReason, held.funding.userId, held.transactions], [
          "it is of 3 pieces",
          null,
          []
        ])
        const event = yield* waitingEvent("app_store:1")
        assert.deepStrictEqual(yield* fundings.creditWaiting(10), [])
        const credit = (userId: UserId) =>
          fundings.decide("APP_STORE:1", { _tag: "Credit", userId, amount: dollars(15) }, byAnn)
        assert.strictEqual((yield* Effect.flip(credit(nobody)))._tag, "UnknownUser")
        assert.strictEqual((yield* Effect.flip(credit(houseUserId)))._tag, "UnknownUser")
        const decisions = yield* together([Effect.result(credit(bob)), Effect.result(credit(bob))])
        assert.deepStrictEqual(decisions.filter(Result.isFailure).map(({ failure }) => failure._tag), [
          "PurchaseNotOpen"
        ])
        assert.deepStrictEqual([yield* standingOf(ada), yield* standingOf(bob)], [
          [zero, zero, zero],
          [dollars(15), zero, zero]
        ])
        assert.deepStrictEqual((yield* event.read).outcome, `app_store:1: credited to player ${bob} since`)
        assert.deepStrictEqual((yield* fundings.listOpen({ limit: 10, cursor: null })).items, [])
        yield* tell(refunded("app_store:1"))
        assert.deepStrictEqual(yield* standingOf(bob), [zero, zero, zero])
        yield* auditClean
      })
    )

    it(
      "credits nobody, ever, what a person dismissed, whatever is told of it later",
      Effect.gen(function*() {
        const fundings = yield* Fundings
        const ada = yield* signUp("ada")
        const dismiss = (reference: string) => fundings.decide(reference, { _tag: "Dismiss" }, byAnn)
        yield* tell({ ...purchaseBy([ada], "app_store:1"), doubt: "it is of 3 pieces" })
        yield* tell(purchaseBy(["$2"], "app_store:2"))
        const event = yield* waitingEvent("app_store:2")
        for (const reference of ["app_store:1", "app_store:2"]) {
          assert.deepStrictEqual((yield* dismiss(reference)).transactions, [])
          assert.strictEqual((yield* Effect.flip(dismiss(reference)))._tag, "PurchaseNotOpen")
        }
        assert.deepStrictEqual((yield* event.read).outcome, "app_store:2: dismissed by an operator")
        yield* fundings.shareNames([ada, "$2"])
        for (const reference of ["app_store:1", "app_store:2"]) {
          for (
            const event of [
              refunded(reference),
              reversed(reference),
              purchaseBy([ada], reference),
              refunded(reference)
            ]
          ) {
            assert.deepStrictEqual((yield* tell(event)).transactions, [])
          }
          assert.strictEqual((yield* Effect.flip(tell(purchaseOf(ada, dollars(5), reference))))._tag, "FundingConflict")
        }
        assert.deepStrictEqual(yield* fundings.creditWaiting(10), [])
        assert.deepStrictEqual((yield* fundings.listOpen({ limit: 10, cursor: null })).items, [])
        assert.strictEqual(
          (yield* Effect.flip(fundings.decide("app_store:3", { _tag: "Dismiss" }, byAnn)))._tag,
          "PurchaseNotOpen"
        )
        yield* auditClean
      })
    )

    it(
      "holds a purchase that its buyer's wallet cannot hold, until a person finds room",
      Effect.gen(function*() {
        const fundings = yield* Fundings
        yield* openSales
        const ada = yield* fundedPlayer("ada", cents(depositedToMax))
        const told = yield* tell(purchaseBy([ada], "app_store:1", dollars(1)))
        assert.strictEqual(told.openReason, `the wallet of player ${ada} cannot hold 1.00 more`)
        yield* tell(purchaseBy(["$2"], "app_store:2", dollars(1)))
        yield* fundings.shareNames([ada, "$2"])
        assert.deepStrictEqual(yield* fundings.creditWaiting(10), [])
        const credit = fundings.decide("app_store:1", { _tag: "Credit", userId: ada, amount: null }, byAnn)
        assert.strictEqual((yield* Effect.flip(credit))._tag, "DepositRefused")
        assert.deepStrictEqual(
          (yield* fundings.listOpen({ limit: 10, cursor: null })).items.map(({ reason }) => reason),
          [told.openReason, told.openReason]
        )
        yield* buy(ada, 1)
        yield* credit
        assert.deepStrictEqual(yield* standingOf(ada), [cents(depositedToMax), zero, zero])
        yield* auditClean
      })
    )

    it(
      "takes the part that was refunded, whichever came first, and gives that part back",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        const bought = (reference: string): FundingEvent => ({ ...purchaseBy([ada], reference), price: cents(499n) })
        const partly = (reference: string): FundingEvent => ({ _tag: "Refunded", reference, price: cents(200n) })
        yield* tell(bought("app_store:1"))
        yield* tell(partly("app_store:1"))
        yield* tell(partly("app_store:2"))
        yield* tell(bought("app_store:2"))
        assert.deepStrictEqual(yield* historyOf(ada), [
          ["deposit", dollars(5), "completed"],
          ["chargeback", cents(-200n), "completed"],
          ["deposit", dollars(5), "completed"],
          ["chargeback", cents(-200n), "completed"]
        ])
        yield* auditClean
        yield* tell(refunded("app_store:1"))
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(6), zero, zero])
        for (const reference of ["app_store:1", "app_store:2"]) yield* tell(reversed(reference))
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(10), zero, zero])
        yield* auditClean
      })
    )

    it(
      "takes all where what was refunded is told in another currency than what was paid, whichever came first",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        for (const [n, isRefundFirst] of [[1, false], [2, true]] as const) {
          const reference = `app_store:${n}`
          const bought: FundingEvent = { ...purchaseBy([ada], reference), price: cents(500n), currency: "USD" }
          const back: FundingEvent = { _tag: "Refunded", reference, price: cents(154n), currency: "KWD" }
          for (const event of isRefundFirst ? [back, bought] : [bought, back]) yield* tell(event)
          const { currency, refundCurrency } = present(yield* find(reference))
          assert.deepStrictEqual([currency, refundCurrency], ["USD", "KWD"])
          assert.deepStrictEqual(yield* standingOf(ada), [zero, zero, zero])
        }
        yield* auditClean
      })
    )

    it(
      "takes a part where one of two that told of the purchase knew its price, whichever came first",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        const told = (reference: string): FundingEvent => ({ ...purchaseBy([ada], reference), price: cents(500n) })
        yield* deposit(ada, dollars(5), "app_store:1")
        yield* tell(told("app_store:1"))
        yield* tell(told("app_store:2"))
        yield* deposit(ada, dollars(5), "app_store:2")
        for (const reference of ["app_store:1", "app_store:2"]) {
          yield* tell({ _tag: "Refunded", reference, price: cents(200n) })
        }
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(6), zero, zero])
        assert.strictEqual(present(yield* find("app_store:1")).price, cents(500n))
        // what was taken whole, as no price was known, stays taken
        yield* deposit(ada, dollars(5), "app_store:3")
        yield* tell({ _tag: "Refunded", reference: "app_store:3", price: cents(200n) })
        assert.deepStrictEqual((yield* tell(told("app_store:3"))).transactions, [])
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(6), zero, zero])
        yield* tell(reversed("app_store:3"))
        assert.deepStrictEqual(yield* standingOf(ada), [dollars(11), zero, zero])
        yield* auditClean
      })
    )

    it(
      "refuses a reversal whose purchase its wallet cannot hold, until there is room",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", cents(depositedToMax))
        yield* tell(refunded("app_store:1"))
        yield* tell(purchaseBy([ada], "app_store:1", dollars(1)))
        const before = yield* find("app_store:1")
        assert.strictEqual((yield* Effect.flip(tell(reversed("app_store:1"))))._tag, "DepositRefused")
        assert.deepStrictEqual(yield* find("app_store:1"), before)
        yield* buy(ada, 1)
        assert.strictEqual((yield* tell(reversed("app_store:1"))).funding.creditStatus, "credited")
        yield* auditClean
      })
    )

    it(
      "gives a reversed refund back with the split between credit and winnings that its taking had",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* signUp("ada")
        yield* tell(purchaseOf(ada, dollars(2), "app_store:1"))
        yield* buy(ada, 2)
        yield* drawNow
        yield* tell(purchaseOf(ada, dollars(1), "app_store:2"))
        const before = yield* walletOf(ada)
        assert.deepStrictEqual([before.balance, before.withdrawable], [cents(290n), cents(190n)])
        yield* tell(refunded("app_store:1"))
        assert.strictEqual((yield* walletOf(ada)).withdrawable, cents(90n))
        yield* tell(reversed("app_store:1"))
        const { balance, withdrawable } = yield* walletOf(ada)
        assert.deepStrictEqual([balance, withdrawable], [before.balance, before.withdrawable])
        yield* auditClean
      })
    )

    it(
      "refuses references that mark movements of our own, or have no account to come from",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        for (const reference of ["reversal:1", "REVERSAL:1", `${"x".repeat(92)}:1`]) {
          assert.strictEqual((yield* Effect.flip(deposit(ada, dollars(5), reference)))._tag, "ReferenceRefused")
          assert.isNull(yield* find(reference))
        }
        assert.isTrue((yield* deposit(ada, dollars(5), `${"x".repeat(91)}:12345678`)).created)
        yield* auditClean
      })
    )

    it(
      "forgets who was erased: what shops told of them, and by which names",
      Effect.gen(function*() {
        const inbox = yield* WebhookInbox
        const ada = yield* signUp("ada")
        yield* tell(purchaseBy([ada, "$RCAnonymousID:1"], "app_store:1"))
        yield* tell(refunded("app_store:1"))
        yield* linkPayoutAccount(ada, "acct_ada")
        /** Keeps an event that was acted on; gives what is left of its body. */
        const keep = Effect.fnUntraced(function*(eventId: string, text: string, reference: string | null) {
          yield* inbox.receive({ sender: "stripe", eventId, type: "a type", body: utf8Bytes(text) })
          const { id } = present((yield* inbox.list({}, { limit: 1, cursor: null })).items[0])
          yield* inbox.conclude(id, { state: "done", outcome: "done", reference })
          return { body: Effect.map(inbox.find(id), (event) => event?.body) }
        })
        const hers = [
          yield* keep("evt_1", "all about a purchase", "app_store:1"),
          yield* keep("evt_2", `{"aliases":["$RCAnonymousID:1"]}`, null),
          yield* keep("evt_3", `{"account":"acct_ada"}`, null)
        ]
        const others = yield* keep("evt_4", `{"account":"acct_ada_2"}`, "app_store:2")
        const before = present(yield* find("app_store:1"))
        yield* (yield* Accounts).erase(ada, byAnn)

        assert.deepStrictEqual(yield* find("app_store:1"), { ...before, names: [] })
        for (const { body } of hers) assert.strictEqual(yield* body, "")
        assert.strictEqual(yield* others.body, `{"account":"acct_ada_2"}`)
        for (const name of [ada, "$RCAnonymousID:1"]) {
          assert.isNull((yield* tell(purchaseBy([name], `app_store:of-${name}`))).funding.userId)
        }
        assert.strictEqual((yield* Effect.flip(tell(purchaseOf(ada, dollars(1), "app_store:2"))))._tag, "UnknownUser")
        yield* auditClean
      })
    )

    it(
      "moves each step once where the same news comes twenty times at the same time",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        for (
          const event of [purchaseOf(ada, dollars(5), "app_store:1"), refunded("app_store:1"), reversed("app_store:1")]
        ) {
          const outcomes = yield* times(20, tell(event))
          assert.strictEqual(outcomes.filter(({ transactions }) => transactions.length > 0).length, 1)
        }
        assert.deepStrictEqual((yield* historyOf(ada)).map(([type]) => type), ["deposit", "chargeback", "deposit"])
        yield* auditClean
      })
    )

    it(
      "credits one of two players who are said to have made the same purchase at the same time",
      Effect.gen(function*() {
        const players = [yield* signUp("ada"), yield* signUp("bob")]
        const results = yield* together(
          players.map((player) => Effect.result(tell(purchaseOf(player, dollars(5), "app_store:1"))))
        )
        assert.strictEqual(results.filter(Result.isSuccess).length, 1)
        assert.deepStrictEqual(results.filter(Result.isFailure).map(({ failure }) => failure._tag), ["FundingConflict"])
        yield* auditClean
      })
    )

    it(
      "comes to the same whatever is told in whatever order, twice and at the same time",
      Effect.gen(function*() {
        yield* openSales
        yield* property(25, story, (groups, run) =>
          Effect.gen(function*() {
            const players = [yield* signUp(`ada-${run}`), yield* signUp(`bob-${run}`)]
            const ownerOf = (reference: number) => present(players[reference % 2])
            const amountOf = (reference: number) => dollars(1 + reference)
            const name = (reference: number) => `app_store:${run}-${reference}`
            let bought = 0
            const eventOf = (what: "purchase" | "refund" | "reversal", reference: number): FundingEvent =>
              what === "purchase" ?
                purchaseOf(ownerOf(reference), amountOf(reference), name(reference))
                : what === "refund" ?
                refunded(name(reference))
                : reversed(name(reference))
            const play = Effect.fnUntraced(function*(move: Move) {
              if (move.what !== "buy") {
                yield* tell(eventOf(move.what, move.reference))
              } else if (Result.isSuccess(yield* Effect.result(buy(ownerOf(0), 1)))) {
                bought++
              }
            })
            for (const group of groups) {
              yield* Effect.forEach(group, play, { concurrency: "unbounded", discard: true })
            }
            const moves = groups.flat()
            const deserved = new Map<UserId, bigint>()
            for (const reference of [0, 1, 2, 3, 4]) {
              const { purchased, refundReversed, refunded } = marksOf(moves, reference)
              const stands = yield* find(name(reference))
              assert.deepStrictEqual(
                [stands?.purchased ?? false, stands?.refunded ?? false, stands?.refundReversed ?? false],
                [purchased, refunded, refundReversed]
              )
              if (!purchased || (refunded && !refundReversed)) continue
              const owner = ownerOf(reference)
              deserved.set(owner, (deserved.get(owner) ?? 0n) + amountOf(reference))
            }
            for (const [i, player] of players.entries()) {
              const { balance, debt } = yield* walletOf(player)
              assert.strictEqual(balance - debt, (deserved.get(player) ?? 0n) - (i === 0 ? dollars(bought) : zero))
            }
            yield* auditClean
          }))
      })
    )
  })
