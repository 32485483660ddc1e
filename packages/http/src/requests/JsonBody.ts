/**
 * Reads the body of a request: JSON of one meaning, of the declared shape, and nothing besides.
 *
 * The endpoints declare the same schema as their payload, for the OpenAPI document; the handlers read it here, so that
 * each way in which a body can be wrong has its own code.
 */
import { parseBytes } from "@ddd/core/values/StrictJson"
import { Effect, Result, Schema } from "effect"
import type { HttpServerRequest } from "effect/http"
import { invalidFields } from "../problems/InvalidFields.ts"
import { type Problem, refuse } from "../problems/Problem.ts"
import type { bodyProblems } from "../problems/ProblemSchema.ts"
import { bodyOf } from "./Body.ts"

/** What may be wrong with a body. */
export type BodyProblem = Problem<typeof bodyProblems[number]>

export interface JsonBody<A> {
  readonly value: A
  /** The body as it came. */
  readonly bytes: Uint8Array
}

/** `application/json`, in UTF-8 (RFC 8259, section 8.1). */
const jsonForm = /^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i

/**
 * A reader of bodies that `schema` describes.
 *
 * `whenEmpty` is what a request without a body says: where nothing is required of the client, it may send none.
 */
export const jsonBody = <A>(schema: Schema.ConstraintDecoder<A>, whenEmpty?: A) => {
  const decode = Schema.decodeUnknownResult(schema, { onExcessProperty: "error", errors: "all" })
  return (request: HttpServerRequest.HttpServerRequest): Effect.Effect<JsonBody<A>, BodyProblem> =>
    Effect.flatMap(
      bodyOf(request),
      (bytes): Effect.Effect<JsonBody<A>, BodyProblem> => {
        if (bytes.length === 0 && whenEmpty !== undefined) return Effect.succeed({ value: whenEmpty, bytes })
        if (!jsonForm.test(request.headers["content-type"] ?? "")) {
          return refuse("unsupported_media_type", "Send JSON in UTF-8, with Content-Type: application/json.")
        }
        if ((request.headers["content-encoding"] ?? "identity") !== "identity") {
          return refuse("unsupported_media_type", "Send the body as it is, without Content-Encoding.")
        }
        const json = parseBytes(bytes)
        if (Result.isFailure(json)) return refuse("invalid_json", json.failure.message)
        const decoded = decode(json.success)
        return Result.isSuccess(decoded)
          ? Effect.succeed({ value: decoded.success, bytes })
          : refuse("invalid_request", "The body is not what this endpoint takes.", {
            errors: invalidFields(decoded.failure, "body")
          })
      }
    )
}
