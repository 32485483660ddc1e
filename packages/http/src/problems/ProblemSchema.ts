/**
 * Declares which problems an endpoint may answer, so that the compiler and the OpenAPI document hold its handler to it.
 */
import { Schema, SchemaGetter } from "effect"
import { HttpApiSchema } from "effect/http-api"
import { Problem, type ProblemCode, problemStatus } from "./Problem.ts"

const InvalidFieldBody = Schema.Struct({ path: Schema.String, message: Schema.String }).annotate({
  identifier: "InvalidField"
})

const body = <Code extends ProblemCode>(status: number, codes: ReadonlyArray<Code>) =>
  Schema.Struct({
    type: Schema.String,
    title: Schema.String,
    status: Schema.Literal(status),
    code: Schema.Literals(codes),
    detail: Schema.String,
    requestId: Schema.String,
    errors: Schema.optionalKey(Schema.Array(InvalidFieldBody))
  })

const isProblemOf = <Code extends ProblemCode>(codes: ReadonlyArray<ProblemCode>) => (u: unknown): u is Problem<Code> =>
  u instanceof Problem && codes.includes(u.code)

const problemsOfStatus = <Code extends ProblemCode>(status: number, codes: ReadonlyArray<Code>) =>
  body(status, codes).pipe(
    Schema.decodeTo(Schema.declare(isProblemOf<Code>(codes)), {
      decode: SchemaGetter.transform(({ code, detail, errors }) =>
        new Problem(code, detail, errors === undefined ? {} : { errors })
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
