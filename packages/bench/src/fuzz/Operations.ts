/** The operations of a served OpenAPI document, and what each may be answered. */
import { at, isRecord, type JsonSchema } from "../support/JsonSchema.ts"

export interface Parameter {
  readonly name: string
  readonly in: "header" | "path" | "query"
  readonly isRequired: boolean
  readonly schema: JsonSchema
  readonly example: string
}

/** A status with the schema of each media type that it may have; none: no body. */
export type Answers = ReadonlyMap<number, ReadonlyMap<string, JsonSchema>>

export interface Operation {
  /** `GET`. */
  readonly method: string
  /** `/rooms/{id}`. */
  readonly template: string
  readonly parameters: ReadonlyArray<Parameter>
  readonly body: JsonSchema | null
  readonly takesInternalToken: boolean
  readonly answers: Answers
}

const entriesOf = (value: unknown): ReadonlyArray<[string, unknown]> => isRecord(value) ? Object.entries(value) : []

const recordAt = (value: unknown, ...path: ReadonlyArray<string>): JsonSchema => {
  const found = at(value, ...path)
  return isRecord(found) ? found : {}
}

const placeOf = (place: unknown): Parameter["in"] => {
  if (place === "header" || place === "path" || place === "query") return place
  throw new TypeError(`a parameter stands in ${String(place)}, which nothing here knows`)
}

const parameterOf = (parameter: unknown): Parameter => ({
  name: String(at(parameter, "name")),
  in: placeOf(at(parameter, "in")),
  isRequired: at(parameter, "required") === true,
  schema: recordAt(parameter, "schema"),
  example: String(at(parameter, "example"))
})

const answersOf = (operation: unknown): Answers =>
  new Map(
    entriesOf(at(operation, "responses")).map(([status, response]) => [
      Number(status),
      new Map(entriesOf(at(response, "content")).map(([type, content]) => [type, recordAt(content, "schema")]))
    ])
  )

/** Every operation of the document. */
export const operationsOf = (document: unknown): ReadonlyArray<Operation> =>
  entriesOf(at(document, "paths")).flatMap(([template, operations]) =>
    entriesOf(operations).map(([method, operation]): Operation => {
      const body = at(operation, "requestBody", "content", "application/json", "schema")
      const parameters = at(operation, "parameters")
      return {
        method: method.toUpperCase(),
        template,
        parameters: Array.isArray(parameters) ? parameters.map(parameterOf) : [],
        body: isRecord(body) ? body : null,
        takesInternalToken: JSON.stringify(at(operation, "security") ?? []).includes("internalToken"),
        answers: answersOf(operation)
      }
    })
  )

/** Whether a path, without its query, is one of the template's. */
const isOf = (template: string, path: string): boolean => {
  const [wanted, given] = [template.split("/"), path.split("/")]
  return wanted.length === given.length &&
    wanted.every((part, nth) => part.startsWith("{") ? given[nth] !== "" : part === given[nth])
}

/** The operations that have a path, whatever their methods. */
export const operationsAt = (operations: ReadonlyArray<Operation>, path: string): ReadonlyArray<Operation> => {
  const plain = operations.filter(({ template }) => template === path)
  return plain.length > 0 ? plain : operations.filter(({ template }) => isOf(template, path))
}
