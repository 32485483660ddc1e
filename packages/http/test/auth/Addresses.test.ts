import { PayoutAccounts } from "@ddd/core/ports/PayoutAccounts"
import { userId } from "@ddd/core/values/Ids"
import { linkPayoutAccount } from "@ddd/sim/scenario/Steps"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { mailedToken, mailsTo } from "../support/Mail.ts"
import { get, newPassword, password, player, post, signIn, signUp, trySignIn } from "../support/Players.ts"
import { assertProblem, at, Client, layer as server, textAt } from "../support/Server.ts"

layer(server(), { excludeTestServices: true })("verifying an address", (it) => {
  const verify = (token: string) => post("/auth/verify-email", { token })
  const isVerified = (token: string) => Effect.map(get("/user/profile", token), ({ json }) => at(json, "emailVerified"))

  it.effect("takes the token of the welcome mail, once", () =>
    Effect.gen(function*() {
      const ada = yield* signUp("Ada")
      assert.isFalse(yield* isVerified(ada.token))
      const token = yield* mailedToken("MailWelcome", ada.userId)
      const answer = yield* verify(token)
      assert.deepStrictEqual([answer.status, answer.text], [204, ""])
      assert.isTrue(yield* isVerified(ada.token))
      assertProblem(yield* verify(token), 400, "invalid_token")
      assertProblem(yield* verify("unknown"), 400, "invalid_token")
    }))

  it.effect("takes the newest of the tokens that were asked for, and mails none once the address is verified", () =>
    Effect.gen(function*() {
      const grace = yield* signUp("Grace")
      const resend = post("/auth/verify-email/resend", undefined, { token: grace.token })
      const welcome = yield* mailedToken("MailWelcome", grace.userId)
      const answer = yield* resend
      assert.deepStrictEqual([answer.status, answer.text], [202, "{}"])
      const newest = yield* mailedToken("MailVerifyAddress", grace.userId)
      assertProblem(yield* verify(welcome), 400, "invalid_token")
      assert.strictEqual((yield* verify(newest)).status, 204)
      assert.strictEqual((yield* resend).status, 202)
      assert.strictEqual(yield* mailsTo("MailVerifyAddress", grace.userId), 1)
    }))
})

layer(server(), { excludeTestServices: true })("a new address", (it) => {
  const patch = (token: string, body: unknown) =>
    Effect.flatMap(Client, ({ call }) => call("PATCH", "/user/profile", { token, body }))

  it.effect("is in force once it is verified; until then the old one signs in and resets", () =>
    Effect.gen(function*() {
      const ada = yield* signUp("Ada")
      const answer = yield* patch(ada.token, { email: "ada@new.example", currentPassword: password })
      assert.strictEqual(answer.status, 200, answer.text)
      assert.strictEqual(at(answer.json, "email"), ada.email)
      assertProblem(yield* trySignIn("ada@new.example"), 401, "invalid_credentials")
      yield* post("/auth/reset-password", { email: "ada@new.example" })
      assert.strictEqual(yield* mailsTo("MailResetPassword", ada.userId), 0)
      assert.strictEqual((yield* trySignIn(ada.email)).status, 200)

      const token = yield* mailedToken("MailVerifyAddress", ada.userId)
      assert.strictEqual((yield* post("/auth/verify-email", { token })).status, 204)
      assert.strictEqual((yield* trySignIn("ada@new.example")).status, 200)
      assertProblem(yield* trySignIn(ada.email), 401, "invalid_credentials")
      assert.deepInclude((yield* get("/user/profile", ada.token)).json, {
        email: "ada@new.example",
        emailVerified: true
      })
    }))

  it.effect("goes to whoever verifies it first", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* signUp("One"), yield* signUp("Other")]
      for (const { token } of [one, other]) {
        yield* patch(token, { email: "wanted@example.com", currentPassword: password })
      }
      const tokens = yield* Effect.forEach([one, other], ({ userId }) => mailedToken("MailVerifyAddress", userId))
      const answers = yield* Effect.forEach(tokens, (token) => post("/auth/verify-email", { token }))
      assert.deepStrictEqual(answers.map(({ status }) => status), [204, 409])
      assertProblem(
        yield* post("/auth/sign-up", { ...player("Third"), email: "WANTED@example.com" }),
        409,
        "email_taken"
      )
    }))
})

layer(server(), { excludeTestServices: true })("an account that a stranger opened with another's address", (it) => {
  it.effect("is paid out to nobody before the address is verified, and says what to do", () =>
    Effect.gen(function*() {
      const mallory = yield* signUp("Mallory")
      for (
        const [path, body] of [["/wallet/payout-account", undefined], ["/wallet/withdraw", { amount: "1.00" }]] as const
      ) {
        const refused = yield* post(path, body, { token: mallory.token })
        assertProblem(refused, 403, "email_unverified")
        assert.include(textAt(refused.json, "detail"), "POST /auth/verify-email/resend")
      }
    }))

  it.effect("keeps nothing of the stranger's once the holder of the address has reset the password", () =>
    Effect.gen(function*() {
      const victim = yield* signUp("Victim")
      // what an account may have from before this was refused
      const accounts = yield* PayoutAccounts
      yield* linkPayoutAccount(userId(victim.userId), "acct_of_the_stranger")
      yield* accounts.setStatus("acct_of_the_stranger", "ready", "simulated")
      const session = yield* signIn(victim.email)
      const asked = yield* Effect.flatMap(Client, ({ call }) =>
        call("PATCH", "/user/profile", {
          token: session.token,
          body: { email: "stranger@example.com", currentPassword: password }
        }))
      assert.strictEqual(asked.status, 200, asked.text)
      const strangersLink = yield* mailedToken("MailVerifyAddress", victim.userId)

      yield* post("/auth/reset-password", { email: victim.email })
      const token = yield* mailedToken("MailResetPassword", victim.userId)
      const reset = yield* post("/auth/reset-password/confirm", { token, password: newPassword })
      assert.strictEqual(reset.status, 204, reset.text)

      for (const { refreshToken, token } of [victim, session]) {
        assertProblem(yield* get("/user/profile", token), 401, "unauthenticated")
        assertProblem(yield* post("/auth/refresh", { refreshToken }), 401, "unauthenticated")
      }
      assertProblem(yield* post("/auth/verify-email", { token: strangersLink }), 400, "invalid_token")
      assertProblem(yield* trySignIn(victim.email), 401, "invalid_credentials")
      const holder = yield* signIn(victim.email, newPassword)
      assert.deepStrictEqual((yield* get("/wallet/payout-account", holder.token)).json, { status: "none" })
      assert.deepInclude((yield* get("/user/profile", holder.token)).json, { emailVerified: true, email: victim.email })
    }))
})
