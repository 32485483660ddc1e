/** Reads the body of a request as the bytes that came. */
import { Effect } from "effect"
import type { HttpServerError, HttpServerRequest } from "effect/http"
import { Problem } from "../problems/Problem.ts"

/** What may be wrong with any body. */
export const rawBodyProblems = ["invalid_request", "payload_too_large"] as const
export type RawBodyProblem = Problem<typeof rawBodyProblems[number]>

export const rawBody = (
  request: HttpServerRequest.HttpServerRequest
): Effect.Effect<Uint8Array, RawBodyProblem> =>
  Effect.mapBoth(request.arrayBuffer, { onFailure: unreadable, onSuccess: (buffer) => new Uint8Array(buffer) })

const unreadable = ({ reason }: HttpServerError.HttpServerError): RawBodyProblem =>
  reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge"
    ? new Problem("payload_too_large", "The body is larger than 64 KiB.")
    : new Problem("invalid_request", "The body did not arrive whole.")
