/** The handlers of `UserApi`: a player's own profile. */
import { viewWallet, type WithdrawalTerms } from "@ddd/core/money/Withdrawable"
import { viewLimits } from "@ddd/core/play/LimitChange"
import { Accounts } from "@ddd/core/ports/Accounts"
import { Now } from "@ddd/core/ports/Now"
import { PlayControls } from "@ddd/core/ports/PlayControls"
import type { Instant } from "@ddd/core/values/Instant"
import { Effect, type Redacted, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { refuseEmailTaken, refuseTooMany, refuseUsernameTaken } from "../auth/AccountProblems.ts"
import { makeCurrentProof, refuseCredentials } from "../auth/PasswordProof.ts"
import { withoutPorts } from "../boundary/WithoutPorts.ts"
import { limitsBody } from "../play/PlayBodies.ts"
import { refuseBirth } from "../play/PlayProblems.ts"
import { refuse, refuseField } from "../problems/Problem.ts"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { CurrentUser, refuseUnknownPlayer } from "../requests/Authentication.ts"
import { jsonBody } from "../requests/JsonBody.ts"
import { LongAnswers } from "../requests/LongAnswers.ts"
import { requestOrigin } from "../requests/RequestOrigin.ts"
import { reasonOf } from "./EraseReasons.ts"
import { ChangeProfile, EraseUser } from "./UserBodies.ts"

const changeProfileBody = jsonBody(ChangeProfile)
const eraseUserBody = jsonBody(EraseUser)

const exportHeaders = { "content-disposition": "attachment; filename=\"daily-dollar-draw.json\"" }

export const layer = (terms: WithdrawalTerms) =>
  withoutPorts(Effect.gen(function*() {
    const accounts = yield* Accounts
    const controls = yield* PlayControls
    const { now } = yield* Now
    const proveCurrent = yield* makeCurrentProof
    const { begin } = yield* LongAnswers

    const profileOf = Effect.fnUntraced(
      function*({ sessionId, userId }: CurrentUser["Service"]) {
        const profile = (yield* accounts.profile(userId)) ?? (yield* refuseUnknownPlayer)
        const { sessionStartedAt, spent, won } = yield* controls.today(userId, sessionId)
        const at = yield* now
        const { excludedUntil, limits, timedOutUntil } = profile.wallet
        const ahead = (until: Instant | null) => until !== null && until > at ? until : null
        return {
          ...profile,
          wallet: viewWallet(profile.wallet, terms, at),
          limits: limitsBody(viewLimits(limits, at)),
          timedOutUntil: ahead(timedOutUntil),
          excludedUntil: ahead(excludedUntil),
          dateOfBirth: profile.wallet.bornOn,
          sessionStartedAt,
          spentToday: spent,
          wonToday: won
        }
      },
      Effect.catchTag("UnknownUser", () => refuseUnknownPlayer)
    )

    return HttpApiBuilder.group(Api, "user", (handlers) =>
      handlers
        .handle("profile", () =>
          Effect.flatMap(CurrentUser, profileOf).pipe(
            Effect.catchTag("Unavailable", refuseUnavailable)
          ))
        .handleRaw("changeProfile", ({ request }) =>
          Effect.gen(function*() {
            const { currentPassword, dateOfBirth, ...change } = (yield* changeProfileBody(request)).value
            const caller = yield* CurrentUser
            const { userId } = caller
            if (dateOfBirth !== undefined) {
              if (change.email !== undefined || change.username !== undefined || currentPassword !== undefined) {
                return yield* refuseField("dateOfBirth", "is sent by itself")
              }
              yield* controls.sayBirth(userId, dateOfBirth, requestOrigin(request))
              return yield* profileOf(caller)
            }
            if (change.email === undefined && change.username === undefined) {
              return yield* refuseField("body", "must have a username, an email, or both; or a dateOfBirth")
            }
            if (change.email !== undefined && currentPassword === undefined) {
              return yield* refuseField("currentPassword", "is required with email")
            }
            // one that is not needed is not taken on trust either
            let verified: { readonly verified?: Redacted.Redacted } = {}
            if (currentPassword !== undefined) {
              const proof = yield* proveCurrent(userId, currentPassword, requestOrigin(request))
              verified = { verified: proof.verified }
            }
            yield* accounts.changeProfile(userId, { ...change, ...verified }, requestOrigin(request))
            return yield* profileOf(caller)
          }).pipe(
            Effect.catchTags({
              BirthRefused: ({ refusal }) =>
                refusal._tag === "BirthSaid"
                  ? refuse(
                    "forbidden",
                    "You have said another date of birth before. Nothing was changed. Only we can correct it: write to us."
                  )
                  : refuseBirth(refusal, "Nothing was changed."),
              EmailTaken: () => refuseEmailTaken,
              PasswordOutdated: () => refuseCredentials("currentPassword"),
              UnknownUser: () => refuseUnknownPlayer,
              TooManyChanges: refuseTooMany("A name can be changed"),
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
          ))
        .handle("export", ({ request }) =>
          Effect.gen(function*() {
            const { sessionId, userId } = yield* CurrentUser
            // who asks for the headers alone takes none
            if (request.method === "HEAD") return HttpServerResponse.empty({ status: 200, headers: exportHeaders })
            yield* begin(userId)
            const by = { _tag: "Player", sessionId, origin: requestOrigin(request) } as const
            const all = (yield* accounts.export(userId, by)) ?? (yield* refuseUnknownPlayer)
            return HttpServerResponse.stream(Stream.encodeText(all), {
              contentType: "application/json",
              headers: exportHeaders
            })
          }).pipe(
            Effect.catchTags({
              TooManyChanges: refuseTooMany("An export can be taken"),
              Unavailable: refuseUnavailable
            })
          ))
        .handleRaw("erase", ({ request }) =>
          Effect.gen(function*() {
            const { currentPassword } = (yield* eraseUserBody(request)).value
            const { userId } = yield* CurrentUser
            const { verified } = yield* proveCurrent(userId, currentPassword, requestOrigin(request))
            yield* accounts.eraseSelf(userId, verified)
            return HttpServerResponse.empty()
          }).pipe(
            Effect.catchTags({
              EraseRefused: ({ reasons }) =>
                refuse(
                  "erasure_refused",
                  "The account cannot be erased now. Nothing was changed; `reasons` says what to do.",
                  {
                    reasons: reasons.map(reasonOf)
                  }
                ),
              PasswordOutdated: () => refuseCredentials("currentPassword"),
              Unavailable: refuseUnavailable
            })
          )))
  }))
