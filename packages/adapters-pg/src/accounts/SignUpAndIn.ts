/** How players come in: signing up and in. */
import type { RequestOrigin } from "@ddd/core/accounts/SecurityEvent"
import { type NewSession, openSessionsMax, sessionId, surplusSessionsMax } from "@ddd/core/accounts/Session"
import { openSession as decideOpenSession, type ProvenPassword } from "@ddd/core/accounts/SignIn"
import { type NewUser, type SignedUp, signUp as decideSignUp } from "@ddd/core/accounts/SignUp"
import { refusalOfTaken } from "@ddd/core/accounts/TakenNames"
import { accountError, decided, type SignInCandidate } from "@ddd/core/ports/Accounts"
import { type UserId, userId } from "@ddd/core/values/Ids"
import type { Instant } from "@ddd/core/values/Instant"
import { Effect, Redacted } from "effect"
import { lockAccount, readAccountOf, readTaken, takenField, userOf, type UserRow } from "./AccountRows.ts"
import type { Services } from "./AccountServices.ts"
import { writeIdentity } from "./EmailIdentityRows.ts"

export const makeSignUpAndIn = ({ events, newId, now, seal, sql, transact, write }: Services) => {
  const insertUser = Effect.fnUntraced(
    function*({ bornOn, country, email, id, passwordHash, username }: SignedUp["user"], at: Instant) {
      const [row] = yield* sql<UserRow>`
        INSERT INTO users (id, email, username, password_hash, country)
        VALUES (${id}::uuid, ${email}, ${username}, ${Redacted.value(passwordHash)}, ${country})
        RETURNING id, email, username, email_verified, created_at`
      if (row === undefined) return yield* Effect.die(new Error("an INSERT gives its row back"))
      yield* writeIdentity(sql, id, email)
      yield* sql`INSERT INTO wallets (id, user_id, born_on) VALUES (${newId(at)}::uuid, ${id}::uuid, ${bornOn}::date)`
      yield* sql`INSERT INTO user_keys (user_id, key) VALUES (${id}::uuid, ${yield* seal.newKey}::bytea)`
      return userOf(row)
    }
  )

  const signUp = Effect.fn("AccountsPg.signUp")(function*(request: NewUser, origin: RequestOrigin) {
    const at = yield* now
    const newIds = {
      user: userId(newId(at)),
      session: sessionId(newId(at)),
      mailedToken: newId(at),
      event: newId(at)
    }
    const taken = yield* readTaken(sql, request, newIds.user)
    const { change, user } = yield* decided(decideSignUp({ taken, newIds }, request, origin))
    const made = yield* insertUser(user, at)
    yield* write(change)
    return { user: made, sessionId: newIds.session }
  }, (transaction, request) =>
    Effect.mapError(transact(transaction), (error) => {
      const field = takenField(error)
      return field === undefined ? error : accountError(refusalOfTaken(field, request))
    }))

  const findForSignIn = Effect.fn("AccountsPg.findForSignIn")(function*(email: string) {
    const account = yield* readAccountOf(sql, email)
    if (account === null || account.passwordHash === null) return null
    const { frozen, passwordHash, user } = account
    return { user, passwordHash, frozen } satisfies SignInCandidate
  })

  /** The player's living sessions that are too many beside a new one: those that were unused for longest. */
  const surplusOf = (user: UserId) =>
    Effect.map(
      sql<{ readonly id: string }>`
        SELECT id FROM sessions WHERE user_id = ${user}::uuid AND ended_at IS NULL
        ORDER BY last_used_at DESC, id DESC OFFSET ${openSessionsMax - 1} LIMIT ${surplusSessionsMax}`,
      (rows) => rows.map(({ id }) => sessionId(id))
    )

  const openSession = Effect.fn("AccountsPg.openSession")(function*(
    user: UserId,
    session: NewSession,
    password: ProvenPassword,
    origin: RequestOrigin
  ) {
    const at = yield* now
    const newIds = { session: sessionId(newId(at)), event: newId(at), endEvent: newId(at) }
    const account = yield* lockAccount(sql, user)
    const surplus = yield* surplusOf(user)
    const signedInToday = yield* events.doneOnDayOf(user, "signed_in", at)
    const facts = { account, surplus, signedInToday, now: at, newIds }
    yield* write(yield* decided(decideOpenSession(facts, { userId: user, session, password }, origin)))
    return { sessionId: newIds.session }
  }, transact)

  return { signUp, findForSignIn, openSession }
}
