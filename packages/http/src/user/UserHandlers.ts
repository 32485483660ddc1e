/** The handlers of `UserApi`: a player's own profile. */
import { viewWallet, type WithdrawalTerms } from "@ddd/core/money/Withdrawable"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Now } from "@ddd/core/ports/Now"
import type { UserId } from "@ddd/core/values/Ids"
import { Effect, Redacted } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { refuseEmailTaken, refuseUsernameTaken } from "../auth/AccountProblems.ts"
import { makePasswordProof, refuseCredentials } from "../auth/PasswordProof.ts"
import { withoutPorts } from "../boundary/WithoutPorts.ts"
import { refuse, refuseField } from "../problems/Problem.ts"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { CurrentUser, refuseUnknownPlayer } from "../requests/Authentication.ts"
import { jsonBody } from "../requests/JsonBody.ts"
import { requestOrigin } from "../requests/RequestOrigin.ts"
import { ChangeProfile } from "./UserBodies.ts"

const changeProfileBody = jsonBody(ChangeProfile)

export const layer = (terms: WithdrawalTerms) =>
  withoutPorts(Effect.gen(function*() {
    const accounts = yield* Accounts
    const { now } = yield* Now
    const prove = yield* makePasswordProof

    const profileOf = Effect.fnUntraced(function*(userId: UserId) {
      const profile = (yield* accounts.profile(userId)) ?? (yield* refuseUnknownPlayer)
      return { ...profile, wallet: viewWallet(profile.wallet, terms, yield* now) }
    })

    return HttpApiBuilder.group(Api, "user", (handlers) =>
      handlers
        .handle("profile", () =>
          Effect.flatMap(CurrentUser, ({ userId }) => profileOf(userId)).pipe(
            Effect.catchTag("Unavailable", refuseUnavailable)
          ))
        .handleRaw("changeProfile", ({ request }) =>
          Effect.gen(function*() {
            const { currentPassword, ...change } = (yield* changeProfileBody(request)).value
            const { userId } = yield* CurrentUser
            const origin = requestOrigin(request)
            if (change.email === undefined && change.username === undefined) {
              return yield* refuseField("body", "must have a username, an email, or both")
            }
            if (change.email !== undefined && currentPassword === undefined) {
              return yield* refuseField("currentPassword", "is required with email")
            }
            // one that is not needed is not taken on trust either
            let verified: { readonly verified?: Redacted.Redacted } = {}
            if (currentPassword !== undefined) {
              const { email } = yield* profileOf(userId)
              const stored = yield* accounts.passwordHash(userId)
              if (stored === null) return yield* refuseUnknownPlayer
              yield* prove({
                email,
                holder: { userId, passwordHash: stored },
                password: Redacted.make(currentPassword),
                field: "currentPassword",
                origin
              })
              verified = { verified: stored }
            }
            yield* accounts.changeProfile(userId, { ...change, ...verified }, origin)
            return yield* profileOf(userId)
          }).pipe(
            Effect.catchTags({
              EmailTaken: () => refuseEmailTaken,
              PasswordOutdated: () => refuseCredentials("currentPassword"),
              TooManyMails: ({ retryAfter }) =>
                refuse(
                  "rate_limited",
                  "Too many mails were asked for. Nothing was changed; wait before you try again.",
                  {
                    retryAfter
                  }
                ),
              UsernameTaken: () => refuseUsernameTaken,
              Unavailable: refuseUnavailable
            })
          )))
  }))
