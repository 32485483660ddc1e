/**
 * Makes the types of `packages/client` from the OpenAPI document that the server serves: `npm run client:types` writes them;
 * scripts/clientTypes.test.mjs fails where the file holds others.
 *
 * Left out: what players do not call (webhooks, what the operator's own programs ask), the statuses of problems, which are told apart by
 * `code` alone, and examples.
 */
import { writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { openApiDocument } from "../packages/http/src/operator/OpenApiDocument.ts"

const client = join(import.meta.dirname, "..", "packages", "client")
/** It works on version 6 of the compiler, which that package has for it, not on the project's. */
const { astToString, default: openapiTypescript } = createRequire(join(client, "package.json"))("openapi-typescript")

export const typesFile = join(client, "src", "generated", "OpenApi.ts")
export const command = "npm run client:types"

const head = `/**
 * The server's contract as types, made from its OpenAPI document by \`${command}\`. Not to be edited.
 *
 * Over 300 lines: it is one document.
 */
`

/** Whether players and the public call it. */
export const isForClients = (path, operation) =>
  !path.startsWith("/webhooks/") && !JSON.stringify(operation.security ?? []).includes("internalToken")

/** The schema without its examples, which would be repeated in every comment. */
const withoutExamples = (json) => {
  if (Array.isArray(json)) return json.map(withoutExamples)
  if (typeof json !== "object" || json === null) return json
  return Object.fromEntries(
    Object.entries(json).filter(([name]) => name !== "examples" && name !== "example").map((
      [name, value]
    ) => [name, withoutExamples(value)])
  )
}

const withSuccessesAlone = (operation) => ({
  ...operation,
  responses: Object.fromEntries(Object.entries(operation.responses).filter(([status]) => status.startsWith("2")))
})

/** What of a document the client knows. */
const ofClient = (document) => ({
  ...document,
  paths: Object.fromEntries(
    Object.entries(document.paths).flatMap(([path, methods]) => {
      const kept = Object.entries(methods).filter(([, operation]) => isForClients(path, operation))
      return kept.length === 0
        ? []
        : [[path, Object.fromEntries(kept.map(([method, operation]) => [method, withSuccessesAlone(operation)]))]]
    })
  )
})

/** The members that an answer of each operation must have, by `GET /wallet`: what lacks one is not understood. */
const requiredMembers = (document) =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { responses }]) => {
      const [{ content = {} } = {}] = Object.values(responses)
      let schema = content["application/json"]?.schema
      if (schema?.$ref !== undefined) schema = document.components.schemas[schema.$ref.split("/").at(-1)]
      return schema?.required === undefined ? [] : [[`${method.toUpperCase()} ${path}`, schema.required.join(" ")]]
    })
  ).toSorted(([a], [b]) => a < b ? -1 : 1)

/** The text of the file, for a server that serves this document. */
export const clientTypes = async (document) => {
  const known = ofClient(withoutExamples(document))
  const types = astToString(await openapiTypescript(known, { alphabetize: true }))
    // what nobody names
    .replace(/^export type (webhooks|\$defs) = .*\n/gm, "")
  const codes = document.components.schemas.Problem.properties.code.enum
  return [
    head + types.trimEnd(),
    "/** Every code of a problem. */",
    `export const problemCodes = [\n${codes.map((code) => `    "${code}"`).join(",\n")}\n] as const;`,
    "/** The members that the answer to an operation must have. */",
    `export const requiredMembers: Readonly<Record<string, string>> = {\n${
      requiredMembers(known).map(([operation, names]) => `    "${operation}": "${names}"`).join(",\n")
    }\n};`
  ].join("\n") + "\n"
}

/** The types as they should be: those of the server of these sources. */
export const currentTypes = () => clientTypes(openApiDocument(new URL("http://localhost:8080")))

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(typesFile, await currentTypes())
