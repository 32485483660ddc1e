/** docs/api.md says what the code declares, and nothing else. */
import { passwordCharactersMax, passwordCharactersMin } from "@ddd/core/accounts/Password"
import { defaultLimits, playerPolicy, requestClasses } from "@ddd/core/accounts/RequestLimits"
import { nameLengthMax, participantsMax } from "@ddd/core/rooms/Room"
import { codeSymbols } from "@ddd/core/rooms/RoomCode"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { OpenApi } from "effect/http-api"
import { Api } from "../src/Api.ts"
import { routesOf } from "../src/boundary/RouteTable.ts"
import { perSecond } from "../src/engine/Allowance.ts"
import { framesOfConnection, framesOfItsOwn, framesOfNetwork } from "../src/engine/FrameLimits.ts"
import { defaultPatience } from "../src/engine/Heartbeat.ts"
import { headBytesMax, headersMax } from "../src/engine/node/RequestHead.ts"
import { limits } from "../src/engine/Sockets.ts"
import { events } from "../src/live/Events.ts"
import { messageMembers } from "../src/live/Protocol.ts"
import { connectionsOfPlayerMax, messagesOfPlayer } from "../src/live/SignIns.ts"
import { channelsMax } from "../src/live/Subscriptions.ts"
import { docsRoutes } from "../src/operator/Docs.ts"
import { pageRoutes } from "../src/pages/Pages.ts"
import { problemStatus } from "../src/problems/Problem.ts"
import { bodyBytesMaxDefault, webhookBytesMax } from "../src/requests/BodyLimits.ts"
import * as Page from "./support/ApiPage.ts"
import { differences } from "./support/JsonSchemas.ts"
import { codesIn } from "./support/OpenApiCodes.ts"
import { at } from "./support/Server.ts"

const document: unknown = JSON.parse(JSON.stringify(OpenApi.fromApi(Api)))
const schemas = { document, objects: Page.objects }

/** Every operation of the OpenAPI document, by `get /lottery/draws/{drawDate}`. */
const operations: ReadonlyMap<string, unknown> = new Map(
  Object.entries(Object(at(document, "paths"))).flatMap(([path, methods]) =>
    Object.entries(Object(methods)).map(([method, operation]) => [`${method} ${path}`, operation] as const)
  )
)

/** What the page says of an endpoint, beside what is declared. */
const both = Array.from(Page.endpoints).flatMap(([name, written]) => {
  const declared = operations.get(name)
  return declared === undefined ? [] : [{ name, written, declared }]
})

const entriesOf = (json: unknown, ...path: ReadonlyArray<string | number>) =>
  Object.entries(Object(at(json, ...path))).map(([name, value]): readonly [string, unknown] => [name, value])

/** The parameters of an operation that stand `place`. */
const parametersOf = (operation: unknown, place: string) => {
  const parameters = at(operation, "parameters")
  return (Array.isArray(parameters) ? parameters : []).filter((each) => at(each, "in") === place)
    .map((each) => String(at(each, "name")))
}

/** The codes of the problems that an operation may answer, with their status. */
const codesOf = (operation: unknown): ReadonlyMap<unknown, number> =>
  new Map(
    entriesOf(operation, "responses").flatMap(([status, response]) =>
      codesIn(at(response, "content", "application/problem+json", "schema")).map((code) => [code, Number(status)])
    )
  )

const successesOf = (operation: unknown) => entriesOf(operation, "responses").filter(([status]) => Number(status) < 400)

describe("docs/api.md", () => {
  it("has every method and path, and no other", () => {
    const pages = pageRoutes(null).filter(({ path }) => path.startsWith("/docs"))
    const documented = [...docsRoutes, ...pages].map(({ method, path }) => `${method.toLowerCase()} ${path}`)
    assert.sameMembers([...Page.endpoints.keys()], [...operations.keys(), ...documented])
  })

  it("says of each who may call it", () => {
    const declared = both.map(({ declared, name }) => {
      const schemes = [at(declared, "security")].flat().flatMap((each) => Object.keys(Object(each)))
      const auth = schemes.includes("accessToken")
        ? "player"
        : schemes.includes("internalToken")
        ? "internal"
        : "public"
      return [name, auth]
    })
    assert.deepStrictEqual(both.map(({ name, written }) => [name, written.auth]), declared)
  })

  it("says of each whether it takes an idempotency key", () => {
    const declared = both.map(({ declared, name }) => [
      name,
      parametersOf(declared, "header").includes("idempotency-key")
    ])
    assert.deepStrictEqual(both.map(({ name, written }) => [name, written.takesKey]), declared)
  })

  it("says of each by which status it succeeds", () => {
    for (const { declared, name, written } of both) {
      assert.sameMembers([...written.statuses], successesOf(declared).map(([status]) => Number(status)), name)
    }
  })

  it("says of each what its query may hold", () => {
    for (const { declared, name, written } of both) {
      assert.sameMembers([...written.query], parametersOf(declared, "query"), name)
    }
  })

  it("has the members of every body", () => {
    assert.deepStrictEqual(
      both.flatMap(({ declared, name, written }) => {
        const schema = at(declared, "requestBody", "content", "application/json", "schema")
        if (written.body === null) {
          // an event of a webhook is its sender's
          return at(schema, "properties") === undefined ? [] : [`${name}: the page has no body`]
        }
        return schema === undefined
          ? [`${name}: no body is declared`]
          : differences(`${name} ←`, written.body, schema, schemas)
      }),
      []
    )
  })

  it("has the members of every answer", () => {
    assert.deepStrictEqual(
      both.flatMap(({ declared, name, written }) =>
        successesOf(declared).flatMap(([status, response]) => {
          const answer = written.answerAs[status] ?? written.answer
          const schema = at(response, "content", "application/json", "schema")
          switch (answer._tag) {
            case "Shape":
              return differences(`${name} →`, answer.shape, schema, schemas)
            case "Named":
              return at(schema, "$ref") === `#/components/schemas/${answer.name}`
                ? []
                : [`${name}: ${answer.name} is not what is answered`]
            case "Page": {
              const page = Page.parseShape(`{items: [${answer.of}], nextCursor: string|null}`)
              return differences(`${name} →`, page, schema, schemas)
            }
            default:
              return schema === undefined || at(schema, "format") === "binary"
                ? []
                : [`${name}: the page does not say what is answered`]
          }
        })
      ),
      []
    )
  })

  it("has the members of every object", () => {
    assert.include([...Page.objects.keys()], "Draw")
    assert.deepStrictEqual(
      Array.from(Page.objects).flatMap(([name, shape]) =>
        differences(name, shape, at(document, "components", "schemas", name), schemas)
      ),
      []
    )
  })

  it("has every error code with its status, and no other", () => {
    assert.deepStrictEqual(Page.codes, { ...problemStatus })
  })

  it("has no error code that nobody answers", () => {
    // what is asked for by a method that its path does not take is no endpoint's
    const answered = new Set<unknown>(["method_not_allowed"])
    for (const operation of operations.values()) for (const code of codesOf(operation).keys()) answered.add(code)
    assert.sameMembers([...answered], Object.keys(problemStatus))
  })

  it("has every error code that any endpoint may answer, and no other", () => {
    const ofEach = Array.from(operations.values(), (operation) => [...codesOf(operation).keys()])
    assert.sameMembers(
      [...Page.codesOfAll],
      ofEach.reduce((common, codes) => common.filter((code) => codes.includes(code)))
    )
  })

  it("mentions of each endpoint the codes that it may answer alone", () => {
    const wrong = both.flatMap(({ declared, name, written }) => {
      const codes = codesOf(declared)
      return written.codes.filter(([code, status]) => codes.get(code) !== status).map(([code]) => `${name}: ${code}`)
    })
    assert.deepStrictEqual(wrong, [])
  })

  it("has the members of every problem", () => {
    const response = at(document, "paths", "/auth/sign-up", "post", "responses", "409", "content")
    const schema = at(response, "application/problem+json", "schema")
    const declared = new Map(Page.problem).set("code", {
      isOptional: false,
      forms: ["email_taken", "username_taken"].map((text) => ({ _tag: "Literal", text }))
    })
    assert.deepStrictEqual(differences("problem", declared, schema, schemas), [])
  })

  it("has every event of the WebSocket with its data, and no other", () => {
    assert.sameMembers([...Page.events.keys()], Object.keys(events))
    assert.deepStrictEqual(
      Object.entries(events).flatMap(([name, schema]) => {
        const { definitions, schema: root } = Schema.toJsonSchemaDocument(schema)
        const shape = Page.events.get(name) ?? new Map()
        return differences(name, shape, root, { document: { $defs: definitions }, objects: Page.objects })
      }),
      []
    )
  })

  it("says the limits that the code goes by", () => {
    const sentences = [
      `a body over ${bodyBytesMaxDefault / 1024} KiB, a webhook's over ${webhookBytesMax / 1024 / 1024} MiB`,
      `Messages over ${limits.messageBytes / 1024} KiB`,
      `past ${limits.bufferedBytes / 1024 / 1024} MiB, or after ${defaultPatience.unread} s`,
      `a head over ${headBytesMax / 1024} KiB or ${headersMax} headers`,
      `${perSecond.requests.toLocaleString("en")} requests and ${perSecond.bytes / 1024 / 1024} MiB a second`,
      `${framesOfConnection.atOnce} frames at once and then ${framesOfConnection.perSecond} a second`,
      `${framesOfNetwork.atOnce.toLocaleString("en")} at once and ${
        framesOfNetwork.perSecond.toLocaleString("en")
      } a second of a network`,
      `${framesOfItsOwn.atOnce} at once and ${framesOfItsOwn.perSecond} a second of each connection`,
      `${messagesOfPlayer.atOnce.toLocaleString("en")} messages at once and ${messagesOfPlayer.perSecond} a second`,
      `listens to ${channelsMax} channels at most, a player is signed in on ${connectionsOfPlayerMax} connections`,
      `has ${limits.socketsOfNetwork.toLocaleString("en")}: 429`,
      `is pinged after ${defaultPatience.pingAfter} s, dropped after ${defaultPatience.dropAfter} s`,
      `\`password\` ${passwordCharactersMin}–${passwordCharactersMax} characters`,
      `\`name\` has 1 to ${nameLengthMax} characters, one that can be seen`,
      `without \`maxParticipants\`: ${participantsMax}`,
      `six of \`${codeSymbols}\``,
      ...requestClasses.map((name) => {
        const player = playerPolicy(name)
        const ofPlayer = player === undefined ? "" : ` · ${defaultLimits[player].quantity}`
        return `\`${name}\` ${defaultLimits[name].quantity}${ofPlayer}`
      })
    ]
    for (const sentence of sentences) assert.include(Page.page, sentence)
    assert.deepStrictEqual([...new Set(Object.values(defaultLimits).map(({ seconds }) => seconds))], [60])
  })

  it("names what counts as credentials or as heavy", () => {
    const said = Page.page.split("\n").find((line) => line.startsWith("Limits a minute")) ?? ""
    for (const { countedAs, method, path } of routesOf(Api)) {
      const isSaid = said.includes(`${method} \`${path}\``)
      const isCredentials = path.startsWith("/auth/") && method !== "GET"
      const isProof = path.includes("proof")
      assert.strictEqual(countedAs === "credentials", isCredentials || isSaid && method !== "GET", `${method} ${path}`)
      assert.strictEqual(countedAs === "heavy", isProof || isSaid && method === "GET", `${method} ${path}`)
    }
  })

  it("has every message that a client may send, and no other", () => {
    assert.deepStrictEqual(Page.messages, { ...messageMembers })
  })
})
