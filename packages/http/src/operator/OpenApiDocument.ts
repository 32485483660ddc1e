/** The OpenAPI document: what the contract declares, with its texts and examples where readers and tools look for them. */
import { OpenApi } from "effect/http-api"
import { STATUS_CODES } from "node:http"
import { Api } from "../Api.ts"
import { type ProblemCode, problemStatus } from "../problems/Problem.ts"
import { problemTexts } from "../problems/ProblemTexts.ts"
import { fieldTexts } from "../schemas/Described.ts"
import {
  exampleOf,
  isObject,
  type Json,
  type JsonObject,
  jsonOf,
  mapMembers,
  objectAt,
  resolve,
  withFieldTexts
} from "./JsonDocument.ts"
import { version } from "./Version.ts"

const problemType = "application/problem+json"

/** What a success means by its status alone, where its schema does not say more. */
const successTexts: Readonly<Record<string, string>> = {
  200: "What was asked for.",
  201: "It is made.",
  202: "It is accepted; the rest follows.",
  204: "It is done; the answer has no body."
}

const isProblemCode = (code: Json): code is ProblemCode =>
  typeof code === "string" && Object.hasOwn(problemStatus, code)

/** The codes that a problem's schema, or one of several, lets through. */
const codesOf = (schema: JsonObject): ReadonlyArray<ProblemCode> => {
  const { anyOf, enum: values } = schema
  if (Array.isArray(anyOf)) return anyOf.filter(isObject).flatMap(codesOf)
  if (Array.isArray(values)) return values.filter(isProblemCode)
  const code = objectAt(objectAt(schema, "properties"), "code")
  return Object.keys(code).length === 0 ? [] : codesOf(code)
}

const problemExample = (code: ProblemCode): JsonObject => ({
  type: "about:blank",
  title: STATUS_CODES[problemStatus[code]] ?? "",
  status: problemStatus[code],
  code,
  detail: problemTexts[code],
  requestId: "5c1d2e3f4a5b6c7d",
  ...(code === "invalid_request" ? { errors: [{ path: "amount", message: "is required" }] } : {})
})

/** A problem's response: what is the same of all stands in one component. */
const problemResponse = (schema: JsonObject): JsonObject => {
  const codes = [...new Set(codesOf(schema))]
  return {
    description: codes.map((code) => `\`${code}\`: ${problemTexts[code]}`).join("\n\n"),
    content: {
      [problemType]: {
        schema: {
          allOf: [
            { $ref: "#/components/schemas/Problem" },
            { type: "object", properties: { code: { type: "string", enum: codes } } }
          ]
        },
        examples: Object.fromEntries(codes.map((code) => [code, { value: problemExample(code) }]))
      }
    }
  }
}

/** The component that every problem is: `one` with every code. */
const problemComponent = (one: JsonObject): JsonObject => ({
  ...one,
  description: "Why a request is not answered as it asked (RFC 9457)",
  properties: {
    ...objectAt(one, "properties"),
    status: { type: "integer", description: "The status of the answer, again", examples: [503] },
    code: {
      type: "string",
      enum: Object.keys(problemStatus),
      description: "The stable name of the problem, for programs",
      examples: ["unavailable"]
    }
  }
})

/** Of what is streamed, by its type: how it begins. Of other texts the example stands at their schema. */
const streamExamples: Readonly<Record<string, string>> = {
  "application/x-ndjson": "{\"type\":\"header\",\"version\":1,…}\n",
  "application/json": "{\"user\":{…},\n\"wallet\":{…},…}\n"
}

const withExamples = (document: JsonObject, content: JsonObject): JsonObject =>
  mapMembers(content, (media, type) => {
    if (!isObject(media)) return media
    const schema = objectAt(media, "schema")
    return {
      ...media,
      example: exampleOf(document, schema) ?? (schema["format"] === "binary" ? streamExamples[type] ?? null : null)
    }
  })

const responseOf = (document: JsonObject, response: Json, status: string): Json => {
  if (!isObject(response)) return response
  const content = objectAt(response, "content")
  const problem = content[problemType]
  if (isObject(problem)) return problemResponse(objectAt(problem, "schema"))
  const bodies = Object.values(content).filter(isObject).map((media) => objectAt(media, "schema"))
  const described = bodies.map((schema) => resolve(document, schema)["description"]).find((text) => text !== undefined)
  return {
    ...response,
    description: described ?? successTexts[status] ?? "",
    ...(bodies.length === 0 ? {} : { content: withExamples(document, content) })
  }
}

/** Texts and example of a parameter stand at the parameter itself. */
const parameterOf = (document: JsonObject, parameter: Json): Json => {
  if (!isObject(parameter)) return parameter
  const { description, examples, ...schema } = resolve(document, objectAt(parameter, "schema"))
  return {
    ...parameter,
    description: description ?? "",
    schema,
    example: Array.isArray(examples) ? examples[0] ?? "" : ""
  }
}

const operationOf = (document: JsonObject, operation: Json): Json => {
  if (!isObject(operation)) return operation
  const { parameters, requestBody } = operation
  return {
    ...operation,
    parameters: Array.isArray(parameters) ? parameters.map((each) => parameterOf(document, each)) : [],
    ...(isObject(requestBody)
      ? { requestBody: { ...requestBody, content: withExamples(document, objectAt(requestBody, "content")) } }
      : {}),
    responses: mapMembers(
      objectAt(operation, "responses"),
      (response, status) => responseOf(document, response, status)
    )
  }
}

/** The schema, or the first of several: problems of one status differ in their codes alone. */
const firstOf = (schema: JsonObject): JsonObject => {
  const { anyOf } = schema
  return Array.isArray(anyOf) ? firstOf(anyOf.find(isObject) ?? {}) : schema
}

/** The first problem that any operation declares. */
const anyProblem = (document: JsonObject): JsonObject =>
  Object.values(objectAt(document, "paths")).filter(isObject)
    .flatMap((methods) => Object.values(methods).filter(isObject))
    .flatMap((operation) => Object.values(objectAt(operation, "responses")).filter(isObject))
    .map((response) => objectAt(objectAt(objectAt(response, "content"), problemType), "schema"))
    .find((schema) => Object.keys(schema).length > 0) ?? {}

const isPlain = (example: Json): boolean =>
  Array.isArray(example) ? example.every(isPlain) : typeof example !== "object" || example === null

/** Where a field without fields has no example of its own, that of its schema stands at it too. */
const withFieldExamples = (document: JsonObject, json: Json): Json => {
  if (Array.isArray(json)) return json.map((each) => withFieldExamples(document, each))
  if (!isObject(json)) return json
  const changed = mapMembers(json, (value) => withFieldExamples(document, value))
  if (!isObject(json["properties"])) return changed
  return {
    ...changed,
    properties: mapMembers(objectAt(changed, "properties"), (field) => {
      if (!isObject(field) || field["examples"] !== undefined) return field
      const example = exampleOf(document, field)
      return example === undefined || !isPlain(example) ? field : { ...field, examples: [example] }
    })
  }
}

/** The document of the server that clients reach at `publicUrl`. */
export const openApiDocument = (publicUrl: URL): JsonObject => {
  const spec = OpenApi.fromApi(Api, { includeAnnotationKey: (key) => key === fieldTexts })
  const declared = withFieldTexts(jsonOf(spec))
  if (!isObject(declared)) throw new Error("the OpenAPI document is no object")
  const document = withFieldExamples(declared, declared)
  if (!isObject(document)) throw new Error("the OpenAPI document is no object")
  const components = objectAt(document, "components")
  return {
    ...document,
    info: { ...objectAt(document, "info"), version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    servers: [{ url: publicUrl.origin }],
    paths: mapMembers(
      objectAt(document, "paths"),
      (methods) => isObject(methods) ? mapMembers(methods, (operation) => operationOf(document, operation)) : methods
    ),
    components: {
      ...components,
      schemas: { ...objectAt(components, "schemas"), Problem: problemComponent(firstOf(anyProblem(document))) }
    }
  }
}
