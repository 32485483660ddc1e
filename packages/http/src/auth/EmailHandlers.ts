/** Verifying an address by a mailed link. */
import { Accounts } from "@ddd/core/ports/Accounts"
import { MailedTokens } from "@ddd/core/ports/MailedTokens"
import { Effect, Redacted } from "effect"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { CurrentUser } from "../requests/Authentication.ts"
import type { Call } from "../requests/Call.ts"
import { jsonBody } from "../requests/JsonBody.ts"
import { requestOrigin } from "../requests/RequestOrigin.ts"
import { refuseEmailTaken, refuseMailedToken } from "./AccountProblems.ts"
import { VerifyEmail } from "./AuthBodies.ts"

const verifyEmailBody = jsonBody(VerifyEmail)

export const makeEmailHandlers = Effect.gen(function*() {
  const accounts = yield* Accounts
  const mailedTokens = yield* MailedTokens

  return {
    verify: ({ request }: Call) =>
      Effect.gen(function*() {
        const { token } = (yield* verifyEmailBody(request)).value
        yield* accounts.verifyEmail(mailedTokens.hashOf(Redacted.make(token)), requestOrigin(request))
      }).pipe(
        Effect.catchTags({
          InvalidMailedToken: () => refuseMailedToken,
          EmailTaken: () => refuseEmailTaken,
          Unavailable: refuseUnavailable
        })
      ),

    resendLink: ({ request }: Call) =>
      Effect.gen(function*() {
        const { userId } = yield* CurrentUser
        yield* accounts.askVerification(userId, requestOrigin(request))
        return {}
      }).pipe(Effect.catchTag("Unavailable", refuseUnavailable))
  }
})
