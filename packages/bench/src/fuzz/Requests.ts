/** Requests of every operation, and of what is none, made from the document that the server serves. */
import * as fc from "fast-check"
import type { Cast } from "./Cast.ts"
import type { Operation, Parameter } from "./Operations.ts"
import { hostileBody, junkText, makeValues } from "./Values.ts"

/** Right, right but for one thing, or nothing that anybody means well with. */
export type Intent = "hostile" | "near" | "valid"

export interface FuzzRequest {
  readonly intent: Intent
  readonly method: string
  /** With its query. */
  readonly target: string
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly body: Buffer | null
}

/** The request as it goes over the wire. */
export const bytesOf = ({ body, headers, method, target }: FuzzRequest): Buffer => {
  const sent = [
    ["Host", "127.0.0.1"],
    ...headers,
    ...(body === null ? [] : [["Content-Length", String(body.length)]])
  ]
  const head = `${method} ${target} HTTP/1.1\r\n${sent.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`
  return body === null ? Buffer.from(head, "latin1") : Buffer.concat([Buffer.from(head, "latin1"), body])
}

/** Operations that hash a password for whoever asks rightly: a hash is as dear as a hundred other requests. */
const isDear = ({ body }: Operation): boolean => JSON.stringify(body).includes("assword\"")

/** Operations after which a player plays no more. */
const isEnd = ({ method, template }: Operation): boolean =>
  /sign-out-everywhere|change-password|self-exclusion|time-out|limits|sessions/.test(template) ||
  (method === "DELETE" && template === "/user")

/** What of Unicode a target can hold as it is. */
const encoded = (text: string): string => encodeURIComponent(text.toWellFormed())

/** Parts of a target by their bytes alone. */
const junkBytes = fc.constantFrom(
  "%00",
  "%ff",
  "%c0%80",
  "%ed%a0%80",
  "%",
  "%2",
  "%zz",
  "%2f",
  "%2e%2e",
  "..",
  ".",
  ";a=1",
  "+",
  "\u00ff",
  "{id}",
  ":id",
  "*"
)

const junkPart = fc.oneof(junkBytes, junkText.map((text) => encoded(text) || "%20"))

/** Headers that a server may read more into than it should; values are Latin-1, some of them unlawful. */
const junkHeader: fc.Arbitrary<readonly [string, string]> = fc.oneof(
  fc.constantFrom<readonly [string, string]>(
    ["Content-Type", "text/plain"],
    ["Content-Type", "application/json; charset=latin1"],
    ["Content-Type", "multipart/form-data; boundary=x"],
    ["Content-Encoding", "gzip"],
    ["Accept", "text/html;q=x"],
    ["Accept-Encoding", "br;q=1.0, *;q=0"],
    ["X-HTTP-Method-Override", "DELETE"],
    ["X-Forwarded-For", "127.0.0.1"],
    ["X-Forwarded-Proto", "https"],
    ["X-Original-URL", "/wallet/deposit"],
    ["Forwarded", "for=127.0.0.1;proto=https"],
    ["Origin", "null"],
    ["Origin", "https://evil.example.com"],
    ["Access-Control-Request-Method", "PUT"],
    ["Cookie", "session=1; session=2"],
    ["Range", "bytes=0-1,5-,-5"],
    ["If-None-Match", "*"],
    ["If-Modified-Since", "yesterday"],
    ["Upgrade", "h2c"],
    ["Traceparent", "00-00000000000000000000000000000000-0000000000000000-00"],
    ["Traceparent", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x"],
    ["X-Request-Id", "a".repeat(64)],
    ["X-Request-Id", "a b"],
    ["Idempotency-Key", ""],
    ["Idempotency-Key", "x".repeat(256)],
    ["Idempotency-Key", "\u00e9"],
    ["__proto__", "1"],
    ["constructor", "1"],
    ["Authorization", "Basic YTpi"],
    ["Authorization", "Bearer"],
    ["Authorization", "Bearer x.y.z"],
    ["Stripe-Signature", "t=1,v1=00"]
  ),
  fc.tuple(
    fc.constantFrom("X-Junk", "User-Agent", "Referer", "Accept-Language", "X-Request-Id", "Idempotency-Key"),
    fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.string({ unit: fc.integer({ min: 0x80, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 40 }),
      fc.constantFrom("x".repeat(8_000), "a\u0001b", "\t", "")
    )
  )
)

const noHeaders: fc.Arbitrary<ReadonlyArray<readonly [string, string]>> = fc.constant([])

const junkMethods = fc.constantFrom("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "GET", "POST", "PROPFIND", "get")

/** How machines are known. */
export interface Secrets {
  /** The internal token. */
  readonly internal: string
  /** What the shop shows as Authorization. */
  readonly shop: string
  /** The header that signs a body, by the path that takes signed ones. */
  readonly signed: Readonly<Record<string, (body: string) => readonly [name: string, value: string]>>
  /** The server's clock, in Unix milliseconds. */
  readonly now: () => number
}

/** What makes requests of these operations, by who is there at the moment. */
export const makeRequests = (
  document: unknown,
  operations: ReadonlyArray<Operation>,
  { internal, now, shop, signed }: Secrets,
  cast: () => Cast
): fc.Arbitrary<FuzzRequest> => {
  const { near, valid } = makeValues(document, cast)

  /** What is sent rightly where the document takes any object. */
  const events: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    "/webhooks/kyc": fc.record({
      id: fc.nat(1e9).map((nth) => `evt_${nth}`),
      userId: fc.nat(100).map((nth) => cast().sacrificed[nth % Math.max(1, cast().sacrificed.length)]?.userId),
      status: fc.constantFrom("none", "pending", "verified", "rejected"),
      occurredAt: fc.nat(600_000).map((millis) => new Date(now() - millis).toISOString())
    }),
    "/webhooks/stripe": fc.record({
      id: fc.nat(1e9).map((nth) => `evt_${nth}`),
      object: fc.constant("event"),
      type: fc.constantFrom("payout.paid", "payout.failed", "account.updated", "transfer.reversed"),
      data: fc.jsonValue({ maxDepth: 2 })
    })
  }

  const ends = operations.filter(isEnd)

  /** What stands in Authorization. */
  const authorizationFor = (operation: Operation): fc.Arbitrary<string | undefined> => {
    if (operation.template === "/webhooks/revenuecat") return fc.constantFrom(shop, shop, `${shop}x`, undefined)
    if (operation.takesInternalToken) {
      return fc.constantFrom(internal, internal, internal, `${internal}x`).map((token) => `Bearer ${token}`)
    }
    const nth = ends.indexOf(operation)
    const who = nth < 0
      ? fc.nat(100).map((nth) => cast().actors[nth % Math.max(1, cast().actors.length)])
      : fc.constant(null).map(() => cast().sacrificed[nth % Math.max(1, cast().sacrificed.length)])
    const token = who.map((actor) => actor?.accessToken ?? "none")
    return fc.oneof(
      { weight: 12, arbitrary: token.map((text) => `Bearer ${text}`) },
      { weight: 1, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.tuple(token, fc.nat(200)).map(([text, place]) => `Bearer ${flipped(text, place)}`) }
    )
  }

  const parameterOf = (parameter: Parameter, intent: Intent): fc.Arbitrary<string | undefined> => {
    const good = valid(parameter.schema, parameter.in === "header" ? undefined : parameter.name).map(String)
    const value = intent === "valid"
      ? good
      : fc.oneof({ weight: intent === "near" ? 4 : 1, arbitrary: good }, { weight: 1, arbitrary: junkText })
    return parameter.isRequired && intent !== "hostile" ? value : fc.option(value, { nil: undefined, freq: 2 })
  }

  const requestOf = (operation: Operation, intent: Intent): fc.Arbitrary<FuzzRequest> => {
    const { body, method, parameters, template } = operation
    const bodies: fc.Arbitrary<Buffer | null> = body === null
      ? intent === "hostile" && method !== "GET" ? fc.option(hostileBody, { freq: 3 }) : fc.constant(null)
      : intent === "valid"
      ? fc.oneof({ weight: 1, arbitrary: valid(body) }, {
        weight: template in events ? 3 : 0,
        arbitrary: events[template] ?? valid(body)
      })
        .map((value) => Buffer.from(JSON.stringify(value)))
      : intent === "near"
      ? near(body).map((text) => Buffer.from(text))
      : hostileBody
    return fc.record({
      authorization: authorizationFor(operation),
      values: fc.tuple(...parameters.map((each) => parameterOf(each, intent))),
      parts: fc.tuple(...parameters.map(() => junkPart)),
      body: bodies,
      headers: intent === "hostile" ? fc.array(junkHeader, { maxLength: 3 }) : noHeaders,
      query: intent === "hostile" ? fc.option(junkPart, { freq: 3, nil: undefined }) : fc.constant(undefined),
      junk: fc.nat(9)
    }).map(({ authorization, body, headers, junk, parts, query, values }): FuzzRequest => {
      const given = parameters.map((parameter, nth) => ({ parameter, value: values[nth], part: parts[nth] ?? "x" }))
      const path = template.replaceAll(/\{(\w+)\}/gu, (_, name: string) => {
        const found = given.find(({ parameter }) => parameter.in === "path" && parameter.name === name)
        if (intent === "hostile" && junk < 5) return found?.part ?? "x"
        return encoded(found?.value ?? "x") || "x"
      })
      const queries = given.flatMap(({ parameter, part, value }) =>
        parameter.in !== "query" || value === undefined
          ? []
          : [`${parameter.name}=${intent === "hostile" && junk < 5 ? part : encoded(value)}`]
      )
      const all = [...queries, ...(query === undefined ? [] : [query])]
      const own = given.flatMap(({ parameter, value }): ReadonlyArray<readonly [string, string]> =>
        parameter.in !== "header" || value === undefined ? [] : [[parameter.name, latin1(value)]]
      )
      const sign = intent === "hostile" ? undefined : signed[template]
      return {
        intent,
        method,
        target: `${path}${all.length === 0 ? "" : `?${all.join("&")}`}`,
        headers: [
          ...(authorization === undefined ? [] : [["Authorization", authorization] as const]),
          ...(body === null ? [] : [["Content-Type", "application/json"] as const]),
          ...(sign === undefined || body === null ? [] : [sign(body.toString())]),
          ...own,
          ...headers.map(([name, value]) => [name, latin1(value)] as const)
        ],
        body
      }
    })
  }

  // made once: an arbitrary of a pattern is dear to make
  const made = operations.map((operation) => {
    const [valid, near, hostile] = [
      requestOf(operation, "valid"),
      requestOf(operation, "near"),
      requestOf(operation, "hostile")
    ]
    const [often, seldom] = isDear(operation) ? [16, 1] : [1, 1]
    return {
      hostile,
      any: fc.oneof(
        { weight: seldom, arbitrary: valid },
        { weight: isDear(operation) ? 8 : 1, arbitrary: near },
        { weight: often, arbitrary: hostile }
      )
    }
  })

  /** An operation by another method, or at another path. */
  const strays = fc.tuple(fc.oneof(...made.map(({ hostile }) => hostile)), junkMethods, junkPart, fc.nat(5)).map(
    ([request, method, part, how]): FuzzRequest => {
      const [path = "", query] = request.target.split("?")
      const target = how === 0
        ? `${path}/${part}`
        : how === 1
        ? `/${path}`
        : how === 2
        ? path.toUpperCase()
        : how === 3
        ? `${path}/`
        : path
      return { ...request, method, target: query === undefined ? target : `${target}?${query}` }
    }
  )

  return fc.oneof(
    ...made.map(({ any }) => ({ weight: 10, arbitrary: any })),
    { weight: operations.length, arbitrary: strays }
  )
}

/** The text with one character another. */
const flipped = (text: string, nth: number): string => {
  const at = nth % Math.max(1, text.length)
  return `${text.slice(0, at)}${text.charAt(at) === "A" ? "B" : "A"}${text.slice(at + 1)}`
}

/** What of a text a header can hold, without what would end its line. */
const latin1 = (text: string): string =>
  Array.from(text, (character) => /[\r\n\0]/.test(character) || character > "\u00ff" ? "?" : character).join("").trim()
