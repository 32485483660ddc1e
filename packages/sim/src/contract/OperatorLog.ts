/** What every adapter must write down of operators: one entry an act, with its effect, or neither. */
import { turnMillis } from "@ddd/core/money/ClaimWithdrawal"
import { keyLifeMillis } from "@ddd/core/money/WithdrawalActions"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Fundings } from "@ddd/core/ports/Fundings"
import { OperatorLog } from "@ddd/core/ports/OperatorLog"
import { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import { WebhookInbox } from "@ddd/core/ports/WebhookInbox"
import { Withdrawals } from "@ddd/core/ports/Withdrawals"
import { utf8Bytes } from "@ddd/core/values/Bytes"
import { dayMillis, instant } from "@ddd/core/values/Instant"
import { logged, type NewOperatorEntry } from "@ddd/core/values/OperatorAct"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { byAnn, byBob } from "../scenario/Operators.ts"
import { pagesOf } from "../scenario/Pages.ts"
import {
  advance,
  applyReport,
  claim,
  dollars,
  payablePlayer,
  present,
  signUp,
  tell,
  times,
  together,
  withdraw
} from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { firstHash, newPlayer } from "./Players.ts"
import { contract, type Subject } from "./Subject.ts"

const unknownId = "01900000-0000-7000-8000-00000000dead"

/** All entries, oldest first, as they were written. */
const entries = OperatorLog.use((log) =>
  Effect.map(
    log.list({}, { limit: 100, cursor: null }),
    ({ items }) =>
      items.toReversed().map(({ command, details, operator, reason, subject }): NewOperatorEntry => ({
        command,
        details,
        operator,
        reason,
        subject
      }))
  )
)

/** What an act wrote, whatever came of it. */
const writtenBy = Effect.fnUntraced(function*<A, E, R>(act: Effect.Effect<A, E, R>) {
  const before = (yield* entries).length
  yield* Effect.result(act)
  return (yield* entries).slice(before)
})

export const operatorLogContract = (subject: Subject): void =>
  contract("OperatorLog", subject, (it) => {
    it(
      "writes one entry of what is done to a player, and none where nothing is done",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id } = yield* newPlayer("ada")
        const expected = [logged(byAnn, "user", id)]
        assert.deepStrictEqual(yield* writtenBy(times(2, accounts.freeze(id, byAnn))), expected)
        assert.deepStrictEqual(yield* writtenBy(times(2, accounts.unfreeze(id, byAnn))), expected)
        assert.deepStrictEqual(yield* writtenBy(times(2, accounts.erase(id, byAnn))), expected)
        const own = yield* newPlayer("bob")
        assert.deepStrictEqual(yield* writtenBy(accounts.eraseSelf(own.id, firstHash)), [])
        const holder = yield* payablePlayer("eve", dollars(9))
        assert.deepStrictEqual(yield* writtenBy(accounts.erase(holder, byAnn)), [])
        const payouts = yield* PayoutAccounts
        assert.deepStrictEqual(yield* writtenBy(payouts.unlink(holder, "acct_other", byAnn)), [])
        assert.deepStrictEqual(yield* writtenBy(times(2, payouts.unlink(holder, null, byAnn))), [
          logged(byAnn, "user", holder)
        ])
      })
    )

    it(
      "writes one entry of a decision about a purchase, of however many that are made at once",
      Effect.gen(function*() {
        const fundings = yield* Fundings
        const ada = yield* signUp("ada")
        const doubtful = (reference: string) =>
          tell({
            _tag: "Purchased",
            reference,
            amount: dollars(5),
            buyer: { _tag: "Named", names: [ada] },
            doubt: "it is odd"
          })
        yield* doubtful("app_store:1")
        yield* doubtful("app_store:2")
        const credit = Effect.result(
          fundings.decide("APP_STORE:1", { _tag: "Credit", userId: ada, amount: dollars(7) }, byAnn)
        )
        assert.deepStrictEqual(yield* writtenBy(together([credit, credit])), [
          logged(byAnn, "purchase", "app_store:1", { decided: "credited", user: ada, amount: "7.00" })
        ])
        assert.deepStrictEqual(yield* writtenBy(fundings.decide("app_store:2", { _tag: "Dismiss" }, byBob)), [
          logged(byBob, "purchase", "app_store:2", { decided: "dismissed" })
        ])
        assert.deepStrictEqual(yield* writtenBy(fundings.decide("app_store:3", { _tag: "Dismiss" }, byBob)), [])
      })
    )

    it(
      "writes one entry of an event that is replayed or dismissed, and none of one that is not",
      Effect.gen(function*() {
        const inbox = yield* WebhookInbox
        yield* inbox.receive({ sender: "stripe", eventId: "evt_1", type: "transfer.created", body: utf8Bytes("{}") })
        const { id } = present((yield* inbox.list({}, { limit: 1, cursor: null })).items[0])
        assert.deepStrictEqual(yield* writtenBy(inbox.dismiss(id, byAnn)), [])
        assert.deepStrictEqual(yield* writtenBy(inbox.replay(unknownId, byAnn)), [])
        yield* inbox.conclude(id, { state: "failed", outcome: "odd", reference: null })
        const expected = [logged(byAnn, "event", id, { was: "failed" })]
        assert.deepStrictEqual(yield* writtenBy(inbox.replay(id, byAnn)), expected)
        yield* inbox.conclude(id, { state: "failed", outcome: "odd", reference: null })
        assert.deepStrictEqual(yield* writtenBy(times(2, inbox.dismiss(id, byAnn))), expected)
      })
    )

    it(
      "writes one entry of what is decided about a withdrawal, or learnt of it where an operator had it looked for",
      Effect.gen(function*() {
        const withdrawals = yield* Withdrawals
        const ada = yield* payablePlayer("ada", dollars(9))
        const ask = Effect.map(withdraw(ada, dollars(2)), ({ transaction }) => transaction.id)
        const [canceled, held] = [yield* ask, yield* ask]
        const cancel = withdrawals.applyReport(canceled, { _tag: "Canceled", reason: "by hand" }, null, byAnn)
        assert.deepStrictEqual(yield* writtenBy(times(2, cancel)), [
          logged(byAnn, "withdrawal", canceled, { learnt: "Canceled", user: ada })
        ])
        yield* claim(held)
        yield* advance(keyLifeMillis + turnMillis)
        const { withdrawal } = yield* claim(held)
        assert.deepStrictEqual(yield* writtenBy(withdrawals.resolve(held, "absent", byAnn)), [])
        const absent = { _tag: "Absent", step: "transfer", attempt: 1 } as const
        // the provider's word, by the machines alone
        assert.deepStrictEqual(yield* writtenBy(applyReport(held, absent, withdrawal.turn)), [])
        assert.deepStrictEqual(yield* writtenBy(withdrawals.resolve(held, "paid", byAnn)), [])
        assert.deepStrictEqual(yield* writtenBy(times(2, withdrawals.resolve(held, "absent", byBob))), [
          logged(byBob, "withdrawal", held, { decided: "absent", user: ada })
        ])
      })
    )

    it(
      "lists what was done newest first, page by page, by who, which command, to what, and since when",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const log = yield* OperatorLog
        const { now } = yield* World
        const [ada, bob] = [(yield* newPlayer("ada")).id, (yield* newPlayer("bob")).id]
        yield* accounts.freeze(ada, { ...byAnn, command: "user freeze" })
        yield* accounts.freeze(bob, { ...byBob, command: "user freeze", reason: null })
        const before = yield* now
        yield* advance(dayMillis)
        yield* accounts.unfreeze(ada, { ...byBob, command: "user unfreeze" })
        const listed = (filter: Parameters<typeof log.list>[0]) =>
          Effect.map(
            pagesOf(2, (page) => log.list(filter, page)),
            (pages) => pages.flat().map(({ command, operator, subject }) => [operator, command, subject.id])
          )
        const [first, second, third] = [
          ["ann", "user freeze", ada],
          ["bob", "user freeze", bob],
          ["bob", "user unfreeze", ada]
        ]
        assert.deepStrictEqual(yield* listed({}), [third, second, first])
        assert.deepStrictEqual(yield* listed({ operator: "bob" }), [third, second])
        assert.deepStrictEqual(yield* listed({ command: "user freeze" }), [second, first])
        assert.deepStrictEqual(yield* listed({ subject: ada }), [third, first])
        assert.deepStrictEqual(yield* listed({ since: instant(before + dayMillis / 2) }), [third])
        assert.deepStrictEqual(yield* listed({ operator: "bob", subject: ada, command: "user freeze" }), [])
        const [newest] = (yield* log.list({}, { limit: 1, cursor: null })).items
        assert.deepStrictEqual(yield* log.find(present(newest).id), newest)
        assert.isTrue(present(newest).at >= before + dayMillis)
        assert.isNull(yield* log.find(unknownId))
      })
    )
  })
