/** Signing up and in: the two ways of opening a session. */
import { emailIdentity } from "@ddd/core/accounts/EmailAddress"
import { isPublicAddress } from "@ddd/core/accounts/Network"
import { sessionId } from "@ddd/core/accounts/Session"
import type { User } from "@ddd/core/accounts/User"
import { takeBirth } from "@ddd/core/money/Age"
import { Accounts } from "@ddd/core/ports/Accounts"
import { ExclusionRegister } from "@ddd/core/ports/ExclusionRegister"
import { MinAge } from "@ddd/core/ports/MinAge"
import { Now } from "@ddd/core/ports/Now"
import { Passwords } from "@ddd/core/ports/Passwords"
import { PlayControls } from "@ddd/core/ports/PlayControls"
import { SecurityLog } from "@ddd/core/ports/SecurityLog"
import { type Attempt, Throttles } from "@ddd/core/ports/Throttles"
import type { Day } from "@ddd/core/values/Instant"
import { Effect, Redacted, Result } from "effect"
import { refuseBirth } from "../play/PlayProblems.ts"
import { refuse, refuseField } from "../problems/Problem.ts"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import type { Call } from "../requests/Call.ts"
import { jsonBody } from "../requests/JsonBody.ts"
import { requestOrigin } from "../requests/RequestOrigin.ts"
import type { PlaceOf } from "../requests/RequestPlace.ts"
import { refuseEmailTaken, refuseTooMany, refuseUsernameTaken } from "./AccountProblems.ts"
import { SignIn, SignUp } from "./AuthBodies.ts"
import { makeNewPasswordHash } from "./NewPassword.ts"
import { makePasswordProof, refuseCredentials } from "./PasswordProof.ts"
import { makeSessionTokens } from "./SessionTokens.ts"

const signUpBody = jsonBody(SignUp)
const signInBody = jsonBody(SignIn)

const signUpFrom = (ip: string): Attempt => ({ act: "sign_up", account: "", ip })

export const makeSignUp = Effect.fnUntraced(function*(placeOf: PlaceOf) {
  const accounts = yield* Accounts
  const register = yield* ExclusionRegister
  const newPasswordHash = yield* makeNewPasswordHash
  const throttles = yield* Throttles
  const { now } = yield* Now
  const minAge = yield* MinAge
  const { newSession, tokensOf } = yield* makeSessionTokens

  /** As many as may sign up from one network. Where proxies are all that is seen, nobody could be told from anybody. */
  const admit = (ip: string) =>
    Effect.gen(function*() {
      if (!isPublicAddress(ip)) return
      const admission = yield* throttles.admit(signUpFrom(ip))
      if (admission._tag === "Admitted") return
      return yield* refuse(
        "rate_limited",
        "Many accounts were opened from this network just now. None was opened; try again in a moment.",
        { retryAfter: admission.retryAfter }
      )
    })

  /** Nothing is kept of who is too young. */
  const requireAge = (bornOn: Day | null) =>
    bornOn === null
      ? minAge === null ? Effect.void : refuseField("dateOfBirth", "is required")
      : Effect.flatMap(now, (at) =>
        Result.match(takeBirth(minAge, bornOn, at), {
          onFailure: (refusal) => refuseBirth(refusal, "No account was opened."),
          onSuccess: () => Effect.void
        }))

  return ({ request }: Call) =>
    Effect.gen(function*() {
      const { dateOfBirth = null, email, password, username } = (yield* signUpBody(request)).value
      yield* requireAge(dateOfBirth)
      const origin = requestOrigin(request)
      const from = origin.ip ?? ""
      yield* admit(from)
      // hashed before the store is asked: no transaction waits for it
      const passwordHash = yield* Effect.tapError(
        newPasswordHash(password, { email, username }),
        () => isPublicAddress(from) ? Effect.ignore(throttles.takenBack(signUpFrom(from))) : Effect.void
      )
      // answered as an address that is taken: that a register lists it is nothing for strangers
      const listed = register === null ? null : yield* register.excludedUntil({ email })
      if (listed !== null && listed > (yield* now)) return yield* refuseEmailTaken
      const { refreshToken, session } = yield* newSession(origin)
      const { country } = placeOf(request)
      const opened = yield* accounts.signUp(
        { email, username, passwordHash, session, country, bornOn: dateOfBirth },
        origin
      )
      // the account is there: whatever becomes of this, the answer says so
      yield* Effect.ignore(throttles.remember({ act: "sign_in", account: emailIdentity(email), ip: from }))
      return {
        user: opened.user,
        tokens: yield* tokensOf(opened.user.id, sessionId(opened.sessionId), refreshToken)
      }
    }).pipe(
      Effect.catchTags({
        EmailTaken: () => refuseEmailTaken,
        UsernameTaken: () => refuseUsernameTaken,
        Unavailable: refuseUnavailable
      })
    )
})

export const makeSignIn = Effect.gen(function*() {
  const accounts = yield* Accounts
  const controls = yield* PlayControls
  const register = yield* ExclusionRegister
  const log = yield* SecurityLog
  const passwords = yield* Passwords
  const prove = yield* makePasswordProof
  const { newSession, tokensOf } = yield* makeSessionTokens

  /** A newer hash of a password whose stored one is outdated; null where it is not, or where it can wait for the next time. */
  const replacementOf = (stored: Redacted.Redacted, password: Redacted.Redacted) =>
    passwords.needsRehash(Redacted.value(stored))
      ? passwords.hash(password).pipe(
        Effect.map((hash) => Redacted.make(hash)),
        Effect.catchTag("HashingBusy", () => Effect.succeed(null))
      )
      : Effect.succeed(null)

  /** Excludes who is listed since. A register that does not answer keeps nobody from coming in to withdraw. */
  const askRegister = ({ email, id }: User) =>
    register === null
      ? Effect.void
      : Effect.flatMap(
        register.excludedUntil({ email }),
        (until) => until === null ? Effect.void : controls.excludeRegistered(id, until)
      ).pipe(
        Effect.catchTags({
          Unavailable: (cause) => Effect.logError("the register of exclusions did not answer for a sign-in", cause),
          UnknownUser: () => Effect.void
        })
      )

  return ({ request }: Call) =>
    Effect.gen(function*() {
      const { email, password: text } = (yield* signInBody(request)).value
      const password = Redacted.make(text)
      const origin = requestOrigin(request)
      const candidate = yield* accounts.findForSignIn(email)
      const { frozen, passwordHash: verified, user } = yield* prove({
        email: candidate?.user.email ?? email,
        holder: candidate === null ? null : { ...candidate, userId: candidate.user.id },
        password,
        field: "password",
        origin
      })
      if (frozen) {
        yield* log.append("sign_in_failed", { userId: user.id }, origin)
        return yield* refuse("account_frozen", "This account is frozen; write to us.")
      }
      const replacement = yield* replacementOf(verified, password)
      const { refreshToken, session } = yield* newSession(origin)
      yield* askRegister(user)
      const opened = yield* accounts.openSession(user.id, session, { verified, replacement }, origin)
      return { user, tokens: yield* tokensOf(user.id, sessionId(opened.sessionId), refreshToken) }
    }).pipe(
      Effect.catchTags({
        PasswordOutdated: () => refuseCredentials("password"),
        TooManyChanges: refuseTooMany("A player can sign in"),
        Unavailable: refuseUnavailable
      })
    )
})
