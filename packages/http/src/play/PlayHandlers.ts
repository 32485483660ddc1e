/** The handlers of `PlayApi`. */
import { PlayControls } from "@ddd/core/ports/PlayControls"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { refuseTooMany } from "../auth/AccountProblems.ts"
import { withoutPorts } from "../boundary/WithoutPorts.ts"
import { refuseField } from "../problems/Problem.ts"
import { refuseUnavailable } from "../problems/Unavailability.ts"
import { CurrentUser, refuseUnknownPlayer } from "../requests/Authentication.ts"
import { jsonBody } from "../requests/JsonBody.ts"
import { requestOrigin } from "../requests/RequestOrigin.ts"
import { ChangeLimits, limitChangeOf, limitsBody, SelfExclusion, TimeOut } from "./PlayBodies.ts"

const changeLimitsBody = jsonBody(ChangeLimits)
const timeOutBody = jsonBody(TimeOut)
const selfExclusionBody = jsonBody(SelfExclusion)

const refusals = { UnknownUser: () => refuseUnknownPlayer, Unavailable: refuseUnavailable }

export const layer = withoutPorts(Effect.gen(function*() {
  const controls = yield* PlayControls
  return HttpApiBuilder.group(Api, "play", (handlers) =>
    handlers
      .handle("limits", () =>
        Effect.flatMap(CurrentUser, ({ userId }) =>
          Effect.map(controls.of(userId), limitsBody)).pipe(
            Effect.catchTags(refusals)
          ))
      .handleRaw("changeLimits", ({ request }) =>
        Effect.gen(function*() {
          const change = limitChangeOf((yield* changeLimitsBody(request)).value)
          const { userId } = yield* CurrentUser
          if (change === null) {
            return yield* refuseField("body", "must have at least one limit")
          }
          return limitsBody(yield* controls.changeLimits(userId, change, requestOrigin(request)))
        }).pipe(
          Effect.catchTags({ ...refusals, TooManyChanges: refuseTooMany("Limits can be changed") })
        ))
      .handle("confirmLimits", ({ request }) =>
        Effect.flatMap(
          CurrentUser,
          ({ userId }) =>
            Effect.map(controls.confirmLimits(userId, requestOrigin(request)), limitsBody)
        ).pipe(Effect.catchTags(refusals)))
      .handleRaw("timeOut", ({ request }) =>
        Effect.gen(function*() {
          const { hours } = (yield* timeOutBody(request)).value
          const { userId } = yield* CurrentUser
          return { until: yield* controls.timeOut(userId, hours, requestOrigin(request)) }
        }).pipe(
          Effect.catchTags({ ...refusals, TooManyChanges: refuseTooMany("A time-out can be taken") })
        ))
      .handleRaw("selfExclude", ({ request }) =>
        Effect.gen(function*() {
          const { days } = (yield* selfExclusionBody(request)).value
          const { userId } = yield* CurrentUser
          const by = { _tag: "Player", origin: requestOrigin(request) } as const
          return { until: yield* controls.exclude(userId, days, by) }
        }).pipe(
          Effect.catchTags({ ...refusals, TooManyChanges: refuseTooMany("An exclusion can be asked for") })
        )))
}))
