/** How values that are text on the wire are declared. */
import { Effect, Schema, SchemaGetter, SchemaIssue } from "effect"

/** What a text is called in the OpenAPI document, and how it looks. */
export interface TextForm<A> {
  /** Its name among the document's components. */
  readonly identifier: string
  readonly description: string
  readonly example: string
  /** Every text that `parse` takes matches it. It needs the flag `u`, without which it is left out of the document. */
  readonly pattern: RegExp
  /** What is wrong with a text that is not taken: "must be …". */
  readonly message: string
  readonly is: (u: unknown) => u is A
  readonly parse: (text: string) => A | undefined
  readonly format: (value: A) => string
}

/** A value that is another thing inside the program: `Cents`, `Instant`. */
export const textCodec = <A>(form: TextForm<A>) =>
  Schema.String
    .check(Schema.isPattern(form.pattern, { message: form.message }))
    .annotate({ identifier: form.identifier, description: form.description, examples: [form.example] })
    .pipe(Schema.decodeTo(Schema.declare(form.is), {
      decode: SchemaGetter.transformEffect((text: string) => {
        const value = form.parse(text)
        return value === undefined
          ? Effect.fail(new SchemaIssue.InvalidValue({ message: form.message }))
          : Effect.succeed(value)
      }),
      encode: SchemaGetter.transform(form.format)
    }))
