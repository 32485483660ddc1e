/** Signing up and in; sessions, passwords, mailed links. */
import { AccessTokens, accessTokenSeconds, type SessionId, sessionId } from "@ddd/core/ports/AccessTokens"
import { Accounts, type NewSession } from "@ddd/core/ports/Accounts"
import { MailedTokens } from "@ddd/core/ports/MailedTokens"
import { Passwords } from "@ddd/core/ports/Passwords"
import { RefreshTokens } from "@ddd/core/ports/RefreshTokens"
import { type RequestOrigin, SecurityLog } from "@ddd/core/ports/SecurityLog"
import { Sessions } from "@ddd/core/ports/Sessions"
import { isUuid, type UserId } from "@ddd/core/values/Ids"
import { Effect, Redacted } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { refuse } from "../problems/Problem.ts"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { CurrentUser, refuseUnknownPlayer } from "../requests/Authentication.ts"
import { jsonBody } from "../requests/JsonBody.ts"
import { requestOrigin } from "../requests/RequestOrigin.ts"
import { refuseEmailTaken, refuseUsernameTaken } from "./AccountProblems.ts"
import {
  ChangePassword,
  ConfirmReset,
  Refresh,
  ResetPassword,
  SignIn,
  SignUp,
  type TokensBody,
  VerifyEmail
} from "./AuthBodies.ts"
import { inEqualTime } from "./EqualTime.ts"
import { newPasswordHash } from "./NewPassword.ts"
import { makePasswordProof, refuseCredentials } from "./PasswordProof.ts"

const signUpBody = jsonBody(SignUp)
const signInBody = jsonBody(SignIn)
const refreshBody = jsonBody(Refresh)
const changePasswordBody = jsonBody(ChangePassword)
const resetPasswordBody = jsonBody(ResetPassword)
const confirmResetBody = jsonBody(ConfirmReset)
const verifyEmailBody = jsonBody(VerifyEmail)

export const layer = HttpApiBuilder.group(
  Api,
  "auth",
  Effect.fnUntraced(function*(handlers) {
    const accessTokens = yield* AccessTokens
    const accounts = yield* Accounts
    const log = yield* SecurityLog
    const mailedTokens = yield* MailedTokens
    const passwords = yield* Passwords
    const prove = yield* makePasswordProof
    const refreshTokens = yield* RefreshTokens
    const sessions = yield* Sessions

    /** A first refresh token, and the session to be opened by it. */
    const newSession = (origin: RequestOrigin) =>
      Effect.map(refreshTokens.issue, ({ hash, token }) => ({
        refreshToken: token,
        session: { refreshTokenHash: hash, userAgent: origin.userAgent } satisfies NewSession
      }))

    const tokensOf = (
      user: UserId,
      session: SessionId,
      refreshToken: Redacted.Redacted
    ): Effect.Effect<typeof TokensBody.Type> =>
      Effect.map(accessTokens.issue(user, session), ({ accessToken }) => ({
        accessToken: Redacted.value(accessToken),
        refreshToken: Redacted.value(refreshToken),
        tokenType: "Bearer",
        expiresIn: accessTokenSeconds
      }))

    const hashOf = (mailedToken: string): string => mailedTokens.hashOf(Redacted.make(mailedToken))

    return handlers
      .handleRaw("signUp", ({ request }) =>
        Effect.gen(function*() {
          const { email, password, username } = (yield* signUpBody(request)).value
          // hashed before the store is asked: no transaction waits for it
          const passwordHash = yield* newPasswordHash(passwords, password, { email, username })
          const origin = requestOrigin(request)
          const { refreshToken, session } = yield* newSession(origin)
          const opened = yield* accounts.signUp({ email, username, passwordHash, session }, origin)
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
        ))
      .handleRaw("signIn", ({ request }) =>
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
          const replacement = passwords.needsRehash(Redacted.value(verified))
            ? yield* passwords.hash(password).pipe(
              Effect.map((hash) => Redacted.make(hash)),
              Effect.catchTag("HashingBusy", () => Effect.succeed(null)) // it can wait for the next time
            )
            : null
          const { refreshToken, session } = yield* newSession(origin)
          const opened = yield* accounts.openSession(user.id, session, { verified, replacement }, origin)
          return { user, tokens: yield* tokensOf(user.id, sessionId(opened.sessionId), refreshToken) }
        }).pipe(
          Effect.catchTags({ PasswordOutdated: () => refuseCredentials, Unavailable: refuseUnavailable })
        ))
      .handleRaw("refresh", ({ request }) =>
        Effect.gen(function*() {
          const { refreshToken } = (yield* refreshBody(request)).value
          const shown = refreshTokens.read(Redacted.make(refreshToken))
          if (shown === null) return yield* refuseRefreshToken
          const { hash, successor } = shown
          const refreshed = yield* sessions.refresh(hash, successor.hash, requestOrigin(request))
          switch (refreshed._tag) {
            case "Refreshed":
              return { tokens: yield* tokensOf(refreshed.userId, refreshed.sessionId, successor.token) }
            case "Reused":
              return yield* refuse(
                "token_reused",
                "This refresh token was used before. Somebody may have copied it, so its session has ended: sign in again."
              )
            case "Unknown":
              return yield* refuseRefreshToken
          }
        }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
      .handleRaw("signOut", ({ request }) =>
        Effect.gen(function*() {
          const { refreshToken } = (yield* refreshBody(request)).value
          const shown = refreshTokens.read(Redacted.make(refreshToken))
          if (shown !== null) yield* sessions.endByToken(shown.hash, requestOrigin(request))
        }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
      .handle("signOutEverywhere", ({ request }) =>
        Effect.gen(function*() {
          const { userId } = yield* CurrentUser
          yield* sessions.endAll(userId, "everywhere", requestOrigin(request))
        }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
      .handle("sessions", () =>
        Effect.gen(function*() {
          const { sessionId, userId } = yield* CurrentUser
          const living = yield* sessions.list(userId)
          return { items: living.map((session) => ({ ...session, current: session.id === sessionId })) }
        }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
      .handle("endSession", ({ params: { id }, request }) =>
        Effect.gen(function*() {
          const { userId } = yield* CurrentUser
          const ended = isUuid(id) && (yield* sessions.end(userId, sessionId(id), requestOrigin(request)))
          if (!ended) return yield* refuse("not_found", "You have no session with this id.")
        }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
      .handleRaw("changePassword", ({ request }) =>
        Effect.gen(function*() {
          const { currentPassword, password } = (yield* changePasswordBody(request)).value
          const { sessionId, userId } = yield* CurrentUser
          const origin = requestOrigin(request)
          const profile = yield* accounts.profile(userId)
          const stored = yield* accounts.passwordHash(userId)
          if (profile === null || stored === null) return yield* refuseUnknownPlayer
          const { passwordHash: verified } = yield* prove({
            email: profile.email,
            holder: { userId, passwordHash: stored },
            password: Redacted.make(currentPassword),
            field: "currentPassword",
            origin
          })
          const replacement = yield* newPasswordHash(passwords, password, profile)
          yield* accounts.changePassword(userId, sessionId, { verified, replacement }, origin)
        }).pipe(
          Effect.catchTags({ PasswordOutdated: () => refuseCredentials, Unavailable: refuseUnavailable })
        ))
      .handleRaw("resetPassword", ({ request }) =>
        Effect.gen(function*() {
          const { email } = (yield* resetPasswordBody(request)).value
          yield* inEqualTime(accounts.askReset(email, requestOrigin(request)))
          return {}
        }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
      .handleRaw("confirmReset", ({ request }) =>
        Effect.gen(function*() {
          const { password, token } = (yield* confirmResetBody(request)).value
          const tokenHash = hashOf(token)
          const user = yield* accounts.findForReset(tokenHash)
          if (user === null) return yield* refuseMailedToken
          const passwordHash = yield* newPasswordHash(passwords, password, user)
          yield* accounts.resetPassword(tokenHash, passwordHash, requestOrigin(request))
        }).pipe(
          Effect.catchTags({ InvalidMailedToken: () => refuseMailedToken, Unavailable: refuseUnavailable })
        ))
      .handleRaw("verifyEmail", ({ request }) =>
        Effect.gen(function*() {
          const { token } = (yield* verifyEmailBody(request)).value
          yield* accounts.verifyEmail(hashOf(token), requestOrigin(request))
        }).pipe(
          Effect.catchTags({
            InvalidMailedToken: () => refuseMailedToken,
            EmailTaken: () => refuseEmailTaken,
            Unavailable: refuseUnavailable
          })
        ))
      .handle("resendVerification", ({ request }) =>
        Effect.gen(function*() {
          const { userId } = yield* CurrentUser
          yield* accounts.askVerification(userId, requestOrigin(request))
          return {}
        }).pipe(Effect.catchTag("Unavailable", refuseUnavailable)))
  })
)

const refuseMailedToken = refuse(
  "invalid_token",
  "This link does not work: it is too old, was used before, or a newer one was sent. Ask for another."
)
const refuseRefreshToken = refuse(
  "unauthenticated",
  "This refresh token is not good, or its session is over: sign in again."
)
