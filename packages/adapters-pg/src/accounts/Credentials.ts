/** What players change about their identity, and how they prove that an address is theirs. */
import { workingToken } from "@ddd/core/accounts/MailedToken"
import {
  askReset as decideAskReset,
  changePassword as decideChangePassword,
  type PasswordReplacement,
  resetPassword as decideResetPassword
} from "@ddd/core/accounts/PasswordChange"
import { changeProfile as decideChangeProfile, newAddress, type ProfileChange } from "@ddd/core/accounts/Profile"
import type { RequestOrigin } from "@ddd/core/accounts/SecurityEvent"
import type { SessionId } from "@ddd/core/accounts/Session"
import { emailTaken, refusalOfTaken } from "@ddd/core/accounts/TakenNames"
import {
  askVerification as decideAskVerification,
  verifyEmail as decideVerifyEmail,
  waitingAddress
} from "@ddd/core/accounts/Verification"
import { accountError, decided } from "@ddd/core/ports/Accounts"
import type { UserId } from "@ddd/core/values/Ids"
import type { Instant } from "@ddd/core/values/Instant"
import { Effect, type Redacted } from "effect"
import { lockAccount, lockAccountOf, readTaken, takenField, userOf, type UserRow } from "./AccountRows.ts"
import type { Services } from "./AccountServices.ts"

export const makeCredentials = ({ events, newId, now, sql, tokens, transact, write }: Services) => {
  /** A token that somebody shows, and its player's account, under the lock on that player's row. */
  const lockShown = Effect.fnUntraced(function*(tokenHash: string) {
    const owner = yield* tokens.ownerOf(tokenHash)
    const account = owner === undefined ? null : yield* lockAccount(sql, owner)
    const shown = yield* tokens.shown(tokenHash)
    return { account, ...shown ?? { token: null, now: yield* now, taken: false } }
  })

  const verifyEmail = Effect.fn("AccountsPg.verifyEmail")(function*(tokenHash: string, origin: RequestOrigin) {
    const shown = yield* lockShown(tokenHash)
    const newIds = { event: newId(yield* now) }
    const { change, user } = yield* decided(decideVerifyEmail({ ...shown, newIds }, origin))
    yield* Effect.mapError(
      write(change),
      (error) => takenField(error) === "email" ? accountError(emailTaken(user.email)) : error
    )
    return user
  }, transact)

  const askVerification = Effect.fn("AccountsPg.askVerification")(function*(user: UserId, origin: RequestOrigin) {
    const account = yield* lockAccount(sql, user)
    const waiting = waitingAddress(account, yield* tokens.unusedOf(user, "verify_email"))
    const mailWaitMillis = waiting === null ? 0 : yield* tokens.waitOf(waiting.email)
    const newIds = { mailedToken: newId(yield* now) }
    yield* write(decideAskVerification({ waiting, mailWaitMillis, newIds }, user, origin))
  }, transact)

  /** Runs the statements of a mail, on a user whom nobody is: so the time of the answer does not tell that none is sent. */
  const pretendToMail = Effect.fnUntraced(function*(at: Instant, email: string) {
    const id = newId(at)
    yield* tokens.issue(newId(at), { id, purpose: "reset_password", email, previousEmail: null })
    yield* sql`SELECT 1 FROM jobs WHERE queue_name = '' AND id = ${id}`
  })

  const askReset = Effect.fn("AccountsPg.askReset")(function*(email: string, origin: RequestOrigin) {
    const at = yield* now
    const account = yield* lockAccountOf(sql, email)
    const address = account?.user.email ?? email
    const mailWaitMillis = yield* tokens.waitOf(address)
    const newIds = { mailedToken: newId(at), event: newId(at) }
    const asked = decideAskReset({ account, mailWaitMillis, newIds }, email, origin)
    if (asked._tag === "OfStranger" || asked.change.issueToken === null) yield* pretendToMail(at, address)
    if (asked._tag === "OfPlayer") return yield* write(asked.change)
    // what an event of a player reads first
    yield* sql`SELECT key FROM user_keys WHERE user_id = ${newIds.mailedToken}::uuid`
    yield* events.recordOfStranger(asked.event)
  }, transact)

  const findForReset = Effect.fn("AccountsPg.findForReset")(function*(tokenHash: string) {
    const shown = yield* tokens.shown(tokenHash)
    const working = shown === null ? null : workingToken(shown.token, "reset_password", shown.now)
    if (working === null) return null
    const [row] = yield* sql<UserRow>`
      SELECT id, email, username, email_verified, created_at FROM users WHERE id = ${working.userId}::uuid`
    return row === undefined ? null : userOf(row)
  })

  const resetPassword = Effect.fn("AccountsPg.resetPassword")(function*(
    tokenHash: string,
    passwordHash: Redacted.Redacted,
    origin: RequestOrigin
  ) {
    const shown = yield* lockShown(tokenHash)
    // linked under the lock on the user's row too
    const [linked] = yield* sql<{ readonly account: string }>`
      SELECT account FROM payout_accounts WHERE user_id = ${shown.account?.user.id ?? null}::uuid`
    const facts = { ...shown, payoutAccount: linked?.account ?? null, newIds: { event: newId(yield* now) } }
    const { change, user } = yield* decided(decideResetPassword(facts, passwordHash, origin))
    yield* write(change)
    return user
  }, transact)

  const changePassword = Effect.fn("AccountsPg.changePassword")(function*(
    user: UserId,
    keep: SessionId,
    password: PasswordReplacement["password"],
    origin: RequestOrigin
  ) {
    const account = yield* lockAccount(sql, user)
    const at = yield* now
    const changedToday = yield* events.doneOnDayOf(user, "password_changed", at)
    const facts = { account, changedToday, now: at, newIds: { event: newId(at) } }
    yield* write(yield* decided(decideChangePassword(facts, { userId: user, keep, password }, origin)))
  }, transact)

  const changeProfile = Effect.fn("AccountsPg.changeProfile")(
    function*(user: UserId, change: ProfileChange, origin: RequestOrigin) {
      const account = yield* lockAccount(sql, user)
      const taken = yield* readTaken(sql, change, user)
      const to = newAddress(account, change)
      const mailWaitMillis = {
        toNewAddress: to === null ? 0 : yield* tokens.waitOf(to),
        ofNotices: to === null ? 0 : yield* tokens.noticeWaitOf(user)
      }
      const at = yield* now
      const newIds = { usernameEvent: newId(at), mailedToken: newId(at), addressEvent: newId(at) }
      const renamedToday = change.username === undefined ? 0 : yield* events.doneOnDayOf(user, "username_changed", at)
      const facts = { account, taken, mailWaitMillis, renamedToday, now: at, newIds }
      yield* write(yield* decided(decideChangeProfile(facts, { userId: user, change }, origin)))
    },
    (transaction, _, change) =>
      Effect.mapError(transact(transaction), (error) => {
        const field = takenField(error)
        return field === undefined ? error : accountError(refusalOfTaken(field, change))
      })
  )

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
