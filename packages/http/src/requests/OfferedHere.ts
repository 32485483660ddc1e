/**
 * What is refused to requests from where play is not offered: opening an account, buying, and making or joining a room.
 *
 * An endpoint that takes money, or brings somebody into play, carries this middleware. Nothing else does: whoever has money here can sign
 * in, withdraw it and close the account from anywhere (docs/decisions/0080-where-play-is-offered.md).
 */
import { type NotOffered, refusalOfPlace, type Territory } from "@ddd/core/play/Places"
import { Effect, Layer } from "effect"
import { HttpServerRequest } from "effect/http"
import { HttpApiMiddleware } from "effect/http-api"
import { Problem } from "../problems/Problem.ts"
import { problems } from "../problems/ProblemSchema.ts"
import type { PlaceOf } from "./RequestPlace.ts"

const whatWorks = "Nothing was changed. Signing in, withdrawing, and closing the account work from anywhere."

const problemOf = ({ country, regions }: NotOffered): Problem<"not_available_here"> =>
  new Problem(
    "not_available_here",
    country === null
      ? `It cannot be told from which country this request comes, and play is offered in known ones alone. ${whatWorks}`
      : `Play is not offered where this request comes from, which is seen as ${regions.at(-1) ?? country}. ${whatWorks}`
  )

export class OfferedHere extends HttpApiMiddleware.Service<OfferedHere>()("@ddd/http/requests/OfferedHere", {
  error: problems("not_available_here")
}) {
  /** `territory` null: play is offered everywhere. */
  static readonly layer = (territory: Territory | null, placeOf: PlaceOf) => {
    if (territory === null) return Layer.succeed(OfferedHere, OfferedHere.of((respond) => respond))
    const requireOffered = Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
      const refusal = refusalOfPlace(territory, placeOf(request))
      return refusal === null ? Effect.void : Effect.fail(problemOf(refusal))
    })
    return Layer.succeed(OfferedHere, OfferedHere.of((respond) => Effect.andThen(requireOffered, respond)))
  }
}
