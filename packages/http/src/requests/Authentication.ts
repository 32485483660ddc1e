/**
 * Who calls: a player with an access token, or one of our own machines.
 *
 * Both say so in `Authorization: Bearer …`. The groups and endpoints that need one of the two carry the middleware; the
 * others are public.
 */
import type { SessionId } from "@ddd/core/accounts/Session"
import { AccessTokens } from "@ddd/core/ports/AccessTokens"
import { Sessions } from "@ddd/core/ports/Sessions"
import type { Unavailable } from "@ddd/core/ports/Unavailable"
import type { UserId } from "@ddd/core/values/Ids"
import { Context, Effect, Layer, Redacted } from "effect"
import { HttpServerRequest } from "effect/http"
import { HttpApiMiddleware, HttpApiSecurity, OpenApi } from "effect/http-api"
import { hash, timingSafeEqual } from "node:crypto"
import { countedOf } from "../engine/Exchange.ts"
import { type Problem, refuse } from "../problems/Problem.ts"
import { problems } from "../problems/ProblemSchema.ts"
import { refuseUnread } from "../problems/Unavailability.ts"

/** As tools compare it: in lower case (RFC 9110, section 11.1). */
const bearer = HttpApiSecurity.http({ scheme: "bearer" })

/** The player whose access token came with the request. */
export class CurrentUser extends Context.Service<CurrentUser, {
  readonly userId: UserId
  readonly sessionId: SessionId
}>()("@ddd/http/CurrentUser") {}

export const refuseEnded = refuse("unauthenticated", "The session of this access token has ended: sign in again.")

/** Counts the request for its player, where requests are limited. */
const countPlayer = (userId: UserId) =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const counted = countedOf(request)
    return counted === undefined
      ? Effect.void
      : Effect.flatMap(
        Effect.promise(() => counted.countPlayer(userId)),
        (refusal) => refusal === undefined ? Effect.void : Effect.fail(refusal)
      )
  })

/** Lets players through whose session has not ended, as `CurrentUser`. */
export class PlayerOnly extends HttpApiMiddleware.Service<PlayerOnly, { provides: CurrentUser }>()(
  "@ddd/http/PlayerOnly",
  {
    security: {
      accessToken: bearer.pipe(
        HttpApiSecurity.annotate(OpenApi.Description, "The access token of a signed-in player")
      )
    },
    error: problems("unauthenticated", "token_expired", "rate_limited", "unavailable")
  }
) {
  static readonly layer = Layer.effect(
    PlayerOnly,
    Effect.gen(function*() {
      const sessions = yield* Sessions
      const tokens = yield* AccessTokens
      const requireLiving = (sessionId: SessionId): Effect.Effect<void, Problem<"unauthenticated" | "unavailable">> =>
        Effect.flatMap(
          Effect.catchTag(sessions.hasEnded(sessionId), "Unavailable", refuseUnread),
          (hasEnded): Effect.Effect<void, Problem<"unauthenticated">> =>
            hasEnded
              ? refuseEnded
              : Effect.void
        )
      return PlayerOnly.of({
        accessToken: (respond, { credential }) =>
          Effect.matchEffect(tokens.verify(credential), {
            onFailure: (refusal): Effect.Effect<never, Problem<"unauthenticated" | "token_expired">> =>
              refusal._tag === "TokenExpired"
                ? refuse("token_expired", "The access token has expired: refresh it, or sign in again.")
                : Effect.andThen(
                  Effect.logDebug(refusal.message),
                  refuse("unauthenticated", "Send an access token: Authorization: Bearer <token>.")
                ),
            onSuccess: ({ sessionId, userId }) =>
              // a session that has ended takes nothing of what its player may ask
              requireLiving(sessionId).pipe(
                Effect.andThen(countPlayer(userId)),
                Effect.andThen(Effect.provideService(respond, CurrentUser, { userId, sessionId }))
              )
          })
      })
    })
  )
}

/**
 * The player who asks, at an endpoint that is public: null without an access token, and for one that is not good. What belongs to a
 * player is then answered as not found, rather than refused.
 */
export const makeViewer = Effect.gen(function*() {
  const sessions = yield* Sessions
  const tokens = yield* AccessTokens
  return ({ headers }: HttpServerRequest.HttpServerRequest): Effect.Effect<UserId | null, Unavailable> => {
    const token = /^Bearer (.+)$/i.exec(headers["authorization"] ?? "")?.[1]
    if (token === undefined) return Effect.succeed(null)
    return Effect.matchEffect(tokens.verify(Redacted.make(token)), {
      onFailure: () => Effect.succeed(null),
      onSuccess: ({ sessionId, userId }) =>
        Effect.map(sessions.hasEnded(sessionId), (hasEnded) => hasEnded ? null : userId)
    })
  }
})

/** Lets through whoever knows the internal token. */
export class InternalOnly extends HttpApiMiddleware.Service<InternalOnly>()("@ddd/http/InternalOnly", {
  security: {
    internalToken: bearer.pipe(
      HttpApiSecurity.annotate(OpenApi.Description, "The token of our own machines, `INTERNAL_API_TOKEN`")
    )
  },
  error: problems("unauthenticated")
}) {
  /** Each of the tokens is good. */
  static readonly layer = (tokens: ReadonlyArray<Redacted.Redacted>) => {
    const expected = tokens.map((token) => digest(Redacted.value(token)))
    return Layer.succeed(
      InternalOnly,
      InternalOnly.of({
        internalToken: (respond, { credential }) =>
          isAnyOf(expected, digest(Redacted.value(credential)))
            ? respond
            : refuse("unauthenticated", "This endpoint takes the internal token alone.")
      })
    )
  }
}

/** Digests have one length, so that comparing them tells nothing of the token's. */
const digest = (text: string): Buffer => hash("sha256", text, "buffer")

/** Each is compared, whichever it is. */
const isAnyOf = (expected: ReadonlyArray<Buffer>, shown: Buffer): boolean =>
  expected.filter((each) => timingSafeEqual(each, shown)).length > 0

/** Fails for a valid token whose player was erased. */
export const refuseUnknownPlayer = refuse("unauthenticated", "The account of this access token does not exist.")
