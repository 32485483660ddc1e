/**
 * Makes sure that somebody knows an account's password: when they sign in, and when they change what opens the account.
 *
 * An attempt is counted before it is made, so that guesses at once gain nothing on guesses one by one. An address that nobody
 * has is treated as one whose password was wrong: the same work, the same answer, the same time.
 */
import { emailIdentity } from "@ddd/core/accounts/EmailAddress"
import { isPasswordTooLong, passwordRefusalMessage } from "@ddd/core/accounts/Password"
import type { RequestOrigin } from "@ddd/core/accounts/SecurityEvent"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Passwords } from "@ddd/core/ports/Passwords"
import { SecurityLog } from "@ddd/core/ports/SecurityLog"
import { type Attempt, Throttles } from "@ddd/core/ports/Throttles"
import type { UserId } from "@ddd/core/values/Ids"
import { Effect, Redacted } from "effect"
import { type Problem, refuse, refuseField } from "../problems/Problem.ts"
import { refuseBusy, refuseUnread } from "../problems/Unavailability.ts"
import { refuseUnknownPlayer } from "../requests/Authentication.ts"
import { inEqualTime } from "./EqualTime.ts"

/** The account whose password is checked. */
export interface PasswordHolder {
  readonly userId: UserId
  /** The stored PHC string. */
  readonly passwordHash: Redacted.Redacted
}

/** The member of a request's body that a password comes in: of who signs in, or of who is signed in. */
export type PasswordField = "password" | "currentPassword"

export interface PasswordAttempt<Holder> {
  /**
   * What is counted: the holder's address as it is stored, so that none of the spellings by which the store finds it is counted
   * apart; as it was typed, where nobody has it.
   */
  readonly email: string
  readonly holder: Holder | null
  readonly password: Redacted.Redacted
  readonly field: PasswordField
  readonly origin: RequestOrigin
}

export type PasswordProblem = Problem<"invalid_request" | "invalid_credentials" | "rate_limited" | "unavailable">

/** The answer to a wrong password in a field, and to an unknown address, which must not be told from it. */
export const refuseCredentials = (field: PasswordField) =>
  refuse(
    "invalid_credentials",
    field === "currentPassword" ? "The current password is wrong." : "The address or the password is wrong."
  )

/** Checks passwords: succeeds with the holder where it is right. */
export const makePasswordProof = Effect.gen(function*() {
  const log = yield* SecurityLog
  const passwords = yield* Passwords
  const throttles = yield* Throttles

  return <Holder extends PasswordHolder>(
    { email, field, holder, origin, password }: PasswordAttempt<Holder>
  ): Effect.Effect<Holder, PasswordProblem> =>
    Effect.gen(function*() {
      if (isPasswordTooLong(Redacted.value(password))) {
        return yield* refuseField(field, passwordRefusalMessage("too_long"))
      }
      const attempt: Attempt = { act: "sign_in", account: emailIdentity(email), ip: origin.ip ?? "" }
      const who = holder === null ? { subject: attempt.account } : { userId: holder.userId }

      const admission = yield* throttles.admit(attempt)
      if (admission._tag === "Throttled") {
        yield* inEqualTime(log.append("sign_in_throttled", who, origin))
        return yield* refuse("rate_limited", "Too many wrong passwords were tried here. Wait before you try again.", {
          retryAfter: admission.retryAfter
        })
      }
      const isRight = holder === null
        ? passwords.verifyAbsent(password)
        : passwords.verify(password, Redacted.value(holder.passwordHash))
      const proven = yield* Effect.catchTag(isRight, "HashingBusy", () =>
        Effect.andThen(throttles.takenBack(attempt), refuseBusy))
      if (holder === null || !proven) {
        yield* inEqualTime(log.append("sign_in_failed", who, origin))
        return yield* refuseCredentials(field)
      }
      yield* throttles.succeeded(attempt)
      return holder
    }).pipe(
      Effect.catchTag("Unavailable", refuseUnread)
    )
})

/** Checks the current password of who is signed in: succeeds with their profile, and the hash that it was checked against, where it is right. */
export const makeCurrentProof = Effect.gen(function*() {
  const accounts = yield* Accounts
  const prove = yield* makePasswordProof

  return Effect.fnUntraced(function*(userId: UserId, currentPassword: string, origin: RequestOrigin) {
    const profile = (yield* accounts.profile(userId)) ?? (yield* refuseUnknownPlayer)
    const passwordHash = (yield* accounts.passwordHash(userId)) ?? (yield* refuseUnknownPlayer)
    yield* prove({
      email: profile.email,
      holder: { userId, passwordHash },
      password: Redacted.make(currentPassword),
      field: "currentPassword",
      origin
    })
    return { profile, verified: passwordHash }
  })
})
