/** Handlers that set a new password: with the current one, or with a mailed link. */
import { Accounts } from "@ddd/core/ports/Accounts"
import { MailedTokens } from "@ddd/core/ports/MailedTokens"
import { Effect, Redacted } from "effect"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { CurrentUser } from "../requests/Authentication.ts"
import type { Call } from "../requests/Call.ts"
import { jsonBody } from "../requests/JsonBody.ts"
import { requestOrigin } from "../requests/RequestOrigin.ts"
import { refuseMailedToken, refuseTooMany } from "./AccountProblems.ts"
import { ChangePassword, ConfirmReset, ResetPassword } from "./AuthBodies.ts"
import { inEqualTime } from "./EqualTime.ts"
import { makeNewPasswordHash } from "./NewPassword.ts"
import { makeCurrentProof, refuseCredentials } from "./PasswordProof.ts"

const changePasswordBody = jsonBody(ChangePassword)
const resetPasswordBody = jsonBody(ResetPassword)
const confirmResetBody = jsonBody(ConfirmReset)

export const makePasswordHandlers = Effect.gen(function*() {
  const accounts = yield* Accounts
  const mailedTokens = yield* MailedTokens
  const newPasswordHash = yield* makeNewPasswordHash
  const proveCurrent = yield* makeCurrentProof

  return {
    change: ({ request }: Call) =>
      Effect.gen(function*() {
        const { currentPassword, password } = (yield* changePasswordBody(request)).value
        const { sessionId, userId } = yield* CurrentUser
        const origin = requestOrigin(request)
        const { profile, verified } = yield* proveCurrent(userId, currentPassword, origin)
        const replacement = yield* newPasswordHash(password, profile)
        yield* accounts.changePassword(userId, sessionId, { verified, replacement }, origin)
      }).pipe(
        Effect.catchTags({
          PasswordOutdated: () => refuseCredentials("currentPassword"),
          TooManyChanges: refuseTooMany("A password can be changed"),
          Unavailable: refuseUnavailable
        })
      ),

    askReset: ({ request }: Call) =>
      Effect.gen(function*() {
        const { email } = (yield* resetPasswordBody(request)).value
        yield* inEqualTime(accounts.askReset(email, requestOrigin(request)))
        return {}
      }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)),

    confirmReset: ({ request }: Call) =>
      Effect.gen(function*() {
        const { password, token } = (yield* confirmResetBody(request)).value
        const tokenHash = mailedTokens.hashOf(Redacted.make(token))
        const user = yield* accounts.findForReset(tokenHash)
        if (user === null) return yield* refuseMailedToken
        const passwordHash = yield* newPasswordHash(password, user)
        yield* accounts.resetPassword(tokenHash, passwordHash, requestOrigin(request))
      }).pipe(
        Effect.catchTags({ InvalidMailedToken: () => refuseMailedToken, Unavailable: refuseUnavailable })
      )
  }
})
