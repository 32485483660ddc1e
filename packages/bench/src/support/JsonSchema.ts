/** JSON schemas, as far as the served documents use them: whether a value is of one, and what is wrong where it is not. */

export type JsonSchema = Readonly<Record<string, unknown>>

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const listIn = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []

/** What stands at a path within JSON; `undefined` where nothing does. */
export const at = (json: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>((value, name) => isRecord(value) ? value[name] : undefined, json)

/** What says something of a value, and what only explains. A keyword that is neither is refused: it would go unchecked. */
const checked = new Set([
  "$ref",
  "additionalProperties",
  "allOf",
  "anyOf",
  "enum",
  "format",
  "items",
  "maxLength",
  "maximum",
  "minLength",
  "minimum",
  "pattern",
  "properties",
  "required",
  "type"
])
const explained = new Set(["description", "examples", "title"])

const formats: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  uri: /^[a-z][a-z0-9+.-]*:\S+$/
}

/** The schema without a reference, by the document that references lead into. Throws where it leads nowhere. */
export const resolved = (document: unknown, schema: JsonSchema): JsonSchema => {
  const { $ref: reference } = schema
  if (typeof reference !== "string") return schema
  const target = at(document, ...reference.replace(/^#\//, "").split("/"))
  if (!isRecord(target)) throw new TypeError(`${reference} leads nowhere`)
  return resolved(document, target)
}

/** Those that stand below a keyword such as `anyOf`. */
export const schemasIn = (schema: JsonSchema, keyword: string): ReadonlyArray<JsonSchema> =>
  listIn(schema[keyword]).filter(isRecord)

/** The members that an object schema names. */
export const membersOf = (schema: JsonSchema): ReadonlyArray<readonly [name: string, schema: JsonSchema]> =>
  Object.entries(isRecord(schema["properties"]) ? schema["properties"] : {})
    .flatMap(([name, member]) => isRecord(member) ? [[name, member] as const] : [])

export const requiredIn = (schema: JsonSchema): ReadonlyArray<string> => listIn(schema["required"]).map(String)

const isOfType = (type: unknown, value: unknown): boolean => {
  switch (type) {
    case undefined:
      return true
    case "null":
      return value === null
    case "string":
    case "boolean":
      return typeof value === type
    case "number":
      return Number.isFinite(value)
    case "integer":
      return Number.isInteger(value)
    case "array":
      return Array.isArray(value)
    case "object":
      return isRecord(value)
    default:
      throw new TypeError(`a schema has the type ${JSON.stringify(type)}, which nothing here knows`)
  }
}

/** Where the value is not as the schema says, a line each, which begins with the place. None: it is of the schema. */
export const faultsIn = (document: unknown, given: JsonSchema, value: unknown, place = ""): ReadonlyArray<string> => {
  const schema = resolved(document, given)
  const unknown = Object.keys(schema).find((keyword) => !checked.has(keyword) && !explained.has(keyword))
  if (unknown !== undefined) throw new TypeError(`a schema has ${unknown}, which nothing here knows`)
  const within = (part: JsonSchema) => faultsIn(document, part, value, place)
  const { enum: values, type } = schema
  const fault = (what: string) => [`${place || "the value"} ${what}`]

  if (!isOfType(type, value)) return fault(`is no ${JSON.stringify(type)}`)
  if (Array.isArray(values) && !values.includes(value)) return fault(`is none of ${values.join(", ")}`)
  const choices = schemasIn(schema, "anyOf")
  if (choices.length > 0 && choices.every((part) => within(part).length > 0)) return fault("is of none of the forms")
  return [
    ...schemasIn(schema, "allOf").flatMap(within),
    ...typeof value === "string" ? textFaults(schema, value).flatMap(fault) : [],
    ...typeof value === "number" ? numberFaults(schema, value).flatMap(fault) : [],
    ...Array.isArray(value) && isRecord(schema["items"])
      ? value.flatMap((item, nth) => faultsIn(document, schema["items"] as JsonSchema, item, `${place}[${nth}]`))
      : [],
    ...isRecord(value) ? memberFaults(document, schema, value, place) : []
  ]
}

const textFaults = (schema: JsonSchema, value: string): ReadonlyArray<string> => {
  const { format, maxLength, minLength, pattern } = schema
  const faults: Array<string> = []
  if (typeof pattern === "string" && !new RegExp(pattern, "u").test(value)) faults.push(`does not match ${pattern}`)
  if (typeof minLength === "number" && [...value].length < minLength) faults.push(`is shorter than ${minLength}`)
  if (typeof maxLength === "number" && [...value].length > maxLength) faults.push(`is longer than ${maxLength}`)
  if (format !== undefined) {
    const form = typeof format === "string" ? formats[format] : undefined
    if (form === undefined) {
      throw new TypeError(`a schema has the format ${JSON.stringify(format)}, which nothing here knows`)
    }
    if (!form.test(value)) faults.push(`is no ${JSON.stringify(format)}`)
  }
  return faults
}

const numberFaults = ({ maximum, minimum }: JsonSchema, value: number): ReadonlyArray<string> => [
  ...typeof minimum === "number" && value < minimum ? [`is below ${minimum}`] : [],
  ...typeof maximum === "number" && value > maximum ? [`is above ${maximum}`] : []
]

const memberFaults = (
  document: unknown,
  schema: JsonSchema,
  value: Readonly<Record<string, unknown>>,
  place: string
): ReadonlyArray<string> => {
  const members = new Map(membersOf(schema))
  const { additionalProperties: others } = schema
  return [
    ...requiredIn(schema).filter((name) => !Object.hasOwn(value, name)).map((name) => `${place}.${name} is missing`),
    ...Object.entries(value).flatMap(([name, member]) => {
      const own = members.get(name) ?? (isRecord(others) ? others : undefined)
      if (own !== undefined) return faultsIn(document, own, member, `${place}.${name}`)
      return others === false ? [`${place}.${name} is no member`] : []
    })
  ]
}
