/** What every adapter of `Accounts` must do for operators: find, freeze, export, erase. */
import { operatorOrigin } from "@ddd/core/accounts/SecurityEvent"
import { zero } from "@ddd/core/money/Money"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Draws } from "@ddd/core/ports/Draws"
import { SecurityLog } from "@ddd/core/ports/SecurityLog"
import { Sessions } from "@ddd/core/ports/Sessions"
import { houseUserId, userId } from "@ddd/core/values/Ids"
import { assert } from "@effect/vitest"
import { Effect, Exit, Result } from "effect"
import { byAnn } from "../scenario/Operators.ts"
import { buyInRoom, roomOf } from "../scenario/RoomSteps.ts"
import {
  auditClean,
  buy,
  deposit,
  dollars,
  drawNow,
  openSales,
  outcomeOf,
  present,
  refusalOf,
  together
} from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { eventsOf, exportOf, firstHash, mailedHash, newPlayer, origin, secondHash, signInAgain } from "./Players.ts"
import { contract, type Subject } from "./Subject.ts"

const nobody = userId("01900000-0000-7000-8000-00000000dead")

export const operatorsContract = (subject: Subject): void =>
  contract("Accounts (operators)", subject, (it) => {
    it(
      "finds a player by id, address or name, in any case",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id, user } = yield* newPlayer("ada")
        // whoever has the form of another's id for a name is not found by it
        yield* newPlayer(id, "another token")
        for (const text of [id, id.toUpperCase(), "ADA@example.com", "Ada"]) {
          assert.deepStrictEqual(yield* accounts.find(text), { ...user, frozen: false, erased: false })
        }
        for (const text of [nobody, "bob", "", "%"]) assert.isNull(yield* accounts.find(text))
      })
    )

    it(
      "freezes an account: its sessions end, and it buys nothing until it is unfrozen",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const sessions = yield* Sessions
        yield* openSales
        const { id, session } = yield* newPlayer("ada")
        yield* deposit(id, dollars(5), "test:1")
        yield* accounts.freeze(id, byAnn)
        yield* accounts.freeze(id, byAnn)
        assert.isTrue(present(yield* accounts.find(id)).frozen)
        assert.isTrue(yield* sessions.hasEnded(session))
        assert.strictEqual((yield* refusalOf(buy(id, 1)))._tag, "AccountFrozen")
        yield* accounts.unfreeze(id, byAnn)
        yield* accounts.unfreeze(id, byAnn)
        yield* buy(id, 1)
        assert.deepStrictEqual(yield* eventsOf(id), ["signed_up", "frozen", "unfrozen"])
        const [unfrozen] = yield* (yield* SecurityLog).of(id, 1)
        assert.deepStrictEqual(unfrozen?.origin, operatorOrigin)
      })
    )

    it(
      "sells nothing once a freeze has been answered, however many purchases were under way",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const draw = yield* openSales
        const { id } = yield* newPlayer("ada")
        yield* deposit(id, dollars(100), "test:1")
        const entries = Effect.map((yield* Draws).byId(draw.id), (now) => present(now).totalEntries)
        let soldWhenFrozen = -1
        const purchases = Array.from({ length: 40 }, () => outcomeOf(buy(id, 1)))
        const freeze = Effect.gen(function*() {
          yield* accounts.freeze(id, byAnn)
          soldWhenFrozen = yield* entries
        })
        const [outcomes] = yield* Effect.all([together(purchases), freeze], { concurrency: "unbounded" })
        assert.strictEqual(outcomes.filter(Result.isSuccess).length, soldWhenFrozen)
        assert.strictEqual(yield* entries, soldWhenFrozen)
        yield* auditClean
      })
    )

    it(
      "gives out all that is held about a player",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        yield* openSales
        const { id } = yield* newPlayer("ada")
        yield* newPlayer("bob")
        yield* deposit(id, dollars(5), "test:1")
        yield* buy(id, 2, { key: "k" })
        const draw = yield* drawNow
        yield* accounts.changeProfile(id, { email: "lovelace@example.com", verified: firstHash }, origin)
        const all = present(yield* exportOf(id))
        const { idempotencyKeys, mailedTokens, rooms, securityEvents, sessions, tickets, transactions, user, wallet } =
          all
        assert.nestedPropertyVal({ user }, "user.email", "ada@example.com")
        assert.nestedPropertyVal({ wallet }, "wallet.balance", "4.90")
        assert.nestedPropertyVal({ transactions }, "transactions[1].amount", "-1.00")
        assert.nestedPropertyVal({ tickets }, "tickets[1].drawId", draw.id)
        assert.nestedPropertyVal({ sessions }, "sessions[0].userAgent", "a browser")
        assert.nestedPropertyVal({ mailedTokens }, "mailedTokens[1].email", "lovelace@example.com")
        assert.nestedPropertyVal({ securityEvents }, "securityEvents[0].details.ip", "192.0.2.7")
        assert.nestedPropertyVal({ securityEvents }, "securityEvents[1].details.email", "lovelace@example.com")
        assert.lengthOf(transactions as ReadonlyArray<unknown>, 4)
        assert.nestedPropertyVal({ idempotencyKeys }, "idempotencyKeys[0].key", "k")
        assert.deepStrictEqual(rooms, [])
        assert.notInclude(JSON.stringify(all), "argon2id")
        assert.strictEqual((yield* eventsOf(id)).at(-1), "exported")
        assert.isNull(yield* exportOf(nobody))
      })
    )

    it(
      "erases nobody who has money or an undrawn ticket",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        yield* openSales
        const { id, session, user } = yield* newPlayer("ada")
        yield* deposit(id, dollars(2), "test:1")
        const refusal = Effect.map(Effect.flip(accounts.erase(id, byAnn)), (error) => {
          if (error._tag !== "EraseRefused") return assert.fail(error._tag)
          return error.reasons
        })
        assert.deepStrictEqual(yield* refusal, [{ _tag: "Balance", amount: dollars(2), awaitingIdentity: zero }])
        yield* buy(id, 2)
        assert.deepStrictEqual(yield* refusal, [{ _tag: "UndrawnTickets", tickets: 2 }])
        assert.deepStrictEqual(yield* accounts.find(id), { ...user, frozen: false, erased: false })
        assert.isFalse(yield* (yield* Sessions).hasEnded(session))
        assert.isTrue(Exit.hasDies(yield* Effect.exit(accounts.erase(houseUserId, byAnn))))
      })
    )

    it(
      "takes the name of who is erased out of what others' answers say of their rooms",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const [ada, bob, eve] = [yield* newPlayer("ada"), yield* newPlayer("bob"), yield* newPlayer("eve")]
        for (const { id } of [ada, eve]) yield* deposit(id, dollars(1), `test:${id}`)
        const room = yield* roomOf([ada.id, bob.id, eve.id])
        const first = yield* buyInRoom(ada.id, room, { key: "k" })
        assert.deepStrictEqual(first.room.participants.map(({ username }) => username), ["ada", "bob", "eve"])
        yield* accounts.erase(bob.id, byAnn)
        const { username } = present(yield* accounts.find(bob.id))
        const again = yield* buyInRoom(ada.id, room, { key: "k" })
        const participants = first.room.participants.map((member) =>
          member.userId === bob.id ? { ...member, username } : member
        )
        assert.deepStrictEqual(again, { ...first, replayed: true, room: { ...first.room, participants } })
        yield* auditClean
      })
    )

    it(
      "erases everything personal, and keeps the books and the proofs valid",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const draws = yield* Draws
        const sessions = yield* Sessions
        yield* openSales
        const loser = yield* newPlayer("ada")
        const winner = yield* newPlayer("bob")
        yield* deposit(loser.id, dollars(1), "test:1")
        yield* deposit(winner.id, dollars(50), "test:2")
        yield* buy(loser.id, 1)
        yield* buy(winner.id, 50)
        const draw = yield* drawNow
        // whoever of the two has won has money, and stays
        const gone = (yield* Effect.result(accounts.erase(loser.id, byAnn)))._tag === "Success" ? loser : winner
        yield* accounts.erase(gone.id, byAnn)
        yield* accounts.erase(gone.id, byAnn)

        const found = present(yield* accounts.find(gone.id))
        assert.isTrue(found.erased)
        assert.strictEqual(found.email, `erased-${gone.id}@invalid`)
        assert.match(found.username, /^erased-[0-9a-f]{8}$/)
        assert.isNull(yield* accounts.find(gone.user.email))
        const jobs = (yield* (yield* World).jobs).length
        for (const email of [gone.user.email, found.email]) {
          assert.isNull(yield* accounts.findForSignIn(email))
          yield* accounts.askReset(email, origin)
        }
        assert.lengthOf(yield* (yield* World).jobs, jobs)
        assert.isNull(yield* accounts.profile(gone.id))
        assert.isNull(yield* accounts.passwordHash(gone.id))
        assert.isNull(yield* exportOf(gone.id))
        assert.isTrue(yield* sessions.hasEnded(gone.session))
        assert.isTrue((yield* (yield* SecurityLog).of(gone.id, 10)).every((event) => event.origin === null))
        assert.strictEqual((yield* eventsOf(gone.id)).at(-1), "erased")
        assert.strictEqual((yield* refusalOf(buy(gone.id, 1)))._tag, "AccountFrozen")
        assert.strictEqual(present(yield* draws.byId(draw.id)).totalEntries, 51)
        yield* auditClean
        // the address is free again
        yield* newPlayer(gone.user.username, "another token")
      })
    )

    it(
      "lets no link of somebody who is erased work",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id } = yield* newPlayer("ada")
        const verify = yield* mailedHash("MailWelcome")
        yield* accounts.askReset("ada@example.com", origin)
        const reset = yield* mailedHash("MailResetPassword")
        const late = yield* signInAgain(id, "second")
        // events stand in the order of their times
        yield* (yield* World).advance(1_000)
        yield* accounts.erase(id, byAnn)
        assert.isNull(yield* accounts.findForReset(reset))
        for (const use of [accounts.verifyEmail(verify, origin), accounts.resetPassword(reset, secondHash, origin)]) {
          assert.strictEqual((yield* Effect.flip(use))._tag, "InvalidMailedToken")
        }
        const change = { verified: firstHash, replacement: secondHash }
        assert.strictEqual(
          (yield* Effect.flip(accounts.changePassword(id, late, change, origin)))._tag,
          "PasswordOutdated"
        )
        yield* accounts.changeProfile(id, { username: "ada" }, origin)
        yield* accounts.askVerification(id, origin)
        yield* accounts.unfreeze(id, byAnn)
        assert.isTrue(present(yield* accounts.find(id)).frozen)
        assert.strictEqual((yield* eventsOf(id)).at(-1), "erased")
      })
    )
  })
