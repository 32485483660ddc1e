/** The handlers of `AuthApi`: signing up and in, sessions, passwords, mailed links. */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { withoutPorts } from "../boundary/WithoutPorts.ts"
import type { PlaceOf } from "../requests/RequestPlace.ts"
import { makeEmailHandlers } from "./EmailHandlers.ts"
import { makePasswordHandlers } from "./PasswordHandlers.ts"
import { makeOwnSessionHandlers, makeRefreshTokenHandlers } from "./SessionHandlers.ts"
import { makeSignIn, makeSignUp } from "./SignUpAndIn.ts"

export const layer = (placeOf: PlaceOf) =>
  withoutPorts(Effect.gen(function*() {
    const signUp = yield* makeSignUp(placeOf)
    const signIn = yield* makeSignIn
    const { refresh, signOut } = yield* makeRefreshTokenHandlers
    const sessions = yield* makeOwnSessionHandlers
    const password = yield* makePasswordHandlers
    const email = yield* makeEmailHandlers

    return HttpApiBuilder.group(Api, "auth", (handlers) =>
      handlers
        .handleRaw("signUp", signUp)
        .handleRaw("signIn", signIn)
        .handleRaw("refresh", refresh)
        .handleRaw("signOut", signOut)
        .handle("sessions", sessions.list)
        .handle("endSession", sessions.endOne)
        .handle("signOutEverywhere", sessions.endAll)
        .handleRaw("changePassword", password.change)
        .handleRaw("resetPassword", password.askReset)
        .handleRaw("confirmReset", password.confirmReset)
        .handleRaw("verifyEmail", email.verify)
        .handle("resendVerification", email.resendLink))
  }))
