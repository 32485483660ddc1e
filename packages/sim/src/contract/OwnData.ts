/** What every adapter must do with what is a player's own: the export and the erasure that they ask for, statements, and prizes. */
import { changesADay } from "@ddd/core/accounts/SecurityLogLimit"
import { turnMillis } from "@ddd/core/money/ClaimWithdrawal"
import { cents, zero } from "@ddd/core/money/Money"
import { statementPeriod, writeStatement } from "@ddd/core/money/Statement"
import type { Transaction } from "@ddd/core/money/Transaction"
import { keyLifeMillis } from "@ddd/core/money/WithdrawalActions"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Adjustments } from "@ddd/core/ports/Adjustments"
import { Fundings } from "@ddd/core/ports/Fundings"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Sessions } from "@ddd/core/ports/Sessions"
import { Withdrawals } from "@ddd/core/ports/Withdrawals"
import { type UserId, userId } from "@ddd/core/values/Ids"
import { dayMillis, instant } from "@ddd/core/values/Instant"
import { monthEnd, monthStart, parseMonth } from "@ddd/core/values/Month"
import { assert } from "@effect/vitest"
import { Effect, Result, Stream } from "effect"
import { byAnn } from "../scenario/Operators.ts"
import { buyInRoom, executeDraw, roomOf, startDraw } from "../scenario/RoomSteps.ts"
import {
  advance,
  applyReport,
  auditClean,
  buy,
  claim,
  deposit,
  dollars,
  drawNow,
  openSales,
  payablePlayer,
  present,
  tell,
  withdraw
} from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { eventsOf, exportOf, firstHash, newPlayer, origin, secondHash } from "./Players.ts"
import { contract, type Subject } from "./Subject.ts"

const nobody = userId("01900000-0000-7000-8000-00000000dead")

const monthOf = (text: string) => present(parseMonth(text))

/** A statement's movements and balances, checked to continue each other. */
const statementOf = Effect.fnUntraced(function*(user: string, month: string) {
  const madeAt = yield* (yield* World).now
  const period = Result.getOrThrow(statementPeriod(monthOf(month), madeAt))
  const records = yield* (yield* Ledger).statement(userId(user), period)
  const movements: Array<Transaction> = []
  let opening = cents(0n)
  let closing = cents(0n)
  const form = {
    begin: (head: { readonly openingBalance: typeof opening }) => {
      opening = head.openingBalance
      return ""
    },
    movements: (page: ReadonlyArray<Transaction>) => {
      movements.push(...page)
      return ""
    },
    end: (end: { readonly closingBalance: typeof closing }) => {
      closing = end.closingBalance
      return ""
    }
  }
  const head = { user: { id: user, username: "" }, month: monthOf(month), period, madeAt }
  yield* Stream.runDrain(writeStatement(form, head, records))
  return { opening, movements, closing }
})

export const ownDataContract = (subject: Subject): void =>
  contract("a player's own data", subject, (it) => {
    it(
      "gives a player their export a few times a day, an operator as often as they ask",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id, session } = yield* newPlayer("ada")
        const take = accounts.export(id, { _tag: "Player", sessionId: session, origin })
        for (let taken = 0; taken < changesADay.exported; taken++) yield* take
        const refused = yield* Effect.flip(take)
        assert.strictEqual(refused._tag, "TooManyChanges")
        assert.isAtMost(refused._tag === "TooManyChanges" ? refused.retryAfter : 0, 86_400)
        assert.isNotNull(yield* exportOf(id))
        assert.lengthOf((yield* eventsOf(id)).filter((type) => type === "exported"), changesADay.exported + 1)
        yield* advance(dayMillis)
        const events = Object(JSON.parse(yield* Stream.mkString(present(yield* take))))
        assert.nestedPropertyVal(events, "securityEvents[1].details.ip", origin.ip)
      })
    )

    it(
      "exports what operators did about a player and their money, whatever it was done to, and why to nobody",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const adjustments = yield* Adjustments
        const ada = yield* payablePlayer("ada", dollars(9))
        const bob = yield* payablePlayer("bob", dollars(9))
        const by = (command: string) => ({ ...byAnn, command })
        const actsOn = Effect.fnUntraced(function*(id: UserId) {
          const ask = Effect.map(withdraw(id, dollars(2)), ({ transaction }) => transaction.id)
          const withdrawals = yield* Withdrawals
          const [canceled, held] = [yield* ask, yield* ask]
          yield* withdrawals.applyReport(canceled, { _tag: "Canceled", reason: "" }, null, by("withdrawals retry"))
          yield* claim(held)
          yield* advance(keyLifeMillis + turnMillis)
          const { withdrawal } = yield* claim(held)
          yield* applyReport(held, { _tag: "Absent", step: "transfer", attempt: 1 }, withdrawal.turn)
          yield* withdrawals.resolve(held, "absent", by("withdrawals resolve"))
          const reference = `app_store:${id}`
          const buyer = { _tag: "Named", names: [id] } as const
          yield* tell({ _tag: "Purchased", reference, amount: dollars(5), buyer, doubt: "it is odd" })
          yield* (yield* Fundings).decide(
            reference,
            { _tag: "Credit", userId: id, amount: null },
            by("purchases credit")
          )
          const credit = {
            userId: id,
            amount: dollars(1),
            isWinnings: false,
            reference: `credit:${id}`,
            corrects: null
          }
          const { transaction } = yield* adjustments.adjust(credit, by("user credit"))
          const correction = {
            ...credit,
            amount: cents(-dollars(1)),
            reference: `correction:${transaction.id}`,
            corrects: transaction.id
          }
          yield* adjustments.adjust(correction, by("transaction correct"))
          yield* accounts.freeze(id, by("user freeze"))
        })
        yield* actsOn(ada)
        const ofAda = present(yield* exportOf(ada))["operatorActions"]
        assert.isTrue(
          Array.isArray(ofAda) && ofAda.every((told) => Object.keys(told).toSorted().join() === "at,command")
        )
        assert.deepStrictEqual(Array.isArray(ofAda) ? ofAda.map(({ command }) => command) : [], [
          "withdrawals retry",
          "withdrawals resolve",
          "purchases credit",
          "user credit",
          "transaction correct",
          "user freeze"
        ])
        assert.deepStrictEqual(present(yield* exportOf(bob))["operatorActions"], [])
        yield* actsOn(bob)
        assert.deepStrictEqual(present(yield* exportOf(ada))["operatorActions"], ofAda)
      })
    )

    it(
      "exports the movements that made the wallet what it is in the export, whatever is bought while it is read",
      Effect.gen(function*() {
        yield* openSales
        const { id } = yield* newPlayer("ada")
        yield* deposit(id, dollars(5), "test:1")
        const text = present(yield* (yield* Accounts).export(id, { _tag: "Operator" }))
        if (subject.name !== "memory") yield* buy(id, 1)
        const all = Object(JSON.parse(yield* Stream.mkString(text)))
        assert.nestedPropertyVal(all, "wallet.balance", "5.00")
        assert.lengthOf(all.transactions, 1)
      })
    )

    it(
      "erases a player who proves their password, and nobody whose password is another by then",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id, session } = yield* newPlayer("ada")
        assert.strictEqual((yield* Effect.flip(accounts.eraseSelf(id, secondHash)))._tag, "PasswordOutdated")
        yield* accounts.freeze(id, byAnn)
        assert.strictEqual((yield* Effect.flip(accounts.eraseSelf(id, firstHash)))._tag, "PasswordOutdated")
        yield* accounts.unfreeze(id, byAnn)
        const told = present(yield* exportOf(id))["operatorActions"]
        assert.isTrue(Array.isArray(told) && told.length >= 2, JSON.stringify(told))
        yield* deposit(id, dollars(1), "test:1")
        const refused = yield* Effect.flip(accounts.eraseSelf(id, firstHash))
        assert.deepStrictEqual(refused._tag === "EraseRefused" ? refused.reasons : [], [
          { _tag: "Balance", amount: dollars(1), awaitingIdentity: zero }
        ])
        yield* tell({ _tag: "Refunded", reference: "test:1" })
        yield* accounts.eraseSelf(id, firstHash)
        assert.isTrue(present(yield* accounts.find(id)).erased)
        assert.isTrue(yield* (yield* Sessions).hasEnded(session))
        assert.strictEqual((yield* eventsOf(id)).at(-1), "erased")
        assert.strictEqual((yield* Effect.flip(accounts.eraseSelf(id, firstHash)))._tag, "PasswordOutdated")
        assert.isNull(yield* accounts.export(id, { _tag: "Player", sessionId: session, origin }))
        yield* auditClean
      })
    )

    it(
      "states each movement in one month, and begins a month where the one before it ended",
      Effect.gen(function*() {
        const ledger = yield* Ledger
        const { id } = yield* newPlayer("ada")
        yield* newPlayer("bob")
        const months = ["2026-02", "2026-03", "2026-04", "2026-05"]
        assert.deepStrictEqual(yield* statementOf(id, "2026-01"), {
          opening: cents(0n),
          movements: [],
          closing: cents(0n)
        })
        // more movements than a page has, in February and April alone
        let made = 0
        for (let day = 0; day < 6; day++) {
          if (day === 3) yield* advance(59 * dayMillis)
          for (let n = 0; n < 7; n++) yield* deposit(id, dollars(1), `test:${++made}`)
          yield* advance(dayMillis)
        }
        yield* advance(31 * dayMillis)
        const stated = yield* Effect.forEach(months, (month) => statementOf(id, month))
        assert.deepStrictEqual(stated.map(({ movements }) => movements.length), [21, 0, 21, 0])
        assert.deepStrictEqual(stated.map(({ closing, opening }) => [opening, closing]), [
          [dollars(0), dollars(21)],
          [dollars(21), dollars(21)],
          [dollars(21), dollars(42)],
          [dollars(42), dollars(42)]
        ])
        for (const [index, { movements }] of stated.entries()) {
          const month = monthOf(months[index] ?? "")
          assert.isTrue(
            movements.every(({ createdAt }) => createdAt >= monthStart(month) && createdAt < monthEnd(month))
          )
        }
        const before = { from: instant(0), until: monthStart(monthOf("2026-02")) }
        assert.strictEqual((yield* Effect.flip(ledger.statement(nobody, before)))._tag, "UnknownUser")
      })
    )

    it(
      "lists the prizes of a period, of days and of rooms, oldest first",
      Effect.gen(function*() {
        const ledger = yield* Ledger
        const [ada, bob] = [yield* newPlayer("ada"), yield* newPlayer("bob")]
        for (const { id } of [ada, bob]) yield* deposit(id, dollars(20), `test:${id}`)
        const room = yield* roomOf([ada.id, bob.id])
        for (const { id } of [ada, bob]) yield* buyInRoom(id, room)
        yield* startDraw(ada.id, room)
        yield* executeDraw(ada.id, room)
        yield* openSales
        yield* buy(ada.id, 3)
        const draw = yield* drawNow
        const now = yield* (yield* World).now
        const all = { from: instant(0), until: instant(now + 1) }
        const prizes = (yield* Stream.runCollect(ledger.prizes(all))).flat()
        assert.deepStrictEqual(prizes.map(({ amount, kind }) => [kind, amount]), [
          ["room", cents(190n)],
          ["daily", cents(285n)]
        ])
        const [ofRoom, ofDay] = prizes
        assert.deepInclude(ofDay, { userId: ada.id, username: "ada", drawId: draw.id, drawDate: draw.drawDate })
        assert.deepInclude(ofRoom, { drawDate: null, country: null })
        const early = { from: instant(0), until: present(ofDay).at }
        assert.deepStrictEqual((yield* Stream.runCollect(ledger.prizes(early))).flat(), [ofRoom])
        const late = { from: present(ofDay).at, until: all.until }
        assert.deepStrictEqual((yield* Stream.runCollect(ledger.prizes(late))).flat(), [ofDay])
      })
    )
  })
