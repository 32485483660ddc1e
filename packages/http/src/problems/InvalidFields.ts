/** What a schema found wrong with a request, in the words of the API. */
import { type Schema, SchemaIssue } from "effect"
import type { InvalidField } from "./Problem.ts"

/** Of a field that the request does not have. */
export const unknownField = "is not a field of this request"

/** What schemas expect, as the API calls it. */
const kinds: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  "an integer": "a whole number",
  boolean: "true or false",
  array: "an array",
  object: "an object",
  Instant: "a time in UTC"
}

/** "Expected string | null" as a clause like all others: "must be a string or null". */
const inOurWords = (message: string): string =>
  message.replace(/^Expected (.*)$/s, (_, expected: string) => {
    const several = expected.split(" | ").map((each) => kinds[each] ?? each)
    return `must be ${several.length === 1 ? several[0] : `${several.slice(0, -1).join(", ")} or ${several.at(-1)}`}`
  })

/** What a value of another kind is told where its field is a text of a form: which form. */
const formOf = ({ ast }: SchemaIssue.InvalidType): string | undefined => {
  for (const { annotations } of ast.checks ?? []) {
    const message = annotations?.["message"]
    if (typeof message === "string") return message
  }
  return undefined
}

const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => {
    switch (issue._tag) {
      case "UnexpectedKey":
        return unknownField
      case "MissingKey":
        return "is required"
      case "InvalidType":
        return formOf(issue) ?? SchemaIssue.defaultLeafHook(issue)
      default:
        return SchemaIssue.defaultLeafHook(issue)
    }
  }
})

/** At most this many fields are named: a request may hold thousands of wrong ones. */
const fieldsMax = 20

/**
 * The fields that are wrong, each with a sentence that quotes no value: it might be a password.
 *
 * `whole` names the request's part where all of it is wrong.
 */
export const invalidFields = (error: Schema.SchemaError, whole: string): ReadonlyArray<InvalidField> =>
  format(error.issue).issues.slice(0, fieldsMax).map(({ message, path }) => ({
    path: path === undefined || path.length === 0 ? whole : path.map(segment).join("."),
    message: inOurWords(message)
  }))

/** The same for fields by these names, which the request does not have. */
export const unknownFields = (names: ReadonlyArray<string>): ReadonlyArray<InvalidField> =>
  names.slice(0, fieldsMax).map((name) => ({ path: segment(name), message: unknownField }))

/** At most this much of a name that the client made up is repeated to it. */
const nameCharactersMax = 64

const segment = (segment: PropertyKey | { readonly key: PropertyKey }): string =>
  String(typeof segment === "object" ? segment.key : segment).slice(0, nameCharactersMax)
