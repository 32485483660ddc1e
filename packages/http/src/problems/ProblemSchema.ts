/**
 * Declares which problems an endpoint may answer, so that the compiler and the OpenAPI document hold its handler to it.
 */
import { Schema, SchemaGetter } from "effect"
import { HttpApiSchema } from "effect/http-api"
import { described } from "../schemas/Described.ts"
import { InstantText } from "../schemas/Time.ts"
import { Problem, type ProblemCode, problemStatus } from "./Problem.ts"

const InvalidFieldBody = described({
  path: [Schema.String, "Which part of the request", "amount"],
  message: [Schema.String, "What is wrong with it", "is required"]
}).annotate({ identifier: "InvalidField", description: "A part of a request that is wrong" })

const ReasonBody = described({
  reason: [Schema.String, "The stable name of what stands in the way, for programs", "balance"],
  detail: [Schema.String, "It in a sentence", "There is $2.00 in the wallet."],
  remedy: [Schema.String, "What can be done about it", "Wait for their draws."]
}).annotate({ identifier: "ProblemReason", description: "One of several things that stand in the way" })

const body = <Code extends ProblemCode>(status: number, codes: ReadonlyArray<Code>) =>
  described({
    type: [Schema.String, "Always `about:blank`: `code` says which problem it is", "about:blank"],
    title: [Schema.String, "What the status is called", "Service Unavailable"],
    status: [Schema.Literal(status), "The status of the answer, again"],
    code: [Schema.Literals(codes), "The stable name of the problem, for programs"],
    detail: [Schema.String, "A sentence for whoever reads it", "The service cannot answer now."],
    requestId: [Schema.String, "As in `X-Request-Id`: tell it to whoever is to help", "5c1d2e3f4a5b6c7d"],
    errors: [
      Schema.optionalKey(Schema.Array(InvalidFieldBody)),
      "What is wrong with the request; of a 400 alone"
    ],
    reasons: [Schema.optionalKey(Schema.Array(ReasonBody)), "All that stands in the way; of `erasure_refused` alone"],
    until: [Schema.optionalKey(InstantText), "Until when the same is refused, where that is known"]
  })

const isProblemOf = <Code extends ProblemCode>(codes: ReadonlyArray<ProblemCode>) => (u: unknown): u is Problem<Code> =>
  u instanceof Problem && codes.includes(u.code)

const problemsOfStatus = <Code extends ProblemCode>(status: number, codes: ReadonlyArray<Code>) =>
  body(status, codes).pipe(
    Schema.decodeTo(Schema.declare(isProblemOf<Code>(codes)), {
      decode: SchemaGetter.transform(({ code, detail, errors, reasons, until }) =>
        new Problem(code, detail, {
          ...(errors === undefined ? {} : { errors }),
          ...(reasons === undefined ? {} : { reasons }),
          ...(until === undefined ? {} : { until })
        })
      ),
      encode: SchemaGetter.forbidden(() => "renderProblem writes problems, with the id of their request")
    }),
    Schema.annotate({ httpApiStatus: status, description: codes.join(", ") }),
    HttpApiSchema.asJson({ contentType: "application/problem+json" })
  )

/** Declares that an endpoint, or a middleware, may answer with these codes: one schema for each status. */
export const problems = <const Codes extends ReadonlyArray<ProblemCode>>(...codes: Codes) => {
  const byStatus = Map.groupBy(codes, (code: Codes[number]) => problemStatus[code])
  return Array.from(byStatus, ([status, codes]) => problemsOfStatus<Codes[number]>(status, codes))
}

/** What a request with a body of any kind may meet: the engines refuse one that is too large, or does not arrive whole. */
export const anyBodyProblems = ["invalid_request", "payload_too_large"] as const

/** What a request with a body of JSON may meet. */
export const bodyProblems = [...anyBodyProblems, "invalid_json", "unsupported_media_type"] as const
