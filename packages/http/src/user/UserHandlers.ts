/** A player's own page. */
import { Accounts } from "@ddd/core/ports/Accounts"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../Api.ts"
import { CurrentUser, refuseUnknownPlayer } from "../Authentication.ts"
import { refuseUnavailable } from "../Unavailability.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "user",
  Effect.fnUntraced(function*(handlers) {
    const accounts = yield* Accounts
    return handlers.handle("profile", () =>
      Effect.gen(function*() {
        const { userId } = yield* CurrentUser
        const profile = yield* Effect.catchTag(accounts.profile(userId), "Unavailable", refuseUnavailable)
        return profile ?? (yield* refuseUnknownPlayer)
      }))
  })
)
