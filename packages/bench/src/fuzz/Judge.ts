/** Whether an answer is one that the document allows. */
import { faultsIn, type JsonSchema } from "../support/JsonSchema.ts"
import type { LaneAnswer } from "./Lane.ts"
import { type Operation, operationsAt } from "./Operations.ts"
import type { FuzzRequest } from "./Requests.ts"

/** What is refused whatever is asked for, and what is not there, or not by this method. */
const strayStatuses = new Set([400, 401, 403, 404, 405, 411, 413, 415, 429, 431, 503])

export interface Judge {
  /** What is wrong with an answer, a line each. None: it is as it should be. */
  readonly faultsOf: (request: FuzzRequest, answer: LaneAnswer) => ReadonlyArray<string>
  /** The operation that a request is of: `GET /rooms/{id}`; undefined: of none. */
  readonly operationOf: (request: FuzzRequest) => Operation | undefined
}

/** By the document and its operations. */
export const makeJudge = (document: unknown, operations: ReadonlyArray<Operation>): Judge => {
  const problem = { $ref: "#/components/schemas/Problem" }

  const bodyFaults = (type: string, schema: JsonSchema, body: Buffer): ReadonlyArray<string> => {
    if (!/[/+]json$/.test(type)) return []
    try {
      const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body))
      // what is streamed is described as bytes
      return schema["format"] === "binary" ? [] : faultsIn(document, schema, value)
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError) {
        return [`the body cannot be read: ${error.message}`]
      }
      throw error
    }
  }

  const operationOf = ({ method, target }: FuzzRequest): Operation | undefined => {
    const [path = ""] = target.split("?")
    // paths are taken letter by letter (docs/api.md, "Conventions")
    if (/[%;#]/.test(path)) return undefined
    return operationsAt(operations, path).find((operation) => operation.method === method)
  }

  /** Whether somebody asks for pages: what is not there is a page then. */
  const wantsPage = ({ headers }: FuzzRequest): boolean =>
    headers.some(([name, value]) => name === "Accept" && value.includes("text/html"))

  const faultsOf = (request: FuzzRequest, { body, headers, status }: LaneAnswer): ReadonlyArray<string> => {
    if (status >= 500 && status !== 503) return [`${status} is never to be answered`]
    const type = (headers.get("content-type") ?? "").split(";")[0]?.trim() ?? ""
    if (headers.get("x-content-type-options") !== "nosniff") return ["it lacks the headers of every answer"]
    const operation = operationOf(request)
    // as of what is read, without the body
    if (request.method === "HEAD") return body.length === 0 ? [] : ["an answer to HEAD has a body"]
    if (request.method === "OPTIONS" && status === 204) return []
    if (operation === undefined) {
      if (!strayStatuses.has(status)) return [`${status} is answered to what is no operation`]
      if (status === 404 && type === "text/html" && wantsPage(request)) return []
      return type === "application/problem+json" ? bodyFaults(type, problem, body) : [`an error is ${type}`]
    }
    const allowed = operation.answers.get(status)
    if (allowed === undefined) return [`${status} is not in the document`]
    if (allowed.size === 0) return body.length === 0 ? [] : ["it has a body, where the document has none"]
    const schema = allowed.get(type)
    return schema === undefined ? [`${type || "no media type"} is not in the document`] : bodyFaults(type, schema, body)
  }

  return { faultsOf, operationOf }
}

/** The code of a problem, where the body is one. */
export const codeOf = ({ body }: LaneAnswer): string | undefined => /"code":"(\w+)"/.exec(body.toString())?.[1]
