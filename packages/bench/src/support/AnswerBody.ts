/** What stands in the body of an answer. */
import { Option, Schema } from "effect"
import type { HttpAnswer } from "./HttpConnection.ts"

/** Reads JSON of this form; throws, telling the whole answer, where the body is something else, such as a refusal. */
export const bodyOf = <A>(schema: Schema.Decoder<A>): (answer: HttpAnswer) => A => {
  const decode = Schema.decodeOption(Schema.fromJsonString(schema))
  return ({ body, status }) =>
    Option.getOrThrowWith(
      decode(body.toString()),
      () => new Error(`answered ${status}: ${JSON.stringify(body.toString())}`)
    )
}
