/** How players come in: signing up and in. */
import type { RequestOrigin } from "@ddd/core/accounts/SecurityEvent"
import type { NewSession } from "@ddd/core/accounts/Session"
import type { ProvenPassword } from "@ddd/core/accounts/SignIn"
import type { NewUser } from "@ddd/core/accounts/SignUp"
import { EmailTaken, PasswordOutdated, type SignInCandidate, UsernameTaken } from "@ddd/core/ports/Accounts"
import { houseUserId, type UserId } from "@ddd/core/values/Ids"
import type { Instant } from "@ddd/core/values/Instant"
import { Effect, Redacted } from "effect"
import type { Services } from "./Services.ts"
import { brokenUniqueness, lockUser, userOf, type UserRow } from "./Users.ts"

export const makeEntry = ({ events, links, newId, now, outbox, seal, sql, transact }: Services) => {
  const insertSession = Effect.fnUntraced(function*(at: Instant, user: string, session: NewSession) {
    const sessionId = newId(at)
    yield* sql`
      INSERT INTO sessions (id, user_id, user_agent) VALUES (${sessionId}::uuid, ${user}::uuid, ${session.userAgent})`
    yield* sql`
      INSERT INTO refresh_tokens (token_hash, session_id) VALUES (${session.refreshTokenHash}, ${sessionId}::uuid)`
    return sessionId
  })

  const signUp = Effect.fn("AccountsPg.signUp")(function*(
    { email, passwordHash, session, username }: NewUser,
    origin: RequestOrigin
  ) {
    const at = yield* now
    const [row] = yield* sql<UserRow>`
      INSERT INTO users (id, email, username, password_hash)
      VALUES (${newId(at)}::uuid, ${email}, ${username}, ${Redacted.value(passwordHash)})
      RETURNING id, email, username, email_verified, created_at`
    if (row === undefined) return yield* Effect.die(new Error("an INSERT gives its row back"))
    const user = userOf(row)
    yield* sql`INSERT INTO wallets (id, user_id) VALUES (${newId(at)}::uuid, ${user.id}::uuid)`
    yield* sql`INSERT INTO user_keys (user_id, key) VALUES (${user.id}::uuid, ${yield* seal.newKey}::bytea)`
    const sessionId = yield* insertSession(at, user.id, session)
    const mailedTokenId = yield* links.issue(at, user.id, "verify_email", email)
    yield* outbox.add(mailedTokenId, { _tag: "MailWelcome", userId: user.id, mailedTokenId })
    yield* events.record(at, { type: "signed_up", userId: user.id, sessionId, origin })
    return { user, sessionId }
  }, (transaction, { email, username }) =>
    Effect.mapError(transact(transaction), (error) => {
      switch (brokenUniqueness(error)) {
        case "users_email_key":
          return new EmailTaken({ email })
        case "users_username_key":
          return new UsernameTaken({ username })
        default:
          return error
      }
    }))

  const findForSignIn = Effect.fn("AccountsPg.findForSignIn")(function*(email: string) {
    const [row] = yield* sql<UserRow & { readonly password_hash: string; readonly is_active: boolean }>`
      SELECT id, email, username, email_verified, created_at, password_hash, is_active FROM users
      WHERE lower(email) = lower(${email}) AND id <> ${houseUserId}::uuid AND erased_at IS NULL`
    return row === undefined ? null : {
      user: userOf(row),
      passwordHash: Redacted.make(row.password_hash),
      frozen: !row.is_active
    } satisfies SignInCandidate
  })

  const openSession = Effect.fn("AccountsPg.openSession")(function*(
    user: UserId,
    session: NewSession,
    { replacement, verified }: ProvenPassword,
    origin: RequestOrigin
  ) {
    const at = yield* now
    const row = yield* lockUser(sql, user)
    if (row?.is_active !== true || row.password_hash !== Redacted.value(verified)) return yield* new PasswordOutdated()
    if (replacement !== null) {
      yield* sql`
        UPDATE users SET password_hash = ${
        Redacted.value(replacement)
      }, updated_at = app_now() WHERE id = ${user}::uuid`
    }
    const sessionId = yield* insertSession(at, user, session)
    yield* events.record(at, { type: "signed_in", userId: user, sessionId, origin })
    return { sessionId }
  }, transact)

  return { signUp, findForSignIn, openSession }
}
