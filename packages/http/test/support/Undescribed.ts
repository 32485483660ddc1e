/** Finds what a document of the API says nothing of, or shows no example of. */
import { at } from "./Server.ts"

const entries = (json: unknown): ReadonlyArray<readonly [string, unknown]> =>
  typeof json === "object" && json !== null ? Object.entries(json) : []

const isWritten = (text: unknown): text is string => typeof text === "string" && text.trim() !== ""

/** A name with an underscore, which pages take for emphasis where it is not marked as code. */
const bareCode = (text: unknown): boolean =>
  isWritten(text) && text.split("`").some((part, index) => index % 2 === 0 && /\w_\w/.test(part))

const isObject = (document: unknown, schema: unknown): boolean => {
  const reference = at(schema, "$ref")
  if (typeof reference === "string") return isObject(document, at(document, ...reference.slice(2).split("/")))
  const several = at(schema, "anyOf")
  if (Array.isArray(several)) return several.some((each) => isObject(document, each))
  const type = at(schema, "type")
  return type === "array" ? isObject(document, at(schema, "items")) : type === "object"
}

const examplesOf = (json: unknown): unknown => at(json, "examples", 0)

/** Every field of every object within `json`. An object's example is that of its fields. */
export const undescribedFields = (document: unknown, json: unknown, where: string): ReadonlyArray<string> =>
  entries(json).flatMap(([name, value]) => [
    ...(name === "properties" && !where.endsWith("allOf/1")
      ? entries(value).flatMap(([field, schema]) => [
        ...(isWritten(at(schema, "description")) ? [] : [`${where}: ${field} is not described`]),
        ...(isObject(document, schema) || examplesOf(schema) !== undefined
          ? []
          : [`${where}: ${field} has no example`])
      ])
      : []),
    ...(name === "description" && bareCode(value) ? [`${where}: a name stands bare in "${String(value)}"`] : []),
    ...(name === "example" || name === "examples" ? [] : undescribedFields(document, value, `${where}/${name}`))
  ])

const media = (where: string, content: unknown): ReadonlyArray<string> =>
  entries(content).flatMap(([type, each]) =>
    at(each, "example") ?? entries(at(each, "examples"))[0] ? [] : [`${where}: no example of ${type}`]
  )

/** What an OpenAPI document lacks, a sentence each. */
export const undescribed = (document: unknown): ReadonlyArray<string> => [
  ...undescribedFields(document, document, ""),
  ...entries(at(document, "paths")).flatMap(([path, methods]) =>
    entries(methods).flatMap(([method, operation]) => {
      const where = `${method} ${path}`
      return [
        ...["summary", "description"].flatMap((name) => isWritten(at(operation, name)) ? [] : [`${where}: no ${name}`]),
        ...entries(at(operation, "parameters")).flatMap(([, parameter]) =>
          isWritten(at(parameter, "description")) && isWritten(at(parameter, "example"))
            ? []
            : [`${where}: the parameter ${String(at(parameter, "name"))}`]
        ),
        ...media(where, at(operation, "requestBody", "content")),
        ...entries(at(operation, "responses")).flatMap(([status, response]) => [
          ...(isWritten(at(response, "description")) ? [] : [`${where}: the answer ${status}`]),
          ...media(`${where}, ${status}`, at(response, "content"))
        ])
      ]
    })
  )
]
