/** Signing up and in. */
import { isPasswordTooLong, passwordRefusalMessage, refusePassword } from "@ddd/core/Password"
import { AccessTokens, accessTokenSeconds, sessionId } from "@ddd/core/ports/AccessTokens"
import { Accounts, type NewSession, type User } from "@ddd/core/ports/Accounts"
import { Passwords } from "@ddd/core/ports/Passwords"
import { RefreshTokens } from "@ddd/core/ports/RefreshTokens"
import { Effect, Redacted } from "effect"
import type { HttpServerRequest } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { jsonBody } from "../JsonBody.ts"
import { refuse, refuseField } from "../Problem.ts"
import { refuseUnavailable } from "../Unavailability.ts"
import { type SignedIn, SignIn, SignUp } from "./AuthApi.ts"

const signUpBody = jsonBody(SignUp)
const signInBody = jsonBody(SignIn)

export const layer = HttpApiBuilder.group(
  Api,
  "auth",
  Effect.fnUntraced(function*(handlers) {
    const accounts = yield* Accounts
    const passwords = yield* Passwords
    const accessTokens = yield* AccessTokens
    const refreshTokens = yield* RefreshTokens

    /** Opens a session by `open`, which is given what is stored of its refresh token, and answers with its tokens. */
    const signIn = <E, R>(
      request: HttpServerRequest.HttpServerRequest,
      open: (session: NewSession) => Effect.Effect<{ readonly user: User; readonly sessionId: string }, E, R>
    ): Effect.Effect<typeof SignedIn.Type, E, R> =>
      Effect.gen(function*() {
        const refresh = yield* refreshTokens.issue
        const opened = yield* open({ refreshTokenHash: refresh.hash, userAgent: userAgentOf(request) })
        const access = yield* accessTokens.issue(opened.user.id, sessionId(opened.sessionId))
        return {
          user: opened.user,
          tokens: {
            accessToken: Redacted.value(access.accessToken),
            refreshToken: Redacted.value(refresh.token),
            tokenType: "Bearer",
            expiresIn: accessTokenSeconds
          }
        }
      })

    return handlers
      .handleRaw("signUp", ({ request }) =>
        Effect.gen(function*() {
          const { email, password, username } = (yield* signUpBody(request)).value
          const refusal = refusePassword(password, { email, username })
          if (refusal !== undefined) return yield* refuseField("password", passwordRefusalMessage(refusal))
          // hashed before the store is asked: no transaction waits for it
          const hash = yield* Effect.catchTag(passwords.hash(Redacted.make(password)), "HashingBusy", refuseBusy)
          return yield* signIn(request, (session) =>
            Effect.catchTags(accounts.signUp({ email, username, passwordHash: Redacted.make(hash), session }), {
              EmailTaken: () =>
                refuse("email_taken", "There is an account with this address."),
              UsernameTaken: () => refuse("username_taken", "This name is taken; choose another."),
              Unavailable: refuseUnavailable
            }))
        }))
      .handleRaw("signIn", ({ request }) =>
        Effect.gen(function*() {
          const { email, password: text } = (yield* signInBody(request)).value
          if (isPasswordTooLong(text)) return yield* refuseField("password", passwordRefusalMessage("too_long"))
          const password = Redacted.make(text)
          const candidate = yield* Effect.catchTag(accounts.findForSignIn(email), "Unavailable", refuseUnavailable)
          // as much work for an address that nobody has, so that the time of the answer does not tell
          const verified = yield* Effect.catchTag(
            candidate === null
              ? passwords.verifyAbsent(password)
              : passwords.verify(password, Redacted.value(candidate.passwordHash)),
            "HashingBusy",
            refuseBusy
          )
          if (candidate === null || !verified) {
            return yield* refuse("invalid_credentials", "Address or password are wrong.")
          }
          if (candidate.frozen) return yield* refuse("account_frozen", "This account is frozen; write to us.")
          const newHash = passwords.needsRehash(Redacted.value(candidate.passwordHash))
            // it can wait for the next time
            ? yield* Effect.catchTag(passwords.hash(password), "HashingBusy", () => Effect.succeed(null))
            : null
          return yield* signIn(request, (session) =>
            accounts.openSession(candidate.user.id, session, newHash === null ? null : Redacted.make(newHash)).pipe(
              Effect.catchTag("Unavailable", refuseUnavailable),
              Effect.map(({ sessionId }) => ({ user: candidate.user, sessionId }))
            ))
        }))
  })
)

const refuseBusy = () =>
  refuse("unavailable", "Too many people are signing in; try again in a moment.", { retryAfter: 1 })

/** What is kept of a client's name for itself. */
const userAgentCharactersMax = 255

const userAgentOf = ({ headers }: HttpServerRequest.HttpServerRequest): string | null =>
  headers["user-agent"]?.slice(0, userAgentCharactersMax) ?? null
