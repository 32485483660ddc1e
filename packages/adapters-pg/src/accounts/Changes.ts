/** What players change about their identity, and how they prove that an address is theirs. */
import type { ProfileChange } from "@ddd/core/accounts/Profile"
import type { RequestOrigin } from "@ddd/core/accounts/SecurityEvent"
import type { SessionId } from "@ddd/core/accounts/Session"
import type { ProvenPassword } from "@ddd/core/accounts/SignIn"
import { EmailTaken, InvalidMailedToken, PasswordOutdated, TooManyMails, UsernameTaken } from "@ddd/core/ports/Accounts"
import { houseUserId, type UserId, userId } from "@ddd/core/values/Ids"
import { Effect, Redacted } from "effect"
import type { Services } from "./Services.ts"
import { brokenUniqueness, lockUser, userOf, type UserRow } from "./Users.ts"

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

export const makeChanges = ({ ends, events, links, newId, now, outbox, sql, transact }: Services) => {
  /** Stores a new password. Links that were asked for under the old one stop working. */
  const setPassword = Effect.fnUntraced(function*(user: UserId, passwordHash: Redacted.Redacted) {
    yield* sql`
      UPDATE users SET password_hash = ${Redacted.value(passwordHash)}, updated_at = app_now() WHERE id = ${user}::uuid`
    yield* links.cancel(user, "reset_password")
    yield* links.cancelNewAddresses(user)
  })

  const verifyEmail = Effect.fn("AccountsPg.verifyEmail")(function*(tokenHash: string, origin: RequestOrigin) {
    const owner = yield* links.ownerOf("verify_email", tokenHash)
    const before = owner === undefined ? undefined : yield* lockUser(sql, owner)
    const email = before === undefined ? undefined : yield* links.use("verify_email", tokenHash)
    if (before === undefined || email === undefined) return yield* new InvalidMailedToken()
    const [row] = yield* Effect.mapError(
      sql<UserRow>`
        UPDATE users SET email = ${email}, email_verified = true, updated_at = app_now() WHERE id = ${before.id}::uuid
        RETURNING id, email, username, email_verified, created_at`,
      (error) => brokenUniqueness(error) === undefined ? error : new EmailTaken({ email })
    )
    if (row === undefined) return yield* Effect.die(new Error("a locked user is there"))
    const user = userOf(row)
    // whoever reads the old address must not come in by it any more
    if (!same(before.email, email)) yield* links.cancel(user.id, "reset_password")
    yield* events.record(yield* now, { type: "email_verified", userId: user.id, origin, details: { email } })
    return user
  }, transact)

  const askVerification = Effect.fn("AccountsPg.askVerification")(function*(user: UserId, _origin: RequestOrigin) {
    const row = yield* lockUser(sql, user)
    if (row === undefined || row.erased_at !== null) return
    const [waiting] = yield* sql<{ readonly email: string; readonly previous_email: string | null }>`
      SELECT email, previous_email FROM mailed_tokens
      WHERE user_id = ${user}::uuid AND purpose = 'verify_email' AND used_at IS NULL AND lower(email) <> lower(${row.email})
      ORDER BY id DESC LIMIT 1`
    if (waiting === undefined && row.email_verified) return
    const email = waiting?.email ?? row.email
    if ((yield* links.waitOf(email)) > 0) return
    const previousEmail = waiting?.previous_email ?? undefined
    const mailedTokenId = yield* links.issue(yield* now, user, "verify_email", email, previousEmail)
    yield* outbox.add(mailedTokenId, { _tag: "MailVerifyAddress", userId: user, mailedTokenId })
  }, transact)

  const askReset = Effect.fn("AccountsPg.askReset")(function*(email: string, origin: RequestOrigin) {
    const at = yield* now
    const [row] = yield* sql<UserRow>`
      SELECT id, email, username, email_verified, created_at FROM users
      WHERE lower(email) = lower(${email}) AND id <> ${houseUserId}::uuid AND erased_at IS NULL FOR NO KEY UPDATE`
    const address = row?.email ?? email
    const mayMail = (yield* links.waitOf(address)) === 0
    // where nothing is mailed the same statements are run, on a user whom nobody is, so that the time of the answer does not tell
    const holder = row === undefined || !mayMail ? undefined : userId(row.id)
    const mailedTokenId = yield* links.issue(at, holder ?? newId(at), "reset_password", address)
    if (holder === undefined) yield* sql`SELECT 1 FROM jobs WHERE queue_name = '' AND id = ${mailedTokenId}`
    else yield* outbox.add(mailedTokenId, { _tag: "MailResetPassword", userId: holder, mailedTokenId })
    if (row === undefined) {
      yield* sql`SELECT key FROM user_keys WHERE user_id = ${mailedTokenId}::uuid`
      yield* events.recordOfStranger(at, "password_reset_asked", email.toLowerCase())
    } else {
      yield* events.record(at, { type: "password_reset_asked", userId: userId(row.id), origin })
    }
  }, transact)

  const findForReset = Effect.fn("AccountsPg.findForReset")(function*(tokenHash: string) {
    const [row] = yield* sql<UserRow>`
      SELECT u.id, u.email, u.username, u.email_verified, u.created_at FROM mailed_tokens t JOIN users u ON u.id = t.user_id
      WHERE t.token_hash = ${tokenHash} AND t.purpose = 'reset_password' AND t.used_at IS NULL AND t.expires_at > app_now()
        AND t.email IS NOT NULL`
    return row === undefined ? null : userOf(row)
  })

  const resetPassword = Effect.fn("AccountsPg.resetPassword")(function*(
    tokenHash: string,
    passwordHash: Redacted.Redacted,
    origin: RequestOrigin
  ) {
    const owner = yield* links.ownerOf("reset_password", tokenHash)
    const row = owner === undefined ? undefined : yield* lockUser(sql, owner)
    const used = row === undefined ? undefined : yield* links.use("reset_password", tokenHash)
    if (row === undefined || used === undefined) return yield* new InvalidMailedToken()
    const user = userOf(row)
    yield* setPassword(user.id, passwordHash)
    yield* ends.end(user.id, { except: null }, "password")
    const event = yield* events.record(yield* now, { type: "password_reset", userId: user.id, origin })
    yield* outbox.add(event, { _tag: "MailPasswordChanged", userId: user.id })
    return user
  }, transact)

  const changePassword = Effect.fn("AccountsPg.changePassword")(function*(
    user: UserId,
    keep: SessionId,
    { replacement, verified }: ProvenPassword & { readonly replacement: Redacted.Redacted },
    origin: RequestOrigin
  ) {
    const row = yield* lockUser(sql, user)
    if (row?.is_active !== true || row.password_hash !== Redacted.value(verified)) return yield* new PasswordOutdated()
    yield* setPassword(user, replacement)
    yield* ends.end(user, { except: keep }, "password")
    const event = yield* events.record(yield* now, { type: "password_changed", userId: user, sessionId: keep, origin })
    yield* outbox.add(event, { _tag: "MailPasswordChanged", userId: user })
  }, transact)

  const changeUsername = Effect.fnUntraced(function*(user: UserId, from: string, to: string, origin: RequestOrigin) {
    yield* Effect.mapError(
      sql`UPDATE users SET username = ${to}, updated_at = app_now() WHERE id = ${user}::uuid`,
      (error) => brokenUniqueness(error) === undefined ? error : new UsernameTaken({ username: to })
    )
    yield* events.record(yield* now, { type: "username_changed", userId: user, origin, details: { from, to } })
  })

  const askNewAddress = Effect.fnUntraced(function*(user: UserId, from: string, to: string, origin: RequestOrigin) {
    const holders = yield* sql`SELECT 1 FROM users WHERE lower(email) = lower(${to}) AND id <> ${user}::uuid`
    if (holders.length > 0) return yield* new EmailTaken({ email: to })
    const wait = Math.max(yield* links.noticeWaitOf(user), yield* links.waitOf(to))
    if (wait > 0) return yield* new TooManyMails({ retryAfter: Math.ceil(wait / 1_000) })
    const at = yield* now
    const mailedTokenId = yield* links.issue(at, user, "verify_email", to, from)
    yield* outbox.add(mailedTokenId, { _tag: "MailVerifyAddress", userId: user, mailedTokenId })
    const event = yield* events.record(at, { type: "email_change_asked", userId: user, origin, details: { email: to } })
    yield* outbox.add(event, { _tag: "MailAddressChanged", userId: user, mailedTokenId })
  })

  const changeProfile = Effect.fn("AccountsPg.changeProfile")(function*(
    user: UserId,
    { email, username }: ProfileChange,
    origin: RequestOrigin
  ) {
    const row = yield* lockUser(sql, user)
    if (row === undefined || row.erased_at !== null) return
    if (username !== undefined && username !== row.username) {
      yield* changeUsername(user, row.username, username, origin)
    }
    if (email === undefined) return
    // back to the one in force: no other waits any more
    if (same(email, row.email)) yield* links.cancelNewAddresses(user)
    else yield* askNewAddress(user, row.email, email, origin)
  }, transact)

  return {
    verifyEmail,
    askVerification,
    askReset,
    findForReset,
    resetPassword,
    changePassword,
    changeProfile
  }
}
