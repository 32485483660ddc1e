/**
 * What every adapter of `Accounts` must do with addresses, passwords and the tokens that are mailed.
 *
 * Over 300 lines: a list of promises, each to be read by itself.
 */
import { mailAllowances } from "@ddd/core/accounts/MailAllowance"
import { mailedTokenMillis } from "@ddd/core/accounts/MailedToken"
import { Accounts } from "@ddd/core/ports/Accounts"
import { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import { SecurityLog } from "@ddd/core/ports/SecurityLog"
import { Sessions } from "@ddd/core/ports/Sessions"
import type { UserId } from "@ddd/core/values/Ids"
import { dayMillis } from "@ddd/core/values/Instant"
import { assert } from "@effect/vitest"
import { Effect, Redacted, Result } from "effect"
import { hashOf, linkPayoutAccount, present, times, together } from "../scenario/Steps.ts"
import { World } from "../World.ts"
import {
  eventsOf,
  firstHash,
  jobsOf,
  mailedHash,
  newPlayer,
  origin,
  secondHash,
  signInAgain,
  storedHash,
  thirdHash
} from "./Players.ts"
import { contract, type Subject } from "./Subject.ts"

/** Why an effect failed. */
const refusalOf = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), ({ _tag }) => _tag)

/** Milliseconds after which an hour's mails to an address are over, on a clock that may tick by itself. */
const anHour = 3_600_000

export const credentialsContract = (subject: Subject): void =>
  contract("Accounts (credentials)", subject, (it) => {
    it(
      "welcomes a player with a link that verifies the address, once",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id, user } = yield* newPlayer("ada")
        assert.deepStrictEqual((yield* jobsOf("MailWelcome")).map(({ userId }) => userId), [id])
        const hash = yield* mailedHash("MailWelcome")
        assert.deepStrictEqual(yield* accounts.verifyEmail(hash, origin), { ...user, emailVerified: true })
        assert.strictEqual(yield* refusalOf(accounts.verifyEmail(hash, origin)), "InvalidMailedToken")
        assert.isTrue(present(yield* accounts.profile(id)).emailVerified)
        assert.deepStrictEqual(yield* eventsOf(id), ["signed_up", "email_verified"])
      })
    )

    it(
      "lets one of twenty use a link that they follow at the same time",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id } = yield* newPlayer("ada")
        const verify = yield* mailedHash("MailWelcome")
        const verified = yield* times(20, Effect.result(accounts.verifyEmail(verify, origin)))
        assert.strictEqual(verified.filter(Result.isSuccess).length, 1)
        yield* accounts.askReset("ada@example.com", origin)
        const reset = yield* mailedHash("MailResetPassword")
        const results = yield* times(20, Effect.result(accounts.resetPassword(reset, secondHash, origin)))
        assert.strictEqual(results.filter(Result.isSuccess).length, 1)
        assert.strictEqual((yield* jobsOf("MailPasswordChanged")).length, 1)
        assert.strictEqual((yield* eventsOf(id)).filter((type) => type === "password_reset").length, 1)
      })
    )

    it(
      "lets each link live as long as it should, by the world's clock",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const world = yield* World
        yield* newPlayer("ada")
        const verify = yield* mailedHash("MailWelcome")
        yield* accounts.askReset("ADA@example.com", origin)
        const reset = yield* mailedHash("MailResetPassword")
        yield* world.advance(mailedTokenMillis.reset_password - 60_000)
        assert.isNotNull(yield* accounts.findForReset(reset))
        yield* world.advance(60_000)
        assert.isNull(yield* accounts.findForReset(reset))
        assert.strictEqual(yield* refusalOf(accounts.resetPassword(reset, secondHash, origin)), "InvalidMailedToken")
        yield* world.advance(mailedTokenMillis.verify_email)
        assert.strictEqual(yield* refusalOf(accounts.verifyEmail(verify, origin)), "InvalidMailedToken")
      })
    )

    it(
      "takes no token for another purpose, nor one that it never made",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id } = yield* newPlayer("ada")
        const verify = yield* mailedHash("MailWelcome")
        yield* accounts.askReset("ada@example.com", origin)
        const reset = yield* mailedHash("MailResetPassword")
        for (const hash of [verify, hashOf("x"), ""]) {
          assert.strictEqual(yield* refusalOf(accounts.resetPassword(hash, secondHash, origin)), "InvalidMailedToken")
          assert.isNull(yield* accounts.findForReset(hash))
        }
        assert.strictEqual(yield* refusalOf(accounts.verifyEmail(reset, origin)), "InvalidMailedToken")
        assert.strictEqual(yield* storedHash(id), Redacted.value(firstHash))
      })
    )

    it(
      "resets a password by a mailed token, and ends every session",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const sessions = yield* Sessions
        const { id, user } = yield* newPlayer("ada")
        yield* signInAgain(id, "second")
        yield* accounts.askReset("Ada@Example.com", origin)
        const hash = yield* mailedHash("MailResetPassword")
        assert.deepStrictEqual(yield* accounts.findForReset(hash), user)
        assert.deepStrictEqual(yield* accounts.resetPassword(hash, secondHash, origin), {
          ...user,
          emailVerified: true
        })
        assert.isTrue(present(yield* accounts.profile(id)).emailVerified)
        assert.strictEqual(yield* storedHash(id), Redacted.value(secondHash))
        assert.deepStrictEqual(yield* sessions.list(id), [])
        assert.deepStrictEqual(yield* jobsOf("MailPasswordChanged"), [{ _tag: "MailPasswordChanged", userId: id }])
        assert.deepStrictEqual((yield* eventsOf(id)).slice(-2), ["password_reset_asked", "password_reset"])
      })
    )

    it(
      "unlinks the payout account by a reset, whenever it was linked, and says so by mail",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const payouts = yield* PayoutAccounts
        const { id } = yield* newPlayer("ada")
        yield* accounts.verifyEmail(yield* mailedHash("MailWelcome"), origin)
        const reset = Effect.gen(function*() {
          yield* accounts.askReset("ada@example.com", origin)
          yield* accounts.resetPassword(yield* mailedHash("MailResetPassword"), secondHash, origin)
        })
        yield* linkPayoutAccount(id, "acct_of_a_stranger")
        yield* reset
        assert.isNull(yield* payouts.of(id))
        yield* reset
        const told = yield* jobsOf("MailPasswordChanged")
        assert.deepStrictEqual(told.map((job) => job.unlinkedPayoutAccount === true), [true, false])
        const session = yield* signInAgain(id, "second", secondHash)
        assert.strictEqual((yield* payouts.add(id, "acct_ada", "simulated", session)).account, "acct_ada")
      })
    )

    it(
      "asks for no new address under a password that a reset has replaced meanwhile",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id } = yield* newPlayer("ada")
        yield* accounts.askReset("ada@example.com", origin)
        yield* accounts.resetPassword(yield* mailedHash("MailResetPassword"), secondHash, origin)
        for (const change of [{ verified: firstHash }, {}]) {
          const late = accounts.changeProfile(id, { email: "mallory@example.com", ...change }, origin)
          assert.strictEqual(yield* refusalOf(late), "PasswordOutdated")
        }
        assert.deepStrictEqual(yield* jobsOf("MailVerifyAddress"), [])
      })
    )

    it(
      "keeps no payout account that is opened in a session which a reset ends, before it, after it or meanwhile",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const payouts = yield* PayoutAccounts
        for (const round of [1, 2, 3, 4, 5, 6]) {
          const { id, session } = yield* newPlayer(`ada${round}`)
          yield* accounts.askReset(`ada${round}@example.com`, origin)
          const open = payouts.add(id, `acct_${round}`, "simulated", session)
          const reset = accounts.resetPassword(yield* mailedHash("MailResetPassword"), secondHash, origin)
          const both = [Effect.exit(open), Effect.exit(reset)]
          yield* together<unknown, unknown, never>(round % 2 === 0 ? both : both.toReversed())
          assert.isNull(yield* payouts.of(id))
          assert.strictEqual((yield* Effect.flip(open))._tag, "PayoutSessionEnded")
          const living = yield* signInAgain(id, `${round} again`, secondHash)
          assert.strictEqual((yield* payouts.add(id, `acct_${round}`, "simulated", living)).userId, id)
          // nor in another's session
          const other = yield* newPlayer(`bob${round}`)
          const stolen = yield* Effect.flip(payouts.add(other.id, `acct_other_${round}`, "simulated", living))
          assert.strictEqual(stolen._tag, "PayoutSessionEnded")
        }
      })
    )

    it(
      "mails nothing to an address that nobody has, nor to the house",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        yield* newPlayer("ada")
        const before = (yield* (yield* World).jobs).length
        for (const email of ["bob@example.com", "house@invalid", ""]) yield* accounts.askReset(email, origin)
        assert.strictEqual((yield* (yield* World).jobs).length, before)
      })
    )

    it(
      "lets the newest link alone work",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id } = yield* newPlayer("ada")
        const welcome = yield* mailedHash("MailWelcome")
        yield* accounts.askVerification(id, origin)
        const again = yield* mailedHash("MailVerifyAddress")
        assert.strictEqual(yield* refusalOf(accounts.verifyEmail(welcome, origin)), "InvalidMailedToken")
        yield* accounts.verifyEmail(again, origin)
        // nothing waits any more
        yield* accounts.askVerification(id, origin)
        assert.strictEqual((yield* jobsOf("MailVerifyAddress")).length, 1)

        yield* accounts.askReset("ada@example.com", origin)
        const first = yield* mailedHash("MailResetPassword")
        yield* accounts.askReset("ada@example.com", origin)
        assert.isNull(yield* accounts.findForReset(first))
        assert.isNotNull(yield* accounts.findForReset(yield* mailedHash("MailResetPassword")))
      })
    )

    it(
      "changes a password, and ends every other session",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const sessions = yield* Sessions
        const { id, session } = yield* newPlayer("ada")
        const other = yield* signInAgain(id, "second")
        yield* accounts.askReset("ada@example.com", origin)
        yield* accounts.changePassword(id, session, { verified: firstHash, replacement: secondHash }, origin)
        assert.strictEqual(yield* storedHash(id), Redacted.value(secondHash))
        assert.deepStrictEqual((yield* sessions.list(id)).map((living) => living.id), [session])
        assert.isTrue(yield* sessions.hasEnded(other))
        assert.isFalse(yield* sessions.hasEnded(session))
        assert.deepStrictEqual(yield* jobsOf("MailPasswordChanged"), [{ _tag: "MailPasswordChanged", userId: id }])
        assert.strictEqual((yield* eventsOf(id)).at(-1), "password_changed")
        // a reset that was asked for under the old password
        assert.isNull(yield* accounts.findForReset(yield* mailedHash("MailResetPassword")))
      })
    )

    it(
      "does not change a password that is another one by now",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id, session } = yield* newPlayer("ada")
        yield* accounts.askReset("ada@example.com", origin)
        yield* accounts.resetPassword(yield* mailedHash("MailResetPassword"), secondHash, origin)
        const late = accounts.changePassword(id, session, { verified: firstHash, replacement: thirdHash }, origin)
        assert.strictEqual(yield* refusalOf(late), "PasswordOutdated")
        assert.strictEqual(yield* storedHash(id), Redacted.value(secondHash))
      })
    )

    it(
      "puts a new address in force once it is verified, and tells the old one",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id } = yield* newPlayer("ada")
        yield* accounts.verifyEmail(yield* mailedHash("MailWelcome"), origin)
        yield* accounts.changeProfile(id, { email: "Lovelace@example.com", verified: firstHash }, origin)
        const [told] = yield* jobsOf("MailAddressChanged")
        const [asked] = yield* jobsOf("MailVerifyAddress")
        assert.strictEqual(present(told).mailedTokenId, present(asked).mailedTokenId)
        assert.strictEqual(present(yield* accounts.profile(id)).email, "ada@example.com")
        assert.isNull(yield* accounts.findForSignIn("lovelace@example.com"))
        // a reset that the old address was mailed ends with it
        yield* accounts.askReset("ada@example.com", origin)

        const user = yield* accounts.verifyEmail(yield* mailedHash("MailVerifyAddress"), origin)
        assert.deepStrictEqual([user.email, user.emailVerified], ["Lovelace@example.com", true])
        assert.isNull(yield* accounts.findForSignIn("ada@example.com"))
        assert.strictEqual(present(yield* accounts.findForSignIn("lovelace@example.com")).user.id, id)
        assert.isNull(yield* accounts.findForReset(yield* mailedHash("MailResetPassword")))
        assert.deepStrictEqual(
          (yield* eventsOf(id)).slice(2),
          ["email_change_asked", "password_reset_asked", "email_verified"]
        )
      })
    )

    it(
      "mails the link again to the address that waits, also once it is too old",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id } = yield* newPlayer("ada")
        yield* accounts.changeProfile(id, { email: "lovelace@example.com", verified: firstHash }, origin)
        yield* (yield* World).advance(8 * dayMillis)
        yield* accounts.askVerification(id, origin)
        const user = yield* accounts.verifyEmail(yield* mailedHash("MailVerifyAddress"), origin)
        assert.strictEqual(user.email, "lovelace@example.com")
      })
    )

    it(
      "refuses an address that somebody took while it waited",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id } = yield* newPlayer("ada")
        yield* newPlayer("bob")
        assert.strictEqual(
          yield* refusalOf(accounts.changeProfile(id, { email: "BOB@example.com", verified: firstHash }, origin)),
          "EmailTaken"
        )
        yield* accounts.changeProfile(id, { email: "carl@example.com", verified: firstHash }, origin)
        const hash = yield* mailedHash("MailVerifyAddress")
        yield* newPlayer("carl")
        assert.strictEqual(yield* refusalOf(accounts.verifyEmail(hash, origin)), "EmailTaken")
        assert.strictEqual(present(yield* accounts.profile(id)).email, "ada@example.com")
      })
    )

    it(
      "forgets an address that waits where the password is reset or changed, or the old one is chosen again",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id, session } = yield* newPlayer("ada")
        const asksForAnother = Effect.fnUntraced(function*(verified: Redacted.Redacted) {
          yield* accounts.changeProfile(id, { email: "mallory@example.com", verified }, origin)
          return yield* mailedHash("MailVerifyAddress")
        })
        const first = yield* asksForAnother(firstHash)
        yield* accounts.changePassword(id, session, { verified: firstHash, replacement: secondHash }, origin)
        const second = yield* asksForAnother(secondHash)
        yield* accounts.askReset("ada@example.com", origin)
        yield* accounts.resetPassword(yield* mailedHash("MailResetPassword"), thirdHash, origin)
        const third = yield* asksForAnother(thirdHash)
        yield* accounts.changeProfile(id, { email: "ada@example.com" }, origin)
        for (const hash of [first, second, third]) {
          assert.strictEqual(yield* refusalOf(accounts.verifyEmail(hash, origin)), "InvalidMailedToken")
        }
        assert.deepInclude(yield* accounts.profile(id), { email: "ada@example.com", emailVerified: true })
      })
    )

    it(
      "changes a name, unless it is taken; all of a change or nothing",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id } = yield* newPlayer("ada")
        yield* newPlayer("bob")
        const name = Effect.map(accounts.profile(id), (profile) => present(profile).username)
        yield* accounts.changeProfile(id, { username: "ADA" }, origin)
        assert.strictEqual(yield* name, "ADA")
        const taken = { username: "BOB", email: "new@example.com", verified: firstHash }
        assert.strictEqual(yield* refusalOf(accounts.changeProfile(id, taken, origin)), "UsernameTaken")
        const takenAddress = { username: "lovelace", email: "bob@example.com", verified: firstHash }
        assert.strictEqual(yield* refusalOf(accounts.changeProfile(id, takenAddress, origin)), "EmailTaken")
        // of both, the name is told first
        const takenBoth = { username: "BOB", email: "bob@example.com", verified: firstHash }
        assert.strictEqual(yield* refusalOf(accounts.changeProfile(id, takenBoth, origin)), "UsernameTaken")
        assert.strictEqual(yield* name, "ADA")
        assert.deepStrictEqual(yield* jobsOf("MailVerifyAddress"), [])
        assert.deepStrictEqual(yield* eventsOf(id), ["signed_up", "username_changed"])
      })
    )

    it(
      "mails an address five times an hour at most, whatever the mails are, and answers all the same",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const world = yield* World
        const { id } = yield* newPlayer("ada")
        const mails = Effect.map(world.jobs, (jobs) => jobs.length)
        yield* accounts.askVerification(id, origin)
        yield* times(10, accounts.askReset("Ada@example.com", origin))
        assert.strictEqual(yield* mails, 5)
        // the links that were mailed go on working
        const reset = yield* mailedHash("MailResetPassword")
        assert.isNotNull(yield* accounts.findForReset(reset))
        yield* accounts.askVerification(id, origin)
        yield* accounts.askReset("ada@example.com", origin)
        assert.strictEqual(yield* mails, 5)
        assert.isNotNull(yield* accounts.findForReset(reset))
        yield* accounts.verifyEmail(yield* mailedHash("MailVerifyAddress"), origin)
        // what was asked for is known all the same
        const asked = (yield* eventsOf(id)).filter((type) => type === "password_reset_asked")
        assert.strictEqual(asked.length, 11)
        // nobody else's mails are counted
        yield* newPlayer("bob")
        assert.strictEqual(yield* mails, 6)
        yield* world.advance(anHour)
        yield* accounts.askReset("ada@example.com", origin)
        assert.strictEqual(yield* mails, 7)
      })
    )

    it(
      "mails an address twenty times a day at most",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const world = yield* World
        yield* newPlayer("ada")
        for (let hour = 0; hour < 10; hour++) {
          yield* times(6, accounts.askReset("ada@example.com", origin))
          yield* world.advance(anHour)
        }
        const perDay = Math.max(...mailAllowances.map(({ mails }) => mails))
        assert.strictEqual((yield* world.jobs).length, perDay)
        yield* world.advance(dayMillis)
        yield* accounts.askReset("ada@example.com", origin)
        assert.strictEqual((yield* world.jobs).length, perDay + 1)
      })
    )

    it(
      "refuses a change to an address that was mailed enough, whoever asks, and says when to come again",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const world = yield* World
        const players = yield* Effect.forEach(["ada", "bob", "carl", "dora", "eve", "finn"], (name) => newPlayer(name))
        const ask = ({ id, user }: { readonly id: UserId; readonly user: { readonly username: string } }) => {
          const change = { email: "stranger@example.com", username: `new.${user.username}`, verified: firstHash }
          return Effect.result(accounts.changeProfile(id, change, origin))
        }
        const asked = yield* together(players.map(ask))
        const refused = asked.filter(Result.isFailure).map(({ failure }) => failure)
        assert.deepStrictEqual(refused.map(({ _tag }) => _tag), ["TooManyMails"])
        const [refusal] = refused
        const retryAfter = refusal?._tag === "TooManyMails" ? refusal.retryAfter : 0
        assert.isTrue(3_000 < retryAfter && retryAfter <= 3_600, String(retryAfter))
        // all of a change or nothing
        const loser = present(players[asked.findIndex(Result.isFailure)])
        assert.strictEqual(present(yield* accounts.profile(loser.id)).username, loser.user.username)
        assert.strictEqual((yield* jobsOf("MailVerifyAddress")).length, 5)
        yield* world.advance(retryAfter * 1_000)
        assert.isTrue(Result.isSuccess(yield* ask(loser)))
      })
    )

    it(
      "tells an address of others that are to replace it five times an hour at most",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { id } = yield* newPlayer("ada")
        yield* (yield* World).verify(id)
        for (const number of [1, 2, 3, 4, 5]) {
          yield* accounts.changeProfile(id, { email: `ada${number}@example.com`, verified: firstHash }, origin)
        }
        const sixth = accounts.changeProfile(id, { email: "ada6@example.com", verified: firstHash }, origin)
        assert.strictEqual(yield* refusalOf(sixth), "TooManyMails")
        assert.strictEqual((yield* jobsOf("MailAddressChanged")).length, 5)
        // a name is no mail
        yield* accounts.changeProfile(id, { username: "lovelace" }, origin)
        yield* (yield* World).advance(anHour)
        yield* sixth
      })
    )

    it(
      "keeps where an event came from, and appends what has no transaction of its own",
      Effect.gen(function*() {
        const log = yield* SecurityLog
        const { now } = yield* World
        const before = yield* now
        const { id } = yield* newPlayer("ada")
        yield* log.append("sign_in_failed", { userId: id }, { ip: "2001:db8::1", userAgent: null })
        yield* log.append("sign_in_failed", { subject: "nobody@example.com" }, origin)
        const [failed, signedUp, ...more] = yield* log.of(id, 10)
        assert.deepStrictEqual(more, [])
        assert.deepStrictEqual(
          [failed?.type, failed?.userId, failed?.origin],
          ["sign_in_failed", id, { ip: "2001:db8::1", userAgent: null }]
        )
        assert.deepStrictEqual([signedUp?.type, signedUp?.origin], ["signed_up", origin])
        assert.isTrue(before <= present(signedUp).at && present(failed).at <= (yield* now))
        assert.strictEqual((yield* log.of(id, 1)).length, 1)
      })
    )
  })
