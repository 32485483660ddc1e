/**
 * What every adapter of `PlayControls` must do, and the ports that limits and exclusions bind.
 *
 * Over 300 lines: a list of promises, each to be read by itself.
 */
import { type Limits, noLimits } from "@ddd/core/money/Limits"
import { type Measure, newestOf, type TakenMeasure } from "@ddd/core/money/Measure"
import { cents, ticketPrice, zero } from "@ddd/core/money/Money"
import type { LimitChange } from "@ddd/core/play/LimitChange"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Fundings } from "@ddd/core/ports/Fundings"
import { IdentityChecks } from "@ddd/core/ports/IdentityChecks"
import { Ledger } from "@ddd/core/ports/Ledger"
import { PlayControls } from "@ddd/core/ports/PlayControls"
import { houseUserId, type UserId, userId } from "@ddd/core/values/Ids"
import { dayAfter, dayMillis, dayOf, dayStart, instant, parseDay } from "@ddd/core/values/Instant"
import { carryOut } from "@ddd/core/work/CarryOut"
import { assert } from "@effect/vitest"
import { Effect, Result } from "effect"
import * as fc from "fast-check"
import { byAnn } from "../scenario/Operators.ts"
import { buyInRoom, closeRoom, joinRoom, leaveRoom, makeRoom, refusedAs, roomOf } from "../scenario/RoomSteps.ts"
import {
  advance,
  auditClean,
  buy,
  catchUp,
  deposit,
  dollars,
  fundedPlayer,
  openSales,
  outcomeOf,
  payablePlayer,
  present,
  purchaseOf,
  refusalOf,
  signUp,
  tell,
  times,
  together,
  withdraw
} from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { walletOf } from "./Money.ts"
import { eventsOf, exportOf, mailedHash, newPlayer, origin } from "./Players.ts"
import { property } from "./Property.ts"
import { contract, type Subject } from "./Subject.ts"

const nobody = userId("01900000-0000-7000-8000-00000000dead")
const hour = 3_600_000

const limit = (player: UserId, change: LimitChange) =>
  PlayControls.use((controls) => controls.changeLimits(player, change, origin))
const confirm = (player: UserId) => PlayControls.use((controls) => controls.confirmLimits(player, origin))
const stateOf = (player: UserId) => PlayControls.use((controls) => controls.of(player))
const exclude = (player: UserId, days: number) =>
  PlayControls.use((controls) => controls.exclude(player, days, { _tag: "Player", origin }))
const timeOut = (player: UserId, hours: number) =>
  PlayControls.use((controls) => controls.timeOut(player, hours, origin))
const now = World.use((world) => world.now)

const inForce = (limits: Partial<Limits>): Limits => ({ ...noLimits, ...limits })

/** Moves the clock to the midnight after so many days, and opens its draw. Draws are published a week ahead. */
const nextDay = Effect.fnUntraced(function*(days = 1) {
  for (let left = days; left > 0; left -= 6) {
    const at = yield* now
    yield* advance(dayStart(dayAfter(dayOf(at), Math.min(left, 6))) - at)
    yield* openSales
  }
})

/** A purchase as a store tells of it, by the names that it has for its buyer. */
const named = (names: ReadonlyArray<string>, reference: string, amount = dollars(5)) =>
  tell({ _tag: "Purchased", reference, amount, buyer: { _tag: "Named", names } })

export const playControlsContract = (subject: Subject): void =>
  contract("PlayControls", subject, (it) => {
    it(
      "sells no more than the limit of a day, a week or a month allows, and says which, what is left and until when",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(100))
        yield* limit(ada, { dailySpend: 500n, weeklySpend: 800n, monthlySpend: 2_000n })
        yield* buy(ada, 3)
        const today = dayOf(yield* now)
        assert.deepStrictEqual(yield* refusalOf(buy(ada, 3)), {
          _tag: "LimitExceeded",
          limit: "dailySpend",
          max: 500n,
          left: 200n,
          renewsAt: dayStart(dayAfter(today))
        })
        yield* buy(ada, 2)
        yield* nextDay()
        // the third of February 2026 is a Tuesday
        assert.deepInclude(yield* refusalOf(buy(ada, 4)), {
          limit: "weeklySpend",
          left: 300n,
          renewsAt: dayStart(dayAfter(today, 6))
        })
        yield* buy(ada, 3)
        yield* nextDay(5)
        yield* buy(ada, 5)
        assert.deepStrictEqual((yield* stateOf(ada)).counted?.spent, { daily: 500n, weekly: 500n, monthly: 1_300n })
        yield* nextDay(20)
        assert.deepStrictEqual(dayOf(yield* now).slice(5), "03-01")
        yield* buy(ada, 5)
        assert.strictEqual((yield* stateOf(ada)).counted?.spent.monthly, 500n)
        yield* auditClean
      })
    )

    it(
      "spends no more than a limit allows, however many purchases come at the same time, in draws and rooms",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(100))
        const rooms = yield* Effect.forEach([1, 2, 3], () => makeRoom(ada))
        yield* limit(ada, { dailySpend: 700n })
        const [daily] = yield* Effect.all([
          times(12, outcomeOf(buy(ada, 1))),
          together(rooms.map((room) => Effect.result(buyInRoom(ada, room))))
        ], { concurrency: "unbounded" })
        assert.strictEqual((yield* walletOf(ada)).balance, dollars(93))
        const refused = daily.filter(Result.isFailure).map(({ failure }) => failure._tag)
        assert.deepStrictEqual([...new Set(refused)], ["LimitExceeded"])
        yield* auditClean
      })
    )

    it(
      "counts what was bought and deposited before the first limit was set, as what comes after",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(20))
        const bob = yield* fundedPlayer("bob", dollars(20))
        yield* limit(ada, { monthlySpend: 10_000n })
        const play = Effect.forEach([ada, bob], (player) =>
          Effect.gen(function*() {
            yield* buy(player, 3)
            const room = yield* makeRoom(player)
            yield* buyInRoom(player, room)
            yield* closeRoom(player, room)
            yield* deposit(player, dollars(2), `gift ${yield* now} ${player}`)
          }))
        yield* play
        yield* nextDay()
        yield* play
        yield* nextDay(6)
        yield* play
        yield* limit(bob, { monthlySpend: 10_000n })
        const counted = present((yield* stateOf(ada)).counted)
        assert.deepStrictEqual((yield* stateOf(bob)).counted, counted)
        assert.deepStrictEqual(counted, {
          day: dayOf(yield* now),
          spent: { daily: 300n, weekly: 300n, monthly: 900n },
          deposited: { daily: 200n, weekly: 200n, monthly: 2_600n }
        })
      })
    )

    it(
      "shows what is used in the periods of today, also where nothing was bought since they began",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(20))
        yield* limit(ada, { dailySpend: 500n, dailyDeposit: 5_000n })
        yield* buy(ada, 3)
        yield* nextDay()
        assert.deepStrictEqual((yield* stateOf(ada)).counted, {
          day: dayOf(yield* now),
          spent: { daily: 0n, weekly: 300n, monthly: 300n },
          deposited: { daily: 0n, weekly: 2_000n, monthly: 2_000n }
        })
      })
    )

    it(
      "lowers a limit at once; raises it, or lets it go, once it has waited a day and is confirmed within three",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(100))
        const asked = yield* now
        assert.deepStrictEqual(yield* limit(ada, { dailySpend: 500n, ticketsPerDraw: 9n }), {
          inForce: inForce({ dailySpend: 500n, ticketsPerDraw: 9n }),
          pending: []
        })
        const { pending: [rise] } = yield* limit(ada, { dailySpend: 900n })
        assert.isAtLeast(present(rise).actsAt, asked + dayMillis)
        yield* confirm(ada)
        assert.strictEqual((yield* stateOf(ada)).inForce.dailySpend, 500n)
        yield* advance(23 * hour)
        yield* confirm(ada)
        assert.strictEqual((yield* stateOf(ada)).inForce.dailySpend, 500n)
        yield* advance(hour)
        assert.deepStrictEqual(yield* confirm(ada), {
          inForce: inForce({ dailySpend: 900n, ticketsPerDraw: 9n }),
          pending: []
        })
        // who does not confirm keeps the limit
        yield* limit(ada, { dailySpend: null })
        yield* advance(72 * hour)
        assert.deepStrictEqual(yield* confirm(ada), {
          inForce: inForce({ dailySpend: 900n, ticketsPerDraw: 9n }),
          pending: []
        })
        // a lower one takes a rise back
        yield* limit(ada, { dailySpend: 2_000n })
        yield* limit(ada, { dailySpend: 800n })
        yield* advance(25 * hour)
        assert.strictEqual((yield* confirm(ada)).inForce.dailySpend, 800n)
        yield* limit(ada, { dailySpend: null, ticketsPerDraw: null })
        yield* advance(25 * hour)
        assert.deepStrictEqual(yield* confirm(ada), { inForce: noLimits, pending: [] })
        assert.isNull((yield* walletOf(ada)).limits)
        assert.include(yield* eventsOf(ada), "limits_confirmed")
      })
    )

    it(
      "lets a player have no more tickets of a day's draw than they allow themselves, and one in each room",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(100))
        yield* buy(ada, 2)
        yield* limit(ada, { ticketsPerDraw: 5n })
        yield* buy(ada, 2)
        assert.deepStrictEqual(yield* refusalOf(buy(ada, 2)), {
          _tag: "LimitExceeded",
          limit: "ticketsPerDraw",
          max: 5n,
          left: 1n,
          renewsAt: null
        })
        const bought = yield* times(5, outcomeOf(buy(ada, 1)))
        assert.strictEqual(bought.filter(Result.isSuccess).length, 1)
        yield* buyInRoom(ada, yield* makeRoom(ada))
        yield* nextDay()
        yield* buy(ada, 5)
      })
    )

    it(
      "gives back what a closed room refunds, while the period lasts in which it was spent",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(100))
        yield* limit(ada, { dailySpend: 100n, monthlySpend: 300n })
        const [first, second] = [yield* makeRoom(ada), yield* makeRoom(ada)]
        yield* buyInRoom(ada, first)
        assert.strictEqual((yield* refusalOf(buy(ada, 1)))._tag, "LimitExceeded")
        yield* closeRoom(ada, first)
        yield* buyInRoom(ada, second)
        yield* nextDay()
        yield* buy(ada, 1)
        yield* closeRoom(ada, second)
        // yesterday's dollar is back in the month, not in today
        assert.deepStrictEqual((yield* stateOf(ada)).counted?.spent, { daily: 100n, weekly: 100n, monthly: 100n })
        assert.strictEqual((yield* refusalOf(buy(ada, 1)))._tag, "LimitExceeded")
        yield* auditClean
      })
    )

    it(
      "credits what was paid beyond a limit of deposits, on every route, and keeps by how much it was more",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        yield* limit(ada, { dailyDeposit: 1_000n, monthlyDeposit: 1_500n })
        yield* deposit(ada, dollars(8), "gift")
        yield* tell(purchaseOf(ada, dollars(5), "app_store:1"))
        yield* named([ada, "shop's ada"], "app_store:2")
        yield* named(["another"], "app_store:3")
        const fundings = yield* Fundings
        yield* fundings.shareNames([ada, "another"])
        yield* fundings.creditWaiting(10)
        yield* named(["nobody"], "app_store:4")
        yield* fundings.decide("app_store:4", { _tag: "Credit", userId: ada, amount: null }, byAnn)
        assert.strictEqual((yield* walletOf(ada)).balance, dollars(28))
        const excesses = yield* (yield* PlayControls).excesses(ada, { limit: 10, cursor: null })
        assert.deepStrictEqual(
          excesses.items.map(({ amount, limit }) => [limit, amount]).toReversed(),
          [["dailyDeposit", dollars(3)], ["dailyDeposit", dollars(5)], ["dailyDeposit", dollars(5)], [
            "dailyDeposit",
            dollars(5)
          ]]
        )
        // the same told again is no deposit
        yield* tell(purchaseOf(ada, dollars(5), "app_store:1"))
        assert.strictEqual((yield* stateOf(ada)).counted?.deposited.daily, 2_800n)
        // nor is what a store takes back and gives again, and neither gives anything back
        yield* tell({ _tag: "Refunded", reference: "app_store:1" })
        yield* tell({ _tag: "RefundReversed", reference: "app_store:1" })
        assert.strictEqual((yield* stateOf(ada)).counted?.deposited.daily, 2_800n)
        assert.strictEqual(Object(present(yield* exportOf(ada))["depositExcesses"]).length, 4)
        yield* auditClean
      })
    )

    it(
      "sells nothing to who takes a time-out, and lets them make or join no room; they leave, close and withdraw",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* payablePlayer("ada", dollars(20))
        const bob = yield* fundedPlayer("bob", dollars(20))
        const own = yield* makeRoom(ada)
        const joined = yield* roomOf([bob, ada])
        const other = yield* makeRoom(bob)
        const until = yield* timeOut(ada, 24)
        const barred = { _tag: "PlayerBarred", by: "time-out", until } as const
        assert.deepStrictEqual(yield* refusalOf(buy(ada, 1)), barred)
        assert.strictEqual(yield* refusedAs(buyInRoom(ada, own)), "PlayerBarred")
        assert.strictEqual(yield* refusedAs(joinRoom(ada, other)), "PlayerBarred")
        const made = yield* Effect.flip(makeRoom(ada))
        assert.strictEqual(made._tag === "RoomRefused" ? made.refusal._tag : made._tag, "PlayerBarred")
        yield* leaveRoom(ada, joined)
        yield* withdraw(ada, dollars(5))
        yield* closeRoom(ada, own)
        assert.strictEqual((yield* Effect.flip(deposit(ada, dollars(1), "gift")))._tag, "DepositBarred")
        yield* tell(purchaseOf(ada, dollars(5), "app_store:1"))
        assert.strictEqual((yield* walletOf(ada)).balance, dollars(20))
        // longer, never shorter
        assert.isAbove(yield* timeOut(ada, 48), until)
        assert.isAbove(yield* timeOut(ada, 24), until + 23 * hour)
        yield* advance(49 * hour)
        yield* openSales
        yield* buy(ada, 1)
        yield* auditClean
      })
    )

    it(
      "bars a player again as they were before a backup was put back, never for shorter, and not where that is over",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(5))
        const room = yield* makeRoom(ada)
        const controls = yield* PlayControls
        const at = yield* now
        const [soon, until] = [instant(at + 48 * hour), instant(at + 200 * dayMillis)]
        yield* controls.barAgain(ada, "time-out", soon)
        yield* controls.barAgain(ada, "exclusion", until)
        yield* controls.barAgain(ada, "exclusion", soon)
        yield* controls.barAgain(ada, "time-out", instant(at - hour))
        assert.deepInclude(yield* stateOf(ada), { timedOutUntil: soon, excludedUntil: until })
        assert.deepStrictEqual(yield* refusalOf(buy(ada, 1)), { _tag: "PlayerBarred", by: "exclusion", until })
        yield* catchUp
        assert.strictEqual(yield* refusedAs(buyInRoom(ada, room)), "PlayerBarred")
        assert.deepStrictEqual(
          (yield* eventsOf(ada)).filter((type) => type === "self_excluded" || type === "timed_out").length,
          2
        )
        assert.strictEqual((yield* Effect.flip(controls.barAgain(nobody, "exclusion", until)))._tag, "UnknownUser")
        yield* auditClean
      })
    )

    it(
      "is carried out again of what protected a player, the newest of each kind, and an erasure that waits is a freeze",
      Effect.gen(function*() {
        const [ada, bob, cleo] = [
          yield* fundedPlayer("ada", dollars(5)),
          yield* fundedPlayer("bob", dollars(5)),
          yield* signUp("cleo")
        ]
        const at = yield* now
        let made = 0
        const taken = (who: UserId, measure: Measure): TakenMeasure => ({
          id: `019a0000-0000-7000-8000-${(++made).toString().padStart(12, "0")}`,
          userId: who,
          measure
        })
        const limited = (dailySpend: bigint): Measure => ({ _tag: "Limited", limits: inForce({ dailySpend }) })
        yield* limit(ada, { dailySpend: 900n })
        const all = [
          taken(ada, { _tag: "Frozen" }),
          taken(ada, limited(100n)),
          taken(ada, limited(500n)),
          taken(ada, { _tag: "Unfrozen" }),
          taken(ada, { _tag: "Identity", status: "rejected", occurredAt: at }),
          taken(bob, { _tag: "Erased" }),
          taken(cleo, { _tag: "Erased" }),
          taken(nobody, { _tag: "Frozen" })
        ]
        const newest = newestOf(all.toReversed())
        assert.deepStrictEqual(newest.map(({ id }) => id), all.slice(2).map(({ id }) => id))
        const run = Effect.forEach(newest, (one) => carryOut(one, byAnn))
        const carried = yield* run
        assert.deepStrictEqual(carried.map(({ _tag }) => _tag), [
          "Done",
          "Done",
          "Done",
          "EraseWaits",
          "Done",
          "UnknownUser"
        ])
        // a second time changes nothing
        assert.deepStrictEqual((yield* run).map(({ _tag }) => _tag), [
          "Done",
          "Done",
          "Done",
          "EraseWaits",
          "UnknownUser",
          "UnknownUser"
        ])
        assert.strictEqual((yield* stateOf(ada)).inForce.dailySpend, 500n)
        assert.strictEqual((yield* IdentityChecks.use((checks) => checks.of(ada))).status, "rejected")
        const found = yield* Effect.forEach([ada, bob, cleo], (who) => Accounts.use((accounts) => accounts.find(who)))
        assert.deepStrictEqual(found.map((user) => [user?.frozen, user?.erased]), [
          [false, false],
          [true, false],
          [true, true]
        ])
        assert.strictEqual((yield* eventsOf(ada)).filter((type) => type === "limits_changed").length, 2)
        // the end of a freeze ends no later one
        yield* Accounts.use((accounts) => accounts.freeze(ada, byAnn))
        assert.deepStrictEqual(yield* carryOut(taken(ada, { _tag: "Unfrozen" }), byAnn), {
          _tag: "Refused",
          why: "they were frozen since"
        })
        assert.strictEqual((yield* Accounts.use((accounts) => accounts.find(ada)))?.frozen, true)
        yield* auditClean
      })
    )

    it(
      "sells nothing once a time-out has been answered, however many purchases were under way",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* fundedPlayer("ada", dollars(100))
        let left = zero
        const stop = Effect.gen(function*() {
          yield* timeOut(ada, 24)
          left = (yield* walletOf(ada)).balance
        })
        yield* Effect.all([times(40, outcomeOf(buy(ada, 1))), stop], { concurrency: "unbounded" })
        assert.strictEqual((yield* walletOf(ada)).balance, left)
      })
    )

    it(
      "excludes a player, whose open rooms are closed with refunds, and never for shorter than before",
      Effect.gen(function*() {
        yield* openSales
        const [ada, bob] = [yield* fundedPlayer("ada", dollars(20)), yield* fundedPlayer("bob", dollars(20))]
        const own = yield* roomOf([ada, bob])
        yield* buyInRoom(bob, own)
        const kept = yield* roomOf([bob, ada])
        yield* buyInRoom(ada, kept)
        const until = yield* exclude(ada, 365)
        assert.strictEqual(yield* exclude(ada, 180), until)
        const controls = yield* PlayControls
        const longer = yield* controls.exclude(ada, 1_825, {
          _tag: "Operator",
          act: byAnn
        })
        assert.isAbove(longer, until)
        yield* timeOut(ada, 24)
        assert.deepStrictEqual(yield* refusalOf(buy(ada, 1)), { _tag: "PlayerBarred", by: "exclusion", until: longer })
        yield* catchUp
        assert.strictEqual((yield* walletOf(bob)).balance, dollars(20))
        // what they have of others' rooms stays theirs
        assert.strictEqual((yield* walletOf(ada)).balance, dollars(19))
        assert.deepInclude(yield* stateOf(ada), { excludedUntil: longer })
        assert.deepStrictEqual((yield* eventsOf(ada)).filter((type) => type === "self_excluded").length, 3)
        yield* auditClean
      })
    )

    it(
      "lets nobody sign up under the address of an excluded player who is erased, until it ends",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id } = yield* newPlayer("ada")
        yield* exclude(id, 180)
        yield* accounts.erase(id, byAnn)
        const again = newPlayer("ada", "another token")
        assert.strictEqual((yield* Effect.flip(again))._tag, "EmailTaken")
        const { id: bob } = yield* newPlayer("bob")
        yield* advance(181 * dayMillis)
        assert.notStrictEqual((yield* again).id, id)
        yield* accounts.erase(bob, byAnn)
        yield* newPlayer("bob", "yet another token")
      })
    )

    it(
      "keeps the address barred that an excluded player replaces",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id } = yield* newPlayer("ada")
        yield* exclude(id, 180)
        const verified = present(yield* accounts.passwordHash(id))
        yield* accounts.changeProfile(id, { email: "new@example.com", verified }, origin)
        yield* accounts.verifyEmail(yield* mailedHash("MailVerifyAddress"), origin)
        const taken = accounts.signUp({
          email: "ADA@example.com",
          username: "ada2",
          passwordHash: verified,
          session: { refreshTokenHash: "0".repeat(64), userAgent: null }
        }, origin)
        assert.strictEqual((yield* Effect.flip(taken))._tag, "EmailTaken")
      })
    )

    it(
      "lets nobody sign up under the address of who erases themselves in a time-out, until the later of it and an exclusion ends",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id: ada } = yield* newPlayer("ada")
        const { id: bob } = yield* newPlayer("bob")
        yield* timeOut(ada, 48)
        yield* exclude(bob, 180)
        yield* advance(150 * dayMillis)
        const again = newPlayer("ada", "another token")
        yield* timeOut(ada, 48)
        yield* timeOut(bob, 1_008)
        yield* accounts.erase(ada, byAnn)
        yield* accounts.erase(bob, byAnn)
        assert.strictEqual((yield* Effect.flip(again))._tag, "EmailTaken")
        yield* advance(49 * hour)
        assert.notStrictEqual((yield* again).id, ada)
        yield* advance(30 * dayMillis)
        const bobAgain = newPlayer("bob", "yet another token")
        assert.strictEqual((yield* Effect.flip(bobAgain))._tag, "EmailTaken")
        yield* advance(11 * dayMillis)
        yield* bobAgain
      })
    )

    it(
      "keeps an address barred that was replaced, for as long as what barred its player is made longer",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id } = yield* newPlayer("ada")
        yield* timeOut(id, 24)
        const verified = present(yield* accounts.passwordHash(id))
        yield* accounts.changeProfile(id, { email: "new@example.com", verified }, origin)
        yield* accounts.verifyEmail(yield* mailedHash("MailVerifyAddress"), origin)
        yield* exclude(id, 180)
        yield* advance(170 * dayMillis)
        yield* exclude(id, 365)
        yield* accounts.erase(id, byAnn)
        yield* advance(364 * dayMillis)
        const again = newPlayer("ada", "another token")
        assert.strictEqual((yield* Effect.flip(again))._tag, "EmailTaken")
        yield* advance(2 * dayMillis)
        yield* again
      })
    )

    it(
      "has a person decide about another's purchase by a name of an excluded player, also once they are erased",
      Effect.gen(function*() {
        const [ada, bob] = [yield* signUp("ada"), yield* signUp("bob")]
        const fundings = yield* Fundings
        yield* fundings.shareNames([ada, "the phone"])
        const byPhone = (reference: string) =>
          tell({
            _tag: "Purchased",
            reference,
            amount: dollars(5),
            buyer: { _tag: "Named", appUserId: bob, names: [bob, "the phone"] }
          })
        yield* byPhone("app_store:1")
        assert.strictEqual((yield* walletOf(bob)).balance, dollars(5))
        yield* exclude(ada, 180)
        assert.isNotNull((yield* byPhone("app_store:2")).funding.heldReason)
        // what they bought themselves is theirs
        yield* named([ada, "the phone"], "app_store:3")
        assert.strictEqual((yield* walletOf(ada)).balance, dollars(5))
        yield* tell({ _tag: "Refunded", reference: "app_store:3" })
        yield* (yield* Accounts).erase(ada, byAnn)
        const held = yield* byPhone("app_store:4")
        assert.isNotNull(held.funding.heldReason)
        assert.strictEqual((yield* walletOf(bob)).balance, dollars(5))
        yield* fundings.decide("app_store:4", { _tag: "Credit", userId: bob, amount: null }, byAnn)
        assert.strictEqual((yield* walletOf(bob)).balance, dollars(10))
        yield* auditClean
      })
    )

    it(
      "tells how a player plays today",
      Effect.gen(function*() {
        yield* openSales
        const { id, session } = yield* newPlayer("ada")
        yield* deposit(id, dollars(20), "gift")
        yield* buy(id, 3)
        const room = yield* makeRoom(id)
        yield* buyInRoom(id, room)
        yield* closeRoom(id, room)
        const controls = yield* PlayControls
        const today = yield* controls.today(id, session)
        assert.deepStrictEqual([today.spent, today.won], [dollars(3), zero])
        assert.isAtMost(present(today.sessionStartedAt), yield* now)
        assert.isNull((yield* controls.today(id, nobody)).sessionStartedAt)
        yield* nextDay()
        const prize = cents(3n * 95n)
        assert.deepInclude(yield* controls.today(id, session), { spent: zero, won: prize })
        yield* buy(id, 1)
        assert.deepInclude(yield* controls.today(id, session), { spent: ticketPrice, won: prize })
      })
    )

    it(
      "is for players: not for the house, strangers, or who is erased",
      Effect.gen(function*() {
        const controls = yield* PlayControls
        const ada = yield* signUp("ada")
        yield* limit(ada, { dailySpend: 500n })
        yield* (yield* Accounts).erase(ada, byAnn)
        assert.isNull((yield* Ledger.use((ledger) => ledger.wallet(ada))).limits)
        for (const user of [nobody, houseUserId, ada]) {
          assert.strictEqual((yield* Effect.flip(limit(user, { dailySpend: 500n })))._tag, "UnknownUser")
          assert.strictEqual((yield* Effect.flip(confirm(user)))._tag, "UnknownUser")
          assert.strictEqual((yield* Effect.flip(timeOut(user, 24)))._tag, "UnknownUser")
          assert.strictEqual((yield* Effect.flip(exclude(user, 180)))._tag, "UnknownUser")
        }
        assert.strictEqual((yield* Effect.flip(controls.of(nobody)))._tag, "UnknownUser")
      })
    )

    it(
      "never has more spent in a period than the limit in force at that instant allows, whatever is done in whatever order",
      Effect.gen(function*() {
        yield* openSales
        const amounts = fc.constantFrom(0n, 100n, 300n, 700n, null)
        const step = fc.oneof(
          fc.record({ buy: fc.integer({ min: 1, max: 4 }) }),
          fc.record({ daily: amounts }),
          fc.record({ weekly: amounts }),
          fc.record({ wait: fc.constantFrom(1, 9, 24, 30) }),
          fc.constant({ confirm: true as const })
        )
        yield* property(8, fc.array(step, { minLength: 5, maxLength: 20 }), (steps, run) =>
          Effect.gen(function*() {
            const player = yield* fundedPlayer(run, dollars(1_000))
            for (const step of steps) {
              if ("buy" in step) {
                const before = yield* stateOf(player)
                const outcome = yield* outcomeOf(buy(player, step.buy))
                const { counted, inForce } = yield* stateOf(player)
                assert.deepStrictEqual(inForce, before.inForce)
                if (Result.isFailure(outcome)) assert.strictEqual(outcome.failure._tag, "LimitExceeded")
                else if (counted !== null) {
                  for (
                    const [max, sum] of [[inForce.dailySpend, counted.spent.daily], [
                      inForce.weeklySpend,
                      counted.spent.weekly
                    ]] as const
                  ) {
                    if (max !== null) assert.isTrue(sum <= max, `${sum} of ${max}`)
                  }
                }
              } else if ("daily" in step) yield* limit(player, { dailySpend: step.daily })
              else if ("weekly" in step) yield* limit(player, { weeklySpend: step.weekly })
              else if ("wait" in step) {
                yield* advance(step.wait * hour)
                yield* openSales
              } else yield* confirm(player)
            }
          }))
      })
    )

    it(
      "keeps when a player was born, once, and never what cannot be",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        const say = (text: string) =>
          PlayControls.use((controls) => controls.sayBirth(ada, parseDay(text) ?? assert.fail(text), origin))
        const born = Effect.map(walletOf(ada), ({ bornOn }) => bornOn)
        const refused = (text: string) =>
          Effect.map(Effect.flip(say(text)), (error) => error._tag === "BirthRefused" ? error.refusal._tag : error._tag)
        assert.strictEqual(yield* refused(dayAfter(dayOf(yield* now))), "BirthFault")
        assert.strictEqual(yield* refused("1850-01-01"), "BirthFault")
        assert.isNull(yield* born)
        yield* together(["1990-02-28", "1990-02-28"].map(say))
        yield* say("1990-02-28")
        assert.strictEqual(yield* refused("1990-02-27"), "BirthSaid")
        assert.strictEqual(yield* born, "1990-02-28")
        assert.strictEqual((yield* eventsOf(ada)).filter((type) => type === "date_of_birth_said").length, 1)
        for (const who of [nobody, houseUserId]) {
          const day = parseDay("1990-02-28") ?? assert.fail("no day")
          const error = yield* Effect.flip(PlayControls.use((controls) => controls.sayBirth(who, day, origin)))
          assert.strictEqual(error._tag, "UnknownUser")
        }
        yield* openSales
        yield* auditClean
      })
    )
  })
