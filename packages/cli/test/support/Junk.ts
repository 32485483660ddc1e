/** Requests that nobody means well with, made from the OpenAPI document: each parameter, header and field in turn is something else. */
import type { Call } from "./Call.ts"
import { at } from "./Site.ts"

/** An operation of the document. */
export interface Endpoint {
  readonly method: string
  /** `/rooms/{id}`. */
  readonly path: string
  readonly parameters: ReadonlyArray<{ readonly name: string; readonly in: string; readonly example: string }>
  /** The example of its body; null where it has none. */
  readonly body: Readonly<Record<string, unknown>> | null
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const entriesOf = (value: unknown): ReadonlyArray<[string, unknown]> => isRecord(value) ? Object.entries(value) : []

/** Every operation of an OpenAPI document. */
export const endpointsOf = (document: unknown): ReadonlyArray<Endpoint> =>
  entriesOf(at(document, "paths")).flatMap(([path, operations]) =>
    entriesOf(operations).map(([method, operation]): Endpoint => {
      const parameters = at(operation, "parameters")
      const body = at(operation, "requestBody", "content", "application/json", "example")
      return {
        method: method.toUpperCase(),
        path,
        parameters: Array.isArray(parameters)
          ? parameters.map((each) => ({
            name: String(at(each, "name")),
            in: String(at(each, "in")),
            example: String(at(each, "example"))
          }))
          : [],
        body: isRecord(body) ? body : null
      }
    })
  )

/** Text that looks like what is meant, or like nothing that is. */
const junkTexts: ReadonlyArray<string> = [
  "",
  " ",
  "0",
  "-1",
  "1e9",
  "NaN",
  "Infinity",
  "null",
  "undefined",
  "99999999999999999999",
  "9223372036854775807",
  "9223372036854775808",
  "-".repeat(36),
  "f".repeat(36),
  "00000000-0000-0000-0000-000000000000",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
  // ids whose instants are the first and the last that there are
  "00000000-0000-7000-8000-000000000001",
  "ffffffff-ffff-7fff-bfff-ffffffffffff",
  "0190E1A2-5C3E-7000-8000-0000000000D1",
  "2026-02-30",
  "2026-02-29",
  "0000-01-01",
  "0001-01-01",
  "9999-12-31",
  "10000-01-01",
  "infinity",
  "0000-01-01T00:00:00.000Z",
  "9999-12-31T23:59:59.999Z",
  "DDL-20260203-00000",
  "DDL-00000000-ZZZZZZZZ",
  "ROOM-222222-00000",
  "222222",
  "' OR 1=1 --",
  "%",
  "../../etc/passwd",
  "__proto__",
  "a@b.cc",
  "ﬁ@ｅｘａｍｐｌｅ.com",
  "\u0130ı\u00df\u1e9e",
  "\u034f\u3164\u115f\ufe0f\u2800",
  "\ud83d\ude00".repeat(200),
  "x".repeat(5_000)
]

/** The same where a text is JSON, and what is no text. */
const junkValues: ReadonlyArray<unknown> = [
  ...junkTexts,
  "\u0000",
  "\ud800",
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  [],
  [[[[]]]],
  {},
  { $gt: "" },
  JSON.parse("{\"__proto__\":{\"a\":1}}")
]

/** Junk that a path or query can hold by its bytes alone. */
const junkBytes: ReadonlyArray<string> = ["%00", "%ff", "%c0%80", "%ed%a0%80", "%", "%2", "%zz", "%2f", "%3f", "+"]

export interface JunkRequest {
  readonly path: string
  readonly call: Omit<Call, "token">
}

/** The path of an endpoint with an example for each parameter, but for those that are given, as they are. */
const pathOf = (endpoint: Endpoint, given: Readonly<Record<string, string>>): string =>
  endpoint.path.replaceAll(/\{(\w+)\}/gu, (_, name: string) =>
    given[name] ??
      encodeURIComponent(endpoint.parameters.find((each) => each.name === name && each.in === "path")?.example ?? "x"))

/** Each parameter, header and field of an endpoint with each piece of junk, the rest lawful. `known`: ids that are there. */
export const junkRequests = (
  endpoint: Endpoint,
  known: Readonly<Record<string, string>>
): ReadonlyArray<JunkRequest> => {
  const lawful = pathOf(endpoint, known)
  const body = endpoint.body === null ? {} : { body: endpoint.body }
  const encoded = [...junkTexts.map((text) => encodeURIComponent(text)), ...junkBytes]
  const requests: Array<JunkRequest> = [{ path: lawful, call: body }]
  for (const parameter of endpoint.parameters) {
    switch (parameter.in) {
      case "path":
        for (const text of encoded) {
          if (text !== "") requests.push({ path: pathOf(endpoint, { ...known, [parameter.name]: text }), call: body })
        }
        break
      case "query":
        for (const text of encoded) requests.push({ path: `${lawful}?${parameter.name}=${text}`, call: body })
        requests.push({ path: `${lawful}?${parameter.name}=1&${parameter.name}=2`, call: body })
        break
      case "header":
        for (const text of junkTexts) {
          if (!/[^\x20-\xff]/u.test(text)) {
            requests.push({ path: lawful, call: { ...body, headers: { [parameter.name]: text } } })
          }
        }
        break
    }
  }
  for (const text of ["=", "&&", "a[b]=1", "__proto__=1", ...junkBytes]) {
    requests.push({ path: `${lawful}?${text}`, call: body })
  }
  for (const name of Object.keys(endpoint.body ?? {})) {
    for (const value of junkValues) requests.push({ path: lawful, call: { body: { ...endpoint.body, [name]: value } } })
  }
  for (const text of ["", "{", "[]", "null", "{\"a\":1}", "{\"\\u0000\":1}", "\ufeff{}"]) {
    requests.push({ path: lawful, call: { body: text } })
  }
  for (const header of ["authorization", "user-agent", "x-request-id", "origin", "host"]) {
    for (const text of ["Bearer x.y.z", `\u00ff\u00fe${"x".repeat(1_000)}`]) {
      requests.push({ path: lawful, call: { ...body, headers: { [header]: text } } })
    }
  }
  return requests
}

/** What was asked, for whoever reads of it. */
export const asked = ({ method }: Endpoint, { call: { body, headers }, path }: JunkRequest): string =>
  `${method} ${path.slice(0, 200)} ${JSON.stringify(body)?.slice(0, 300) ?? ""} ${
    JSON.stringify(headers)?.slice(0, 100) ?? ""
  }`
