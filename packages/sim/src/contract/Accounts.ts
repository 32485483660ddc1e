/** What every adapter of `Accounts` must do. */
import type { ProvenPassword } from "@ddd/core/accounts/SignIn"
import type { NewUser } from "@ddd/core/accounts/SignUp"
import { zero } from "@ddd/core/money/Money"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Ledger } from "@ddd/core/ports/Ledger"
import { Sessions } from "@ddd/core/ports/Sessions"
import { userId } from "@ddd/core/values/Ids"
import { parseDay } from "@ddd/core/values/Instant"
import { assert } from "@effect/vitest"
import { Effect, Redacted, Result, Stream } from "effect"
import { byAnn } from "../scenario/Operators.ts"
import { auditClean, deposit, dollars, hashOf, present, signUp, together } from "../scenario/Steps.ts"
import { World } from "../World.ts"
import { origin } from "./Players.ts"
import { contract, type Subject } from "./Subject.ts"

const nobody = userId("01900000-0000-7000-8000-00000000dead")

const newUser = (email: string, username: string, token = username): NewUser => ({
  email,
  username,
  passwordHash: Redacted.make("$argon2id$first"),
  session: { refreshTokenHash: hashOf(token), userAgent: "a browser" }
})

export const accountsContract = (subject: Subject): void =>
  contract("Accounts", subject, (it) => {
    it(
      "makes a player with an empty wallet and a session",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { now } = yield* World
        const before = yield* now
        const { sessionId, user } = yield* accounts.signUp(newUser("Ada@Example.com", "Ada.L"), origin)
        const after = yield* now

        assert.deepStrictEqual([user.email, user.username, user.emailVerified], ["Ada@Example.com", "Ada.L", false])
        assert.isTrue(before <= user.createdAt && user.createdAt <= after)
        assert.notStrictEqual(sessionId, "")
        const profile = present(yield* accounts.profile(user.id))
        const { ageVerified, country, kycStatus, wallet, ...shown } = profile
        assert.deepStrictEqual(shown, user)
        assert.deepStrictEqual([ageVerified, country, kycStatus, wallet.bornOn], [false, null, "none", null])
        assert.deepStrictEqual(
          [wallet.balance, wallet.withdrawable, wallet.pendingWithdrawal, wallet.seq],
          [zero, zero, zero, 0]
        )
        yield* auditClean
      })
    )

    it(
      "keeps the country that a player signs up from, and when they were born, until they are erased",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const bornOn = parseDay("1996-02-29") ?? assert.fail("no day")
        const asked = { ...newUser("ada@example.com", "ada"), country: "DE", bornOn }
        const { user } = yield* accounts.signUp(asked, origin)
        const { country, wallet } = present(yield* accounts.profile(user.id))
        assert.deepStrictEqual([country, wallet.bornOn], ["DE", bornOn])
        const text = yield* Stream.mkString(present(yield* accounts.export(user.id, { _tag: "Operator" })))
        assert.include(text, "\"country\":\"DE\"")
        assert.include(text, "\"dateOfBirth\":\"1996-02-29\"")
        yield* accounts.erase(user.id, byAnn)
        assert.isNull((yield* Ledger.use((ledger) => ledger.wallet(user.id))).bornOn)
        yield* auditClean
      })
    )

    it(
      "takes an address once, whatever its case",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        yield* accounts.signUp(newUser("ada@example.com", "ada"), origin)
        const error = yield* Effect.flip(accounts.signUp(newUser("ADA@example.COM", "bob"), origin))
        assert.strictEqual(error._tag, "EmailTaken")
        // nothing of the refused player is left: the name is free
        yield* accounts.signUp(newUser("bob@example.com", "bob"), origin)
        yield* auditClean
      })
    )

    it(
      "takes a name once, whatever its case",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        yield* accounts.signUp(newUser("ada@example.com", "ada"), origin)
        const error = yield* Effect.flip(accounts.signUp(newUser("bob@example.com", "ADA"), origin))
        assert.strictEqual(error._tag, "UsernameTaken")
        // of both, the address is told first
        const both = yield* Effect.flip(accounts.signUp(newUser("Ada@example.com", "Ada"), origin))
        assert.strictEqual(both._tag, "EmailTaken")
        yield* accounts.signUp(newUser("bob@example.com", "bob"), origin)
        yield* auditClean
      })
    )

    it(
      "lets one of ten win an address or a name that they want at the same time",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const wanting = (user: (i: number) => NewUser) =>
          together(Array.from({ length: 10 }, (_, i) => Effect.result(accounts.signUp(user(i), origin))))
        const address = yield* wanting((i) => newUser("same@example.com", `player${i}`))
        const name = yield* wanting((i) => newUser(`other${i}@example.com`, "same", `token${i}`))
        for (const [results, refusal] of [[address, "EmailTaken"], [name, "UsernameTaken"]] as const) {
          assert.strictEqual(results.filter(Result.isSuccess).length, 1)
          assert.isTrue(results.filter(Result.isFailure).every(({ failure }) => failure._tag === refusal))
        }
        yield* auditClean
      })
    )

    it(
      "finds who signs in by the address in any case",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { user } = yield* accounts.signUp(newUser("ada@example.com", "ada"), origin)
        const found = present(yield* accounts.findForSignIn("ADA@EXAMPLE.COM"))
        assert.deepStrictEqual(found.user, user)
        assert.strictEqual(Redacted.value(found.passwordHash), "$argon2id$first")
        assert.isFalse(found.frozen)
        yield* accounts.freeze(user.id, byAnn)
        assert.isTrue(present(yield* accounts.findForSignIn("ada@example.com")).frozen)
      })
    )

    it(
      "knows nobody by an unknown address or id",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        yield* signUp("ada")
        for (const email of ["bob@example.com", "ada%", "ada@example.co_", ""]) {
          assert.isNull(yield* accounts.findForSignIn(email))
        }
        assert.isNull(yield* accounts.profile(nobody))
      })
    )

    it(
      "opens sessions, and replaces the password's hash where a new one is given",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { sessionId, user } = yield* accounts.signUp(newUser("ada@example.com", "ada"), origin)
        const session = (token: string) => ({ refreshTokenHash: hashOf(token), userAgent: null })
        const hash = Effect.map(accounts.findForSignIn("ada@example.com"), (found) =>
          Redacted.value(present(found).passwordHash))

        const first = { verified: Redacted.make("$argon2id$first"), replacement: null }
        const second = yield* accounts.openSession(user.id, session("second"), first, origin)
        assert.strictEqual(yield* hash, "$argon2id$first")
        const rehashed = { ...first, replacement: Redacted.make("$argon2id$second") }
        const third = yield* accounts.openSession(user.id, session("third"), rehashed, origin)
        assert.strictEqual(yield* hash, "$argon2id$second")
        assert.strictEqual(new Set([sessionId, second.sessionId, third.sessionId]).size, 3)
      })
    )

    it(
      "opens no session by a password that was replaced meanwhile, nor for an account that was frozen",
      Effect.gen(function*() {
        const accounts = yield* Accounts
        const { user } = yield* accounts.signUp(newUser("ada@example.com", "ada"), origin)
        const first = { verified: Redacted.make("$argon2id$first"), replacement: null }
        const rehashed = { ...first, replacement: Redacted.make("$argon2id$second") }
        const open = (token: string, password: ProvenPassword) =>
          accounts.openSession(user.id, { refreshTokenHash: hashOf(token), userAgent: null }, password, origin)

        yield* open("second", rehashed)
        assert.strictEqual((yield* Effect.flip(open("third", rehashed)))._tag, "PasswordOutdated")
        const second = { ...first, verified: rehashed.replacement }
        yield* accounts.freeze(user.id, byAnn)
        assert.strictEqual((yield* Effect.flip(open("third", second)))._tag, "PasswordOutdated")
        assert.deepStrictEqual(yield* (yield* Sessions).list(user.id), [])
        yield* accounts.unfreeze(user.id, byAnn)
        yield* open("third", second)
      })
    )

    it(
      "shows the wallet as it stands",
      Effect.gen(function*() {
        const ada = yield* signUp("ada")
        yield* deposit(ada, dollars(5), "apple:1")
        assert.strictEqual(present(yield* (yield* Accounts).profile(ada)).wallet.balance, dollars(5))
      })
    )
  })
