import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { assertProblem, at, password, Site, textAt, tokensOf } from "../support/Site.ts"

const another = "copper walrus dances"

const windows = { "user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0 Safari/537.36" }

/** A stranger signs up with somebody's address, who presses the button of the mail: the stranger may be paid out from then on. */
const hijacked = (name: string) =>
  Effect.gen(function*() {
    const { ask, mailbox, post } = yield* Site
    const email = `${name}@victims.example`
    const signedUp = yield* post("/auth/sign-up", { email, username: `${name}.best`, password }, { headers: windows })
    assert.strictEqual(signedUp.status, 201, signedUp.text)
    const stranger = { id: textAt(signedUp.json, "user", "id"), ...tokensOf(signedUp) }
    const link = (token: string) => post("/wallet/payout-account", undefined, { token })
    assertProblem(yield* link(stranger.accessToken), 403, "email_unverified")
    const token = yield* mailbox.token(email, "verify-email")
    assert.strictEqual((yield* post("/auth/verify-email", { token })).status, 204)
    assert.strictEqual((yield* link(stranger.accessToken)).status, 201)
    const payoutAccount = (token: string) =>
      Effect.map(ask("GET", "/wallet/payout-account", { token }), ({ json }) => at(json, "status"))
    return { email, stranger, link, payoutAccount }
  })

const reset = (email: string) =>
  Effect.gen(function*() {
    const { mailbox, post, signIn } = yield* Site
    yield* post("/auth/reset-password", { email })
    const token = yield* mailbox.token(email, "reset-password")
    const confirmed = yield* post("/auth/reset-password/confirm", { token, password: another })
    assert.strictEqual(confirmed.status, 204, confirmed.text)
    return tokensOf(yield* signIn(email, another)).accessToken
  })

layer(Site.layer(), { excludeTestServices: true, timeout: "60 seconds" })(
  "who signs up with a stranger's address",
  (it) => {
    it.effect("is told apart by the mail: it names the account, when and from what it was asked for, and what to do", () =>
      Effect.gen(function*() {
        const { ask, mailbox, post } = yield* Site
        const email = "reader@victims.example"
        yield* post("/auth/sign-up", { email, username: "mallory", password }, { headers: windows })
        const token = yield* mailbox.token(email, "verify-email")
        const { text } = yield* mailbox.saying(email, token)
        const said = text.replace(/\s+/g, " ")
        for (
          const words of [
            "Username: mallory",
            "Signed up: 3 February 2026 at 10:3",
            "From: a Windows computer, as it says",
            "You did not sign up? Then do not press it, and ignore this mail",
            `verify-email?token=${token}&account=mallory`
          ]
        ) assert.include(said, words)
        // programs that look at mails open links: no GET verifies
        for (const path of ["/verify-email", "/auth/verify-email"]) {
          yield* ask("GET", `${path}?token=${token}&account=mallory`)
        }
        assert.strictEqual((yield* post("/auth/verify-email", { token })).status, 204)
      }))

    it.effect("keeps nothing once the holder of the address, who had pressed the button, resets the password", () =>
      Effect.gen(function*() {
        const { ask, ddd, mailbox, post } = yield* Site
        const { email, link, payoutAccount, stranger } = yield* hijacked("victim")
        assert.strictEqual(yield* payoutAccount(stranger.accessToken), "ready")
        const holder = yield* reset(email)
        assert.strictEqual(yield* payoutAccount(holder), "none")
        const mail = yield* mailbox.saying(email, "unlinked")
        assert.include(mail.text.replace(/\s+/g, " "), "Link yours again in the app before your next withdrawal.")

        assertProblem(yield* ask("GET", "/user/profile", { token: stranger.accessToken }), 401, "unauthenticated")
        assertProblem(yield* link(stranger.accessToken), 401, "unauthenticated")
        const { refreshToken } = stranger
        assertProblem(yield* post("/auth/refresh", { refreshToken }), 401, "unauthenticated")
        assert.strictEqual(yield* payoutAccount(holder), "none")
        // an operator who is asked for help can see which account it was
        assert.match((yield* ddd(["user", "export", stranger.id])).stdout, /"unlinkedPayoutAccount": *"[^"]+"/)

        assert.strictEqual((yield* link(holder)).status, 201)
        assert.strictEqual(yield* payoutAccount(holder), "ready")
      }))

    it.effect("keeps nothing either of an account whose password they had come by, or whose address they changed to another's", () =>
      Effect.gen(function*() {
        const { mailbox, newPlayer, ask, post } = yield* Site
        const { accessToken } = yield* newPlayer
        const email = "trojan@victims.example"
        const body = { email, currentPassword: password }
        const changed = yield* ask("PATCH", "/user/profile", { token: accessToken, body, headers: windows })
        assert.strictEqual(changed.status, 200, changed.text)
        const token = yield* mailbox.token(email, "verify-email")
        const said = (yield* mailbox.saying(email, token)).text.replace(/\s+/g, " ")
        assert.include(said, "From: a Windows computer, as it says")
        assert.include(said, "This is not your account, or you did not ask for this? Then do not press it")
        yield* post("/auth/verify-email", { token })
        assert.strictEqual((yield* post("/wallet/payout-account", undefined, { token: accessToken })).status, 201)
        const holder = yield* reset(email)
        const { json } = yield* ask("GET", "/wallet/payout-account", { token: holder })
        assert.deepStrictEqual(json, { status: "none" })
      }))

    it.effect("does not cost a player who changes a password that they know their payout account", () =>
      Effect.gen(function*() {
        const { post } = yield* Site
        const { payoutAccount, stranger: { accessToken } } = yield* hijacked("honest")
        const change = { currentPassword: password, password: another }
        const changed = yield* post("/auth/change-password", change, { token: accessToken })
        assert.strictEqual(changed.status, 204, changed.text)
        assert.strictEqual(yield* payoutAccount(accessToken), "ready")
      }))
  }
)
