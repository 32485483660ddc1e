/** Documents of JSON, and the texts of their schemas' fields. */
import { fieldTexts } from "../schemas/Described.ts"

export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject
export interface JsonObject {
  readonly [name: string]: Json
}

export const isObject = (json: Json | undefined): json is JsonObject =>
  typeof json === "object" && json !== null && !Array.isArray(json)

/** The object under a name; an empty one where there is none. */
export const objectAt = (json: JsonObject, name: string): JsonObject => {
  const value = json[name]
  return isObject(value) ? value : {}
}

/** The same object with other members. */
export const mapMembers = (json: JsonObject, change: (value: Json, name: string) => Json): JsonObject =>
  Object.fromEntries(Object.entries(json).map(([name, value]) => [name, change(value, name)]))

/** A value that is JSON but for what JSON leaves out. */
export const jsonOf = (value: unknown): Json => JSON.parse(JSON.stringify(value))

/** The schema itself, where it is a reference into `document`, `#/components/schemas/Draw`. */
export const resolve = (document: JsonObject, schema: JsonObject): JsonObject => {
  const reference = schema["$ref"]
  if (typeof reference !== "string") return schema
  const target = reference.slice(2).split("/").reduce(objectAt, document)
  return resolve(document, target)
}

/** An example of what a schema takes: its own, or one made of its parts'. `undefined` where there is none. */
export const exampleOf = (document: JsonObject, schema: JsonObject): Json | undefined => {
  const { anyOf, examples, items, type } = schema
  if (Array.isArray(examples)) return examples[0]
  if (schema["$ref"] !== undefined) return exampleOf(document, resolve(document, schema))
  if (Array.isArray(schema["enum"])) return schema["enum"][0]
  if (Array.isArray(anyOf)) return anyOf.filter(isObject).map((each) => exampleOf(document, each))[0]
  if (type === "array") {
    const item = isObject(items) ? exampleOf(document, items) : undefined
    return item === undefined ? undefined : [item]
  }
  if (type !== "object") return undefined
  return jsonOf(
    mapMembers(objectAt(schema, "properties"), (each) => isObject(each) ? exampleOf(document, each) ?? null : null)
  )
}

/** Gives each field of each object that was declared by `described` its text, in place of the annotation that brought it here. */
export const withFieldTexts = (json: Json): Json => {
  if (Array.isArray(json)) return json.map(withFieldTexts)
  if (!isObject(json)) return json
  // what an object without fields comes out as
  if (objectAt(json, "not")["type"] === "null") return { type: "object", additionalProperties: false }
  const { [fieldTexts]: texts, ...schema } = json
  const changed = mapMembers(schema, withFieldTexts)
  if (!isObject(texts)) return changed
  return {
    ...changed,
    properties: mapMembers(objectAt(changed, "properties"), (field, name) => {
      const text = texts[name]
      if (!isObject(field) || !isObject(text)) return field
      const { description = "", example } = text
      return { ...field, description, ...(example === undefined ? {} : { examples: [example] }) }
    })
  }
}
