/** What every adapter of `Checkouts` must do. */
import type { CheckoutRefusal } from "@ddd/core/money/Checkout"
import { checkoutsUnderWayMax } from "@ddd/core/money/Checkout"
import type { SessionSeen } from "@ddd/core/money/CheckoutReport"
import type { Cents } from "@ddd/core/money/Money"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Checkouts } from "@ddd/core/ports/Checkouts"
import { PlayControls } from "@ddd/core/ports/PlayControls"
import { houseUserId, type UserId, userId } from "@ddd/core/values/Ids"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { byAnn } from "../scenario/Operators.ts"
import {
  advance,
  buy,
  dollars,
  fundedPlayer,
  hashOf,
  openSales,
  present,
  refusalOf as purchaseRefusalOf,
  signUp,
  times
} from "../scenario/Steps.ts"
import { origin } from "./Players.ts"
import { contract, type Subject } from "./Subject.ts"

const minute = 60_000
const nobody = userId("01900000-0000-7000-8000-00000000dead")

const ask = (player: UserId, amount: Cents = dollars(20), key?: string, fingerprint = `${amount} in`) =>
  Checkouts.use((checkouts) =>
    checkouts.ask({
      userId: player,
      amount,
      provider: "simulated",
      idempotency: key === undefined ? null : { key, fingerprint: hashOf(fingerprint) }
    })
  )

const refusalOf = (player: UserId, amount?: Cents, key?: string, fingerprint?: string) =>
  ask(player, amount, key, fingerprint).pipe(
    Effect.map((): CheckoutRefusal => assert.fail("a checkout that must be refused was begun")),
    Effect.catchTag("CheckoutRefused", ({ refusal }) => Effect.succeed(refusal))
  )

const learn = (...report: Parameters<Checkouts["Service"]["learn"]>) =>
  Checkouts.use((checkouts) => checkouts.learn(...report))

const opened = (id: string, session = `cs_${id}`) =>
  Effect.map(
    learn(id, { _tag: "Opened", session: { sessionId: session, url: `https://provider.example/${session}` } }),
    present
  )

const seen = (id: string, what: Partial<SessionSeen> = {}) =>
  Effect.map(
    learn(id, {
      _tag: "Seen",
      seen: {
        sessionId: `cs_${id}`,
        checkoutId: id,
        status: "open",
        isPaid: false,
        isFailed: false,
        amount: dollars(20),
        currency: "USD",
        paymentId: null,
        ...what
      }
    }),
    present
  )

const paid = (id: string) => seen(id, { status: "complete", isPaid: true, paymentId: `pi_${id}` })

const claimDue = Checkouts.use((checkouts) =>
  Effect.map(checkouts.claimDue("simulated", 10), (due) => due.map(({ id }) => id))
)

export const checkoutsContract = (subject: Subject): void =>
  contract("Checkouts", subject, (it) => {
    it(
      "is written down before its page is known, and follows what the provider has, in any order",
      Effect.gen(function*() {
        const { find, paidBy } = yield* Checkouts
        const ada = yield* signUp("ada")
        const { checkout, isReplayed } = yield* ask(ada)
        assert.isFalse(isReplayed)
        assert.strictEqual(checkout.expiresAt - checkout.askedAt >= 59 * minute, true)
        assert.deepStrictEqual(yield* find(checkout.id), checkout)
        assert.deepStrictEqual(
          [
            checkout.userId,
            checkout.amount,
            checkout.provider,
            checkout.status,
            checkout.sessionId,
            checkout.paymentId
          ],
          [ada, dollars(20), "simulated", "asked", null, null]
        )
        const open = yield* opened(checkout.id)
        assert.deepStrictEqual(open, {
          ...checkout,
          status: "open",
          sessionId: `cs_${checkout.id}`,
          url: `https://provider.example/cs_${checkout.id}`
        })
        assert.isNull(yield* paidBy(`pi_${checkout.id}`))
        const done = yield* paid(checkout.id)
        assert.deepStrictEqual(done, { ...open, status: "paid", paymentId: `pi_${checkout.id}` })
        // what is told late, or again, changes nothing
        for (
          const late of [{ status: "open" }, { status: "expired" }, { status: "complete", isFailed: true }] as const
        ) {
          assert.deepStrictEqual(yield* seen(checkout.id, late), done)
        }
        assert.deepStrictEqual(yield* opened(checkout.id, "cs_another"), done)
        assert.deepStrictEqual(yield* paidBy(`pi_${checkout.id}`), done)
        assert.isNull(yield* learn(nobody, { _tag: "NeverOpened" }))
      })
    )

    it(
      "is paid although it expired, or its money was said not to come, where it was paid after all",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        for (const ended of [{ status: "expired" }, { status: "complete", isFailed: true }] as const) {
          const { checkout: { id } } = yield* ask(ada)
          yield* opened(id)
          assert.include(["expired", "failed"], (yield* seen(id, ended)).status)
          assert.strictEqual((yield* paid(id)).status, "paid")
        }
      })
    )

    it(
      "is one checkout for any number of requests under one key, and refuses the key for another",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(9))
        const answers = yield* times(10, ask(ada, dollars(20), "one"))
        const [first] = answers
        assert.deepStrictEqual(new Set(answers.map(({ checkout }) => checkout.id)).size, 1)
        assert.strictEqual(answers.filter(({ isReplayed }) => !isReplayed).length, 1)
        const { id } = present(first).checkout
        const open = yield* opened(id)
        assert.deepStrictEqual(yield* ask(ada, dollars(20), "one"), { checkout: open, isReplayed: true })
        assert.strictEqual((yield* refusalOf(ada, dollars(30), "one"))._tag, "KeyReused")
        // keys are shared with purchases
        assert.strictEqual((yield* purchaseRefusalOf(buy(ada, 1, { key: "one" })))._tag, "KeyReused")
      })
    )

    it(
      "is refused before anybody pays where the player is none, frozen, barred, or limits deposits, what is under way counted",
      Effect.gen(function*() {
        const [ada, bob, eve, dan] = [
          yield* signUp("ada"),
          yield* signUp("bob"),
          yield* signUp("eve"),
          yield* signUp("dan")
        ]
        for (const player of [houseUserId, nobody]) {
          assert.strictEqual((yield* refusalOf(player))._tag, "UnknownUser")
        }
        yield* Accounts.use((accounts) => accounts.freeze(bob, byAnn))
        assert.strictEqual((yield* refusalOf(bob))._tag, "AccountFrozen")
        yield* PlayControls.use((controls) => controls.timeOut(eve, 24, origin))
        assert.strictEqual((yield* refusalOf(eve))._tag, "PlayerBarred")

        yield* PlayControls.use((controls) => controls.changeLimits(dan, { dailyDeposit: dollars(50) }, origin))
        assert.strictEqual((yield* refusalOf(dan, dollars(51)))._tag, "LimitExceeded")
        const { checkout } = yield* ask(dan, dollars(30))
        const exceeded = yield* refusalOf(dan, dollars(21))
        assert.strictEqual(exceeded._tag === "LimitExceeded" ? exceeded.limit : exceeded._tag, "dailyDeposit")
        yield* opened(checkout.id)
        yield* seen(checkout.id, { status: "expired" })
        yield* ask(dan, dollars(50))

        for (let begun = 0; begun < checkoutsUnderWayMax; begun++) yield* ask(ada)
        const tooMany = yield* refusalOf(ada)
        assert.strictEqual(tooMany._tag === "TooManyUnderWay" ? tooMany.max : tooMany._tag, checkoutsUnderWayMax)
      })
    )

    it(
      "keeps within the number that may be under way, however many are asked for at once",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        const asked = yield* times(20, Effect.result(ask(ada)))
        assert.strictEqual(asked.filter(({ _tag }) => _tag === "Success").length, checkoutsUnderWayMax)
      })
    )

    it(
      "is looked up by one server at a time, ever more seldom, until it is over",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        const { checkout: { id } } = yield* ask(ada)
        yield* opened(id)
        assert.deepStrictEqual(yield* claimDue, [])
        yield* advance(minute)
        const claims = yield* times(5, claimDue)
        assert.deepStrictEqual(claims.flat(), [id])
        yield* advance(minute / 2)
        assert.deepStrictEqual(yield* claimDue, [])
        yield* advance(minute / 2)
        assert.deepStrictEqual(yield* claimDue, [id])
        assert.deepStrictEqual(
          yield* Checkouts.use((checkouts) => checkouts.claimDue("stripe test acct_other", 10)),
          []
        )
        yield* paid(id)
        yield* advance(24 * 60 * minute)
        assert.deepStrictEqual(yield* claimDue, [])
      })
    )

    it(
      "is listed newest first, of a player and in a state",
      Effect.gen(function*() {
        const { list } = yield* Checkouts
        const [ada, bob] = [yield* signUp("ada"), yield* signUp("bob")]
        const ids: Array<string> = []
        for (const player of [ada, bob, ada]) ids.push((yield* ask(player)).checkout.id)
        const [first = "", second = "", third = ""] = ids
        yield* opened(third)
        yield* paid(third)
        const idsOf = (...query: Parameters<typeof list>) =>
          Effect.map(list(...query), ({ items }) => items.map(({ id }) => id))
        const page = { limit: 10, cursor: null }
        assert.deepStrictEqual(yield* idsOf({}, page), [third, second, first])
        assert.deepStrictEqual(yield* idsOf({ userId: ada }, page), [third, first])
        assert.deepStrictEqual(yield* idsOf({ status: "paid" }, page), [third])
        const { nextCursor } = yield* list({}, { limit: 2, cursor: null })
        assert.deepStrictEqual(yield* idsOf({}, { limit: 2, cursor: nextCursor }), [first])
      })
    )
  })
