/** What money does, on every adapter, that waits for its player's identity check. */
import { type Cents, cents, zero } from "@ddd/core/money/Money"
import { viewWallet } from "@ddd/core/money/Withdrawable"
import { Accounts } from "@ddd/core/ports/Accounts"
import { IdentityChecks } from "@ddd/core/ports/IdentityChecks"
import { KycAbove } from "@ddd/core/ports/KycAbove"
import { PrizesAwaitIdentityFrom } from "@ddd/core/ports/PrizesAwaitIdentityFrom"
import { roomPrizeHoldDays } from "@ddd/core/ports/RoomPrizeHold"
import type { UserId } from "@ddd/core/values/Ids"
import { dayMillis, instant } from "@ddd/core/values/Instant"
import { assert } from "@effect/vitest"
import { Effect, Layer, Result } from "effect"
import { byAnn } from "../scenario/Operators.ts"
import { buyForAll, buyInRoom, closeRoom, executeDraw, makeRoom, roomOf, startDraw } from "../scenario/RoomSteps.ts"
import {
  advance,
  applyReport,
  askRefusalOf,
  auditClean,
  buy,
  claim,
  dollars,
  drawNow,
  openPayoutAccount,
  openSales,
  payablePlayer,
  payOut,
  present,
  readDraw,
  together,
  withdraw
} from "../scenario/Steps.ts"
import { now, stateOf, told, verify, waitingIds } from "./Checked.ts"
import { walletOf } from "./Money.ts"
import { contract, type Subject } from "./Subject.ts"

/** What a player sees of the wallet. */
const viewOf = Effect.fnUntraced(function*(player: UserId) {
  return viewWallet(yield* walletOf(player), { withdrawDeposits: false }, yield* now)
})

export const identityMoneyContract = (subject: Subject): void => {
  contract("withdrawals above KYC_ABOVE", {
    name: subject.name,
    layer: Layer.provide(subject.layer, Layer.succeed(KycAbove, dollars(10)))
  }, (it) => {
    it(
      "need a verified identity: the limit itself does not, a cent more does, and what came back counts no more",
      Effect.gen(function*() {
        const ada = yield* payablePlayer("ada", dollars(50))
        const withdrawn = Effect.map(stateOf(ada), (state) => state.withdrawn)
        const { transaction: { id: paid } } = yield* withdraw(ada, dollars(6))
        yield* payOut(paid)
        const { transaction: { id } } = yield* withdraw(ada, dollars(4))
        assert.strictEqual(yield* withdrawn, 1_000n)
        assert.deepStrictEqual(yield* askRefusalOf(withdraw(ada, cents(1n))), {
          _tag: "IdentityUnverified",
          above: dollars(10),
          withdrawn: 1_000n,
          asked: cents(1n)
        })
        // the 4.00 come back, since the provider takes no transfer
        const { withdrawal } = yield* claim(id)
        yield* applyReport(id, { _tag: "Refused", step: "transfer", attempt: 1, reason: "no" }, withdrawal.turn)
        assert.strictEqual(yield* withdrawn, 600n)
        yield* auditClean
        yield* withdraw(ada, dollars(4))
        assert.strictEqual((yield* askRefusalOf(withdraw(ada, cents(1n))))._tag, "IdentityUnverified")
        yield* verify(ada)
        yield* withdraw(ada, dollars(20))
        yield* advance(1)
        yield* told(ada, "rejected")
        assert.strictEqual((yield* askRefusalOf(withdraw(ada, cents(1n))))._tag, "IdentityUnverified")
        assert.strictEqual(yield* withdrawn, 3_000n)
        yield* auditClean
      })
    )

    it(
      "are one too many where several are asked for at once",
      Effect.gen(function*() {
        const ada = yield* payablePlayer("ada", dollars(50))
        const asked = yield* together(Array.from({ length: 4 }, () => Effect.result(withdraw(ada, dollars(4)))))
        assert.strictEqual(asked.filter(Result.isSuccess).length, 2)
        assert.strictEqual((yield* stateOf(ada)).withdrawn, 800n)
        yield* auditClean
      })
    )
  })

  contract("prizes that wait for the identity check", {
    name: subject.name,
    layer: Layer.provide(
      subject.layer,
      Layer.succeed(PrizesAwaitIdentityFrom, [{ from: null, amount: cents(190n) }])
    )
  }, (it) => {
    /** A new player who alone buys so many tickets of a day, and so wins them. */
    const winner = Effect.fnUntraced(function*(name: string, tickets: number) {
      yield* openSales
      const player = yield* payablePlayer(name, dollars(5))
      yield* buy(player, tickets)
      yield* drawNow
      return player
    })
    const winnings = (player: UserId, amount: Cents) => withdraw(player, amount, { winningsOnly: true })

    it(
      "are in the balance and cannot be withdrawn until their player is verified",
      Effect.gen(function*() {
        const before = yield* now
        const ada = yield* winner("ada", 2)
        const { items } = yield* IdentityChecks.use((checks) => checks.waiting({ limit: 10, cursor: null }))
        assert.deepStrictEqual(items.map(({ status, user }) => [user.id, status]), [[ada, "none"]])
        assert.isTrue(items.every(({ since }) => since > before))
        assert.deepInclude(yield* viewOf(ada), {
          balance: cents(490n),
          withdrawable: zero,
          awaitingIdentity: cents(190n)
        })
        assert.deepStrictEqual(yield* askRefusalOf(winnings(ada, dollars(1))), {
          _tag: "NotWithdrawable",
          balance: cents(490n),
          withdrawable: zero,
          maturing: zero,
          maturesAt: null,
          awaitingIdentity: cents(190n),
          asked: dollars(1)
        })
        yield* auditClean
        assert.deepStrictEqual(yield* waitingIds, [ada])
        yield* told(ada, "rejected")
        assert.deepStrictEqual(yield* waitingIds, [ada])
        assert.strictEqual((yield* viewOf(ada)).awaitingIdentity, 190n)
        yield* verify(ada)
        assert.deepInclude(yield* viewOf(ada), { withdrawable: cents(190n), awaitingIdentity: zero })
        assert.deepStrictEqual(yield* waitingIds, [])
        yield* winnings(ada, cents(190n))
        // what was released stays so
        yield* advance(1)
        yield* told(ada, "rejected")
        yield* auditClean
      })
    )

    it(
      "are those at the amount of their day or above it, of who is not verified",
      Effect.gen(function*() {
        const ada = yield* winner("ada", 1)
        assert.deepInclude(yield* viewOf(ada), { withdrawable: cents(95n), awaitingIdentity: zero })
        yield* verify(ada)
        yield* buy(ada, 2)
        yield* drawNow
        assert.strictEqual((yield* viewOf(ada)).awaitingIdentity, zero)
        yield* advance(1)
        yield* told(ada, "none")
        yield* buy(ada, 2)
        yield* drawNow
        assert.strictEqual((yield* viewOf(ada)).awaitingIdentity, 190n)
        yield* auditClean
      })
    )

    it(
      "wait or do not, where their player is verified while the draw is settled, and are released either way",
      Effect.gen(function*() {
        yield* openSales
        const ada = yield* payablePlayer("ada", dollars(5))
        yield* buy(ada, 2)
        yield* Effect.all([verify(ada), drawNow], { concurrency: "unbounded" })
        assert.deepInclude(yield* viewOf(ada), { withdrawable: cents(190n), awaitingIdentity: zero })
        yield* auditClean
      })
    )

    it(
      "are spent last, come back as they were, and keep their player from being erased into nothing",
      Effect.gen(function*() {
        const ada = yield* winner("ada", 4)
        const awaits = Effect.map(viewOf(ada), (view) => view.awaitingIdentity)
        assert.deepStrictEqual([(yield* viewOf(ada)).balance, yield* awaits], [480n, 380n])
        // a ticket of purchased credit, then one of the prize, which is paid back
        const room = yield* makeRoom(ada)
        yield* buy(ada, 1)
        yield* buyInRoom(ada, room)
        assert.strictEqual(yield* awaits, 280n)
        yield* closeRoom(ada, room)
        assert.strictEqual(yield* awaits, 380n)
        yield* auditClean
        const refused = yield* Effect.flip((yield* Accounts).erase(ada, byAnn))
        const reasons = refused._tag === "EraseRefused" ? refused.reasons : []
        assert.deepInclude(reasons, { _tag: "Balance", amount: cents(380n), awaitingIdentity: cents(380n) })
      })
    )

    it(
      "of a room rest besides, from when they were won",
      Effect.gen(function*() {
        yield* openSales
        const [ada, bob] = [yield* payablePlayer("ada", dollars(1)), yield* payablePlayer("bob", dollars(1))]
        const room = yield* roomOf([ada, bob])
        yield* buyForAll([ada, bob], room)
        yield* startDraw(ada, room)
        const won = present((yield* executeDraw(ada, room)).winnerId)
        const at = present((yield* readDraw(room.id)).drawnAt)
        yield* openPayoutAccount(won)
        assert.deepInclude(yield* viewOf(won), { awaitingIdentity: cents(190n), maturing: zero, withdrawable: zero })
        yield* auditClean
        yield* verify(won)
        const maturesAt = instant(at + roomPrizeHoldDays * dayMillis)
        assert.deepInclude(yield* viewOf(won), { awaitingIdentity: zero, maturing: cents(190n), maturesAt })
        yield* auditClean
        yield* advance(roomPrizeHoldDays * dayMillis)
        assert.strictEqual((yield* viewOf(won)).withdrawable, 190n)
        yield* auditClean
      })
    )
  })
}
