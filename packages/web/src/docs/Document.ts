/** Reads an OpenAPI or AsyncAPI document: what the pages show of it. */
import { at } from "../api/Json.ts"

export type Entries = ReadonlyArray<readonly [name: string, value: unknown]>

/** The members of the object at a path; none where there is no object. */
export const entriesAt = (json: unknown, ...path: ReadonlyArray<string>): Entries => {
  const found = path.reduce<unknown>(at, json)
  return typeof found === "object" && found !== null && !Array.isArray(found) ? Object.entries(found) : []
}

/** The items of an array under a name; none where there is no array. */
export const itemsAt = (json: unknown, name: string): ReadonlyArray<unknown> => {
  const found = at(json, name)
  return Array.isArray(found) ? found : []
}

/** The text under a name; empty where there is none. */
export const wordAt = (json: unknown, name: string): string => {
  const found = at(json, name)
  return typeof found === "string" ? found : ""
}

/** What a reference leads to: the last part of it is its name. */
const referred = (
  document: unknown,
  schema: unknown
): { readonly schema: unknown; readonly name: string } | undefined => {
  const reference = at(schema, "$ref")
  if (typeof reference !== "string") return undefined
  const path = reference.slice(2).split("/")
  return { schema: path.reduce<unknown>(at, document), name: path.at(-1) ?? "" }
}

/** What a field holds, in words; the objects that it names or is made of. */
export interface FieldType {
  readonly words: string
  /** The name of an object that stands among the objects. */
  readonly object: string | undefined
  /** The schema of an object that stands nowhere else. */
  readonly inner: unknown
}

const scalar = (words: string): FieldType => ({ words, object: undefined, inner: undefined })

/** What a schema takes. */
export const typeOf = (document: unknown, schema: unknown): FieldType => {
  const target = referred(document, schema)
  if (target !== undefined) {
    return at(target.schema, "type") === "object"
      ? { words: target.name, object: target.name, inner: undefined }
      : scalar(`${target.name}: ${wordAt(target.schema, "description")}`)
  }
  const several = itemsAt(schema, "anyOf")
  if (several.length > 0) {
    const [first] = several.filter((each) => at(each, "type") !== "null")
    const type = typeOf(document, first)
    return several.some((each) => at(each, "type") === "null") ? { ...type, words: `${type.words} or null` } : type
  }
  const values = itemsAt(schema, "enum")
  if (values.length > 0) return scalar(values.map((value) => JSON.stringify(value)).join(" | "))
  switch (at(schema, "type")) {
    case "array": {
      const items = typeOf(document, at(schema, "items"))
      return { ...items, words: `list of ${items.words}` }
    }
    case "object":
      return entriesAt(schema, "properties").length > 0
        ? { words: "object", object: undefined, inner: schema }
        : scalar("object")
    case "integer":
      return scalar("whole number")
    default:
      return scalar(wordAt(schema, "format") || wordAt(schema, "type") || "anything")
  }
}
