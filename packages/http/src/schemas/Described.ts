/** How what is sent and answered is told of in the OpenAPI document: a sentence and an example for every field. */
import type { RequestClass } from "@ddd/core/accounts/RequestLimits"
import { Context, Schema } from "effect"
import { OpenApi } from "effect/http-api"

/** What is told of a field; the example as it is on the wire. Where there is none, that of its schema holds. */
export interface FieldText {
  readonly description: string
  readonly example?: unknown
}

/** The annotation of an object's schema that has the texts of its fields, by their names (`operator/OpenApiDocument`). */
export const fieldTexts = "x-field-texts"

/** An object: each field with its schema, what it holds, and an example unless its schema has one that will do. */
export const described = <const Fields extends Schema.Struct.Fields>(
  fields: {
    readonly [Name in keyof Fields]: readonly [
      schema: Fields[Name],
      description: string,
      example?: Fields[Name]["Encoded"]
    ]
  }
): Schema.Struct<Fields> => {
  const schemas: Record<string, unknown> = {}
  const texts: Record<string, FieldText> = {}
  for (const [name, [schema, description, example]] of Object.entries<readonly [unknown, string, unknown?]>(fields)) {
    schemas[name] = schema
    texts[name] = example === undefined ? { description } : { description, example }
  }
  return Schema.Struct(schemas as Fields).annotate({ [fieldTexts]: texts })
}

/** The class by which an endpoint's requests are counted; null where nothing limits them. */
export class CountedAs extends Context.Service<CountedAs, RequestClass | null>()("@ddd/http/schemas/CountedAs") {}

/** What an endpoint's requests are counted as; what it does, in a line, and what its caller should know besides. */
export const operation = (countedAs: RequestClass | null, summary: string, description: string) =>
  Context.add(OpenApi.annotations({ summary, description }), CountedAs, countedAs)
